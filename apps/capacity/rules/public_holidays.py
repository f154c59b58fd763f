"""Days off by country and region, and the weekend days worked in their place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from holidays.constants import CATHOLIC, PUBLIC

from apps.machines.rules.holiday_places import (
    BAVARIA,
    BAVARIA_WITHOUT_ASSUMPTION,
    is_known,
)
from apps.machines.types import HolidayPlace

__all__ = [
    "NO_HOLIDAYS",
    "NamedDay",
    "YearOfDays",
    "holidays_kept",
    "is_known",
    "named_days",
    "year_of_days",
]

SUBSTITUTED = 4
"""A table entry of at least so many numbers moves a day: to month and day, from month
and day, and the year where it differs; a shorter one only names a holiday."""

MONDAY, SATURDAY = 0, 5
WHOLE_BREAKS = {"CN"}
"""Where the state plans breaks of a year from the first day to the last.

China's State Council had 15 to 23 February 2026 off, Saturday 21 among them. The library
tells of its weekdays only, as if nobody worked on Saturdays.
"""
ENGLISH = "en_US"
# The library's languages by ours.
LANGUAGES = {"en": (ENGLISH,), "zh-hans": ("zh_CN", ENGLISH), "ru": ("ru", ENGLISH)}


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """Days off of one year; days worked instead, with the weekday they stand for."""

    days_off: frozenset[date]
    made_up: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that is not like its weekday: off, or worked like another weekday."""

    day: date
    name: str
    worked_like: int | None = None

    @property
    def is_off(self) -> bool:
        """Say whether nobody works on it."""
        return self.worked_like is None


NO_HOLIDAYS = YearOfDays(frozenset(), {})


@lru_cache(maxsize=512)
def year_of_days(country: str, year: int, region: str = "") -> YearOfDays:
    """Return the days off and the make-up days of a country, or a region, and a year.

    A region that the country does not have keeps what the whole country does.
    """
    if not country:
        return NO_HOLIDAYS
    calendar = _calendar(country, region, year)
    paid_back = _weekdays_paid_back(calendar, year) | _weekdays_paid_back(
        calendar, year + 1
    )
    return YearOfDays(
        days_off=frozenset(
            day
            for day in (*calendar, *_weekends_beside(calendar, country))
            if day.year == year
        ),
        made_up={
            day: paid_back.get(day, MONDAY)
            for day in getattr(calendar, "weekend_workdays", ())
            if day.year == year
        },
    )


def holidays_kept(
    observed: str, site: HolidayPlace | None, *, is_own: bool
) -> HolidayPlace:
    """Return whose holidays a machine keeps.

    `observed` is what its calendar names: nothing to work through all of them. The
    enterprise's calendar says only that holidays are kept: which, the site knows. A
    calendar of the machine's own names the country itself, and the site the region.
    """
    if not observed or site is None:
        return HolidayPlace(observed)
    if is_own:
        return site if site.country == observed else HolidayPlace(observed)
    # Of a country nobody knows the holidays of, none are kept: another's would be wrong.
    return site if is_known(site.country) else HolidayPlace("")


def named_days(
    country: str, region: str, *, start: date, end: date, language: str
) -> list[NamedDay]:
    """Return days off and make-up days from a day to before another, in order.

    Names are in the reader's language, else in English, else in the country's own;
    make-up days have none.
    """
    if not is_known(country):
        return []
    return sorted(
        (
            found
            for year in range(start.year, end.year + 1)
            for found in _named_days_of_year(country, region, year, language)
            if start <= found.day < end
        ),
        key=lambda found: found.day,
    )


def _named_days_of_year(
    country: str, region: str, year: int, language: str
) -> Iterator[NamedDay]:
    calendar = _calendar(country, region, year, language)
    days = year_of_days(country, year, region)
    beside = _weekends_beside(calendar, country)
    for day in days.days_off:
        yield NamedDay(day, str(calendar.get(beside.get(day, day)) or ""))
    for day, weekday in days.made_up.items():
        yield NamedDay(day, "", weekday)


def _calendar(
    country: str, region: str, year: int, language: str = ""
) -> holidays.HolidayBase:
    kind = getattr(holidays, country)
    spoken = kind.supported_languages
    name = next(
        (known for known in LANGUAGES.get(language, ()) if known in spoken), None
    )
    categories = {PUBLIC}
    if (country, region) == BAVARIA:
        categories.add(CATHOLIC)
    if region == BAVARIA_WITHOUT_ASSUMPTION:
        region = BAVARIA[1]
    return holidays.country_holidays(
        country,
        subdiv=region if region in kind.subdivisions else None,
        # The next year too: days off in January are paid for by days in December.
        years=(year, year + 1),
        language=name,
        categories=tuple(sorted(categories)),
    )


def _weekends_beside(calendar: holidays.HolidayBase, country: str) -> dict[date, date]:
    """Return the weekend days of the breaks of planned years, each with a holiday of it.

    Days that are worked instead are no part of a break.
    """
    if country not in WHOLE_BREAKS:
        return {}
    found: dict[date, date] = {}
    for holiday in sorted(calendar):
        if holiday.year not in calendar.special_public_holidays:
            continue
        for step in (timedelta(days=-1), timedelta(days=1)):
            day = holiday + step
            while (
                day.weekday() >= SATURDAY
                and day not in calendar
                and day not in calendar.weekend_workdays
            ):
                found.setdefault(day, holiday)
                day += step
    return found


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
