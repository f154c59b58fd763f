"""Working minutes by ISO week, and what they are given to."""

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from apps.capacity.rules.spans import NO_SPANS, Minutes, Spans
from apps.capacity.rules.working_time import minute_at
from apps.capacity.types import (
    MachineLoad,
    ReservationKind,
    ReservationState,
    WeekLoad,
)

Use = tuple[ReservationState, ReservationKind]


def monday_of(day: date) -> date:
    """Return the Monday of the ISO week that a day lies in."""
    return day - timedelta(days=day.weekday())


def week_bounds(monday: date, weeks: int, time_zone: str) -> Minutes:
    """Return the minutes at which the weeks begin, and the one at which they end.

    Weeks begin at midnight of the machine's own clock, so one is an hour short in
    spring and an hour long in autumn.
    """
    zone = ZoneInfo(time_zone)
    return np.array(
        [
            minute_at(monday + timedelta(weeks=week), time(), zone)
            for week in range(weeks + 1)
        ],
        dtype=np.int64,
    )


def minutes_by_week(spans: Spans, bounds: Minutes) -> Minutes:
    """Count the minutes inside each week."""
    by_week: Minutes = np.diff(spans.minutes_before(bounds))
    return by_week


def week_loads(
    monday: date, bounds: Minutes, working: Spans, reserved: Mapping[Use, Spans]
) -> tuple[WeekLoad, ...]:
    """Return the working minutes of each week with what they are given to."""
    total = minutes_by_week(working, bounds)
    maintenance = NO_SPANS
    held = NO_SPANS
    booked = NO_SPANS
    for (state, kind), spans in reserved.items():
        if kind is ReservationKind.MAINTENANCE:
            maintenance = maintenance.plus(spans)
        elif state is ReservationState.HELD:
            held = held.plus(spans)
        else:
            booked = booked.plus(spans)
    uses = [
        minutes_by_week(working.meeting(spans), bounds)
        for spans in (held, booked, maintenance)
    ]
    return tuple(
        WeekLoad(
            monday=monday + timedelta(weeks=week),
            total_minutes=int(total[week]),
            held_minutes=int(uses[0][week]),
            booked_minutes=int(uses[1][week]),
            maintenance_minutes=int(uses[2][week]),
        )
        for week in range(len(total))
    )


def times(load: MachineLoad, count: int) -> MachineLoad:
    """Return the load of several machines of which each is as full as this one."""
    if count == 1:
        return load
    return MachineLoad(
        load.machine_id,
        tuple(
            WeekLoad(
                monday=week.monday,
                total_minutes=count * week.total_minutes,
                held_minutes=count * week.held_minutes,
                booked_minutes=count * week.booked_minutes,
                maintenance_minutes=count * week.maintenance_minutes,
            )
            for week in load.weeks
        ),
    )


def cumulative_free_minutes(
    bounds: Minutes, working: Spans, reserved: Spans, now: int
) -> list[int]:
    """Return the free minutes up to the end of each week, those gone by left out."""
    free = working.minus(reserved)
    free = free.within(max(now, int(bounds[0])), int(bounds[-1]))
    totals: list[int] = free.minutes_before(bounds[1:]).tolist()
    return totals


def sum_of_loads(loads: Iterable[MachineLoad]) -> tuple[WeekLoad, ...]:
    """Return the load of several machines together, week by week."""
    weeks = zip(*(load.weeks for load in loads), strict=True)
    return tuple(
        WeekLoad(
            monday=alike[0].monday,
            total_minutes=sum(week.total_minutes for week in alike),
            held_minutes=sum(week.held_minutes for week in alike),
            booked_minutes=sum(week.booked_minutes for week in alike),
            maintenance_minutes=sum(week.maintenance_minutes for week in alike),
        )
        for alike in weeks
    )
