"""How full machines are, week by week."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from apps.capacity.rules import load as rules
from apps.capacity.rules.limits import PUBLISHED_WEEKS
from apps.capacity.rules.spans import (
    NO_SPANS,
    Minutes,
    moment_of,
    next_minute_of,
)
from apps.capacity.rules.working_time import working_spans
from apps.capacity.selectors.calendars import calendar_facts
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
    """Return the load of machines together, for a report."""
    return rules.sum_of_loads(
        week_load(machine_ids=machine_ids, from_monday=from_monday, weeks=weeks, at=at)
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
    uses = reserved_spans([machine_id], _around([bounds]), at=at)[machine_id]
    reserved = NO_SPANS
    for spans in uses.values():
        reserved = reserved.plus(spans)
    working = working_spans(calendar, int(bounds[0]), int(bounds[-1]))
    return rules.cumulative_free_minutes(bounds, working, reserved, next_minute_of(at))


def _around(bounds: Iterable[Minutes]) -> Period:
    edges = list(bounds)
    return Period(
        moment_of(min(int(edge[0]) for edge in edges)),
        moment_of(max(int(edge[-1]) for edge in edges)),
    )
