"""Numbers, money, dates and durations as the reader's language writes them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_datetime_format,
)
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
NARROW_NO_BREAK_SPACE = "\N{NARROW NO-BREAK SPACE}"
UNKNOWN = "\N{EN DASH}"

MINUTES_PER_HOUR = 60
# Beyond this nobody plans by the minute.
LONG_HOURS = 100

# Symbols only: a unit that is not here is shown as its own code.
UNITS: dict[str, str | Promise] = {
    "mm": pgettext_lazy("unit", "mm"),
    "um": pgettext_lazy("unit", "µm"),
    "kg": pgettext_lazy("unit", "kg"),
    "g": pgettext_lazy("unit", "g"),
    "mm2": pgettext_lazy("unit", "mm²"),
    "cm2": pgettext_lazy("unit", "cm²"),
    "mm3": pgettext_lazy("unit", "mm³"),
    "cm3": pgettext_lazy("unit", "cm³"),
    "cm3/min": pgettext_lazy("unit", "cm³/min"),
    "cm2/min": pgettext_lazy("unit", "cm²/min"),
    "rpm": pgettext_lazy("unit", "rpm"),
    "kW": pgettext_lazy("unit", "kW"),
    "km": pgettext_lazy("unit", "km"),
    "h": pgettext_lazy("unit", "h"),
    "min": pgettext_lazy("unit", "min"),
    "%": "%",
    "pcs": pgettext_lazy("unit", "pcs"),
}

Number = Decimal | float | int


@cache
def _locale(language: str) -> Locale:
    # "en" alone writes months first and hours in halves of a day, which planners
    # outside the United States misread.
    code = {"en": "en_GB", "zh-hans": "zh_Hans_CN", "zh": "zh_Hans_CN"}.get(
        language, language.replace("-", "_")
    )
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def locale() -> Locale:
    """Return the locale of the language in force."""
    return _locale(get_language() or "en")


def number(value: Number | None, digits: int = 2) -> str:
    """Write a number with at most so many digits after the decimal sign."""
    if value is None:
        return UNKNOWN
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=locale())


def percent(value: Number | None, digits: int = 0) -> str:
    """Write a share, where 1 is the whole, in percent."""
    if value is None:
        return UNKNOWN
    pattern = "#,##0" + ("." + "#" * digits if digits else "") + "%"
    return format_percent(value, format=pattern, locale=locale())


def money(amount: Number | None, currency: str) -> str:
    """Write an amount with its currency."""
    if amount is None:
        return UNKNOWN
    return format_currency(amount, currency, locale=locale())


def amount(value: Number | None) -> str:
    """Write an amount of money whose currency stands elsewhere."""
    if value is None:
        return UNKNOWN
    return format_decimal(value, format="#,##0.00", locale=locale())


def unit_symbol(unit: str) -> str:
    """Write a unit as the reader's language abbreviates it."""
    return str(UNITS.get(unit, unit))


def quantity(value: Number | None, unit: str, digits: int = 3) -> str:
    """Write a number with its unit, never broken over two lines."""
    if value is None:
        return UNKNOWN
    return f"{number(value, digits)}{NO_BREAK_SPACE}{unit_symbol(unit)}"


def sizes(values: Iterable[Number]) -> str:
    """Write sizes with one unit behind them: 610 × 508 × 610 mm."""
    numbers = " × ".join(number(value, 1) for value in values)
    return f"{numbers}{NO_BREAK_SPACE}{unit_symbol('mm')}"


def duration(minutes: Number | None) -> str:
    """Write minutes as hours and minutes: 31 h 20 min; from 100 h on, hours alone."""
    if minutes is None:
        return UNKNOWN
    if minutes >= LONG_HOURS * MINUTES_PER_HOUR:
        return quantity(round(minutes / MINUTES_PER_HOUR), "h")
    hours, rest = divmod(round(minutes), MINUTES_PER_HOUR)
    parts = []
    if hours:
        parts.append(quantity(hours, "h"))
    if rest or not hours:
        parts.append(quantity(rest, "min"))
    return " ".join(parts)


def day(value: date | None) -> str:
    """Write a day."""
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return format_date(value, "medium", locale=locale())


def weekday(value: date | None) -> str:
    """Write a day with its name, for a date to be kept."""
    if value is None:
        return UNKNOWN
    return format_skeleton("yMMMEd", value, locale=locale())


def moment(value: datetime | None) -> str:
    """Write a moment in the reader's time zone, to the minute."""
    if value is None:
        return UNKNOWN
    language = locale()
    local = timezone.localtime(value)
    # The locale's own "medium" time has seconds, and in English halves of a day.
    return (
        str(get_datetime_format("medium", locale=language))
        .replace("{1}", format_date(local, "medium", locale=language))
        .replace("{0}", format_time(local, "HH:mm", locale=language))
    )


def distance(value: datetime | None, at: datetime) -> str:
    """Write how far off a moment is: in 3 hours, 2 days ago."""
    if value is None:
        return UNKNOWN
    gap: timedelta = value - at
    return format_timedelta(gap, add_direction=True, threshold=1.2, locale=locale())


def file_size(size: int | None) -> str:
    """Write a number of bytes in the unit that keeps it short."""
    if size is None:
        return UNKNOWN
    step = 1000
    if size < step:
        return ngettext("%(size)d byte", "%(size)d bytes", size) % {"size": size}
    units = (pgettext("unit", "kB"), pgettext("unit", "MB"), pgettext("unit", "GB"))
    power = min(len(str(size)) - 1, 9) // 3
    return f"{number(size / step**power, 1)}{NO_BREAK_SPACE}{units[power - 1]}"
