"""A batch cut into lots: the least finish over gaps of one machine and of several.

A lot lies in one gap between reservations, from its first working minute to its last,
with a setup of its own. Two lots in one gap would only cost a second setup, so a gap
takes one lot at most, and by a given moment it can have made a number of whole parts
that never falls as the moment gets later. So whether the batch can be done by a moment
is a sum of the largest such numbers, and the least moment is found by bisection.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.capacity.rules.promises import Stretch
from apps.capacity.rules.spans import Minutes, Spans
from apps.capacity.rules.work import PARTS_OF_A_MINUTE, working_minutes
from apps.capacity.types import FULL_EFFICIENCY


@dataclass(frozen=True, slots=True)
class Lane:
    """A machine as a batch meets it. Lanes are given in the order of their keys."""

    working: Spans
    reserved: Spans
    setup_minutes: int
    part_thousandths: int
    efficiency_percent: int = FULL_EFFICIENCY
    release: int = 0

    def minutes_of(self, quantity: int) -> int:
        """Return the working minutes of so many parts here."""
        return working_minutes(
            quantity,
            setup_minutes=self.setup_minutes,
            part_thousandths=self.part_thousandths,
            efficiency_percent=self.efficiency_percent,
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """Into how many lots a batch may be cut, and how few parts one may have."""

    most_lots: int = 1
    smallest_lot: int = 1


@dataclass(frozen=True, slots=True)
class Lot:
    """Some parts of the batch in one gap of a lane."""

    lane: int
    quantity: int
    stretch: Stretch


class _Gaps:
    """All gaps of all lanes in arrays: by lane, then by time."""

    def __init__(self, lanes: Sequence[Lane], until: int) -> None:
        self.lanes = lanes
        parts = [_gaps_of(lane, until) for lane in lanes]
        self.lane: Minutes = np.concatenate(
            [np.full(opens.size, n, np.int64) for n, (opens, _) in enumerate(parts)]
        )
        self.opens: Minutes = np.concatenate([opens for opens, _closes in parts])
        self.closes: Minutes = np.concatenate([closes for _opens, closes in parts])
        self.before: Minutes = self._worked_before(self.opens)
        self.setup: Minutes = self._of_lanes([one.setup_minutes for one in lanes])
        self.each: Minutes = self._of_lanes([one.part_thousandths for one in lanes])
        self.efficiency: Minutes = self._of_lanes(
            [one.efficiency_percent for one in lanes]
        )

    def minutes_by(self, moment: int) -> Minutes:
        """Return the working minutes of each gap by a moment."""
        ends = np.maximum(np.minimum(self.closes, moment), self.opens)
        minutes: Minutes = self._worked_before(ends) - self.before
        return minutes

    def parts_by(self, moment: int) -> Minutes:
        """Return how many parts each gap can have made by a moment."""
        progress = (
            self.minutes_by(moment)
            * self.efficiency
            * PARTS_OF_A_MINUTE
            // FULL_EFFICIENCY
        )
        made: Minutes = np.maximum(
            (progress - self.setup * PARTS_OF_A_MINUTE) // self.each, 0
        )
        return made

    def _of_lanes(self, facts: Sequence[int]) -> Minutes:
        each: Minutes = np.array(facts, np.int64)[self.lane]
        return each

    def _worked_before(self, moments: Minutes) -> Minutes:
        worked = np.zeros(moments.size, np.int64)
        for number, lane in enumerate(self.lanes):
            here = self.lane == number
            worked[here] = lane.working.minutes_before(moments[here])
        return worked


def _gaps_of(lane: Lane, until: int) -> tuple[Minutes, Minutes]:
    if lane.release >= until:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    blocks = lane.reserved.within(lane.release, until)
    opens = np.concatenate((np.array([lane.release], np.int64), blocks.ends))
    closes = np.concatenate((blocks.starts, np.array([until], np.int64)))
    return opens, closes


def earliest_lots(
    quantity: int, lanes: Sequence[Lane], cut: Cut, until: int
) -> tuple[Lot, ...] | None:
    """Cut a batch so that its last lot finishes first, or return None.

    Of several ways with the same finish the one with the fewest lots is taken, of
    those the one in the first lanes and their first gaps; each of its lots in that
    order has as many parts as it can.
    """
    gaps = _Gaps(lanes, until)
    if _lots_needed(quantity, gaps.parts_by(until), cut) is None:
        return None
    early, late = min(lane.release for lane in lanes), until
    while early < late:
        middle = (early + late) // 2
        if _lots_needed(quantity, gaps.parts_by(middle), cut) is None:
            early = middle + 1
        else:
            late = middle
    return _placed(quantity, gaps, late, cut)


def _lots_needed(quantity: int, parts: Minutes, cut: Cut) -> int | None:
    """Return the fewest lots that make the batch, or None if it cannot be made."""
    smallest = min(cut.smallest_lot, quantity)
    most = min(cut.most_lots, quantity // smallest)
    able = parts[parts >= smallest]
    if able.size > most:
        able = np.partition(able, able.size - most)[able.size - most :]
    together = np.cumsum(np.sort(able)[::-1])
    enough = np.flatnonzero(together >= quantity)
    # More lots than the fewest never help: each needs its smallest number too.
    return int(enough[0]) + 1 if enough.size else None


def _placed(
    quantity: int, gaps: _Gaps, moment: int, cut: Cut
) -> tuple[Lot, ...] | None:
    parts = gaps.parts_by(moment)
    smallest = min(cut.smallest_lot, quantity)
    needed = _lots_needed(quantity, parts, cut)
    if needed is None:
        return None
    able = np.flatnonzero(parts >= smallest)
    chosen = able[_first_that_suffice(parts[able], quantity, needed)]
    room = gaps.minutes_by(int(gaps.closes.max()))
    room[chosen] = 0
    lots = []
    left = quantity
    for number, index in enumerate(chosen.tolist()):
        kept_back = smallest * (needed - number - 1)
        size = min(int(parts[index]), left - kept_back)
        left -= size
        lots.append(_lot(gaps, room, index, size))
    return tuple(lots)


def _first_that_suffice(parts: Minutes, quantity: int, needed: int) -> list[int]:
    """Choose the first gaps of which `needed` together make the batch."""
    chosen: list[int] = []
    made = 0
    for missing in reversed(range(needed)):
        begin = chosen[-1] + 1 if chosen else 0
        # At best what is missing comes from the largest of all that follow.
        bar = quantity - made - _sum_of_largest(parts[begin:], missing)
        for index in (begin + np.flatnonzero(parts[begin:] >= bar)).tolist():
            rest = parts[index + 1 :]
            if rest.size < missing:
                break
            if made + int(parts[index]) + _sum_of_largest(rest, missing) >= quantity:
                chosen.append(index)
                made += int(parts[index])
                break
    return chosen


def _sum_of_largest(parts: Minutes, count: int) -> int:
    if count >= parts.size:
        return int(parts.sum())
    if not count:
        return 0
    return int(np.partition(parts, parts.size - count)[parts.size - count :].sum())


def _lot(gaps: _Gaps, room: Minutes, index: int, size: int) -> Lot:
    number = int(gaps.lane[index])
    lane = gaps.lanes[number]
    before = int(gaps.before[index])
    passed_over = (gaps.lane[:index] == number) & (room[:index] > 0)
    return Lot(
        lane=number,
        quantity=size,
        stretch=Stretch(
            start=lane.working.end_of_minute(before + 1) - 1,
            finish=lane.working.end_of_minute(before + lane.minutes_of(size)),
            gaps_passed_over=int(np.count_nonzero(passed_over)),
        ),
    )
