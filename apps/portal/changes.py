"""What changed of a thing, from what to what, in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
from apps.library.types import MachineKind
from apps.machines.types import EnvelopeKind, LocationDisclosure, MachineState
from apps.portal import formats
from apps.portal.public import places
from apps.portal.tolerances import feature_figures

BATCH = "batch."
LABELS: dict[str, str | Promise] = {
    "address": _("Address"),
    "auto_quote": _("Quotes by itself"),
    "axes": _("Axes"),
    "batch_max": _("Largest batch"),
    "batch_min": _("Smallest batch"),
    "city": _("City"),
    "code": _("Code"),
    "country": _("Country"),
    "currency": _("Currency"),
    "description": _("Description"),
    "diameter_mm": _("Diameter"),
    "envelope_kind": _("Envelope"),
    "figures_source": _("Source of these figures"),
    "finishing_cm2_per_min": _("Finishing"),
    "holiday_country": _("Public holidays of"),
    "holiday_subdivision": _("And of the region"),
    "hourly_rate": _("Machine hour"),
    "hourly_rate_percent": _("Machine hour raised by"),
    "inspection_minutes_per_part": _("Inspection of a piece"),
    "is_published": _("In the exchange"),
    "it_grade": _("Tolerance"),
    "kind": _("Kind"),
    "latitude": _("Latitude"),
    "length_mm": _("Length"),
    "location_disclosure": _("What others see of the place"),
    "longitude": _("Longitude"),
    "maker": _("Maker"),
    "margin_percent": _("Margin"),
    "material_codes": _("Materials"),
    "material_groups": _("Material groups"),
    "material_markup_percent": _("Markup on material"),
    "max_mass_kg": _("Heaviest part"),
    "minimum_charge": _("Least charge"),
    "model": _("Model"),
    "model_code": _("Model in the library"),
    "name": _("Name"),
    "process_code": _("Process"),
    "programming_hours": _("Programming, once an order"),
    "programming_rate": _("Programming hour"),
    "region": _("Region"),
    "removal_cm3_per_min": _("Roughing"),
    "roughness_um": _("Roughness Ra"),
    "scrap_percent": _("Scrap"),
    "serial_number": _("Serial number"),
    "setup_minutes": _("Setup"),
    "setup_rate": _("Setup hour"),
    "site": _("Site"),
    "site_id": _("Site"),
    "size_x_mm": "X",
    "size_y_mm": "Y",
    "size_z_mm": "Z",
    "spindle_kw": _("Spindle power"),
    "spindle_rpm": _("Spindle speed"),
    "state": _("State"),
    "time_zone": _("Time zone"),
    "tolerances": _("Tolerances of features"),
    "work_center": _("Work center"),
}
# Figures by the unit in which they are kept.
UNITS = {
    **dict.fromkeys(
        ("size_x_mm", "size_y_mm", "size_z_mm", "diameter_mm", "length_mm"), "mm"
    ),
    "max_mass_kg": "kg",
    "roughness_um": "um",
    "spindle_kw": "kW",
    "spindle_rpm": "rpm",
    "setup_minutes": "min",
    "inspection_minutes_per_part": "min",
    "removal_cm3_per_min": "cm3/min",
    "finishing_cm2_per_min": "cm2/min",
}
PLAIN_NUMBERS = frozenset(("axes", "batch_min", "batch_max", "programming_hours"))
AMOUNTS = frozenset(("hourly_rate", "setup_rate", "programming_rate", "minimum_charge"))
PERCENTS = frozenset(("material_markup_percent", "scrap_percent", "margin_percent"))


@dataclass(frozen=True, slots=True)
class Told:
    """One fact that changed, in words."""

    label: str
    before: str
    after: str


def told(changed: object) -> list[Told]:
    """Say each change of a record; what it has no word for stands by its own name.

    Not every record names changes, and some count things by that name.
    """
    if not isinstance(changed, Mapping):
        return []
    return [
        Told(label_of(name), value_text(name, pair[0]), value_text(name, pair[1]))
        for name, pair in changed.items()
        if isinstance(pair, Sequence) and len(pair) == 2
    ]


def label_of(name: str) -> str:
    """Name a fact as the page of the machine does."""
    if name.startswith(BATCH):
        process = catalog.label(name.removeprefix(BATCH), get_language() or "en")
        return _t("Batch, %(process)s") % {"process": process}
    return str(LABELS.get(name, name))


def value_text(name: str, value: Any) -> str:
    """Write a value as the page of the machine does."""
    if name.startswith(BATCH) and isinstance(value, list):
        return " – ".join(formats.number(_number(one), 0) for one in value)
    if value is None or value in ("", [], {}):
        return formats.UNKNOWN
    if name == "is_published":
        return _t("Published") if value else _t("Not published")
    if isinstance(value, bool):
        return _t("Yes") if value else _t("No")
    if name in UNITS:
        return formats.quantity(_number(value), UNITS[name])
    if name in PLAIN_NUMBERS:
        return formats.number(_number(value))
    if name in AMOUNTS:
        return formats.amount(_number(value))
    if name in PERCENTS:
        return formats.percent((_number(value) or 0) / 100, 2)
    worded = WORDED.get(name)
    return worded(value) if worded else _plain(value)


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _choice(choices: Sequence[tuple[str, Any]]) -> Callable[[Any], str]:
    def text(value: Any) -> str:
        return str(dict(choices).get(value, value))

    return text


def _groups(value: Any) -> str:
    known = dict(MaterialGroup.choices)
    return ", ".join(str(known.get(one, one)) for one in value)


def _features(value: Any) -> str:
    figures = {
        feature: {
            name: int(one) if name == "it_grade" else _number(one)
            for name, one in stated.items()
        }
        for feature, stated in value.items()
    }
    return "; ".join(f"{one.label} {one.text}" for one in feature_figures(figures))


WORDED: dict[str, Callable[[Any], str]] = {
    "state": _choice(MachineState.choices),
    "kind": _choice(MachineKind.choices),
    "envelope_kind": _choice(EnvelopeKind.choices),
    "location_disclosure": _choice(LocationDisclosure.choices),
    "country": places.country_name,
    "holiday_country": places.country_name,
    "it_grade": lambda value: f"IT{value}",
    "material_groups": _groups,
    "tolerances": _features,
    "process_code": lambda value: catalog.label(value, get_language() or "en"),
}
