"""One conversion at the edge: what comes in is stored in mm, um, kg and minutes."""

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from pint import UnitRegistry

# UCUM codes that people and partners send, by what they measure.
LENGTHS = {"mm": "millimeter", "cm": "centimeter", "m": "meter", "[in_i]": "inch"}
MASSES = {"kg": "kilogram", "g": "gram", "t": "metric_ton", "[lb_av]": "pound"}
ROUGHNESSES = {"um": "micrometer", "[uin_i]": "microinch"}


@cache
def _registry() -> "UnitRegistry[float]":
    # Imported here: pint costs 0.3 s that web and worker need not pay at start.
    from pint import UnitRegistry

    return UnitRegistry()


def _convert(
    value: object, unit: str, known: dict[str, str], target: str, field: str
) -> float:
    if unit not in known:
        raise InvalidInput(
            _("%(unit)s is not a unit of %(field)s.") % {"unit": unit, "field": field},
            field=field,
            value=unit,
            remedy=_("Use one of: %(units)s.") % {"units": ", ".join(known)},
        )
    try:
        number = float(Decimal(str(value)))
    except (InvalidOperation, ValueError) as error:
        raise InvalidInput(
            _("%(value)s is not a number.") % {"value": value},
            field=field,
            value=value,
            remedy=_("Give a decimal number such as 12.5."),
        ) from error
    if known[unit] == target:
        return number
    converted = _registry().Quantity(number, known[unit]).to(target).magnitude
    return round(float(converted), 9)


def to_mm(value: object, unit: str = "mm", *, field: str = "length") -> float:
    """Return a length in millimetres.

    :raises InvalidInput: if the unit (UCUM) or the number is not understood.
    """
    return _convert(value, unit, LENGTHS, "millimeter", field)


def to_kg(value: object, unit: str = "kg", *, field: str = "mass") -> float:
    """Return a mass in kilograms.

    :raises InvalidInput: if the unit (UCUM) or the number is not understood.
    """
    return _convert(value, unit, MASSES, "kilogram", field)


def to_um(value: object, unit: str = "um", *, field: str = "roughness") -> float:
    """Return a roughness in micrometres.

    :raises InvalidInput: if the unit (UCUM) or the number is not understood.
    """
    return _convert(value, unit, ROUGHNESSES, "micrometer", field)
