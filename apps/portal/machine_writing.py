"""Pages on which a planner states what a machine is, can do and costs."""

from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import (
    CapabilityDraft,
    CostInputs,
    EnvelopeKind,
    MachineState,
)
from apps.portal.access import access
from apps.portal.machine_forms import (
    SIZES,
    AlikeForm,
    CapabilityForm,
    CostForm,
    MachineForm,
    OffersForm,
    plain,
)
from apps.portal.machine_models import chosen_model, offered_models
from apps.portal.machines import found_machine
from apps.portal.tolerances import TolerancesForm
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Let a planner add a machine, or change what is said of one."""
    known = found_machine(machine_id).machine if machine_id else None
    entry = None if known else chosen_model(request)
    # A choice fills the form in and saves nothing yet.
    sent = request.POST if request.method == "POST" and not _chooses(request) else None
    form = MachineForm(sent, initial=_machine_facts(request, known, entry))
    offers = OffersForm(sent, entry=entry) if entry else None
    if entry is not None:
        form.mark_published(machines.published_names(entry))
    # Both are looked at, so that all that is wrong is said at once.
    answers = [one.is_valid() for one in (form, offers) if one is not None]
    if sent is not None and all(answers):
        try:
            saved = _save_machine(request, form, known, offers)
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("portal:machine", saved.pk)
    return render(
        request,
        "portal/machines/write.html",
        {
            "form": form,
            "offers": offers,
            "entry": entry,
            "machine": known,
            **offered_models(request.GET.get("q", "")),
        },
        status=422 if form.errors or (offers is not None and offers.errors) else 200,
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def capability(
    request: HttpRequest, machine_id: UUID, process_code: str = ""
) -> HttpResponse:
    """Let a planner state what a machine can do in one process."""
    detail = found_machine(machine_id)
    row = next(
        (row for row in detail.capabilities if row.process_code == process_code), None
    )
    if process_code and row is None:
        raise Http404
    form = CapabilityForm(
        request.POST if request.method == "POST" else None,
        initial=_capability_facts(detail, row),
    )
    features = TolerancesForm(
        request.POST if request.method == "POST" else None,
        stated=row.tolerances if row is not None else {},
    )
    if row is not None:
        # Another process is another capability; this one would stay beside it.
        form.fields["process_code"].disabled = True
    if request.method == "POST" and all((form.is_valid(), features.is_valid())):
        try:
            services.set_capability(
                machine_id=machine_id,
                draft=replace(form.draft(), tolerances=features.tolerances()),
                by=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _onward(request, machine_id)
    return render(
        request,
        "portal/machines/capability.html",
        {
            "form": form,
            "features": features,
            "detail": detail,
            "machine": detail.machine,
            "row": row,
            "others": _others_to_copy(machine_id),
            "is_new": row is None,
        },
        status=422 if form.errors or features.errors else 200,
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def cost(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let a planner state what work on a machine costs."""
    detail = found_machine(machine_id)
    enterprise = enterprise_of(request)
    known = machines.cost_inputs(machine_id)
    form = CostForm(
        request.POST if request.method == "POST" else None,
        initial=asdict(known)
        if known
        else {
            **asdict(CostInputs(currency=enterprise.currency, hourly_rate=Decimal(0))),
            "hourly_rate": None,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_cost_model(
                machine_id=machine_id,
                cost=form.inputs(),
                by=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _onward(request, machine_id)
    return render(
        request,
        "portal/machines/cost.html",
        {
            "form": form,
            "machine": detail.machine,
            "others": _others_to_copy(machine_id),
            "is_new": known is None,
        },
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def alike(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let other machines offer what this one does, at the same costs."""
    source = found_machine(machine_id)
    others = [
        row
        for row in machines.machines_of().exclude(state=MachineState.RETIRED)
        if row.pk != machine_id
    ]
    lacking = {row.pk: machines.missing_facts(row) for row in others}
    form = AlikeForm(
        request.POST if request.method == "POST" else None,
        choices=[(str(row.pk), f"{row.code} · {row.label}") for row in others],
        # Machines of the same model that still lack something are meant, most likely.
        initial={
            "target_ids": [
                str(row.pk)
                for row in others
                if lacking[row.pk] and row.label == source.machine.label
            ]
        },
    )
    if request.method == "POST" and form.is_valid():
        chosen = [UUID(key) for key in form.cleaned_data["target_ids"]]
        try:
            copy_offers(request, source, chosen, is_public=form.cleaned_data["publish"])
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)d machine offers the same as %(code)s now.",
                    "%(count)d machines offer the same as %(code)s now.",
                    len(chosen),
                )
                % {"count": len(chosen), "code": source.machine.code},
            )
            return redirect("portal:machines")
    return render(
        request,
        "portal/machines/alike.html",
        {
            "form": form,
            "machine": source.machine,
            "detail": source,
            "has_others": bool(others),
        },
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_http_methods(["POST"])
def copy(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let a machine offer what another does, at the same costs."""
    found_machine(machine_id)
    try:
        source = machines.machine_detail(UUID(request.POST.get("source_id", "")))
        copy_offers(request, source, [machine_id])
    except (ValueError, machines.MachineNotFound):
        messages.error(request, _t("No machine is chosen. Choose one to copy from."))
        return redirect("portal:machine-capability", machine_id)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _t("Copied from %(code)s. Look through it before you publish.")
            % {"code": source.machine.code},
        )
    return redirect("portal:machine", machine_id)


@transaction.atomic
def copy_offers(
    request: HttpRequest,
    source: machines.MachineDetail,
    target_ids: list[UUID],
    *,
    is_public: bool = False,
) -> None:
    """State for other machines what one says of itself, all of them or none.

    An envelope that a machine's own document gives goes before the copied one.
    """
    by, at = actor_of(request), timezone.now()
    known = machines.cost_inputs(source.machine.pk)
    for target_id in target_ids:
        target = machines.machine_detail(target_id)
        for row in source.capabilities:
            services.set_capability(
                machine_id=target_id,
                draft=CapabilityDraft(**_with_origin(row) | _own_envelope(target, row)),
                by=by,
                at=at,
            )
        if known is not None:
            services.set_cost_model(machine_id=target_id, cost=known, by=by, at=at)
        if is_public:
            services.publish_machine(machine_id=target_id, by=by, at=at)


def _chooses(request: HttpRequest) -> bool:
    return "choose" in request.POST


def _save_machine(
    request: HttpRequest, form: MachineForm, known: Any, offers: OffersForm | None
) -> Any:
    site_id = UUID(form.cleaned_data["site_id"])
    by, at = actor_of(request), timezone.now()
    if known is None:
        draft = form.draft()
        return services.add_machine(
            site_id=site_id,
            draft=machines.as_published(draft, offers.entry) if offers else draft,
            capabilities=offers.drafts() if offers else [],
            by=by,
            at=at,
        )
    return services.revise_machine(
        machine_id=known.pk,
        version=form.cleaned_data["version"] or 0,
        draft=form.draft(),
        site_id=site_id,
        by=by,
        at=at,
    )


def _machine_facts(request: HttpRequest, known: Any, entry: Any) -> dict[str, Any]:
    """Return what the form begins with: a machine's facts, or those of a model."""
    if known is None:
        written = {
            name: value
            for name in MachineForm.base_fields
            if _chooses(request) and (value := request.POST.get(name, ""))
        }
        if entry is None:
            return written
        facts = {
            name: plain(value) for name, value in machines.facts_of_model(entry).items()
        }
        return {"name": entry.model, **written, **facts}
    return {name: getattr(known, name) for name in MachineForm.base_fields} | {
        "spindle_kw": plain(known.spindle_kw),
        "work_center": known.work_center_code,
    }


def _capability_facts(detail: machines.MachineDetail, row: Any) -> dict[str, Any]:
    """Return what the form begins with: what is stated, else what is proposed."""
    if row is not None:
        return {name: plain(value) for name, value in _draft_of(row).items()}
    facts: dict[str, Any] = {}
    if detail.proposal is not None and not detail.capabilities:
        facts["process_code"] = detail.proposal.process_code
    if detail.proposed_envelope_mm is not None:
        facts["envelope_kind"] = EnvelopeKind.BOX
        facts |= {
            name: plain(size)
            for name, size in zip(
                SIZES[EnvelopeKind.BOX], detail.proposed_envelope_mm, strict=True
            )
        }
    return facts


def _draft_of(row: Any) -> dict[str, Any]:
    names = (*CapabilityForm.base_fields, "tolerances")
    return {name: getattr(row, name) for name in names}


def _with_origin(row: Any) -> dict[str, Any]:
    """Return a capability's facts; what nobody confirmed there is not confirmed here."""
    return {
        **_draft_of(row),
        "from_catalog": frozenset(machines.unconfirmed_names(row)),
    }


def _own_envelope(target: machines.MachineDetail, row: Any) -> dict[str, Any]:
    own = target.proposed_envelope_mm
    if own is None or row.envelope_kind != EnvelopeKind.BOX:
        return {}
    return dict(zip(SIZES[EnvelopeKind.BOX], own, strict=True))


def _others_to_copy(machine_id: UUID) -> list[Any]:
    return [
        row
        for row in machines.machines_of().exclude(state=MachineState.RETIRED)
        if row.pk != machine_id and row.capabilities.all()
    ]


def _onward(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Go to the form that is still empty, if the planner wants to go on."""
    if "next" in request.POST:
        detail = found_machine(machine_id)
        if detail.cost_model is None:
            return redirect(reverse("portal:machine-cost", args=[machine_id]))
    return redirect("portal:machine", machine_id)
