"""Stretches of whole minutes as arrays: set arithmetic without loops.

A moment is its count of minutes since 1970-01-01 00:00 UTC. A promise over a machine
with thousands of reservations is a handful of binary searches on these arrays.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from apps.kernel.periods import Period

Minutes = NDArray[np.int64]
Mask = NDArray[np.bool_]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)


def minute_of(moment: datetime) -> int:
    """Return the minute that a moment lies in."""
    return (moment - EPOCH) // MINUTE


def next_minute_of(moment: datetime) -> int:
    """Return the first minute that begins at a moment or after it."""
    return -((EPOCH - moment) // MINUTE)


def moment_of(minute: int) -> datetime:
    """Return the moment at which a minute begins, in UTC."""
    return EPOCH + int(minute) * MINUTE


class Spans:
    """Half-open stretches of minutes, in order, with time between any two."""

    __slots__ = ("ends", "starts", "worked")

    def __init__(self, starts: Minutes, ends: Minutes) -> None:
        self.starts = starts
        self.ends = ends
        # Minutes inside before each stretch; the last entry is the sum of all.
        self.worked: Minutes = np.concatenate(
            (np.zeros(1, dtype=np.int64), np.cumsum(ends - starts))
        )

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Self:
        """Build from pairs in any order; overlaps and touching ends become one."""
        table = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
        return cls.merged(table[:, 0], table[:, 1])

    @classmethod
    def merged(cls, starts: Minutes, ends: Minutes) -> Self:
        """Build from columns in any order; overlaps and touching ends become one."""
        filled = starts < ends
        starts, ends = starts[filled], ends[filled]
        if starts.size == 0:
            return cls(starts, ends)
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
        reach = np.maximum.accumulate(ends)
        opens = np.concatenate((np.ones(1, dtype=np.bool_), starts[1:] > reach[:-1]))
        closes = np.concatenate((opens[1:], np.ones(1, dtype=np.bool_)))
        return cls(starts[opens], reach[closes])

    @classmethod
    def of_periods(cls, periods: Iterable[Period]) -> Self:
        """Build from periods; a minute that a period only touches belongs to it."""
        return cls.of((minute_of(p.start), next_minute_of(p.end)) for p in periods)

    def periods(self) -> list[Period]:
        """Return the stretches as periods in UTC."""
        return [
            Period(moment_of(start), moment_of(end))
            for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        ]

    def pairs(self) -> list[tuple[int, int]]:
        """Return the stretches as pairs of minutes."""
        return list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    @property
    def total(self) -> int:
        """Minutes inside."""
        return int(self.worked[-1])

    def __len__(self) -> int:
        """Count the stretches."""
        return int(self.starts.size)

    def within(self, start: int, end: int) -> "Spans":
        """Return the part between two minutes."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        last = int(np.searchsorted(self.starts, end, side="left"))
        if first >= last or start >= end:
            return NO_SPANS
        starts, ends = self.starts[first:last].copy(), self.ends[first:last].copy()
        starts[0] = max(int(starts[0]), start)
        ends[-1] = min(int(ends[-1]), end)
        return Spans(starts, ends)

    def minus(self, other: "Spans") -> "Spans":
        """Return what of this lies outside the other."""
        return _combine(self, other, lambda mine, theirs: mine & ~theirs)

    def meeting(self, other: "Spans") -> "Spans":
        """Return what lies in both."""
        return _combine(self, other, lambda mine, theirs: mine & theirs)

    def plus(self, other: "Spans") -> "Spans":
        """Return what lies in either."""
        return Spans.merged(
            np.concatenate((self.starts, other.starts)),
            np.concatenate((self.ends, other.ends)),
        )

    def minutes_before(self, moments: Minutes) -> Minutes:
        """Count the minutes inside before each of the given minutes."""
        if not len(self):
            return np.zeros(moments.shape, dtype=np.int64)
        index = np.searchsorted(self.starts, moments, side="right")
        last = np.maximum(index - 1, 0)
        beyond = np.where(index > 0, np.maximum(self.ends[last] - moments, 0), 0)
        before: Minutes = self.worked[index] - beyond
        return before

    def end_of_minute(self, count: int) -> int:
        """Return when the n-th minute inside is over; the caller knows it exists."""
        index = int(np.searchsorted(self.worked, count, side="left")) - 1
        return int(self.starts[index]) + count - int(self.worked[index])


def _combine(one: Spans, two: Spans, keep: Callable[[Mask, Mask], Mask]) -> Spans:
    moments = np.concatenate((one.starts, one.ends, two.starts, two.ends))
    if moments.size == 0:
        return NO_SPANS
    ones, twos = len(one), len(two)
    steps = np.zeros((2, moments.size), dtype=np.int64)
    steps[0, :ones] = 1
    steps[0, ones : 2 * ones] = -1
    steps[1, 2 * ones : 2 * ones + twos] = 1
    steps[1, 2 * ones + twos :] = -1
    order = np.argsort(moments, kind="stable")
    moments = moments[order]
    inside = np.cumsum(steps[:, order], axis=1) > 0
    # Of several events in one minute only the state after the last one counts.
    settled = np.concatenate((moments[1:] != moments[:-1], np.ones(1, dtype=np.bool_)))
    moments, inside = moments[settled], inside[:, settled]
    kept = keep(inside[0], inside[1])
    # Nothing is inside after the last event, so the last column is always dropped.
    return Spans.merged(moments[:-1][kept[:-1]], moments[1:][kept[:-1]])


NO_SPANS: Final = Spans(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
