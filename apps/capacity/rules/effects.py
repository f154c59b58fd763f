"""What a change of calendars does to free time and to what is reserved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np

from apps.capacity.rules import limits
from apps.capacity.rules.buckets import work_in
from apps.capacity.rules.load import minutes_by_week, week_bounds
from apps.capacity.rules.promises import finish_of
from apps.capacity.rules.spans import Spans, moment_of
from apps.capacity.rules.working_time import working_spans
from apps.capacity.types import CalendarFacts, ReservationKind, ReservationState
from apps.kernel.periods import Period

WEEK_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class WeekChange:
    """Free minutes of one week, before a change and after it."""

    monday: date
    before: int
    after: int

    @property
    def change(self) -> int:
        """Minutes won, or lost if negative."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Reserved:
    """A live reservation, as far as a change of calendars concerns it."""

    id: UUID
    machine_id: UUID
    first: int
    last: int
    minutes: int
    state: ReservationState
    kind: ReservationKind
    order_id: UUID | None
    quote_id: UUID | None


@dataclass(frozen=True, slots=True)
class Endangered:
    """A reservation whose window would no longer have the working time it needs.

    `finishes_at` is when the work would be done if it just went on, or none if not
    within a year of its window; `is_in_the_way` says whether another begins before.
    """

    reservation: Reserved
    during: Period
    short_minutes: int
    finishes_at: datetime | None
    is_in_the_way: bool

    @property
    def is_promise(self) -> bool:
        """Say whether an order waits for it."""
        return self.reservation.order_id is not None


def weeks_changed(
    monday: date,
    weeks: int,
    now: int,
    *,
    before: CalendarFacts,
    after: CalendarFacts,
    reserved: Spans,
) -> tuple[WeekChange, ...]:
    """Return what is free of a machine by week, as it is published.

    That is in minutes of work, those gone by left out.
    """
    bounds = week_bounds(monday, weeks, after.week.time_zone)
    first, last = max(now, int(bounds[0])), int(bounds[-1])
    counts = [
        work_in(
            minutes_by_week(working_spans(facts, first, last).minus(reserved), bounds),
            facts.efficiency_percent,
        )
        for facts in (before, after)
    ]
    return tuple(
        WeekChange(monday + timedelta(weeks=week), int(was), int(will))
        for week, (was, will) in enumerate(zip(*counts, strict=True))
    )


def sum_of_weeks(
    tables: Iterable[tuple[WeekChange, ...]],
) -> tuple[WeekChange, ...]:
    """Return the weeks of several machines together."""
    return tuple(
        WeekChange(
            alike[0].monday,
            sum(week.before for week in alike),
            sum(week.after for week in alike),
        )
        for alike in zip(*tables, strict=True)
    )


def endangered(
    reservations: Sequence[Reserved], *, before: CalendarFacts, after: CalendarFacts
) -> list[Endangered]:
    """Return those of a machine's reservations that a change leaves too little time.

    Maintenance takes its time whether work is done or not.
    """
    if not reservations:
        return []
    table = sorted(reservations, key=lambda one: one.first)
    starts = np.array([one.first for one in table], dtype=np.int64)
    ends = np.array([one.last for one in table], dtype=np.int64)
    first = int(starts[0])
    last = int(ends.max()) + limits.LATE_WEEKS * WEEK_MINUTES
    was, will = (working_spans(facts, first, last) for facts in (before, after))
    worked_before = was.minutes_before(ends) - was.minutes_before(starts)
    worked_after = will.minutes_before(ends) - will.minutes_before(starts)
    found = []
    for index, one in enumerate(table):
        if one.kind is ReservationKind.MAINTENANCE:
            continue
        needed = _at_efficiency(
            one.minutes, before.efficiency_percent, after.efficiency_percent
        )
        short = needed - int(worked_after[index])
        if short <= max(0, one.minutes - int(worked_before[index])):
            continue
        finish = finish_of(needed, one.first, will)
        following = int(starts[index + 1]) if index + 1 < len(table) else None
        found.append(
            Endangered(
                reservation=one,
                during=Period(moment_of(one.first), moment_of(one.last)),
                short_minutes=short,
                finishes_at=None if finish is None else moment_of(finish),
                is_in_the_way=following is not None
                and (finish is None or following < finish),
            )
        )
    return found


def _at_efficiency(minutes: int, before: int, after: int) -> int:
    """Return the minutes that work takes at another efficiency, rounded up."""
    return -(-minutes * before // after)
