"""What a planner says of a machine: itself, what it can do, what it costs."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import (
    CapabilityDraft,
    CostInputs,
    EnvelopeKind,
    MachineDraft,
    MachineKind,
    MachineState,
)
from apps.portal.access import access
from apps.portal.forms import PortalForm, Quantity, WholeQuantity
from apps.portal.machines import found_machine
from apps.portal.public import places
from tenants.middleware import actor_of
from tenants.types import Role

FINEST, COARSEST = 1, 18
SIZES = {
    EnvelopeKind.BOX: ("size_x_mm", "size_y_mm", "size_z_mm"),
    EnvelopeKind.CYLINDER: ("diameter_mm", "length_mm"),
}


def site_choices() -> list[tuple[str, str]]:
    """Return the enterprise's sites for a form."""
    return [(str(site.pk), site.name) for site in machines.sites()]


def process_choices() -> list[tuple[str, Any]]:
    """Return what a machine can be for, grouped by what stands above it."""
    language = get_language() or "en"
    groups: dict[str, list[tuple[str, str]]] = {}
    for node in catalog.process_tree():
        if node.parent is None:
            continue
        above = catalog.process_by_code(node.parent)
        groups.setdefault(catalog.label(above, language), []).append(
            (node.code, catalog.label(node, language))
        )
    return [("", "—"), *groups.items()]


def grade_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the catalog's materials, each in its group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for grade in catalog.materials():
        label = str(MaterialGroup(grade.group).label)
        # Several standards call their own steel 45.
        name = f"{grade.name} · {grade.standard}" if grade.standard else grade.name
        groups.setdefault(label, []).append((grade.code, name))
    return list(groups.items())


class MachineForm(PortalForm):
    """A machine's own facts."""

    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("As it is called on the shop floor, such as Hurco04."),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    site_id = forms.ChoiceField(label=_("Site"), choices=site_choices)
    kind = forms.ChoiceField(label=_("Kind"), choices=MachineKind.choices)
    maker = forms.CharField(
        label=_("Maker"),
        max_length=120,
        required=False,
        help_text=_("Needed before others can see it."),
    )
    model = forms.CharField(
        label=_("Model"),
        max_length=120,
        required=False,
        help_text=_("Needed before others can see it."),
    )
    serial_number = forms.CharField(
        label=_("Serial number"), max_length=120, required=False
    )
    axes = WholeQuantity(
        label=_("Axes"), unit="", required=False, min_value=1, max_value=100
    )
    spindle_rpm = WholeQuantity(
        label=_("Spindle speed"), unit=_("rpm"), required=False, min_value=1
    )
    spindle_kw = Quantity(
        label=_("Spindle power"), unit=_("kW"), required=False, min_value=0
    )
    figures_source = forms.CharField(
        label=_("Source of these figures"),
        max_length=300,
        required=False,
        help_text=_("The maker's data sheet, a measurement, an acceptance report."),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    auto_quote = forms.BooleanField(
        label=_(
            "Quote by itself: when a request fits, the price follows from the"
            " cost model and the machine time is held for 48 hours"
        ),
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def draft(self) -> MachineDraft:
        """Return what was written, as services take it."""
        facts = dict(self.cleaned_data)
        del facts["site_id"], facts["version"]
        if facts["spindle_kw"] is not None:
            facts["spindle_kw"] = float(facts["spindle_kw"])
        return MachineDraft(**facts)


class CapabilityForm(PortalForm):
    """What a machine can do in one process."""

    process_code = forms.ChoiceField(label=_("Process"), choices=process_choices)
    material_groups = forms.MultipleChoiceField(
        label=_("Materials"),
        choices=MaterialGroup.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whole groups of ISO 513, and families outside of it."),
    )
    material_codes = forms.MultipleChoiceField(
        label=_("Single grades besides"),
        choices=grade_choices,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8, "data-choose": ""}),
        help_text=_("Grades that you cut although their group is not ticked."),
    )
    envelope_kind = forms.ChoiceField(
        label=_("Shape of the largest part"),
        choices=[("", _("Not stated")), *EnvelopeKind.choices],
        required=False,
        help_text=_("A box for milling, a cylinder for turning."),
    )
    size_x_mm = Quantity(label="X", unit=_("mm"), required=False)
    size_y_mm = Quantity(label="Y", unit=_("mm"), required=False)
    size_z_mm = Quantity(label="Z", unit=_("mm"), required=False)
    diameter_mm = Quantity(label=_("Diameter"), unit=_("mm"), required=False)
    length_mm = Quantity(label=_("Length"), unit=_("mm"), required=False)
    max_mass_kg = Quantity(label=_("Heaviest part"), unit=_("kg"), required=False)
    it_grade = forms.TypedChoiceField(
        label=_("Finest tolerance"),
        choices=[
            ("", _("Not stated")),
            *[(str(n), f"IT{n}") for n in range(FINEST, COARSEST + 1)],
        ],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The ISO 286 grade that you hold in series."),
    )
    roughness_um = Quantity(
        label=_("Finest roughness Ra"), unit="µm", required=False, min_value=0
    )
    batch_min = WholeQuantity(
        label=_("Smallest batch"), unit=_("pcs"), required=False, min_value=1
    )
    batch_max = WholeQuantity(
        label=_("Largest batch"), unit=_("pcs"), required=False, min_value=1
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a whole envelope; what the chosen shape hides is not meant."""
        facts = super().clean() or self.cleaned_data
        shape = facts.get("envelope_kind")
        for kind, names in SIZES.items():
            for name in names:
                if kind != shape:
                    facts[name] = None
                    self.errors.pop(name, None)
                elif facts.get(name) is None and name not in self.errors:
                    self.add_error(
                        name,
                        _t(
                            "This is empty. Give all sizes of the envelope,"
                            " or choose no shape."
                        ),
                    )
        return facts

    def draft(self) -> CapabilityDraft:
        """Return what was written, as services take it."""
        facts = dict(self.cleaned_data)
        for name, value in facts.items():
            if isinstance(value, Decimal):
                facts[name] = float(value)
        return CapabilityDraft(
            **{
                **facts,
                "material_groups": tuple(facts["material_groups"]),
                "material_codes": tuple(facts["material_codes"]),
                "envelope_kind": facts["envelope_kind"] or None,
            }
        )


PER_HOUR = pgettext_lazy("unit", "an hour")


class CostForm(PortalForm):
    """What work on a machine costs."""

    currency = forms.ChoiceField(label=_("Currency"), choices=places.currencies)
    hourly_rate = Quantity(label=_("Machine hour"), unit=PER_HOUR, decimal_places=2)
    setup_minutes = Quantity(label=_("Setup"), unit=_("min"), decimal_places=2)
    setup_rate = Quantity(label=_("Setup hour"), unit=PER_HOUR, decimal_places=2)
    programming_hours = Quantity(
        label=_("Programming, once an order"), unit=_("h"), decimal_places=2
    )
    programming_rate = Quantity(
        label=_("Programming hour"), unit=PER_HOUR, decimal_places=2
    )
    inspection_minutes_per_part = Quantity(
        label=_("Inspection of a piece"), unit=_("min"), decimal_places=2
    )
    material_markup_percent = Quantity(
        label=_("Markup on material"), unit="%", decimal_places=2
    )
    scrap_percent = Quantity(label=_("Scrap"), unit="%", decimal_places=2)
    margin_percent = Quantity(label=_("Margin"), unit="%", decimal_places=2)
    minimum_charge = Quantity(label=_("Least charge"), unit="", decimal_places=2)
    removal_cm3_per_min = Quantity(
        label=_("Roughing"),
        unit="cm³/min",
        required=False,
        decimal_places=2,
        help_text=_(
            "In wrought aluminium; other materials follow from their machinability."
            " Without it prices cannot be worked out by themselves."
        ),
    )
    finishing_cm2_per_min = Quantity(
        label=_("Finishing"), unit="cm²/min", required=False, decimal_places=2
    )

    def inputs(self) -> CostInputs:
        """Return what was written, as services take it."""
        return CostInputs(**self.cleaned_data)


class AlikeForm(PortalForm):
    """Machines that are to offer the same as another."""

    target_ids = forms.MultipleChoiceField(
        label=_("Machines"), widget=forms.CheckboxSelectMultiple
    )
    publish = forms.BooleanField(
        label=_("Publish them at once, so that buyers see them"), required=False
    )

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["target_ids"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Let a planner add a machine, or change what is said of one."""
    known = found_machine(machine_id).machine if machine_id else None
    form = MachineForm(
        request.POST if request.method == "POST" else None,
        initial=_machine_facts(known),
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save_machine(request, form, known)
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("portal:machine", saved.pk)
    return render(
        request,
        "portal/machines/write.html",
        {"form": form, "machine": known, "has_sites": bool(site_choices())},
        status=422 if form.errors else 200,
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
    if row is not None:
        # Another process is another capability; this one would stay beside it.
        form.fields["process_code"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            services.set_capability(
                machine_id=machine_id,
                draft=form.draft(),
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
            "detail": detail,
            "machine": detail.machine,
            "row": row,
            "others": _others_to_copy(machine_id),
            "is_new": row is None,
        },
        status=422 if form.errors else 200,
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def cost(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let a planner state what work on a machine costs."""
    detail = found_machine(machine_id)
    enterprise = request.enterprise  # type: ignore[attr-defined]
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
                draft=CapabilityDraft(**_draft_of(row) | _own_envelope(target, row)),
                by=by,
                at=at,
            )
        if known is not None:
            services.set_cost_model(machine_id=target_id, cost=known, by=by, at=at)
        if is_public:
            services.publish_machine(machine_id=target_id, by=by, at=at)


def _save_machine(request: HttpRequest, form: MachineForm, known: Any) -> Any:
    site_id = UUID(form.cleaned_data["site_id"])
    by, at = actor_of(request), timezone.now()
    if known is None:
        return services.add_machine(site_id=site_id, draft=form.draft(), by=by, at=at)
    return services.revise_machine(
        machine_id=known.pk,
        version=form.cleaned_data["version"] or 0,
        draft=form.draft(),
        site_id=site_id,
        by=by,
        at=at,
    )


def _machine_facts(known: Any) -> dict[str, Any]:
    if known is None:
        return {}
    return {name: getattr(known, name) for name in MachineForm.base_fields} | {
        "spindle_kw": _plain(known.spindle_kw)
    }


def _capability_facts(detail: machines.MachineDetail, row: Any) -> dict[str, Any]:
    """Return what the form begins with: what is stated, else what is proposed."""
    if row is not None:
        return {name: _plain(value) for name, value in _draft_of(row).items()}
    facts: dict[str, Any] = {}
    if detail.proposal is not None and not detail.capabilities:
        facts["process_code"] = detail.proposal.process_code
    if detail.proposed_envelope_mm is not None:
        facts["envelope_kind"] = EnvelopeKind.BOX
        facts |= {
            name: _plain(size)
            for name, size in zip(
                SIZES[EnvelopeKind.BOX], detail.proposed_envelope_mm, strict=True
            )
        }
    return facts


def _draft_of(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CapabilityForm.base_fields}


def _own_envelope(target: machines.MachineDetail, row: Any) -> dict[str, Any]:
    own = target.proposed_envelope_mm
    if own is None or row.envelope_kind != EnvelopeKind.BOX:
        return {}
    return dict(zip(SIZES[EnvelopeKind.BOX], own, strict=True))


def _plain(value: Any) -> Any:
    """Write 610.0 as 610: the point is no news."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(str(value))
    return value


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
