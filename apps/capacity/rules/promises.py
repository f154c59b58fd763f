"""The earliest stretch of a machine's time in which a piece of work fits."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from apps.capacity.rules.limits import STEPS_SHOWN
from apps.capacity.rules.spans import NO_SPANS, Spans, moment_of
from apps.capacity.types import Promise, PromiseStep, StepKind
from apps.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a piece of work fits, in minutes, and the gap that it was found in."""

    start: int
    finish: int
    gaps_passed_over: int


def finish_of(minutes: int, start: int, working: Spans) -> int | None:
    """Return when the given working minutes are done, or None if they never are."""
    before = int(working.minutes_before(np.array([start], dtype=np.int64))[0])
    if before + minutes > working.total:
        return None
    return working.end_of_minute(before + minutes)


def earliest_stretch(
    minutes: int, not_before: int, until: int, working: Spans, reserved: Spans
) -> Stretch | None:
    """Find the first gap between reservations that holds the work, or None.

    Work stops when a shift ends and goes on with the next one, but never makes way:
    a part stays clamped, so nothing else may lie between its start and its finish.
    The gaps are in order, so the first that is long enough gives the earliest finish.
    """
    blocks = reserved.within(not_before, until)
    opens = np.concatenate((np.array([not_before], dtype=np.int64), blocks.ends))
    closes = np.concatenate((blocks.starts, np.array([until], dtype=np.int64)))
    worked = working.minutes_before(opens)
    room = working.minutes_before(closes) - worked
    enough = np.flatnonzero(room >= minutes)
    if enough.size == 0:
        return None
    gap = int(enough[0])
    before = int(worked[gap])
    return Stretch(
        start=working.end_of_minute(before + 1) - 1,
        finish=working.end_of_minute(before + minutes),
        gaps_passed_over=int(np.count_nonzero(room[:gap] > 0)),
    )


def free_spans(working: Spans, reserved: Spans) -> Spans:
    """Return the working minutes that nothing is reserved in."""
    return working.minus(reserved)


def promise_of(
    machine_id: UUID,
    minutes: int,
    not_before: int,
    stretch: Stretch,
    *,
    working: Spans,
    reserved: Spans,
    own: Spans = NO_SPANS,
) -> Promise:
    """Put a stretch into the words of a promise, with what led to it.

    What other lots of the same batch take is `own`, and not reserved by others.
    """
    return Promise(
        machine_id=machine_id,
        start=moment_of(stretch.start),
        finish=moment_of(stretch.finish),
        working_minutes=minutes,
        explanation=_explain(not_before, stretch, working, reserved, own),
        gaps_passed_over=stretch.gaps_passed_over,
    )


def _explain(
    not_before: int, stretch: Stretch, working: Spans, reserved: Spans, own: Spans
) -> tuple[PromiseStep, ...]:
    blocks = reserved.within(not_before, stretch.start)
    # Of a crowded machine only the last blocks are told, so only they are worked out.
    told_from = not_before
    if len(blocks) > STEPS_SHOWN:
        told_from = int(blocks.starts[-STEPS_SHOWN])
        blocks = blocks.within(told_from, stretch.start)
    before = working.within(told_from, stretch.start)
    passed = sorted(
        [(pair, StepKind.TAKEN) for pair in before.meeting(blocks).pairs()]
        + [(pair, StepKind.OWN_LOT) for pair in before.meeting(own).pairs()]
        + [
            (pair, StepKind.TOO_SHORT)
            for pair in before.minus(blocks).minus(own).pairs()
        ]
    )
    used = working.within(stretch.start, stretch.finish)
    work = [(pair, StepKind.WORK) for pair in used.pairs()[:STEPS_SHOWN]]
    return tuple(
        PromiseStep(kind, Period(moment_of(start), moment_of(end)), end - start)
        for (start, end), kind in [*passed[-STEPS_SHOWN:], *work]
    )
