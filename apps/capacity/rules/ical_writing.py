"""Writes what a level says as a calendar of RFC 5545.

Shifts are weekly events on the calendar's clock, each break as IDTA 02067 tells it
(X-BREAK). Public holidays are left-out dates, make-up days added ones, as far as two
years. What RFC 5545 has no word for is in properties of Spindle's own (X-SPINDLE-…), so
that a file comes back as it was.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.capacity.rules import limits
from apps.capacity.rules.inheritance import Said, Standing, facts_of
from apps.capacity.rules.public_holidays import year_of_days
from apps.capacity.rules.working_time import minute_at
from apps.capacity.types import (
    CalendarDraft,
    LevelKind,
    PlannedException,
    ShiftTime,
    WorkingWeek,
)
from apps.kernel.periods import Period

PRODUCT = "-//Spindle//Calendar of machines//EN"
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
QUIET_WEEKS = 52


def as_ics(
    *,
    name: str,
    key: str,
    draft: CalendarDraft,
    kind: LevelKind,
    standing: Standing,
    at: datetime,
) -> bytes:
    """Write a calendar; `key` makes the identifiers of its events."""
    import icalendar

    week = facts_of([Said(kind, draft)], standing).week
    zone = ZoneInfo(week.time_zone)
    today = at.astimezone(zone).date()
    last = today + timedelta(weeks=limits.FILE_WEEKS)
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", icalendar.vText(name))
    if draft.time_zone:
        calendar.add("x-wr-timezone", draft.time_zone)
    for own, value in _own_words(draft, last):
        calendar.add(f"x-spindle-{own}", value)
    monday = _quiet_monday(today, zone)
    groups = _groups(draft.shifts or ())
    for number, (shift, days) in enumerate(groups.items()):
        event = _shift_event(shift, days, monday, zone)
        event.add("uid", f"{key}-shift-{number}@spindle")
        event.add("dtstamp", at)
        skipped, added = _holiday_dates(days, week, today - 3 * DAY, last + DAY)
        for word, dates in (("exdate", skipped), ("rdate", added)):
            if dates:
                event.add(
                    word,
                    [datetime.combine(day, shift.starts, tzinfo=zone) for day in dates],
                )
        calendar.add_component(event)
    for number, exception in enumerate(draft.exceptions):
        event = _exception_event(exception)
        event.add("uid", f"{key}-exception-{number}@spindle")
        event.add("dtstamp", at)
        calendar.add_component(event)
    calendar.add_missing_timezones(
        first_date=monday - DAY, last_date=last + timedelta(weeks=2)
    )
    raw: bytes = calendar.to_ical()
    return raw


def _own_words(draft: CalendarDraft, last: date) -> Iterator[tuple[str, str]]:
    yield "until", last.isoformat()
    yield "has-week", "FALSE" if draft.shifts is None else "TRUE"
    if draft.holiday_country:
        yield "holidays", draft.holiday_country
    if not draft.keeps_exceptions:
        yield "keeps-exceptions", "FALSE"
    if draft.efficiency_percent is not None:
        yield "efficiency", str(draft.efficiency_percent)


def _quiet_monday(today: date, zone: ZoneInfo) -> date:
    """Return the last Monday before a day from which no clock changes for a week.

    So a break that is written in the world's time reads back as it was meant.
    """
    monday = today - timedelta(days=today.weekday())
    for back in range(1, QUIET_WEEKS):
        found = monday - timedelta(weeks=back)
        offsets = {
            datetime.combine(found + n * DAY, time(), tzinfo=zone).utcoffset()
            for n in range(-1, 10)
        }
        if len(offsets) == 1:
            return found
    return monday - timedelta(weeks=1)


def _groups(shifts: tuple[ShiftTime, ...]) -> dict[ShiftTime, list[int]]:
    """Put shifts together that differ in their weekday only, by the first of them."""
    alike: dict[tuple[object, ...], list[ShiftTime]] = {}
    for shift in shifts:
        key = (shift.starts, shift.ends, shift.break_minutes, shift.break_starts)
        alike.setdefault(key, []).append(shift)
    return {rows[0]: sorted({row.weekday for row in rows}) for rows in alike.values()}


def _shift_event(
    shift: ShiftTime, days: list[int], monday: date, zone: ZoneInfo
) -> Any:
    import icalendar

    day = monday + days[0] * DAY
    starts = datetime.combine(day, shift.starts, tzinfo=zone)
    over = day + DAY if shift.ends <= shift.starts else day
    event = icalendar.Event()
    event.add("summary", _("Shift"))
    event.add("categories", ["PRODUCTION"])
    event.add("dtstart", starts)
    event.add("dtend", datetime.combine(over, shift.ends, tzinfo=zone))
    event.add("rrule", {"freq": "weekly", "byday": [DAYS[one] for one in days]})
    if shift.break_minutes:
        event.add("x-break", *_pause(shift, day, zone))
    return event


def _pause(shift: ShiftTime, day: date, zone: ZoneInfo) -> tuple[str, dict[str, str]]:
    parameters = {}
    over = day + DAY if shift.ends <= shift.starts else day
    if shift.break_starts is None:
        starts = minute_at(day, shift.starts, zone)
        ends = minute_at(over, shift.ends, zone)
        pause = starts + (ends - starts - shift.break_minutes) // 2
        parameters["X-SPINDLE-AT"] = "MIDDLE"
    else:
        after = day + DAY if shift.break_starts < shift.starts else day
        pause = minute_at(after, shift.break_starts, zone)
    moment = datetime.fromtimestamp(pause * 60, UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}/PT{shift.break_minutes}M", parameters


def _holiday_dates(
    days: list[int], week: WorkingWeek, first: date, last: date
) -> tuple[list[date], list[date]]:
    """Return the days on which a shift is left out, and those on which it is added."""
    skipped, added = [], []
    day = first
    while day <= last:
        known = year_of_days(week.holiday_country, day.year, week.holiday_subdivision)
        is_usual = day.weekday() in days
        like = known.made_up.get(day, day.weekday())
        is_worked = day not in known.days_off and like in days
        if is_usual and not is_worked:
            skipped.append(day)
        elif is_worked and not is_usual:
            added.append(day)
        day += DAY
    return skipped, added


def _exception_event(exception: PlannedException) -> Any:
    import icalendar

    period = to_the_second(exception.period)
    event = icalendar.Event()
    words = _("Open for once") if exception.working else _("Closed")
    event.add("summary", exception.reason or words)
    event.add("categories", ["PRODUCTION" if exception.working else "CLOSED"])
    event.add("dtstart", period.start.astimezone(UTC))
    event.add("dtend", period.end.astimezone(UTC))
    event.add("x-spindle-exception", "OPEN" if exception.working else "CLOSED")
    if exception.reason:
        # By itself the library would not escape the text of a property of ours.
        event.add("x-spindle-reason", icalendar.vText(exception.reason))
    return event


def to_the_second(period: Period) -> Period:
    """Return the shortest period of whole seconds around one; RFC 5545 has no less."""
    start = period.start.replace(microsecond=0)
    end = period.end.replace(microsecond=0)
    return Period(start, end if end == period.end else end + timedelta(seconds=1))
