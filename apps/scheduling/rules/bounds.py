"""What no plan can be better than, found in milliseconds.

Every bound here leaves rules out and never adds one, so it holds for the true problem
with its calendars, releases and setups.
"""

from dataclasses import dataclass

from apps.capacity.rules.promises import earliest_stretch
from apps.scheduling.rules.fixed import fixed_starts
from apps.scheduling.rules.problem import Bound, Objective, Problem
from apps.scheduling.types import ScheduleObjective


@dataclass(frozen=True, slots=True)
class _Way:
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
    return Bound(
        max(alone.values(), default=problem.now) - problem.now, "longest job alone"
    )


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


def ways(problem: Problem, task: int) -> list[_Way]:
    """Return what each machine takes for a task at least, with its least setup."""
    pin = problem.tasks[task].pin
    return [
        _Way(
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
