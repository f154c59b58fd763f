"""What of a machine's weeks may be told to others: never more than there is."""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from apps.capacity.rules.load import minutes_by_week
from apps.capacity.rules.spans import NO_SPANS, Minutes, Spans
from apps.capacity.types import FULL_EFFICIENCY


@dataclass(frozen=True, slots=True)
class WeekBuckets:
    """Minutes of each week: all of them, those that are taken, those to be had.

    In minutes of work: where a machine is less than fully efficient, its hour counts
    for less than one. Where it is more than that, it counts for one, so that nothing is
    ever told that the clock does not hold.
    """

    total_minutes: tuple[int, ...] = ()
    reserved_minutes: tuple[int, ...] = ()
    free_minutes: tuple[int, ...] = ()

    @property
    def cumulative_free_minutes(self) -> list[int]:
        """The minutes to be had up to the end of each week."""
        return list(accumulate(self.free_minutes))

    def closed(self) -> "WeekBuckets":
        """Return the weeks of a machine that is out of service: nothing is to be had."""
        return WeekBuckets(
            self.total_minutes, self.total_minutes, (0,) * len(self.total_minutes)
        )


def work_in(minutes: Minutes, efficiency_percent: int) -> Minutes:
    """Return how much work surely fits into working minutes, rounded down."""
    counted: Minutes = (
        minutes * min(efficiency_percent, FULL_EFFICIENCY) // FULL_EFFICIENCY
    )
    return counted


def week_buckets(
    bounds: Minutes,
    working: Spans,
    reserved: Spans,
    *,
    now: int,
    efficiency_percent: int = FULL_EFFICIENCY,
) -> WeekBuckets:
    """Count each week's minutes; of the week that runs only those to come are free.

    Each week is rounded by itself, so that what two of them lose never adds up to a
    minute in a third.
    """
    open_spans = working.minus(reserved)
    ahead = open_spans.within(max(now, int(bounds[0])), int(bounds[-1]))
    total, unreserved, free = (
        work_in(minutes_by_week(spans, bounds), efficiency_percent)
        for spans in (working, open_spans, ahead)
    )
    return WeekBuckets(
        tuple(total.tolist()),
        tuple((total - unreserved).tolist()),
        tuple(free.tolist()),
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time between two reservations, from its first free working minute to its last."""

    start: int
    end: int
    minutes: int


def stretches(
    working: Spans, reserved: Spans, start: int, end: int, efficiency_percent: int
) -> list[Stretch]:
    """Return the stretches without a reservation in which there is work to be done.

    Nights and breaks lie inside of one: only a reservation ends it.
    """
    gaps = Spans(np.array([start]), np.array([end])) if start < end else NO_SPANS
    found = []
    for first, last in gaps.minus(reserved).pairs():
        inside = working.within(first, last)
        counted = int(work_in(np.array([inside.total]), efficiency_percent)[0])
        if counted:
            found.append(Stretch(int(inside.starts[0]), int(inside.ends[-1]), counted))
    return found
