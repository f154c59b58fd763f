"""How full machines are, week by week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import CharField, Count, Min
from django.db.models.functions import Cast

from apps.capacity.models import Calendar, Reservation
from apps.capacity.rules import buckets
from apps.capacity.rules import load as rules
from apps.capacity.rules.buckets import Stretch, WeekBuckets
from apps.capacity.rules.limits import PUBLISHED_WEEKS
from apps.capacity.rules.load import Use
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

if TYPE_CHECKING:
    from apps.machines.models import MachineQuerySet

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def week_load(
    *, machine_ids: Sequence[UUID], from_monday: date, weeks: int, at: datetime
) -> list[MachineLoad]:
    """Return the load of each machine, in the order asked.

    Weeks are ISO weeks on the clock of the machine's calendar; a day that is no
    Monday stands for the Monday before it. Each calendar is worked out once, however
    many machines follow it.
    """
    monday = rules.monday_of(from_monday)
    calendars = calendar_facts(machine_ids)
    if not calendars or not weeks:
        return [MachineLoad(machine_id) for machine_id in machine_ids]
    horizons: dict[int, _Horizon] = {}
    for calendar in calendars.values():
        if id(calendar) not in horizons:
            horizons[id(calendar)] = _Horizon.of(calendar, monday, weeks)
    reserved = reserved_spans(
        machine_ids, _around(one.bounds for one in horizons.values()), at=at
    )
    return [
        MachineLoad(
            machine_id,
            horizons[id(calendars[machine_id])].loads(monday, reserved[machine_id]),
        )
        for machine_id in machine_ids
    ]


@dataclass(frozen=True, slots=True)
class _Horizon:
    """The weeks of one calendar, worked out."""

    bounds: Minutes
    working: Spans
    idle: tuple[WeekLoad, ...]

    @classmethod
    def of(cls, calendar: CalendarFacts, monday: date, weeks: int) -> "_Horizon":
        bounds = rules.week_bounds(monday, weeks, calendar.week.time_zone)
        working = working_spans(calendar, int(bounds[0]), int(bounds[-1]))
        return cls(bounds, working, rules.week_loads(monday, bounds, working, {}))

    def loads(self, monday: date, uses: Mapping[Use, Spans]) -> tuple[WeekLoad, ...]:
        if not uses:
            return self.idle
        return rules.week_loads(monday, self.bounds, self.working, uses)


def total_week_load(
    *, machine_ids: Sequence[UUID], from_monday: date, weeks: int, at: datetime
) -> tuple[WeekLoad, ...]:
    """Return the load of machines together, for a report."""
    return rules.sum_of_loads(
        week_load(machine_ids=machine_ids, from_monday=from_monday, weeks=weeks, at=at)
    )


def fleet_week_load(
    *, found: "MachineQuerySet", from_monday: date, weeks: int, at: datetime
) -> tuple[WeekLoad, ...]:
    """Return the load of however many machines together.

    Machines are read one by one only where they have a calendar of their own or a
    reservation in these weeks. Of all others of a place one stands for as many as the
    database counts.
    """
    if not weeks:
        return ()
    monday = rules.monday_of(from_monday)
    # A day more on either side: weeks begin by the clock of each site.
    around = Period(
        datetime.combine(monday - DAY, time(), tzinfo=UTC),
        datetime.combine(monday + weeks * WEEK + DAY, time(), tzinfo=UTC),
    )
    own = Calendar.objects.filter(machine_id__isnull=False).values("machine_id")
    reserved = (
        Reservation.objects.live(at).overlapping(around).values("machine_id").distinct()
    )
    bare = found.order_by().prefetch_related(None).select_related(None)
    # Two subqueries joined by OR would be asked for each machine.
    apart = set(bare.filter(pk__in=own).values_list("pk", flat=True)) | set(
        bare.filter(pk__in=reserved).values_list("pk", flat=True)
    )
    alike = list(
        bare.exclude(pk__in=apart)
        .values("site_id", "work_center_id")
        .annotate(count=Count("pk", distinct=True), one=Min(Cast("pk", CharField())))
        .values_list("one", "count")
    )
    one_by_one = sorted(apart)
    stand_ins = [UUID(one) for one, _count in alike]
    loads = week_load(
        machine_ids=[*one_by_one, *stand_ins], from_monday=monday, weeks=weeks, at=at
    )
    counts = [1] * len(one_by_one) + [count for _one, count in alike]
    return rules.sum_of_loads(
        rules.times(load, count) for load, count in zip(loads, counts, strict=True)
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


def free_periods_of(machine_id: UUID, period: Period, *, at: datetime) -> list[Period]:
    """Return when a machine works in a period and nobody has reserved it.

    Only whole minutes inside of the period.
    """
    start, end = next_minute_of(period.start), minute_of(period.end)
    if start >= end:
        return []
    calendar = calendar_facts([machine_id])[machine_id]
    inside = Period(moment_of(start), moment_of(end))
    reserved = _all_reserved(machine_id, inside, by_database_clock(at))
    return working_spans(calendar, start, end).minus(reserved).periods()


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
