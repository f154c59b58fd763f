"""What a planner says of a machine: itself, what it can do, what it costs."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
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
        name = f"{grade.label} · {grade.standard}" if grade.standard else grade.label
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
