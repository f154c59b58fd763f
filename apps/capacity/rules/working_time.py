"""Which minutes of the world's time are working minutes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from apps.capacity.rules.public_holidays import year_of_days
from apps.capacity.rules.spans import NO_SPANS, Spans, minute_of, next_minute_of
from apps.capacity.types import (
    CalendarFacts,
    ShiftTime,
    WorkingException,
    WorkingWeek,
)
from apps.kernel.periods import Period

A_DAY = timedelta(days=1)


def working_periods(
    week: WorkingWeek, exceptions: Sequence[WorkingException], window: Period
) -> list[Period]:
    """Return the working periods in a window, in UTC."""
    spans = working_spans(
        CalendarFacts(week, tuple(exceptions)),
        minute_of(window.start),
        next_minute_of(window.end),
    )
    return spans.periods()


def working_spans(calendar: CalendarFacts, start: int, end: int) -> Spans:
    """Return the working minutes between two minutes."""
    if start >= end:
        return NO_SPANS
    spans = _ordinary_spans(calendar.week, start, end)
    # Of exceptions that overlap, the one added last holds: a planner who opens a
    # Saturday inside a shutdown means the Saturday. Neighbours of one kind go together.
    for working, periods in _runs(calendar.exceptions):
        changed = Spans.of_periods(periods).within(start, end)
        spans = spans.plus(changed) if working else spans.minus(changed)
    return spans


def _runs(
    exceptions: Sequence[WorkingException],
) -> list[tuple[bool, list[Period]]]:
    runs: list[tuple[bool, list[Period]]] = []
    for exception in exceptions:
        if not runs or runs[-1][0] != exception.working:
            runs.append((exception.working, []))
        runs[-1][1].append(exception.period)
    return runs


def _ordinary_spans(week: WorkingWeek, start: int, end: int) -> Spans:
    # A shift may begin the day before the window, in a zone up to a day away.
    first = datetime.fromtimestamp(start * 60, UTC).date() - 3 * A_DAY
    last = datetime.fromtimestamp(end * 60, UTC).date() + A_DAY
    spans = NO_SPANS
    for year in range(first.year, last.year + 1):
        spans = spans.plus(_year_of_spans(week, year))
    return spans.within(start, end)


@lru_cache(maxsize=512)
def _year_of_spans(week: WorkingWeek, year: int) -> Spans:
    """Return the working minutes of the shifts that begin in a year's days."""
    zone = ZoneInfo(week.time_zone)
    days = year_of_days(week.holiday_country, year, week.holiday_subdivision)
    by_weekday: dict[int, list[ShiftTime]] = {}
    for shift in week.shifts:
        by_weekday.setdefault(shift.weekday, []).append(shift)
    pairs: list[tuple[int, int]] = []
    day = date(year, 1, 1)
    while day.year == year:
        if day not in days.days_off:
            weekday = days.made_up.get(day, day.weekday())
            for shift in by_weekday.get(weekday, ()):
                pairs.extend(pieces_of_shift(shift, day, zone))
        day += A_DAY
    return Spans.of(pairs)


def pieces_of_shift(
    shift: ShiftTime, day: date, zone: ZoneInfo
) -> list[tuple[int, int]]:
    """Return the minutes of a shift that begins on a day, its break left out."""
    starts = minute_at(day, shift.starts, zone)
    next_day = day + A_DAY
    ends = minute_at(next_day if shift.ends <= shift.starts else day, shift.ends, zone)
    if not shift.break_minutes:
        return [(starts, ends)]
    if shift.break_starts is None:
        pause = starts + (ends - starts - shift.break_minutes) // 2
    else:
        pause = minute_at(
            next_day if shift.break_starts < shift.starts else day,
            shift.break_starts,
            zone,
        )
    resumes = pause + shift.break_minutes
    return [(starts, min(pause, ends)), (max(resumes, starts), ends)]


def minute_at(day: date, clock: time, zone: ZoneInfo) -> int:
    """Return the minute at which a clock on the wall of a zone shows a time.

    As RFC 5545 has it: a time that comes twice means the first, and a time that is
    skipped is counted with the offset before the gap. ZoneInfo does both for fold 0.
    """
    return minute_of(datetime.combine(day, clock, tzinfo=zone))
