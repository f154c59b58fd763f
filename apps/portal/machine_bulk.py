"""Changing many machines at once: chosen, looked at, done, taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.kernel.errors import DomainError
from apps.kernel.identifiers import uuid7
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import BulkItem, BulkOutcome, MachineChange, MachineState
from apps.portal import formats
from apps.portal.access import access
from apps.portal.changes import label_of, told, value_text
from apps.portal.forms import PortalForm, Quantity, WholeQuantity
from apps.portal.machine_forms import site_choices
from apps.portal.machine_list import (
    asked_of,
    chosen_ids,
    filtered_machines,
    query_of,
)
from apps.portal.machines import uuid_of
from apps.portal.public import places
from tenants.jobs.selectors import job_status
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role

SALT = "spindle.portal.machines_to_change"
# What the pages show of machines; counts are of all.
SHOWN = 100
AS_IT_IS = ("", _("As it is"))
NO_CENTER = "-"
YES, NO = "yes", "no"
ANSWERS = {YES: True, NO: False}


def center_codes() -> list[tuple[str, str]]:
    """Return the work centers to choose among, each with its site."""
    return [
        (center.code, f"{center.code} · {center.site.name}")
        for center in machines.work_centers()
    ]


class ChangeForm(PortalForm):
    """What all chosen machines are to be; what is left empty stays as it is."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[AS_IT_IS, *MachineState.choices],
        required=False,
        help_text=_("A retired machine leaves the exchange."),
    )
    site_id = forms.ChoiceField(label=_("Site"), required=False)
    work_center = forms.ChoiceField(
        label=_("Work center"),
        required=False,
        help_text=_("One of the machine's site. A machine that moves leaves its own."),
    )
    auto_quote = forms.ChoiceField(
        label=_("Quotes by itself"),
        choices=[AS_IT_IS, (YES, _("Yes")), (NO, _("No"))],
        required=False,
    )
    hourly_rate = Quantity(
        label=_("Machine hour"),
        unit="",
        required=False,
        min_value=0,
        decimal_places=2,
    )
    currency = forms.ChoiceField(
        label=_("Currency"), choices=places.currencies, required=False
    )
    hourly_rate_percent = Quantity(
        label=_("or raised by"),
        unit="%",
        required=False,
        decimal_places=2,
        help_text=_("Below zero to lower it."),
    )
    batch_min = WholeQuantity(
        label=_("Smallest batch"), unit="", required=False, min_value=1
    )
    batch_max = WholeQuantity(
        label=_("Largest batch"), unit="", required=False, min_value=1
    )
    is_published = forms.ChoiceField(
        label=_("In the exchange"),
        choices=[AS_IT_IS, (YES, _("Publish")), (NO, _("Withdraw"))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked once: a field asks again wherever it is drawn.
        self.offer("site_id", [AS_IT_IS, *site_choices()])
        self.offer("work_center", [AS_IT_IS, (NO_CENTER, _("None")), *center_codes()])

    def change(self) -> MachineChange:
        """Return what was asked, as services take it."""
        said = self.cleaned_data
        center = said["work_center"]
        return MachineChange(
            state=said["state"] or None,
            site_id=uuid_of(said["site_id"]),
            work_center=("" if center == NO_CENTER else center) if center else None,
            auto_quote=ANSWERS.get(said["auto_quote"]),
            hourly_rate=said["hourly_rate"],
            currency=said["currency"] if said["hourly_rate"] is not None else "",
            hourly_rate_percent=said["hourly_rate_percent"],
            batch_min=said["batch_min"],
            batch_max=said["batch_max"],
            is_published=ANSWERS.get(said["is_published"]),
        )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """Let a planner say what machines are to be, look at it, and have it done."""
    if request.method != "POST":
        return _begin(request)
    seen = _unpacked(request.POST.get("items", ""))
    if not seen:
        messages.error(request, _t("No machine is ticked. Tick those to be changed."))
        return redirect("portal:machines")
    form = ChangeForm(request.POST)
    is_given = form.is_valid() and "edit" not in request.POST
    outcomes: list[BulkOutcome] = []
    if is_given:
        change = form.change()
        items = [BulkItem(machine_id, version, change) for machine_id, version in seen]
        try:
            if "apply" in request.POST:
                return _done(request, items)
            outcomes = services.preview_changes(items)
        except DomainError as error:
            form.refuse(error)
    return _shown(request, seen, form, outcomes)


@access(Role.PLANNER)
@require_safe
def result(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Show what a change of many machines did, or how far it has come."""
    try:
        record = machines.bulk_change(bulk_id)
    except machines.ChangeNotFound as error:
        return _waiting(request, bulk_id, error)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})
    facts = record.facts
    rows = machines.changes_of(record)[:SHOWN]
    return render(
        request,
        "portal/machines/bulk_result.html",
        {
            "bulk_id": bulk_id,
            "record": record,
            "facts": facts,
            "asked": _asked_words(facts["asked"]),
            "changed": [
                {
                    "machine_id": row.subject_id,
                    "label": row.subject_label,
                    "told": told(row.facts["changed"]),
                }
                for row in rows
            ],
            "refusals": [
                {
                    "code": one["machine"],
                    "detail": one["detail"],
                    "remedy": one["remedy"],
                }
                for one in facts["refusals"][:SHOWN]
            ],
            "is_undone": machines.is_undone(bulk_id),
            "undo_of": facts.get("undo_of"),
        },
    )


@access(Role.PLANNER)
@require_POST
def undo(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Make the machines of a change what they were."""
    try:
        undo_id, job_id = services.undo_change(
            bulk_id=bulk_id, by=actor_of(request), at=timezone.now()
        )
    except machines.ChangeNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:machine-bulk-result", bulk_id)
    return _to_result(undo_id, job_id)


def _begin(request: HttpRequest) -> HttpResponse:
    """Ask what the machines are to be that were ticked, or that a filter keeps."""
    asked, found = filtered_machines(request)
    if request.GET.get("scope") != "all":
        found = found.filter(pk__in=chosen_ids(request.GET))
    rows = found.order_by("-pk").values_list("pk", "version")
    seen = list(rows[: services.MOST_BY_A_JOB + 1])
    if not seen:
        messages.error(request, _t("No machine is ticked. Tick those to be changed."))
        return redirect(f"{reverse('portal:machines')}?{query_of(asked)}")
    if len(seen) > services.MOST_BY_A_JOB:
        messages.error(
            request,
            _t("More than %(most)s machines match. Filter the list further.")
            % {"most": formats.number(services.MOST_BY_A_JOB)},
        )
        return redirect(f"{reverse('portal:machines')}?{query_of(asked)}")
    form = ChangeForm(initial={"currency": enterprise_of(request).currency})
    return _shown(request, seen, form, [])


def _shown(
    request: HttpRequest,
    seen: Sequence[tuple[UUID, int]],
    form: ChangeForm,
    outcomes: Sequence[BulkOutcome],
) -> HttpResponse:
    refused = [one for one in outcomes if one.error]
    changed = [one for one in outcomes if one.changed]
    names = machines.machines_of().filter(pk__in=[one for one, _seen in seen[:SHOWN]])
    return render(
        request,
        "portal/machines/bulk.html",
        {
            "form": form,
            "items": _packed(seen),
            "count": len(seen),
            "count_text": ngettext("%(count)s machine", "%(count)s machines", len(seen))
            % {"count": formats.number(len(seen))},
            "codes": list(names.order_by("code").values_list("code", flat=True)),
            "more": max(len(seen) - SHOWN, 0),
            "is_previewed": bool(outcomes),
            "is_by_a_job": len(seen) > services.MOST_AT_ONCE,
            "refused": [_row(one) for one in refused[:SHOWN]],
            "changed": [_row(one) for one in changed[:SHOWN]],
            "refused_count": len(refused),
            "changed_count": len(changed),
            "unchanged_count": len(outcomes) - len(refused) - len(changed),
            "back": f"{reverse('portal:machines')}?{query_of(asked_of(request.GET))}",
        },
        status=422 if form.errors else 200,
    )


def _row(one: BulkOutcome) -> dict[str, Any]:
    return {
        "machine_id": one.machine_id,
        "code": one.code or _t("one that is not there"),
        "is_there": bool(one.code),
        "told": told(one.changed),
        "detail": str(one.error.detail) if one.error else "",
        "remedy": str(one.error.remedy) if one.error else "",
    }


def _done(request: HttpRequest, items: Sequence[BulkItem]) -> HttpResponse:
    by = actor_of(request)
    if len(items) > services.MOST_AT_ONCE:
        return _to_result(*services.start_change(items=items, by=by))
    bulk_id = uuid7()
    services.change_machines(items=items, bulk_id=bulk_id, by=by, at=timezone.now())
    return _to_result(bulk_id, None)


def _to_result(bulk_id: UUID, job_id: UUID | None) -> HttpResponse:
    address = reverse("portal:machine-bulk-result", args=[bulk_id])
    return redirect(f"{address}?job={job_id}" if job_id else address)


def _waiting(
    request: HttpRequest, bulk_id: UUID, error: machines.ChangeNotFound
) -> HttpResponse:
    """Show how the job stands that is to make the change."""
    job_id = uuid_of(request.GET.get("job", ""))
    status = job_status(job_id) if job_id else None
    if status is None or status.kind != "machines.change_machines":
        raise Http404 from error
    template = "bulk_job" if request.htmx else "bulk_waiting"  # type: ignore[attr-defined]
    return render(
        request,
        f"portal/machines/{template}.html",
        {
            "bulk_id": bulk_id,
            "job_id": job_id,
            "job": {
                "id": status.id,
                "state": status.state,
                "label": status.state.label,
                "is_active": not status.is_over,
                "percent": status.percent,
                "note": status.note,
                "error": status.error,
            },
        },
    )


def _asked_words(asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Say what was asked of all machines."""
    found = []
    for name, value in asked.items():
        if name in {"currency", "batches", "drops_costs"}:
            continue
        text = value_text(name, value)
        if name == "site_id":
            known = dict(site_choices())
            text = known.get(value, _t("one that is not there"))
        elif name == "hourly_rate":
            text = f"{text} {asked.get('currency', '')}".strip()
        elif name == "hourly_rate_percent":
            text = formats.percent(float(value) / 100, 2)
        elif name == "work_center" and not value:
            text = _t("None")
        found.append((label_of(name), text))
    return found


def _packed(seen: Sequence[tuple[UUID, int]]) -> str:
    """Write machines with the versions that were seen, for the next page to send."""
    pairs = [[machine_id.hex, version] for machine_id, version in seen]
    return signing.dumps(pairs, salt=SALT, compress=True)


def _unpacked(text: str) -> list[tuple[UUID, int]]:
    try:
        return [(UUID(key), version) for key, version in signing.loads(text, salt=SALT)]
    except (signing.BadSignature, ValueError, TypeError):
        return []
