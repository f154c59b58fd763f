"""Values as the report's language writes them, on paper."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language, pgettext

from apps.reports.types import Cell, CellKind, Column

UNKNOWN = "\N{EN DASH}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUTES_PER_HOUR = 60
TENTH = Decimal("0.1")

# English alone would write months first; day before month is read rightly by all.
_LOCALES = {"en": "en_GB", "zh-hans": "zh_Hans_CN", "ru": "ru_RU"}
# In tables: narrow, and still not to be mistaken for month before day.
_TABLE_DAYS = {"zh-hans": "y-MM-dd", "ru": "dd.MM.y"}


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, "en_GB"))


def locale() -> Locale:
    """Return the locale of the language in force."""
    return _locale(get_language() or "en")


def integer(value: int) -> str:
    """Write a whole number with its thousands set apart."""
    return str(format_decimal(value, format="#,##0", locale=locale()))


def decimal(value: Decimal, pattern: str = "#,##0.0") -> str:
    """Write a decimal with a fixed number of digits, so that columns align."""
    return str(format_decimal(value, format=pattern, locale=locale()))


def percent(value: Decimal | None, *, spaced: bool = True) -> str:
    """Write a percentage; unknown where there is nothing to take a share of."""
    if value is None:
        return UNKNOWN
    space = NO_BREAK_SPACE if spaced and get_language() == "ru" else ""
    return f"{decimal(value)}{space}%"


def hours(minutes: int) -> str:
    """Write minutes as hours with one digit."""
    return decimal((Decimal(minutes) / MINUTES_PER_HOUR).quantize(TENTH))


def hours_with_unit(minutes: int) -> str:
    """Write minutes as hours with the unit."""
    return f"{hours(minutes)}{NO_BREAK_SPACE}{pgettext('unit', 'h')}"


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency's code, which no reader can mistake."""
    return f"{decimal(amount, '#,##0.00')}{NO_BREAK_SPACE}{currency}"


def day(value: date) -> str:
    """Write a day."""
    return str(format_date(value, "medium", locale=locale()))


def table_day(value: date) -> str:
    """Write a day as a table has room for it."""
    pattern = _TABLE_DAYS.get(get_language() or "en", "d MMM y")
    return str(format_date(value, pattern, locale=locale()))


def table_moment(value: datetime, time_zone: str) -> str:
    """Write a moment as a table has room for it."""
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{table_day(local.date())} {local:%H:%M}"


def moment(value: datetime, time_zone: str) -> str:
    """Write a moment to the minute, on the clock of a time zone."""
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{day(local.date())} {local:%H:%M}"


def week_label(monday: date) -> str:
    """Name an ISO week as planners do."""
    return pgettext("ISO week", "W%(week)02d") % {"week": monday.isocalendar().week}


def header(column: Column, *, on_paper: bool) -> str:
    """Head a column, with the unit of its values."""
    match column.kind:
        case CellKind.MINUTES:
            unit = pgettext("unit", "h") if on_paper else pgettext("unit", "min")
        case CellKind.PERCENT:
            unit = "%"
        case _:
            return column.label
    return f"{column.label}, {unit}"


def text(value: Cell, kind: CellKind, time_zone: str) -> str:
    """Write a cell on paper, without the unit that its column's head gives."""
    match kind, value:
        case _, None:
            return UNKNOWN
        case CellKind.MINUTES, int():
            return hours(value)
        case CellKind.INTEGER, int():
            return integer(value)
        case CellKind.PERCENT, Decimal():
            return decimal(value)
        case CellKind.MONEY, Decimal():
            return decimal(value, "#,##0.00")
        case CellKind.RATE, Decimal():
            return decimal(value, "#,##0.0000##")
        case CellKind.MOMENT, datetime():
            return table_moment(value, time_zone)
        case CellKind.DATE, date():
            return table_day(value)
        case _:
            return str(value)


def share(part: int, whole: int) -> Decimal | None:
    """Return a percentage with one digit, or nothing of nothing."""
    if whole == 0:
        return None
    return (Decimal(100) * part / whole).quantize(TENTH)
