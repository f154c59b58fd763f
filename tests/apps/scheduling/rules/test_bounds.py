"""Bounds: below the best of all plans, and as good as they can be where they are."""

from dataclasses import replace
from random import Random

import pytest

from apps.capacity.rules.spans import NO_SPANS, Spans
from apps.scheduling.rules.bounds import lower_bound
from apps.scheduling.rules.problem import (
    Bound,
    Job,
    MachineTime,
    Mode,
    Objective,
    Problem,
    Task,
    gap_percent,
)
from apps.scheduling.rules.solver import solve
from apps.scheduling.types import ScheduleObjective
from tests.apps.scheduling.rules import oracle
from tests.apps.scheduling.rules.drawn import drawn_problem

KINDS = (
    ScheduleObjective.TARDINESS,
    ScheduleObjective.MAKESPAN,
    ScheduleObjective.SETUPS,
)


@pytest.mark.parametrize("seed", range(100, 106))
def test_no_bound_is_above_the_best_of_all_plans(seed: int) -> None:
    problem = drawn_problem(Random(seed), jobs=3, steps=2, machines=2)
    for kind in KINDS:
        objective = Objective(kind)
        wanted = oracle.best(problem, objective)

        assert wanted is not None
        assert lower_bound(problem, objective).value <= objective.leading(wanted)


@pytest.mark.parametrize("seed", range(20))
def test_no_bound_is_above_a_plan_of_a_larger_shop(seed: int) -> None:
    problem = drawn_problem(
        Random(seed), jobs=12, steps=4, machines=5, horizon=2500, pins=0.1
    )
    for kind in KINDS:
        objective = Objective(kind)
        plan = solve(problem, objective=objective, seconds=9, seed=1, iterations=500)

        assert lower_bound(problem, objective).value <= objective.leading(plan.figures)


def shop(*tasks: Task, machines: int) -> Problem:
    """Return a shop without nights."""
    jobs = tuple(Job(str(job), 0) for job in range(1 + max(t.job for t in tasks)))
    always = MachineTime("M", Spans.of([(0, 10_000)]), NO_SPANS)
    return Problem((always,) * machines, jobs, tasks, 0, 10_000)


MAKESPAN = Objective(ScheduleObjective.MAKESPAN)


def test_one_machine_is_bound_by_its_work_and_what_comes_before_and_after() -> None:
    tasks = [
        Task(f"{job}.{step}", job, step, (Mode(machine, 0, minutes),))
        for job in range(3)
        for step, (machine, minutes) in enumerate([(0, 5), (1, 10), (2, 7)])
    ]

    assert lower_bound(shop(*tasks, machines=3), MAKESPAN) == Bound(42, "one machine")


def test_a_load_is_bound_by_the_machines_that_share_it() -> None:
    tasks = [
        Task(str(job), job, 0, (Mode(0, 0, 10), Mode(1, 0, 10))) for job in range(5)
    ]
    problem = shop(*tasks, machines=2)
    # The first machine has a night of 100 minutes after 10 of work.
    night = replace(problem.machines[0], working=Spans.of([(0, 10), (110, 10_000)]))

    assert lower_bound(problem, MAKESPAN) == Bound(25, "load of the machines")
    assert lower_bound(
        replace(problem, machines=(night, problem.machines[1])), MAKESPAN
    ) == Bound(40, "load of the machines")


def test_a_gap_of_nothing_is_not_named() -> None:
    assert gap_percent(110, 100) == 10.0
    assert gap_percent(100, 100) == 0.0
    assert gap_percent(0, 0) == 0.0
    assert gap_percent(5, 0) is None
