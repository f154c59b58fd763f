"""How full machines are, week by week."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from apps.capacity.rules import buckets
from apps.capacity.rules import load as rules
from apps.capacity.rules.buckets import Stretch, WeekBuckets
from apps.capacity.rules.limits import PUBLISHED_WEEKS
from apps.capacity.rules.spans import (
    NO_SPANS,
    Minutes,
    Spans,
    minute_of,
    moment_of,
    next_minute_of,
)
from apps.capacity.rules.working_time import working_spans
from apps.capacity.selectors.calendars import calendar_facts
from apps.capacity.selectors.clocks import by_database_clock
from apps.capacity.selectors.reservations import reserved_spans
from apps.capacity.types import CalendarFacts, MachineLoad, WeekLoad
from apps.kernel.periods import Period


def week_load(
    *, machine_ids: Sequence[UUID], from_monday: date, weeks: int, at: datetime
) -> list[MachineLoad]:
    """Return the load of each machine, in the order asked.

    Weeks are ISO weeks on the clock of the machine's calendar; a day that is no
    Monday stands for the Monday before it.
    """
    monday = rules.monday_of(from_monday)
    calendars = calendar_facts(machine_ids)
    bounds = {
        machine_id: rules.week_bounds(monday, weeks, calendar.week.time_zone)
        for machine_id, calendar in calendars.items()
    }
    if not bounds or not weeks:
        return [MachineLoad(machine_id) for machine_id in machine_ids]
    reserved = reserved_spans(machine_ids, _around(bounds.values()), at=at)
    return [
        MachineLoad(
            machine_id,
            rules.week_loads(
                monday,
                bounds[machine_id],
                working_spans(
                    calendars[machine_id],
                    int(bounds[machine_id][0]),
                    int(bounds[machine_id][-1]),
                ),
                reserved[machine_id],
            ),
        )
        for machine_id in machine_ids
    ]


def total_week_load(
    *, machine_ids: Sequence[UUID], from_monday: date, weeks: int, at: datetime
) -> tuple[WeekLoad, ...]:
    """Return the load of machines together, for a report.

    Machines without a reservation cost no more than their calendars: each of these is
    worked out once, however many machines follow it.
    """
    monday = rules.monday_of(from_monday)
    followers: dict[int, tuple[CalendarFacts, list[UUID]]] = {}
    for machine_id, calendar in calendar_facts(machine_ids).items():
        followers.setdefault(id(calendar), (calendar, []))[1].append(machine_id)
    if not followers or not weeks:
        return ()
    bounds = {
        key: rules.week_bounds(monday, weeks, calendar.week.time_zone)
        for key, (calendar, _followed) in followers.items()
    }
    reserved = reserved_spans(machine_ids, _around(bounds.values()), at=at)
    return rules.sum_of_loads(
        load
        for key, (calendar, followed) in followers.items()
        for load in rules.loads_of_calendar(
            monday,
            bounds[key],
            working_spans(calendar, int(bounds[key][0]), int(bounds[key][-1])),
            {machine_id: reserved[machine_id] for machine_id in followed},
        )
    )


def cumulative_free_minutes(
    *,
    machine_id: UUID,
    from_monday: date,
    at: datetime,
    weeks: int = PUBLISHED_WEEKS,
) -> list[int]:
    """Return the minutes still free up to the end of each week, for a listing."""
    calendar: CalendarFacts = calendar_facts([machine_id])[machine_id]
    monday = rules.monday_of(from_monday)
    bounds = rules.week_bounds(monday, weeks, calendar.week.time_zone)
    reserved = _all_reserved(machine_id, _around([bounds]), at)
    working = working_spans(calendar, int(bounds[0]), int(bounds[-1]))
    return rules.cumulative_free_minutes(bounds, working, reserved, next_minute_of(at))


def published_weeks(
    *,
    machine_id: UUID,
    from_monday: date,
    at: datetime,
    weeks: int = PUBLISHED_WEEKS,
) -> WeekBuckets:
    """Return what of a machine's weeks may be told to others, as the database's clock
    has it: a hold that has lapsed by it blocks nobody.
    """
    at = by_database_clock(at)
    calendar = calendar_facts([machine_id])[machine_id]
    bounds = rules.week_bounds(
        rules.monday_of(from_monday), weeks, calendar.week.time_zone
    )
    return buckets.week_buckets(
        bounds,
        working_spans(calendar, int(bounds[0]), int(bounds[-1])),
        _all_reserved(machine_id, _around([bounds]), at),
        now=next_minute_of(at),
        efficiency_percent=calendar.efficiency_percent,
    )


def free_stretches(*, machine_id: UUID, period: Period, at: datetime) -> list[Stretch]:
    """Return the stretches of a period that nobody has reserved, and what fits in.

    What of the period has gone by is no matter: only who has it.
    """
    start, end = next_minute_of(period.start), minute_of(period.end)
    if start >= end:
        return []
    calendar = calendar_facts([machine_id])[machine_id]
    inside = Period(moment_of(start), moment_of(end))
    return buckets.stretches(
        working_spans(calendar, start, end),
        _all_reserved(machine_id, inside, by_database_clock(at)),
        start,
        end,
        calendar.efficiency_percent,
    )


def _all_reserved(machine_id: UUID, period: Period, at: datetime) -> Spans:
    reserved = NO_SPANS
    for spans in reserved_spans([machine_id], period, at=at)[machine_id].values():
        reserved = reserved.plus(spans)
    return reserved


def _around(bounds: Iterable[Minutes]) -> Period:
    edges = list(bounds)
    return Period(
        moment_of(min(int(edge[0]) for edge in edges)),
        moment_of(max(int(edge[-1]) for edge in edges)),
    )
