"""What solvers must agree with: one minute after another, every order tried.

Slow on purpose, and without any code of the solvers: a machine's time is a set of
minutes, a task waits minute by minute until it fits, and the best plan is the best of
all that there are.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from apps.scheduling.rules.problem import (
    Assignment,
    Figures,
    Mode,
    Objective,
    Problem,
)

Step = tuple[int, Mode]


def timed(problem: Problem, order: Sequence[Step]) -> tuple[Assignment, ...] | None:
    """Place tasks in an order, each as early as it fits behind the last one there."""
    working, taken = _minutes(problem)
    free = [problem.now - 1_000_000] * len(problem.machines)
    family = [machine.last_family for machine in problem.machines]
    done: dict[int, Assignment] = {}
    for task, mode in order:
        job = problem.jobs[problem.tasks[task].job]
        before = problem.predecessors[task]
        earliest = max(job.release, problem.now, free[mode.machine])
        if before is not None:
            earliest = max(earliest, done[before].finish)
        setup = setup_minutes(problem, task, mode, family[mode.machine])
        needed = setup + slowed(problem, mode.machine, mode.run_minutes)
        pin = problem.tasks[task].pin
        wanted = pin.start if pin is not None else None
        for start in range(earliest if wanted is None else wanted, problem.horizon):
            finish = _finish(
                start,
                needed,
                working[mode.machine],
                taken[mode.machine],
                problem.horizon,
            )
            if finish is not None:
                break
            if wanted is not None:
                return None
        else:
            return None
        if wanted is not None and (
            wanted < free[mode.machine]
            or (before is not None and wanted < done[before].finish)
        ):
            return None
        done[task] = Assignment(task, mode.machine, start, finish, setup)
        free[mode.machine] = finish
        family[mode.machine] = problem.tasks[task].family
    return tuple(done[task] for task in sorted(done))


def slowed(problem: Problem, machine: int, minutes: int) -> int:
    """Count the minutes an amount of work takes, a percent of a minute at a time."""
    percent, left, count = (
        problem.machines[machine].efficiency_percent,
        minutes * 100,
        0,
    )
    while left > 0:
        left -= percent
        count += 1
    return count


def setup_minutes(problem: Problem, task: int, mode: Mode, family: str) -> int:
    """Return a setup as the contract of the shop says it."""
    own = problem.tasks[task].family
    minutes = mode.setup_minutes
    if own and own == family:
        minutes = 0
    if (mode.machine, family, own) in problem.setups:
        minutes = problem.setups[mode.machine, family, own]
    return slowed(problem, mode.machine, minutes)


def orders(problem: Problem) -> Iterator[list[Step]]:
    """Yield every order of all tasks, each in every way that it can be done."""
    tasks = range(len(problem.tasks))
    choices = [
        [
            mode
            for mode in problem.tasks[task].modes
            if (pin := problem.tasks[task].pin) is None or pin.machine == mode.machine
        ]
        for task in tasks
    ]
    for sequence in _sequences(problem, [0] * len(problem.jobs), []):
        for modes in product(*(choices[task] for task in sequence)):
            yield list(zip(sequence, modes, strict=True))


def best(problem: Problem, objective: Objective) -> Figures | None:
    """Return the figures of the best of all plans; None if there is no plan."""
    found: Figures | None = None
    for order in orders(problem):
        plan = timed(problem, order)
        if plan is None:
            continue
        figures = objective.value(problem, plan)
        if found is None or objective.key(figures) < objective.key(found):
            found = figures
    return found


def _sequences(
    problem: Problem, reached: list[int], begun: list[int]
) -> Iterator[list[int]]:
    if len(begun) == len(problem.tasks):
        yield list(begun)
        return
    for job, steps in enumerate(problem.steps):
        if reached[job] < len(steps):
            begun.append(steps[reached[job]])
            reached[job] += 1
            yield from _sequences(problem, reached, begun)
            reached[job] -= 1
            begun.pop()


_known: dict[int, tuple[Problem, list[set[int]], list[set[int]]]] = {}


def _minutes(problem: Problem) -> tuple[list[set[int]], list[set[int]]]:
    if id(problem) not in _known:
        _known.clear()
        working = [
            {m for opens, closes in one.working.pairs() for m in range(opens, closes)}
            for one in problem.machines
        ]
        taken = [
            {m for opens, closes in one.taken.pairs() for m in range(opens, closes)}
            for one in problem.machines
        ]
        _known[id(problem)] = (problem, working, taken)
    _, working, taken = _known[id(problem)]
    return working, taken


def _finish(
    start: int, needed: int, working: set[int], taken: set[int], horizon: int
) -> int | None:
    """Work from a minute on; None if it is no minute of work, or something is there."""
    if start not in working:
        return None
    minute = start
    while needed:
        if minute in taken or minute >= horizon:
            return None
        needed -= minute in working
        minute += 1
    return minute
