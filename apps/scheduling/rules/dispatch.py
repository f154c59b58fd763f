"""A first plan: one task after another, by rules of the shop floor; compiled.

Each rule builds plans with more and less waiting for urgent work (active and non-delay
schedules, Giffler and Thompson 1960); the best of all is taken.
"""

from math import exp
from typing import Final, NamedTuple

import numpy as np

from apps.scheduling.rules.chance import Dice, roll
from apps.scheduling.rules.compiled import kernel, part
from apps.scheduling.rules.tables import NEVER, Layout, Numbers, Shop
from apps.scheduling.rules.timing import moment_of, place, setup_after, worked_before

EARLIEST_DUE: Final = 0
APPARENT_COST: Final = 1
MOST_WORK: Final = 2
SHORTEST: Final = 3
LEAST_SLACK: Final = 4
AS_BEFORE: Final = 5
RULES: Final = (
    EARLIEST_DUE,
    APPARENT_COST,
    MOST_WORK,
    SHORTEST,
    LEAST_SLACK,
    AS_BEFORE,
)
PATIENCE: Final = (0, 50, 100)
"""Of the time until the first finish, the share within which urgent work is awaited."""


class Desk(NamedTuple):
    """What dispatching notes; `ways` is the mode that each task would take now, or -1."""

    remaining: Numbers
    deadline: Numbers
    following: Numbers
    ways: Numbers
    begins: Numbers
    starts: Numbers
    free: Numbers
    family: Numbers
    blocked: Numbers


def desk(shop: Shop) -> Desk:
    """Return room to dispatch in."""
    width = max(shop.job_of.size, shop.last_family.size, shop.due.size)
    return Desk(*np.zeros((len(Desk._fields), width), dtype=np.int64))


@part
def prepare(shop: Shop, remaining: Numbers, deadline: Numbers) -> None:
    """Work out what is still to be done from each task on, and what fixed work asks."""
    for job in range(shop.last_task.size):
        task = shop.last_task[job]
        work, latest = 0, NEVER
        while task >= 0:
            shortest = NEVER
            for mode in range(shop.modes[task], shop.modes[task + 1]):
                shortest = min(shortest, shop.run[mode])
            work += shortest
            remaining[task] = work
            deadline[task] = latest
            latest = latest if latest == NEVER else latest - shortest
            if shop.fixed_start[task] >= 0:
                latest = shop.fixed_start[task]
            task = shop.before[task]


@part
def urgency(shop: Shop, rule: int, task: int, desk: Desk, mean: float) -> float:
    """Say how much a task is to be preferred; what fixed work waits for comes first."""
    minutes, start = shop.run[desk.ways[task]], desk.starts[task]
    remaining = desk.remaining
    if desk.deadline[task] < NEVER:
        return 1e15 - desk.deadline[task]
    job = shop.job_of[task]
    due = shop.due[job]
    slack = 1e9 if due == NEVER else float(due - remaining[task] - start)
    if rule == EARLIEST_DUE:
        return -(float(due) if due < NEVER else 1e12) + remaining[task] * 1e-6
    if rule == APPARENT_COST:
        delay = exp(-max(0.0, min(slack, 1e8)) / (2.0 * mean))
        return shop.weight[job] / minutes * delay + remaining[task] * 1e-12
    if rule == SHORTEST:
        return -float(minutes)
    if rule == LEAST_SLACK:
        return -slack + remaining[task] * 1e-6
    if rule == AS_BEFORE:
        if shop.was_start[task] >= 0:
            return -float(shop.was_start[task])
        return -float(start)
    return float(remaining[task])


@part
def open_desk(shop: Shop, layout: Layout, desk: Desk) -> None:
    """Begin with empty machines and the first task of each job."""
    prepare(shop, desk.remaining, desk.deadline)
    desk.following[:] = -1
    for task in range(shop.job_of.size):
        layout.finish[task] = -1
        if shop.before[task] < 0:
            desk.following[shop.job_of[task]] = task
    for machine in range(shop.last_family.size):
        desk.free[machine], layout.length[machine] = 0, 0
        desk.family[machine] = shop.last_family[machine]
        desk.blocked[machine] = next_fixed(shop, layout, machine)


@part
def find_bottleneck(shop: Shop, layout: Layout, desk: Desk) -> tuple[int, int]:
    """Find each task's soonest way; return the machine done first, and when."""
    soonest, bottleneck = NEVER, -1
    for job in range(shop.last_task.size):
        task = desk.following[job]
        if task < 0:
            continue
        desk.ways[task] = -1
        earliest = NEVER
        for mode in range(shop.modes[task], shop.modes[task + 1]):
            begin = offer(shop, layout, task, mode, desk)
            if begin < 0:
                continue
            machine = shop.on[mode]
            setup = setup_after(shop, mode, task, desk.family[machine])
            finish = moment_of(shop, machine, begin + setup + shop.run[mode])
            if finish < earliest:
                earliest = finish
                desk.ways[task], desk.begins[task] = mode, begin
                desk.starts[task] = moment_of(shop, machine, begin + 1) - 1
        if earliest < soonest:
            soonest, bottleneck = earliest, shop.on[desk.ways[task]]
    return bottleneck, soonest


@part
def pick(
    shop: Shop,
    desk: Desk,
    bottleneck: int,
    soonest: int,
    rule: int,
    patience: int,
    noise: int,
    dice: Dice,
    mean: float,
) -> int:
    """Choose among the tasks that would start there soon enough."""
    first = NEVER
    for job in range(shop.last_task.size):
        task = desk.following[job]
        if task < 0 or desk.ways[task] < 0:
            continue
        if shop.on[desk.ways[task]] == bottleneck:
            first = min(first, desk.starts[task])
    limit = first + (soonest - first) * patience // 100
    chosen, most = -1, -1e300
    for job in range(shop.last_task.size):
        task = desk.following[job]
        if task < 0 or desk.ways[task] < 0:
            continue
        if shop.on[desk.ways[task]] != bottleneck or desk.starts[task] > limit:
            continue
        value = urgency(shop, rule, task, desk, mean)
        if noise > 0:
            value *= 1.0 + noise / 100.0 * roll(dice)
        if value > most:
            chosen, most = task, value
    return chosen


@kernel
def dispatch(
    shop: Shop,
    rule: int,
    patience: int,
    layout: Layout,
    desk: Desk,
    noise: int,
    dice: Dice,
) -> bool:
    """Build the order of a plan by a rule; False if it leads into what is fixed.

    :param noise: by how many percent the urgency may be off, by chance.
    """
    open_desk(shop, layout, desk)
    mean = 1.0
    for mode in range(shop.run.size):
        mean += shop.run[mode] / shop.run.size
    for _ in range(shop.job_of.size):
        bottleneck, soonest = find_bottleneck(shop, layout, desk)
        if bottleneck < 0:
            return False
        task = pick(shop, desk, bottleneck, soonest, rule, patience, noise, dice, mean)
        mode = desk.ways[task]
        setup = setup_after(shop, mode, task, desk.family[bottleneck])
        end = desk.begins[task] + setup + shop.run[mode]
        layout.mode[task] = mode
        layout.position[task] = layout.length[bottleneck]
        layout.sequence[bottleneck, layout.length[bottleneck]] = task
        layout.length[bottleneck] += 1
        layout.finish[task] = moment_of(shop, bottleneck, end)
        desk.free[bottleneck], desk.family[bottleneck] = end, shop.family[task]
        desk.following[shop.job_of[task]] = shop.after[task]
        if task == desk.blocked[bottleneck]:
            desk.blocked[bottleneck] = next_fixed(shop, layout, bottleneck)
    return True


@part
def next_fixed(shop: Shop, layout: Layout, machine: int) -> int:
    """Find the fixed task that a machine has to come to next; -1 if none is left."""
    found = -1
    for task in range(shop.job_of.size):
        if (
            shop.fixed_start[task] >= 0
            and shop.on[shop.modes[task]] == machine
            and layout.finish[task] < 0
            and (found < 0 or shop.fixed_start[task] < shop.fixed_start[found])
        ):
            found = task
    return found


@part
def offer(shop: Shop, layout: Layout, task: int, mode: int, desk: Desk) -> int:
    """Return the minute worked in which a task could begin now, or -1."""
    machine = shop.on[mode]
    setup = setup_after(shop, mode, task, desk.family[machine])
    before = shop.before[task]
    not_before = layout.finish[before] if before >= 0 else 0
    begin = place(shop, task, mode, setup, desk.free[machine], not_before)
    ahead = desk.blocked[machine]
    if begin < 0 or ahead < 0 or ahead == task:
        return begin
    # What is fixed makes no way, so other work is done before it or after it.
    limit = worked_before(shop, machine, shop.fixed_start[ahead])
    return begin if begin + setup + shop.run[mode] <= limit else -1
