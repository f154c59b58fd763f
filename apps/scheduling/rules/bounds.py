"""What no plan can be better than, found in milliseconds.

Every bound here leaves rules out and never adds one, so it holds for the true problem
with its calendars, releases and setups.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from apps.capacity.rules.promises import earliest_stretch
from apps.capacity.rules.spans import Minutes, Spans
from apps.scheduling.rules.fixed import fixed_starts
from apps.scheduling.rules.problem import Bound, Objective, Problem
from apps.scheduling.types import ScheduleObjective

CUTS: Final = 20
"""Rounds of the load bound; each bound on the way is valid."""
TOLERANCE: Final = 1e-6
FURTHEST: Final = 1 << 40
"""Where looking for enough room ends: no calendar reaches so far."""


@dataclass(frozen=True, slots=True)
class Way:
    """The least that a task takes on one machine."""

    task: int
    machine: int
    minutes: int


def lower_bound(problem: Problem, objective: Objective) -> Bound:
    """Return the best bound known for the figure that decides first."""
    if objective.kind == ScheduleObjective.SETUPS:
        return Bound(_least_setups(problem), "least setup of each task")
    if objective.kind == ScheduleObjective.STABILITY:
        return Bound(0, "no change")
    alone = earliest_finishes(problem)
    if objective.kind == ScheduleObjective.TARDINESS:
        late = sum(
            job.weight * max(0, alone[steps[-1]] - job.due)
            for job, steps in zip(problem.jobs, problem.steps, strict=True)
            if steps and job.due is not None
        )
        return Bound(late, "each job alone")
    return _of_makespan(problem, alone)


def earliest_finishes(problem: Problem) -> dict[int, int]:
    """Return when each task could be done if its job had the shop to itself.

    A task that fits nowhere gets the horizon: a bound needs no more.
    """
    fixed = fixed_starts(problem)
    finishes: dict[int, int] = {}
    for steps in problem.steps:
        for task in steps:
            before = problem.predecessors[task]
            ready = max(
                problem.opening,
                problem.jobs[problem.tasks[task].job].release,
                finishes[before] if before is not None else 0,
            )
            if task in fixed:
                ready = fixed[task][1]
            found = [
                stretch.finish
                for way in ways(problem, task)
                if (
                    stretch := earliest_stretch(
                        way.minutes,
                        ready,
                        problem.horizon,
                        problem.machines[way.machine].working,
                        problem.machines[way.machine].taken,
                    )
                )
            ]
            finishes[task] = min(found, default=problem.horizon)
    return finishes


def ways(problem: Problem, task: int) -> list[Way]:
    """Return what each machine takes for a task at least, with its least setup."""
    pin = problem.tasks[task].pin
    return [
        Way(
            task,
            mode.machine,
            problem.efficient(mode.machine, mode.run_minutes)
            + least_setup(problem, task, mode.machine, mode.setup_minutes),
        )
        for mode in problem.tasks[task].modes
        if pin is None or pin.machine == mode.machine
    ]


def least_setup(problem: Problem, task: int, machine: int, own: int) -> int:
    """Return the least setup that a task can have on a machine, after any other."""
    family = problem.tasks[task].family
    if not family:
        return problem.efficient(machine, own)
    before = {other.family for other in problem.tasks}
    before.add(problem.machines[machine].last_family)
    return min(
        problem.efficient(
            machine,
            problem.setups.get(
                (machine, earlier, family), 0 if earlier == family else own
            ),
        )
        for earlier in before
    )


def _least_setups(problem: Problem) -> int:
    return sum(
        min(
            least_setup(problem, index, mode.machine, mode.setup_minutes)
            for mode in task.modes
            if task.pin is None or task.pin.machine == mode.machine
        )
        for index, task in enumerate(problem.tasks)
    )


def _of_makespan(problem: Problem, alone: Mapping[int, int]) -> Bound:
    """Return the best of three: the longest job, the worst machine, the whole load."""
    by_task = [ways(problem, task) for task in range(len(problem.tasks))]
    ready = _ready(problem, alone)
    rest = _rest(problem, by_task)
    best = Bound(
        max(alone.values(), default=problem.now) - problem.now, "longest job alone"
    )
    free = [
        machine.working.minus(machine.taken).within(
            min([problem.now, *ready.tolist()]), problem.horizon
        )
        for machine in problem.machines
    ]
    for machine, open_time in enumerate(free):
        only = [
            found[0]
            for found in by_task
            if len(found) == 1 and found[0].machine == machine
        ]
        if only:
            value = one_machine(open_time, only, ready, rest, problem.horizon)
            best = max(
                best, Bound(value - problem.now, "one machine"), key=lambda b: b.value
            )
    if any(len(found) > 1 for found in by_task):
        value = load(free, by_task, ready, rest, problem.now + best.value)
        value = min(value, problem.horizon) - problem.now
        best = max(best, Bound(value, "load of the machines"), key=lambda b: b.value)
    return best


def _ready(problem: Problem, alone: Mapping[int, int]) -> Minutes:
    """Return the minute before which each task cannot start in any plan."""
    fixed = fixed_starts(problem)
    return np.array(
        [
            fixed[index][1]
            if index in fixed
            else max(
                problem.opening,
                problem.jobs[task.job].release,
                alone[before] if before is not None else 0,
            )
            for index, (task, before) in enumerate(
                zip(problem.tasks, problem.predecessors, strict=True)
            )
        ],
        dtype=np.int64,
    )


def _rest(problem: Problem, by_task: Sequence[Sequence[Way]]) -> Minutes:
    """Return what is left of its job, at least, when each task is done."""
    rest = np.zeros(len(problem.tasks), dtype=np.int64)
    for steps in problem.steps:
        left = 0
        for task in reversed(steps):
            rest[task] = left
            left += min((way.minutes for way in by_task[task]), default=0)
    return rest


def one_machine(
    free: Spans,
    only: Sequence[Way],
    ready: Minutes,
    rest: Minutes,
    horizon: int,
) -> int:
    """Return a moment before which not all is done that only one machine can do.

    Whatever set of tasks is looked at: none starts before the first is ready, all take
    their minutes one after another, and after the last comes the least rest. The best
    set gives Jackson's preemptive bound (Carlier 1982); here minutes are worked ones.
    """
    tasks = [way.task for way in only]
    minutes = np.array([way.minutes for way in only], dtype=np.int64)
    begins, rests = free.minutes_before(ready[tasks]), rest[tasks]
    order = np.argsort(-rests, kind="stable")
    begins, minutes, rests = begins[order], minutes[order], rests[order]
    best = 0
    for begin in np.unique(begins).tolist():
        chosen = begins >= begin
        ends = begin + np.cumsum(minutes[chosen])
        best = max(best, int(np.max(_moments(free, ends, horizon) + rests[chosen])))
    return min(best, horizon)


def _moments(free: Spans, counts: Minutes, horizon: int) -> Minutes:
    """Return when so many minutes have been worked; the horizon if never."""
    index = np.searchsorted(free.worked, counts, side="left") - 1
    known = np.minimum(index, max(len(free) - 1, 0))
    if not len(free):
        return np.full(counts.shape, horizon, dtype=np.int64)
    moments = free.starts[known] + counts - free.worked[known]
    return np.where(counts <= free.total, moments, horizon)


def load(
    free: Sequence[Spans],
    by_task: Sequence[Sequence[Way]],
    ready: Minutes,
    rest: Minutes,
    least: int,
) -> int:
    """Return a moment before which the machines cannot have worked all of it off.

    Tasks may be split over their machines at will; a machine works from when the first
    of its tasks may be ready to when the last must be through. Each round asks a linear
    program whether that is enough by some moment; if not, its prices name a mix of
    machines that is short, and the next moment is the first at which it no longer is.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    flat = [way for found in by_task for way in found]
    machines, tasks = len(free), len(by_task)
    first = np.full(machines, np.iinfo(np.int64).max)
    last = first.copy()
    for way in flat:
        first[way.machine] = min(first[way.machine], ready[way.task])
        last[way.machine] = min(last[way.machine], rest[way.task])
    columns = np.arange(len(flat))
    on = np.array([way.machine for way in flat])
    minutes = np.array([way.minutes for way in flat], dtype=np.float64)
    short = len(flat)
    loads = coo_array(
        (
            np.concatenate((minutes, -np.ones(machines))),
            (
                np.concatenate((on, np.arange(machines))),
                np.concatenate((columns, np.full(machines, short))),
            ),
        ),
        shape=(machines, short + 1),
    ).tocsr()
    whole = coo_array(
        (
            np.ones(len(flat)),
            (np.array([way.task for way in flat]), columns),
        ),
        shape=(tasks, short + 1),
    ).tocsr()
    cost = np.zeros(short + 1)
    cost[short] = 1

    def room(moment: int) -> NDArray[np.float64]:
        return np.array(
            [
                _room(open_time, int(first[machine]), moment - int(last[machine]))
                for machine, open_time in enumerate(free)
            ]
        )

    moment = least
    for _ in range(CUTS):
        answer = linprog(
            cost,
            A_ub=loads,
            b_ub=room(moment),
            A_eq=whole,
            b_eq=np.ones(tasks),
            bounds=[(0, None)] * (short + 1),
            method="highs",
        )
        if answer.status != 0 or answer.fun <= TOLERANCE * max(1, short):
            break
        prices = np.maximum(-answer.ineqlin.marginals, 0)
        later = _first_enough(room, prices, flat, moment)
        if later <= moment:
            break
        moment = later
    return moment


def _first_enough(
    room: Callable[[int], NDArray[np.float64]],
    prices: NDArray[np.float64],
    flat: Sequence[Way],
    after: int,
) -> int:
    """Return the first moment at which the machines, so weighed, have room enough.

    Whoever splits the tasks, each costs what its cheapest machine asks: so any prices
    give a valid bound, and rounding in the linear program does no harm.
    """
    cheapest: dict[int, float] = {}
    for way in flat:
        price = float(prices[way.machine]) * way.minutes
        cheapest[way.task] = min(cheapest.get(way.task, price), price)
    needed = sum(cheapest.values()) * (1 - TOLERANCE**1.5)
    low, step = after, 1
    while float(prices @ room(low + step)) < needed:
        low, step = low + step, step * 2
        if step > FURTHEST:
            return low
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        if float(prices @ room(middle)) < needed:
            low = middle
        else:
            high = middle
    return high if float(prices @ room(low)) < needed else low


def _room(free: Spans, first: int, last: int) -> int:
    """Count the minutes that a machine can work between two moments."""
    if last <= first:
        return 0
    before = free.minutes_before(np.array([first, last], dtype=np.int64))
    return int(before[1] - before[0])
