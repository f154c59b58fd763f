"""A first plan: one task after another, by rules of the shop floor; compiled.

Each rule builds plans with more and less waiting for urgent work (active and non-delay
schedules, Giffler and Thompson 1960); the best of all is taken.
"""

from math import exp
from typing import Final

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
def urgency(
    shop: Shop,
    rule: int,
    task: int,
    minutes: int,
    start: int,
    remaining: Numbers,
    deadline: Numbers,
    mean: float,
) -> float:
    """Say how much a task is to be preferred; what fixed work waits for comes first."""
    if deadline[task] < NEVER:
        return 1e15 - deadline[task]
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


@kernel
def dispatch(
    shop: Shop,
    rule: int,
    patience: int,
    layout: Layout,
    room: Numbers,
    noise: int,
    dice: Dice,
) -> bool:
    """Build the order of a plan by a rule; False if it leads into what is fixed.

    :param noise: by how many percent the urgency may be off, by chance.
    :param room: four rows as long as there are tasks, four as long as machines, to
        write in.
    """
    count, jobs, machines = shop.job_of.size, shop.last_task.size, shop.spans.size - 1
    remaining, deadline, following, ways = room[0], room[1], room[2], room[3]
    begins, free, family, blocked = room[4], room[5], room[6], room[7]
    prepare(shop, remaining, deadline)
    mean = 1.0
    for mode in range(shop.run.size):
        mean += shop.run[mode] / shop.run.size
    for task in range(count):
        layout.finish[task] = -1
        if shop.before[task] < 0:
            following[shop.job_of[task]] = task
    for machine in range(machines):
        free[machine], layout.length[machine] = 0, 0
        family[machine] = shop.last_family[machine]
        blocked[machine] = next_fixed(shop, layout, machine)
    for _ in range(count):
        soonest, first_start, bottleneck = NEVER, NEVER, -1
        for job in range(jobs):
            task = following[job]
            if shop.last_task[job] < 0 or task < 0:
                continue
            ways[task] = -1
            earliest = NEVER
            for mode in range(shop.modes[task], shop.modes[task + 1]):
                begin = offer(shop, layout, task, mode, free, family, blocked)
                if begin < 0:
                    continue
                machine = shop.on[mode]
                setup = setup_after(shop, mode, task, family[machine])
                finish = moment_of(shop, machine, begin + setup + shop.run[mode])
                if finish < earliest:
                    earliest = finish
                    ways[task], begins[task] = mode, begin
            if earliest < soonest:
                soonest, bottleneck = earliest, shop.on[ways[task]]
        if bottleneck < 0:
            return False
        for job in range(jobs):
            task = following[job]
            if (
                shop.last_task[job] >= 0
                and task >= 0
                and ways[task] >= 0
                and shop.on[ways[task]] == bottleneck
            ):
                first_start = min(
                    first_start, moment_of(shop, bottleneck, begins[task] + 1) - 1
                )
        limit = first_start + (soonest - first_start) * patience // 100
        chosen, most = -1, -1e300
        for job in range(jobs):
            task = following[job]
            if (
                shop.last_task[job] < 0
                or task < 0
                or ways[task] < 0
                or shop.on[ways[task]] != bottleneck
            ):
                continue
            start = moment_of(shop, bottleneck, begins[task] + 1) - 1
            if start > limit:
                continue
            value = urgency(
                shop,
                rule,
                task,
                shop.run[ways[task]],
                start,
                remaining,
                deadline,
                mean,
            )
            if noise > 0:
                value *= 1.0 + noise / 100.0 * roll(dice)
            if value > most:
                chosen, most = task, value
        mode = ways[chosen]
        setup = setup_after(shop, mode, chosen, family[bottleneck])
        end = begins[chosen] + setup + shop.run[mode]
        layout.mode[chosen] = mode
        layout.position[chosen] = layout.length[bottleneck]
        layout.sequence[bottleneck, layout.length[bottleneck]] = chosen
        layout.length[bottleneck] += 1
        layout.finish[chosen] = moment_of(shop, bottleneck, end)
        free[bottleneck], family[bottleneck] = end, shop.family[chosen]
        following[shop.job_of[chosen]] = shop.after[chosen]
        if chosen == blocked[bottleneck]:
            blocked[bottleneck] = next_fixed(shop, layout, bottleneck)
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
def offer(
    shop: Shop,
    layout: Layout,
    task: int,
    mode: int,
    free: Numbers,
    family: Numbers,
    blocked: Numbers,
) -> int:
    """Return the minute worked in which a task could begin now, or -1."""
    machine = shop.on[mode]
    setup = setup_after(shop, mode, task, family[machine])
    before = shop.before[task]
    not_before = layout.finish[before] if before >= 0 else 0
    begin = place(shop, task, mode, setup, free[machine], not_before)
    ahead = blocked[machine]
    if begin < 0 or ahead < 0 or ahead == task:
        return begin
    # What is fixed makes no way, so other work is done before it or after it.
    limit = worked_before(shop, machine, shop.fixed_start[ahead])
    return begin if begin + setup + shop.run[mode] <= limit else -1
