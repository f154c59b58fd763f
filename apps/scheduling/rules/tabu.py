"""Tabu search for job shops without calendars, by makespan; compiled.

Tasks of a critical block are moved to its ends (the N6 neighborhood of Balas and
Vazacopoulos 1998, whose estimate judges each move), and what a move undid stays
forbidden for a while.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.scheduling.rules.chance import Dice, below, roll
from apps.scheduling.rules.compiled import kernel, part, write_rows
from apps.scheduling.rules.tables import NEVER, Numbers

# What a walk remembers between two calls.
ITERATION: Final = 0
BEST: Final = 1
STALLED: Final = 2


class Walk(NamedTuple):
    """A job shop, the order of tasks on its machines, and what the search notes.

    Heads are the longest way from the start to each task, tails from its end on.
    """

    before: Numbers
    after: Numbers
    machine: Numbers
    minutes: Numbers
    sequence: Numbers
    length: Numbers
    position: Numbers
    best_sequence: Numbers
    head: Numbers
    tail: Numbers
    order: Numbers
    waits: Numbers
    path: Numbers
    block: Numbers
    block_head: Numbers
    # Until which iteration one task may not come before another on their machine.
    forbidden: NDArray[np.int32]
    notes: Numbers


@part
def measure_heads(walk: Walk) -> bool:
    """Work out an order and the heads; False if the tasks wait in a circle."""
    count = walk.before.size
    filled, taken = 0, 0
    for task in range(count):
        waiting = 0
        if walk.before[task] >= 0:
            waiting += 1
        if walk.position[task] > 0:
            waiting += 1
        walk.waits[task] = waiting
        if waiting == 0:
            walk.order[filled] = task
            filled += 1
    while taken < filled:
        task = walk.order[taken]
        taken += 1
        head = 0
        before = walk.before[task]
        if before >= 0:
            head = walk.head[before] + walk.minutes[before]
        machine, position = walk.machine[task], walk.position[task]
        if position > 0:
            ahead = walk.sequence[machine, position - 1]
            head = max(head, walk.head[ahead] + walk.minutes[ahead])
        walk.head[task] = head
        after = walk.after[task]
        if after >= 0:
            walk.waits[after] -= 1
            if walk.waits[after] == 0:
                walk.order[filled] = after
                filled += 1
        if position + 1 < walk.length[machine]:
            behind = walk.sequence[machine, position + 1]
            walk.waits[behind] -= 1
            if walk.waits[behind] == 0:
                walk.order[filled] = behind
                filled += 1
    return filled == count


@part
def measure(walk: Walk) -> int:
    """Work out heads and tails; return the makespan, or -1 if the order is a circle."""
    if not measure_heads(walk):
        return -1
    longest = 0
    for place in range(walk.before.size - 1, -1, -1):
        task = walk.order[place]
        tail = 0
        after = walk.after[task]
        if after >= 0:
            tail = walk.tail[after] + walk.minutes[after]
        machine, position = walk.machine[task], walk.position[task]
        if position + 1 < walk.length[machine]:
            behind = walk.sequence[machine, position + 1]
            tail = max(tail, walk.tail[behind] + walk.minutes[behind])
        walk.tail[task] = tail
        longest = max(longest, walk.head[task] + walk.minutes[task] + tail)
    return longest


@part
def trace(walk: Walk, makespan: int, dice: Dice) -> int:
    """Write one of the longest ways into the path, by chance; return its length."""
    task, seen = -1, 0
    for other in range(walk.before.size):
        if walk.head[other] == 0 and walk.minutes[other] + walk.tail[other] == makespan:
            seen += 1
            if roll(dice) * seen < 1:
                task = other
    length = 0
    while task >= 0:
        walk.path[length] = task
        length += 1
        done = walk.head[task] + walk.minutes[task]
        after = walk.after[task]
        if after >= 0 and (
            walk.head[after] != done
            or done + walk.minutes[after] + walk.tail[after] != makespan
        ):
            after = -1
        machine, position = walk.machine[task], walk.position[task]
        behind = -1
        if position + 1 < walk.length[machine]:
            behind = walk.sequence[machine, position + 1]
            if (
                walk.head[behind] != done
                or done + walk.minutes[behind] + walk.tail[behind] != makespan
            ):
                behind = -1
        if after >= 0 and behind >= 0:
            task = after if roll(dice) < 0.5 else behind
        else:
            task = max(after, behind)
    return length


@part
def estimate(walk: Walk, machine: int, low: int, high: int) -> int:
    """Estimate the longest way through the tasks of the block, in their new order."""
    size = high - low + 1
    reach = 0
    if low > 0:
        ahead = walk.sequence[machine, low - 1]
        reach = walk.head[ahead] + walk.minutes[ahead]
    for place in range(size):
        task = walk.block[place]
        head = reach
        before = walk.before[task]
        if before >= 0:
            head = max(head, walk.head[before] + walk.minutes[before])
        walk.block_head[place] = head
        reach = head + walk.minutes[task]
    rest = 0
    if high + 1 < walk.length[machine]:
        behind = walk.sequence[machine, high + 1]
        rest = walk.tail[behind] + walk.minutes[behind]
    longest = 0
    for place in range(size - 1, -1, -1):
        task = walk.block[place]
        tail = rest
        after = walk.after[task]
        if after >= 0:
            tail = max(tail, walk.tail[after] + walk.minutes[after])
        rest = tail + walk.minutes[task]
        longest = max(longest, walk.block_head[place] + rest)
    return longest


@part
def is_safe(walk: Walk, machine: int, low: int, high: int, forward: int) -> bool:
    """Say whether a move surely makes no circle (Balas and Vazacopoulos)."""
    first, last = walk.sequence[machine, low], walk.sequence[machine, high]
    if forward == 1:
        after = walk.after[first]
        return after < 0 or (
            after != last
            and walk.tail[last] + walk.minutes[last]
            >= walk.tail[after] + walk.minutes[after]
        )
    before = walk.before[last]
    return before < 0 or (
        before != first
        and walk.head[first] + walk.minutes[first]
        >= walk.head[before] + walk.minutes[before]
    )


@part
def arrange(walk: Walk, machine: int, low: int, high: int, forward: int) -> None:
    """Write into the block what its order would be after a move."""
    size = high - low + 1
    if forward == 1:
        for place in range(size - 1):
            walk.block[place] = walk.sequence[machine, low + 1 + place]
        walk.block[size - 1] = walk.sequence[machine, low]
    else:
        walk.block[0] = walk.sequence[machine, high]
        for place in range(size - 1):
            walk.block[place + 1] = walk.sequence[machine, low + place]


@part
def is_forbidden(walk: Walk, size: int, forward: int, iteration: int) -> bool:
    """Say whether a move would bring back what was undone a short while ago."""
    if forward == 1:
        moved = walk.block[size - 1]
        for place in range(size - 1):
            if walk.forbidden[walk.block[place], moved] > iteration:
                return True
        return False
    moved = walk.block[0]
    for place in range(1, size):
        if walk.forbidden[moved, walk.block[place]] > iteration:
            return True
    return False


@part
def move(
    walk: Walk, machine: int, low: int, high: int, forward: int, until: int
) -> None:
    """Carry a move out, and forbid the way back."""
    arrange(walk, machine, low, high, forward)
    size = high - low + 1
    for place in range(size):
        task = walk.block[place]
        walk.sequence[machine, low + place] = task
        walk.position[task] = low + place
    if forward == 1:
        for place in range(size - 1):
            walk.forbidden[walk.block[size - 1], walk.block[place]] = until
    else:
        for place in range(1, size):
            walk.forbidden[walk.block[place], walk.block[0]] = until


@part
def choose(
    walk: Walk, length: int, iteration: int, dice: Dice
) -> tuple[int, int, int, int]:
    """Choose the best move that is allowed; any at all if none is."""
    least, ties, seen = NEVER, 0, 0
    best = (-1, 0, 0, 0)
    fallback = (-1, 0, 0, 0)
    opens = 0
    while opens < length:
        closes = opens
        machine = walk.machine[walk.path[opens]]
        while closes + 1 < length and walk.machine[walk.path[closes + 1]] == machine:
            closes += 1
        first, last = walk.position[walk.path[opens]], walk.position[walk.path[closes]]
        for place in range(first, last + 1):
            for forward in range(2):
                low = place if forward == 1 else first
                high = last if forward == 1 else place
                # A swap of two neighbors is the same move both ways.
                if low == high or (forward == 0 and high == low + 1 == last):
                    continue
                if not is_safe(walk, machine, low, high, forward):
                    continue
                arrange(walk, machine, low, high, forward)
                value = estimate(walk, machine, low, high)
                seen += 1
                if roll(dice) * seen < 1:
                    fallback = (machine, low, high, forward)
                if value > least or (
                    value >= walk.notes[BEST]
                    and is_forbidden(walk, high - low + 1, forward, iteration)
                ):
                    continue
                ties = 1 if value < least else ties + 1
                if value < least or roll(dice) * ties < 1:
                    least = value
                    best = (machine, low, high, forward)
        opens = closes + 1
    return best if best[0] >= 0 else fallback


@kernel
def walk_on(
    walk: Walk, iterations: int, patience: int, tenure: int, dice: Dice
) -> bool:
    """Walk from move to move; False if it is over: stalled, or nothing to be moved.

    A walk that is called twice goes the same way as one called once for as long.
    """
    makespan = measure(walk)
    if makespan < walk.notes[BEST]:
        walk.notes[BEST] = makespan
        write_rows(walk.sequence, walk.best_sequence)
    for _ in range(iterations):
        iteration = walk.notes[ITERATION]
        length = trace(walk, makespan, dice)
        machine, low, high, forward = choose(walk, length, iteration, dice)
        if machine < 0:
            return False
        until = iteration + tenure + below(dice, tenure)
        move(walk, machine, low, high, forward, until)
        makespan = measure(walk)
        walk.notes[ITERATION] += 1
        if makespan < walk.notes[BEST]:
            walk.notes[BEST] = makespan
            write_rows(walk.sequence, walk.best_sequence)
            walk.notes[STALLED] = 0
        else:
            walk.notes[STALLED] += 1
            if walk.notes[STALLED] >= patience:
                return False
    return True
