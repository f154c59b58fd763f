"""Local search for the real shop: calendars, setups, alternatives, due dates; compiled.

Every step moves one task on what holds the worst job up, works the times out exactly
from there on, and is taken if the plan is no worse than now or than it was a while ago
(late acceptance, Burke and Bykov 2017). That compares plans without weighing minutes of
tardiness against minutes of setup, so the figures decide in their own order.
"""

from typing import Final, NamedTuple

import numpy as np

from apps.scheduling.rules.chance import Dice, below, roll
from apps.scheduling.rules.compiled import kernel, part, write, write_rows
from apps.scheduling.rules.tables import (
    Layout,
    Numbers,
    Shop,
    empty_layout,
)
from apps.scheduling.rules.timing import judge, keep, lesser, retime

# What a search remembers between two calls.
ITERATION: Final = 0
STALLED: Final = 1
LENGTH: Final = 2
SHORTEST_MEMORY: Final = 400
LONGEST_MEMORY: Final = 12_800
"""How many steps ago a plan may have been as bad as the next one: a short memory is
soon done, a long one goes further. Nobody knows how long there is, so it grows."""
PATIENCE: Final = 60
"""After so many memories without a better plan the search goes back to the best."""
KICKS: Final = 12
"""So many moves by chance lead away from the best when it goes back to it."""

AT_THE_ENDS: Final = 0.75
BY_CHANCE: Final = 0.1
"""Shares of steps at the ends of blocks, and of any task at all."""

TARDINESS: Final = 0
LATE: Final = 1
SETUPS: Final = 3


class Quest(NamedTuple):
    """The plan that is changed, a trial of the next step, the best, and notes."""

    plan: Layout
    trial: Layout
    best: Layout
    history: Numbers
    preference: Numbers
    waits: Numbers
    path: Numbers
    notes: Numbers


def quest(preference: Numbers, shop: Shop, start: Layout, memory: int) -> Quest:
    """Return a search that begins with a plan whose times are set."""
    copy = [empty_layout(shop) for _ in range(3)]
    for layout in (copy[0], copy[2]):
        for mine, theirs in zip(layout, start, strict=True):
            mine[:] = theirs
    return Quest(
        plan=copy[0],
        trial=copy[1],
        best=copy[2],
        history=np.repeat(start.cost[None, :], LONGEST_MEMORY, axis=0),
        preference=preference,
        waits=np.zeros(shop.job_of.size, dtype=np.int64),
        path=np.zeros(shop.job_of.size + 1, dtype=np.int64),
        notes=np.array([0, 0, memory], dtype=np.int64),
    )


@part
def shift(shop: Shop, plan: Layout, task: int, mode: int, place: int) -> int:
    """Put a task elsewhere; return the least rank whose times may change."""
    machine, position = shop.on[plan.mode[task]], plan.position[task]
    first = plan.rank[task]
    if position + 1 < plan.length[machine]:
        first = min(first, plan.rank[plan.sequence[machine, position + 1]])
    for at in range(position, plan.length[machine] - 1):
        other = plan.sequence[machine, at + 1]
        plan.sequence[machine, at] = other
        plan.position[other] = at
    plan.length[machine] -= 1
    machine = shop.on[mode]
    for at in range(plan.length[machine], place, -1):
        other = plan.sequence[machine, at - 1]
        plan.sequence[machine, at] = other
        plan.position[other] = at
    plan.sequence[machine, place] = task
    plan.position[task], plan.mode[task] = place, mode
    plan.length[machine] += 1
    if place + 1 < plan.length[machine]:
        first = min(first, plan.rank[plan.sequence[machine, place + 1]])
    return first


@part
def worst_job(shop: Shop, plan: Layout, leading: int, dice: Dice) -> int:
    """Choose a job that makes the plan bad: late ones by how much, or the longest."""
    total, latest, longest = 0, -1, 0
    for job in range(shop.last_task.size):
        task = shop.last_task[job]
        if task < 0:
            continue
        finish = plan.finish[task]
        total += max(0, finish - shop.due[job]) * shop.weight[job]
        if finish > latest:
            latest, longest = finish, job
    is_about_dates = leading in (TARDINESS, LATE)
    if total == 0 or roll(dice) < (0.1 if is_about_dates else 0.7):
        return longest
    left = roll(dice) * total
    for job in range(shop.last_task.size):
        task = shop.last_task[job]
        if task >= 0 and plan.finish[task] > shop.due[job]:
            left -= (plan.finish[task] - shop.due[job]) * shop.weight[job]
            if left < 0:
                return job
    return longest


@part
def held_up_by(shop: Shop, plan: Layout, task: int) -> int:
    """Return the task ahead on the machine if it is what a task waits for, or -1."""
    position = plan.position[task]
    if position == 0:
        return -1
    ahead = plan.sequence[shop.on[plan.mode[task]], position - 1]
    before = shop.before[task]
    ready = shop.ready[task]
    if before >= 0:
        ready = max(ready, plan.finish[before])
    return ahead if plan.finish[ahead] > ready else -1


@part
def trace(shop: Shop, quest: Quest, dice: Dice) -> int:
    """Write the tasks that a machine holds up on the worst job's way; count them."""
    plan, length = quest.plan, 0
    leading = quest.preference[0]
    if leading == SETUPS and roll(dice) < 0.5:
        return 0
    # Inside a block of tasks without a pause an exchange rarely helps; at its ends it may.
    only_ends = roll(dice) < AT_THE_ENDS
    is_last = True
    task = shop.last_task[worst_job(shop, plan, leading, dice)]
    while task >= 0:
        ahead = held_up_by(shop, plan, task)
        if ahead < 0:
            is_last = True
            task = shop.before[task]
            continue
        if not only_ends or is_last or held_up_by(shop, plan, ahead) < 0:
            quest.path[length] = task
            length += 1
        is_last = False
        # Sometimes the job's own way is followed, past what holds it up.
        if roll(dice) < 0.9:
            task = ahead
        else:
            is_last = True
            task = shop.before[task]
    return length


@part
def place_by_time(shop: Shop, plan: Layout, task: int, machine: int, dice: Dice) -> int:
    """Return about where a task belongs on another machine, by when it is ready."""
    ready = shop.ready[task]
    before = shop.before[task]
    if before >= 0:
        ready = max(ready, plan.finish[before])
    low, high = 0, plan.length[machine]
    while low < high:
        middle = (low + high) >> 1
        if plan.start[plan.sequence[machine, middle]] < ready:
            low = middle + 1
        else:
            high = middle
    chance = roll(dice)
    if chance < 0.25:
        low += 1
    elif chance < 0.5:
        low -= 1
    return max(0, min(low, plan.length[machine]))


@part
def propose(shop: Shop, quest: Quest, dice: Dice) -> tuple[int, int, int]:
    """Choose a task, a way and a place to move it to."""
    plan = quest.plan
    length = trace(shop, quest, dice)
    if length == 0 or roll(dice) < BY_CHANCE:
        task = below(dice, shop.job_of.size)
    else:
        task = quest.path[below(dice, length)]
        chance = roll(dice)
        machine, position = shop.on[plan.mode[task]], plan.position[task]
        if chance < 0.3:
            return task, plan.mode[task], position - 1
        if chance < 0.5:
            # Ahead of a few more: the further, the rarer.
            steps = 1 + int(roll(dice) * roll(dice) * min(position, 12))
            return task, plan.mode[task], max(0, position - steps)
        if chance < 0.7:
            ahead = plan.sequence[machine, position - 1]
            rest = plan.length[machine] - position
            steps = int(roll(dice) * roll(dice) * min(rest, 12))
            return ahead, plan.mode[ahead], position + steps
        if chance < 0.8:
            task = plan.sequence[machine, position - 1]
    ways = shop.modes[task + 1] - shop.modes[task]
    mode = shop.modes[task] + below(dice, ways)
    machine = shop.on[mode]
    if mode != plan.mode[task]:
        return task, mode, place_by_time(shop, plan, task, machine, dice)
    span = 1 + int(roll(dice) * 4)
    place = plan.position[task] + (span if roll(dice) < 0.5 else -span)
    return task, mode, max(0, min(place, plan.length[machine] - 1))


@part
def kick(shop: Shop, quest: Quest, dice: Dice) -> None:
    """Go back to the best plan, and some steps away from it."""
    for _ in range(KICKS):
        task, mode, place = propose(shop, quest, dice)
        was_mode, was_place = quest.plan.mode[task], quest.plan.position[task]
        first = shift(shop, quest.plan, task, mode, place)
        if retime(shop, quest.plan, quest.trial, quest.waits, first):
            judge(shop, quest.plan, quest.trial, first, quest.preference)
            keep(quest.plan, quest.trial, first)
        else:
            shift(shop, quest.plan, task, was_mode, was_place)
    for place_there in range(quest.history.shape[0]):
        for figure in range(5):
            quest.history[place_there, figure] = quest.plan.cost[figure]


@part
def copy(source: Layout, target: Layout) -> None:
    """Write one plan over another."""
    write(source.mode, target.mode)
    write_rows(source.sequence, target.sequence)
    write(source.length, target.length)
    write(source.position, target.position)
    write(source.start, target.start)
    write(source.finish, target.finish)
    write(source.end, target.end)
    write(source.setup, target.setup)
    write(source.order, target.order)
    write(source.rank, target.rank)
    write(source.cost, target.cost)


@kernel
def search_on(shop: Shop, quest: Quest, iterations: int, dice: Dice) -> bool:
    """Take some steps; say whether the best plan got better.

    A search that is called twice goes the same way as one called once for as long.
    """
    plan, trial = quest.plan, quest.trial
    is_better = False
    for _ in range(iterations):
        memory = quest.history[quest.notes[ITERATION] % quest.notes[LENGTH]]
        quest.notes[ITERATION] += 1
        quest.notes[STALLED] += 1
        if quest.notes[STALLED] > PATIENCE * quest.notes[LENGTH]:
            quest.notes[STALLED] = 0
            quest.notes[LENGTH] *= 2
            if quest.notes[LENGTH] > LONGEST_MEMORY:
                quest.notes[LENGTH] = SHORTEST_MEMORY
            copy(quest.best, plan)
            kick(shop, quest, dice)
        task, mode, place = propose(shop, quest, dice)
        was_mode, was_place = plan.mode[task], plan.position[task]
        if mode == was_mode and place == was_place:
            continue
        first = shift(shop, plan, task, mode, place)
        is_taken = False
        if retime(shop, plan, trial, quest.waits, first):
            judge(shop, plan, trial, first, quest.preference)
            is_taken = not lesser(plan.cost, trial.cost) or not lesser(
                memory, trial.cost
            )
        if is_taken:
            keep(plan, trial, first)
            if lesser(plan.cost, quest.best.cost):
                copy(plan, quest.best)
                quest.notes[STALLED] = 0
                is_better = True
        else:
            shift(shop, plan, task, was_mode, was_place)
        write(plan.cost, memory)
    return is_better


class LocalSearch:
    """The search of the real shop, from the best plan that is known."""

    method = "local search"

    def __init__(
        self,
        shop: Shop,
        starts: list[Layout],
        preference: Numbers,
        seed: int,
        memory: int,
    ) -> None:
        from apps.scheduling.rules.chance import dice

        self.shop = shop
        self.dice = dice(seed)
        self.quest = quest(preference, shop, starts[0], memory)

    def advance(self, iterations: int) -> Layout | None:
        """Take some steps; return a plan if it is the best so far."""
        if not search_on(self.shop, self.quest, iterations, self.dice):
            return None
        found = empty_layout(self.shop)
        for mine, theirs in zip(found, self.quest.best, strict=True):
            mine[:] = theirs
        return found
