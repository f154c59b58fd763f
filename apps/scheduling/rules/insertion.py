"""Tabu search for flexible job shops without calendars, by makespan; compiled.

A task of the longest way is taken out and put back where it lengthens the ways through
it least, on any machine that can do it (Mastrolilli and Gambardella 2000): the places
between those that must lie before it and those that must lie behind are all safe.
"""

from typing import Final, NamedTuple

from apps.scheduling.rules.chance import Dice, below, roll
from apps.scheduling.rules.compiled import kernel, part, write, write_rows
from apps.scheduling.rules.tables import NEVER, Numbers

ITERATION: Final = 0
BEST: Final = 1
STALLED: Final = 2
TASKS_LOOKED_AT: Final = 14
"""Of a long way only so many tasks are tried in a step: each costs two passes."""


class Field(NamedTuple):
    """A flexible job shop, the order of tasks on its machines, and search notes."""

    before: Numbers
    after: Numbers
    modes: Numbers
    on: Numbers
    lasts: Numbers
    # Of the plan: machine and minutes of each task, and its place there.
    machine: Numbers
    minutes: Numbers
    sequence: Numbers
    length: Numbers
    position: Numbers
    best_machine: Numbers
    best_sequence: Numbers
    best_length: Numbers
    head: Numbers
    tail: Numbers
    # The same with one task taken out.
    bare_head: Numbers
    bare_tail: Numbers
    order: Numbers
    waits: Numbers
    path: Numbers
    # Until which iteration a task may not come back to a machine.
    forbidden: Numbers
    notes: Numbers


@part
def measure_heads(field: Field, without: int, head: Numbers) -> bool:
    """Work out an order and the heads; False if the tasks wait in a circle."""
    count = field.before.size
    filled, taken = 0, 0
    for task in range(count):
        waiting = 0
        if field.before[task] >= 0:
            waiting += 1
        if task != without and field.position[task] > 0:
            waiting += 1
        field.waits[task] = waiting
        if waiting == 0:
            field.order[filled] = task
            filled += 1
    while taken < filled:
        task = field.order[taken]
        taken += 1
        reach = 0
        before = field.before[task]
        if before >= 0:
            reach = head[before] + field.minutes[before]
        machine, position = field.machine[task], field.position[task]
        if task != without and position > 0:
            ahead = field.sequence[machine, position - 1]
            reach = max(reach, head[ahead] + field.minutes[ahead])
        head[task] = reach
        after = field.after[task]
        if after >= 0:
            field.waits[after] -= 1
            if field.waits[after] == 0:
                field.order[filled] = after
                filled += 1
        if task != without and position + 1 < field.length[machine]:
            behind = field.sequence[machine, position + 1]
            field.waits[behind] -= 1
            if field.waits[behind] == 0:
                field.order[filled] = behind
                filled += 1
    return filled == count


@part
def measure(field: Field, without: int, head: Numbers, tail: Numbers) -> int:
    """Work out heads and tails; return the makespan, or -1 if the order is a circle.

    :param without: a task that stands on no machine, or -1.
    """
    if not measure_heads(field, without, head):
        return -1
    longest = 0
    for place in range(field.before.size - 1, -1, -1):
        task = field.order[place]
        rest = 0
        after = field.after[task]
        if after >= 0:
            rest = tail[after] + field.minutes[after]
        machine, position = field.machine[task], field.position[task]
        if task != without and position + 1 < field.length[machine]:
            behind = field.sequence[machine, position + 1]
            rest = max(rest, tail[behind] + field.minutes[behind])
        tail[task] = rest
        longest = max(longest, head[task] + field.minutes[task] + rest)
    return longest


@part
def trace(field: Field, makespan: int, dice: Dice) -> int:
    """Write one of the longest ways into the path, by chance; return its length."""
    task, seen = -1, 0
    for other in range(field.before.size):
        if (
            field.head[other] == 0
            and field.minutes[other] + field.tail[other] == makespan
        ):
            seen += 1
            if roll(dice) * seen < 1:
                task = other
    length = 0
    while task >= 0:
        field.path[length] = task
        length += 1
        done = field.head[task] + field.minutes[task]
        after = field.after[task]
        if after >= 0 and (
            field.head[after] != done
            or done + field.minutes[after] + field.tail[after] != makespan
        ):
            after = -1
        machine, position = field.machine[task], field.position[task]
        behind = -1
        if position + 1 < field.length[machine]:
            behind = field.sequence[machine, position + 1]
            if (
                field.head[behind] != done
                or done + field.minutes[behind] + field.tail[behind] != makespan
            ):
                behind = -1
        if after >= 0 and behind >= 0:
            task = after if roll(dice) < 0.5 else behind
        else:
            task = max(after, behind)
    return length


@part
def take_out(field: Field, task: int) -> None:
    """Take a task from its machine; the others close up."""
    machine = field.machine[task]
    for place in range(field.position[task], field.length[machine] - 1):
        other = field.sequence[machine, place + 1]
        field.sequence[machine, place] = other
        field.position[other] = place
    field.length[machine] -= 1


@part
def put_in(field: Field, task: int, machine: int, place: int) -> None:
    """Put a task onto a machine; the others make room."""
    for other_place in range(field.length[machine], place, -1):
        other = field.sequence[machine, other_place - 1]
        field.sequence[machine, other_place] = other
        field.position[other] = other_place
    field.sequence[machine, place] = task
    field.position[task], field.machine[task] = place, machine
    field.length[machine] += 1


@part
def room(field: Field, task: int, machine: int) -> tuple[int, int]:
    """Return the first and the last place on a machine that surely make no circle."""
    head, tail = field.bare_head[task], field.bare_tail[task]
    first, last = 0, field.length[machine]
    for place in range(field.length[machine]):
        other = field.sequence[machine, place]
        ends_late = field.bare_head[other] + field.minutes[other] > head
        rests_long = field.bare_tail[other] + field.minutes[other] > tail
        if rests_long and not ends_late:
            first = place + 1
    for place in range(field.length[machine] - 1, -1, -1):
        other = field.sequence[machine, place]
        ends_late = field.bare_head[other] + field.minutes[other] > head
        rests_long = field.bare_tail[other] + field.minutes[other] > tail
        if ends_late and not rests_long:
            last = place
    return first, last


@part
def through(field: Field, task: int, machine: int, place: int, minutes: int) -> int:
    """Return the longest way through a task if it were put in a place."""
    head, tail = field.bare_head[task], field.bare_tail[task]
    if place > 0:
        ahead = field.sequence[machine, place - 1]
        head = max(head, field.bare_head[ahead] + field.minutes[ahead])
    if place < field.length[machine]:
        behind = field.sequence[machine, place]
        tail = max(tail, field.bare_tail[behind] + field.minutes[behind])
    return head + minutes + tail


@part
def choose(
    field: Field, length: int, iteration: int, dice: Dice
) -> tuple[int, int, int, int]:
    """Choose the best task, way and place that are allowed; any at all if none is."""
    least, seen = NEVER, 0
    best = (-1, 0, 0, 0)
    fallback = (-1, 0, 0, 0)
    for tried in range(min(length, TASKS_LOOKED_AT)):
        task = field.path[tried]
        if length > TASKS_LOOKED_AT:
            task = field.path[below(dice, length)]
        home, place_at_home = field.machine[task], field.position[task]
        minutes_at_home = field.minutes[task]
        take_out(field, task)
        field.minutes[task] = 0
        bare = measure(field, task, field.bare_head, field.bare_tail)
        for mode in range(field.modes[task], field.modes[task + 1]):
            machine = field.on[mode]
            first, last = room(field, task, machine)
            for place in range(first, last + 1):
                if machine == home and place == place_at_home:
                    continue
                way = through(field, task, machine, place, field.lasts[mode])
                seen += 1
                if roll(dice) * seen < 1:
                    fallback = (task, mode, machine, place)
                makespan = max(bare, way)
                if (
                    makespan >= field.notes[BEST]
                    and field.forbidden[task, machine] > iteration
                ):
                    continue
                # Of the same makespan, the shorter way through the task is better.
                value = makespan * 1_000_000 + way
                if value < least or (value == least and roll(dice) < 0.3):
                    least = value
                    best = (task, mode, machine, place)
        field.minutes[task] = minutes_at_home
        put_in(field, task, home, place_at_home)
    return best if best[0] >= 0 else fallback


@part
def note_best(field: Field, makespan: int) -> bool:
    """Keep a plan that is better than the best."""
    if makespan >= field.notes[BEST]:
        return False
    field.notes[BEST] = makespan
    write(field.machine, field.best_machine)
    write_rows(field.sequence, field.best_sequence)
    write(field.length, field.best_length)
    return True


@kernel
def walk_on(field: Field, iterations: int, patience: int, dice: Dice) -> bool:
    """Walk from move to move; False if it is over: stalled, or nothing to be moved.

    A walk that is called twice goes the same way as one called once for as long.
    """
    makespan = measure(field, -1, field.head, field.tail)
    note_best(field, makespan)
    for _ in range(iterations):
        iteration = field.notes[ITERATION]
        length = trace(field, makespan, dice)
        task, mode, machine, place = choose(field, length, iteration, dice)
        if task < 0:
            return False
        ways = field.modes[task + 1] - field.modes[task]
        field.forbidden[task, field.machine[task]] = (
            iteration + length // 2 + ways + 8 + below(dice, 8)
        )
        take_out(field, task)
        put_in(field, task, machine, place)
        field.minutes[task] = field.lasts[mode]
        makespan = measure(field, -1, field.head, field.tail)
        field.notes[ITERATION] += 1
        if note_best(field, makespan):
            field.notes[STALLED] = 0
        else:
            field.notes[STALLED] += 1
            if field.notes[STALLED] >= patience:
                return False
    return True
