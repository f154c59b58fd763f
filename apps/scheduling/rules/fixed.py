"""Which tasks have their place already: by a planner's pin, or by the frozen time.

This belongs to the problem, not to a plan: solvers, checker and reasons all ask here.
"""

from apps.capacity.rules.promises import finish_of
from apps.scheduling.rules.problem import Mode, Problem


def fixed_starts(problem: Problem) -> dict[int, tuple[int, int]]:
    """Return machine and start of each task that may not move.

    A task of the plan in force that starts in the frozen time stays if it still can.
    After a breakdown or a longer run some cannot: those are free again, and so is what
    builds on them. Before the frozen time ends only such tasks and pins start, so each
    is followed by the one that starts next, and its setup is known.
    """
    pinned = pinned_starts(problem)
    wanted = sorted(
        [(start, task, machine) for task, (machine, start) in pinned.items()]
        + [
            (start, task, machine)
            for task, (machine, start) in problem.previous.items()
            if problem.now <= start < problem.frozen_until
            and problem.tasks[task].pin is None
        ]
    )
    fixed = dict(pinned)
    finishes: dict[int, int] = {}
    reached: dict[int, tuple[int, str]] = {}
    for start, task, machine in wanted:
        reach, family = reached.get(
            machine, (start, problem.machines[machine].last_family)
        )
        mode = mode_on(problem, task, machine)
        finish = _finish(problem, task, machine, start, mode, family)
        before = problem.predecessors[task]
        if task not in pinned:
            holds = (
                finish is not None
                and reach <= start
                and len(problem.machines[machine].working.within(start, start + 1)) > 0
                and not len(problem.machines[machine].taken.within(start, finish))
                and (before is None or finishes.get(before, start + 1) <= start)
                and _clear_of_pins(pinned, machine, start, finish)
            )
            if not holds:
                continue
            fixed[task] = (machine, start)
        if finish is not None:
            finishes[task] = finish
            reached[machine] = (finish, problem.tasks[task].family)
    return fixed


def pinned_starts(problem: Problem) -> dict[int, tuple[int, int]]:
    """Return machine and start of each task that a planner gave a start."""
    return {
        index: (task.pin.machine, task.pin.start)
        for index, task in enumerate(problem.tasks)
        if task.pin is not None and task.pin.start is not None
    }


def mode_on(problem: Problem, task: int, machine: int) -> Mode | None:
    """Return how a task is done on a machine, or None if it cannot be."""
    return next(
        (mode for mode in problem.tasks[task].modes if mode.machine == machine), None
    )


def _finish(
    problem: Problem,
    task: int,
    machine: int,
    start: int,
    mode: Mode | None,
    family: str,
) -> int | None:
    if mode is None:
        return None
    minutes = problem.setup_after(mode, task, family) + problem.efficient(
        machine, mode.run_minutes
    )
    finish = finish_of(minutes, start, problem.machines[machine].working)
    return finish if finish is not None and finish <= problem.horizon else None


def _clear_of_pins(
    pinned: dict[int, tuple[int, int]], machine: int, start: int, finish: int
) -> bool:
    return not any(
        on == machine and start <= opens < finish for on, opens in pinned.values()
    )
