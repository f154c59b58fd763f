"""A problem as columns of numbers, as the compiled kernels read it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.capacity.rules.spans import Spans
from apps.scheduling.rules.fixed import fixed_starts
from apps.scheduling.rules.problem import Assignment, Problem

Numbers = NDArray[np.int64]

NEVER: Final = 1 << 60
"""A minute that does not come."""


class Shop(NamedTuple):
    """The columns of a problem.

    Each machine counts its own working minutes from the first one known; a task takes a
    stretch of them. What is taken on the machine cuts the count into gaps. So a task of
    so many minutes fits into a gap or it does not, whatever nights lie in between.
    """

    now: int
    horizon: int
    # By task.
    job_of: Numbers
    before: Numbers
    after: Numbers
    ready: Numbers
    floor: Numbers
    fixed_start: Numbers
    family: Numbers
    modes: Numbers
    was_machine: Numbers
    was_start: Numbers
    # By mode: a task's modes lie from modes[task] to modes[task + 1].
    on: Numbers
    setup: Numbers
    run: Numbers
    # By job.
    last_task: Numbers
    due: Numbers
    weight: Numbers
    # By machine, and from family to family; -1 where no pair is given.
    last_family: Numbers
    pair: Numbers
    # Stretches of work by machine: moments, and minutes worked before each.
    spans: Numbers
    opens: Numbers
    closes: Numbers
    worked: Numbers
    # Gaps between what is taken, by machine, in minutes worked.
    gaps: Numbers
    gap_from: Numbers
    gap_to: Numbers


def shop_of(problem: Problem, *, stays: bool) -> Shop:
    """Write a problem as columns.

    :param stays: whether tasks wait for the start they had on the machine they had, so
        that a plan changes no more than it must.
    """
    fixed = fixed_starts(problem)
    families = _families(problem)
    return Shop(
        now=problem.now,
        horizon=problem.horizon,
        **_task_columns(problem, fixed, families, stays=stays),
        **_mode_columns(problem, fixed),
        last_task=_column(steps[-1] if steps else -1 for steps in problem.steps),
        due=_column(NEVER if job.due is None else job.due for job in problem.jobs),
        weight=_column(job.weight for job in problem.jobs),
        last_family=_column(
            families[machine.last_family] for machine in problem.machines
        ),
        pair=_pairs(problem, families),
        **_time_columns(problem),
    )


def _families(problem: Problem) -> dict[str, int]:
    """Number the families; those that setup times name come first."""
    paired = {family for _, *pair in problem.setups for family in pair}
    named = {task.family for task in problem.tasks}
    named |= {machine.last_family for machine in problem.machines}
    in_order = [*sorted(paired & named), *sorted(named - paired - {""})]
    return {"": 0} | {name: number for number, name in enumerate(in_order, start=1)}


def _task_columns(
    problem: Problem,
    fixed: dict[int, tuple[int, int]],
    families: dict[str, int],
    *,
    stays: bool,
) -> dict[str, Numbers]:
    count = len(problem.tasks)
    after = np.full(count, -1, dtype=np.int64)
    was_machine = np.full(count, -1, dtype=np.int64)
    was_start = np.full(count, -1, dtype=np.int64)
    fixed_start = np.full(count, -1, dtype=np.int64)
    for index, task in enumerate(problem.predecessors):
        if task is not None:
            after[task] = index
    for index, (machine, start) in problem.previous.items():
        was_machine[index], was_start[index] = machine, start
    for index, (_, start) in fixed.items():
        fixed_start[index] = start
    return {
        "job_of": _column(task.job for task in problem.tasks),
        "before": _column(
            -1 if task is None else task for task in problem.predecessors
        ),
        "after": after,
        "ready": _column(
            max(problem.jobs[task.job].release, problem.opening)
            for task in problem.tasks
        ),
        "floor": was_start if stays else np.full(count, -1, dtype=np.int64),
        "fixed_start": fixed_start,
        "family": _column(families[task.family] for task in problem.tasks),
        "was_machine": was_machine,
        "was_start": was_start,
    }


def _mode_columns(
    problem: Problem, fixed: dict[int, tuple[int, int]]
) -> dict[str, Numbers]:
    """Give the ways that are left to each task, at the speed of its machines."""
    modes, on, setup, run = [0], [], [], []
    for index, task in enumerate(problem.tasks):
        held = fixed[index][0] if index in fixed else task.pin and task.pin.machine
        for mode in task.modes:
            if held is None or mode.machine == held:
                on.append(mode.machine)
                setup.append(problem.efficient(mode.machine, mode.setup_minutes))
                run.append(problem.efficient(mode.machine, mode.run_minutes))
        modes.append(len(on))
    return {
        "modes": _column(modes),
        "on": _column(on),
        "setup": _column(setup),
        "run": _column(run),
    }


def _pairs(problem: Problem, families: dict[str, int]) -> Numbers:
    """Lay out the setup times, as far as the families reach that have any."""
    given = {
        (machine, families[before], families[after]): minutes
        for (machine, before, after), minutes in problem.setups.items()
        if before in families and after in families
    }
    reach = 1 + max((max(pair) for _, *pair in given), default=0)
    pair = np.full((len(problem.machines), reach, reach), -1, dtype=np.int64)
    for (machine, before, after), minutes in given.items():
        pair[machine, before, after] = problem.efficient(machine, minutes)
    return pair


def _time_columns(problem: Problem) -> dict[str, Numbers]:
    """Lay out the working time of each machine up to the horizon, and its gaps."""
    first = min(
        [problem.now]
        + [task.pin.start for task in problem.tasks if task.pin and task.pin.start]
    )
    spans, gaps = [0], [0]
    columns: dict[str, list[Numbers]] = {
        name: [] for name in ("opens", "closes", "worked", "gap_from", "gap_to")
    }
    for machine in problem.machines:
        working = machine.working.within(first, problem.horizon)
        columns["opens"].append(working.starts)
        columns["closes"].append(working.ends)
        columns["worked"].append(working.worked[:-1])
        gap_from, gap_to = _gaps(working, machine.taken, first, problem.horizon)
        columns["gap_from"].append(gap_from)
        columns["gap_to"].append(gap_to)
        spans.append(spans[-1] + len(working))
        gaps.append(gaps[-1] + gap_from.size)
    joined: dict[str, Numbers] = {
        name: np.concatenate([np.zeros(0, dtype=np.int64), *parts])
        for name, parts in columns.items()
    }
    return joined | {"spans": _column(spans), "gaps": _column(gaps)}


def _gaps(
    working: Spans, taken: Spans, first: int, horizon: int
) -> tuple[Numbers, Numbers]:
    """Return where the working minutes between taken spans begin and end."""
    blocks = taken.within(first, horizon)
    begins = np.concatenate((np.array([first], dtype=np.int64), blocks.ends))
    ends = np.concatenate((blocks.starts, np.array([horizon], dtype=np.int64)))
    gap_from, gap_to = working.minutes_before(begins), working.minutes_before(ends)
    filled = gap_from < gap_to
    return gap_from[filled], gap_to[filled]


def _column(values: Any) -> Numbers:
    return np.fromiter(values, dtype=np.int64)


class Layout(NamedTuple):
    """A plan as the kernels keep it: the order of tasks on each machine, and times.

    `end` is the finish in the machine's own count of minutes; `order` lists the tasks so
    that each comes after those it waits for, and `rank` is where a task stands there.
    """

    mode: Numbers
    sequence: Numbers
    length: Numbers
    position: Numbers
    start: Numbers
    finish: Numbers
    end: Numbers
    setup: Numbers
    order: Numbers
    rank: Numbers
    cost: Numbers


def empty_layout(shop: Shop) -> Layout:
    """Return room for a plan in which nothing is placed yet."""
    count, machines = shop.job_of.size, shop.last_family.size
    return Layout(
        mode=np.full(count, -1, dtype=np.int64),
        sequence=np.full((machines, count), -1, dtype=np.int64),
        length=np.zeros(machines, dtype=np.int64),
        position=np.zeros(count, dtype=np.int64),
        start=np.zeros(count, dtype=np.int64),
        finish=np.zeros(count, dtype=np.int64),
        end=np.zeros(count, dtype=np.int64),
        setup=np.zeros(count, dtype=np.int64),
        order=np.arange(count, dtype=np.int64),
        rank=np.arange(count, dtype=np.int64),
        cost=np.full(5, NEVER, dtype=np.int64),
    )


def copy_layout(source: Layout, target: Layout) -> None:
    """Write one plan over another."""
    for mine, theirs in zip(target, source, strict=True):
        mine[:] = theirs


def assignments_of(shop: Shop, layout: Layout) -> tuple[Assignment, ...]:
    """Read a plan back."""
    machines = shop.on[layout.mode].tolist()
    columns = (layout.start.tolist(), layout.finish.tolist(), layout.setup.tolist())
    return tuple(
        Assignment(task, machine, start, finish, setup)
        for task, (machine, start, finish, setup) in enumerate(
            zip(machines, *columns, strict=True)
        )
    )


def layout_of(shop: Shop, placed: Mapping[int, tuple[int, int]]) -> Layout | None:
    """Write the order of a plan given by machine and start; its times are not set.

    None where a task is missing or has no such way.
    """
    layout = empty_layout(shop)
    by_machine: dict[int, list[tuple[int, int]]] = {}
    for task in range(shop.job_of.size):
        machine, start = placed.get(task, (-1, 0))
        ways = range(int(shop.modes[task]), int(shop.modes[task + 1]))
        mode = next((way for way in ways if shop.on[way] == machine), None)
        if mode is None:
            return None
        layout.mode[task] = mode
        by_machine.setdefault(machine, []).append((start, task))
    for machine, found in by_machine.items():
        for place, (_, task) in enumerate(sorted(found)):
            layout.sequence[machine, place] = task
            layout.position[task] = place
        layout.length[machine] = len(found)
    return layout
