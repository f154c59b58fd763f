"""Days off by country, and the weekend days that are worked in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

SUBSTITUTED = 4
"""A table entry of at least so many numbers moves a day: to month and day, from month
and day, and the year where it differs; a shorter one only names a holiday."""

MONDAY = 0


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """Days off of one year; days worked instead, with the weekday they stand for."""

    days_off: frozenset[date]
    made_up: Mapping[date, int]


NO_HOLIDAYS = YearOfDays(frozenset(), {})


def is_known(country: str) -> bool:
    """Say whether holidays of a country (ISO 3166) are known."""
    return country in holidays.list_supported_countries()


@lru_cache(maxsize=256)
def year_of_days(country: str, year: int) -> YearOfDays:
    """Return the days off and the make-up days of a country and a year."""
    if not country:
        return NO_HOLIDAYS
    # The next year too: days off in January are paid for by days in December.
    calendar = holidays.country_holidays(country, years=(year, year + 1))
    paid_back = _weekdays_paid_back(calendar, year) | _weekdays_paid_back(
        calendar, year + 1
    )
    return YearOfDays(
        days_off=frozenset(day for day in calendar if day.year == year),
        made_up={
            day: paid_back.get(day, MONDAY)
            for day in getattr(calendar, "weekend_workdays", ())
            if day.year == year
        },
    )


def _weekdays_paid_back(calendar: holidays.HolidayBase, year: int) -> dict[date, int]:
    """Read from the library's table which day off each make-up day pays for.

    China's Sunday 26 January 2025 was worked for Monday 3 February, so it is worked
    like a Monday. The holiday's name says the same, but in the country's language.
    """
    table = getattr(calendar, "special_public_holidays", {}).get(year, ())
    rows = (table,) if table and isinstance(table[0], int) else table
    weekdays = {}
    for row in rows:
        if len(row) >= SUBSTITUTED:
            to_month, to_day, from_month, from_day, *other_year = row
            worked_on = date(
                other_year[0] if other_year else year, from_month, from_day
            )
            weekdays[worked_on] = date(year, to_month, to_day).weekday()
    return weekdays
