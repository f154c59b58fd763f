"""What a planner says of a machine: itself, what it can do, what it costs."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
from apps.kernel.units import to_mm
from apps.library.types import BOX, CYLINDER, ModelEntry
from apps.machines import selectors as machines
from apps.machines.types import (
    CapabilityDraft,
    CostInputs,
    EnvelopeKind,
    MachineDraft,
    MachineKind,
)
from apps.portal.forms import PortalForm, Quantity, WholeQuantity
from apps.portal.public import places

FINEST, COARSEST = 1, 18
SIZES = {
    EnvelopeKind.BOX: ("size_x_mm", "size_y_mm", "size_z_mm"),
    EnvelopeKind.CYLINDER: ("diameter_mm", "length_mm"),
}


def site_choices() -> list[tuple[str, str]]:
    """Return the enterprise's sites to choose among."""
    return [(str(site.pk), site.name) for site in machines.sites()]


def work_center_choices() -> list[tuple[str, Any]]:
    """Return the enterprise's work centers by code, below their sites."""
    sites: dict[str, list[tuple[str, str]]] = {}
    for center in machines.work_centers():
        label = f"{center.code} · {center.name}"
        sites.setdefault(center.site.name, []).append((center.code, label))
    return [("", _t("None")), *sites.items()]


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
        name = f"{grade.label} · {grade.standard}" if grade.standard else grade.label
        groups.setdefault(label, []).append((grade.code, name))
    return list(groups.items())


# As people write a unit behind a length, and as UCUM names it.
LENGTH_UNITS = {
    "mm": "mm", "мм": "mm", "毫米": "mm", "cm": "cm", "см": "cm", "m": "m", "м": "m",
    "in": "[in_i]", "inch": "[in_i]", '"': "[in_i]", "″": "[in_i]", "''": "[in_i]",
}  # fmt: skip
WITH_UNIT = re.compile(
    rf"^(.*\d)\s*({'|'.join(map(re.escape, sorted(LENGTH_UNITS, reverse=True)))})\.?$",
    re.IGNORECASE,
)


class Length(Quantity):
    """A length in millimetres; with a unit behind it, in that unit."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(unit=_("mm"), **kwargs)

    def to_python(self, value: Any) -> Any:
        """Read 762, 762 mm, 76.2 cm, 30 in or 30" as the same length."""
        found = WITH_UNIT.match(str(value).strip()) if value else None
        if found is None:
            return super().to_python(value)
        number = super().to_python(found[1])
        unit = LENGTH_UNITS[found[2].lower()]
        return number and Decimal(str(to_mm(number, unit)))


NOT_CONFIRMED = _("From the maker's figures, not confirmed by you.")


class MachineForm(PortalForm):
    """A machine's own facts."""

    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("As it is called on the shop floor, such as Hurco04."),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    site_id = forms.ChoiceField(label=_("Site"))
    work_center = forms.ChoiceField(
        label=_("Work center"), required=False, help_text=_("One of its site.")
    )
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
    model_code = forms.CharField(
        widget=forms.HiddenInput, max_length=60, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked once here; as callables they are asked wherever they are drawn.
        sites, centers = site_choices(), work_center_choices()
        self.has_sites, self.has_work_centers = bool(sites), len(centers) > 1
        self.offer("site_id", sites)
        self.offer("work_center", centers)

    def mark_published(self, names: set[str]) -> None:
        """Say beside each figure that was filled in that it is the maker's."""
        for name in names & set(self.fields):
            self.fields[name].help_text = NOT_CONFIRMED

    def draft(self) -> MachineDraft:
        """Return what was written, as services take it.

        A machine that moves leaves the work center that it had; only one of the new
        site is chosen for it.
        """
        facts = dict(self.cleaned_data)
        moves = str(self.initial.get("site_id", "")) not in ("", facts["site_id"])
        if moves and facts["work_center"] == self.initial.get("work_center"):
            facts["work_center"] = ""
        del facts["site_id"], facts["version"]
        if facts["spindle_kw"] is not None:
            facts["spindle_kw"] = float(facts["spindle_kw"])
        return MachineDraft(**facts)


class OffersForm(PortalForm):
    """What a machine of a model is for, and the sizes that its maker publishes."""

    process_codes = forms.MultipleChoiceField(
        label=_("Processes"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Those that its maker builds it for."),
    )
    size_x_mm = Length(label="X", required=False)
    size_y_mm = Length(label="Y", required=False)
    size_z_mm = Length(label="Z", required=False)
    diameter_mm = Length(label=_("Diameter"), required=False)
    length_mm = Length(label=_("Length"), required=False)
    max_mass_kg = Quantity(label=_("Heaviest part"), unit=_("kg"), required=False)

    def __init__(self, *args: Any, entry: ModelEntry, **kwargs: Any) -> None:
        language = get_language() or "en"
        self.entry = entry
        kwargs.setdefault("prefix", "offer")
        kwargs["initial"] = {
            "process_codes": entry.process_codes,
            **{name: plain(entry.figure(name)) for name in (*BOX, *CYLINDER)},
            "max_mass_kg": plain(entry.figure("max_load_kg")),
        }
        super().__init__(*args, **kwargs)
        self.offer(
            "process_codes",
            [(code, catalog.label(code, language)) for code in entry.process_codes],
        )
        self.shape = (
            EnvelopeKind.CYLINDER
            if any(name in entry.figures for name in CYLINDER)
            else EnvelopeKind.BOX
        )
        for kind, names in SIZES.items():
            for name in names:
                if kind != self.shape:
                    del self.fields[name]
                elif name in entry.figures:
                    self.fields[name].help_text = NOT_CONFIRMED
                elif any(other in entry.figures for other in names):
                    self.fields[name].help_text = _(
                        "Its maker publishes none. State your own, or clear the others."
                    )
        if "max_load_kg" in entry.figures:
            self.fields["max_mass_kg"].help_text = NOT_CONFIRMED

    @property
    def sizes(self) -> list[Any]:
        """The fields of the envelope."""
        return [self[name] for name in SIZES[self.shape]]

    def clean(self) -> dict[str, Any]:
        """Ask for a whole envelope, or none."""
        facts = super().clean() or self.cleaned_data
        names = SIZES[self.shape]
        if facts.get("process_codes") and any(facts.get(name) for name in names):
            for name in names:
                if facts.get(name) is None and name not in self.errors:
                    self.add_error(
                        name,
                        _t("This is empty. Give all sizes of the envelope, or none."),
                    )
        return facts

    def drafts(self) -> list[CapabilityDraft]:
        """Return what was written, one draft a process."""
        facts: dict[str, Any] = {
            name: None if value is None else float(value)
            for name, value in self.cleaned_data.items()
            if name != "process_codes"
        }
        has_sizes = all(facts[name] is not None for name in SIZES[self.shape])
        return [
            machines.as_published(
                CapabilityDraft(
                    process_code=code,
                    envelope_kind=self.shape if has_sizes else None,
                    **facts,
                ),
                self.entry,
            )
            for code in self.cleaned_data["process_codes"]
        ]


def plain(value: Any) -> Any:
    """Write 610.0 as 610: the point is no news."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(str(value))
    return value


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
    size_x_mm = Length(label="X", required=False)
    size_y_mm = Length(label="Y", required=False)
    size_z_mm = Length(label="Z", required=False)
    diameter_mm = Length(label=_("Diameter"), required=False)
    length_mm = Length(label=_("Length"), required=False)
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
        self.offer("target_ids", choices)
