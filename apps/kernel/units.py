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

# UCUM codes of all that the catalog states, as the library of units spells them.
UCUM = {
    **LENGTHS,
    **MASSES,
    **ROUGHNESSES,
    "1": "dimensionless",
    "%": "percent",
    "km": "kilometer",
    "[ft_i]": "foot",
    "m2": "meter ** 2",
    "[sft_i]": "foot ** 2",
    "mm/s": "millimeter / second",
    "m/s": "meter / second",
    "km/h": "kilometer / hour",
    "m/s2": "meter / second ** 2",
    "[g]": "standard_gravity",
    "kg/h": "kilogram / hour",
    "g/h": "gram / hour",
    "N": "newton",
    "kN": "kilonewton",
    "MN": "meganewton",
    "[lbf_av]": "pound_force",
    "N.m": "newton * meter",
    "J": "joule",
    "kW": "kilowatt",
    "W": "watt",
    "[HP]": "horsepower",
    "Pa": "pascal",
    "hPa": "hectopascal",
    "kPa": "kilopascal",
    "MPa": "megapascal",
    "bar": "bar",
    "mbar": "millibar",
    "[psi]": "psi",
    "Pa.m3/s": "pascal * meter ** 3 / second",
    "mbar.L/s": "millibar * liter / second",
    "Cel": "degree_Celsius",
    "[degF]": "degree_Fahrenheit",
    "K": "kelvin",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "/min": "1 / minute",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "Mbit/s": "megabit / second",
    "Gbit/s": "gigabit / second",
    "V/m": "volt / meter",
    "kV": "kilovolt",
    "W/m2": "watt / meter ** 2",
    "Gy": "gray",
    "kGy": "kilogray",
}
# Scales that only compare with themselves: no factor leads to another unit.
SCALES = frozenset({"[HRC]", "dB[SPL]"})


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


def is_known(unit: str) -> bool:
    """Say whether a UCUM code is one that this cloud understands."""
    return unit in UCUM or unit in SCALES


def convert(value: object, unit: str, to: str, *, field: str = "value") -> float:
    """Return a figure in another unit, both by their UCUM code.

    :raises InvalidInput: if a unit or the number is not understood, or if the units
        do not measure the same.
    """
    if unit == to and unit in SCALES:
        return _convert(value, unit, {unit: unit}, unit, field)
    target = UCUM.get(to)
    if target is None or not _measure_the_same(unit, to):
        raise InvalidInput(
            _("%(unit)s cannot be stated in %(to)s.") % {"unit": unit, "to": to},
            field=field,
            value=unit,
            remedy=_("Use a unit that measures the same."),
        )
    return _convert(value, unit, UCUM, target, field)


def _measure_the_same(unit: str, to: str) -> bool:
    if unit not in UCUM:
        return True  # Refused by the conversion, which names the units there are.
    units = _registry()
    same: bool = units.Unit(UCUM[unit]).is_compatible_with(units.Unit(UCUM[to]))
    return same


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
