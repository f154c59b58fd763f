"""Shops that others published, whose best makespans are known."""

import json
from pathlib import Path

import pytest

from apps.capacity.rules.spans import NO_SPANS, Spans
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.problem import (
    Job,
    MachineTime,
    Mode,
    Objective,
    Problem,
    Task,
)
from apps.scheduling.rules.solver import solve
from apps.scheduling.types import ScheduleObjective
from tests.support.data import shared_data

FOREVER = 1_000_000


def job_shop(path: Path) -> Problem:
    """Read machine and minutes of each step, a job a line."""
    rows = [[int(word) for word in line.split()] for line in path.open()][1:]
    return problem_of(
        [
            [[pair] for pair in zip(row[0::2], row[1::2], strict=True)]
            for row in rows
            if row
        ]
    )


def flexible_shop(path: Path) -> Problem:
    """Read the ways of each step, a job a line; machines count from one."""
    jobs = []
    for line in path.read_text().splitlines()[1:]:
        words = iter(int(word) for word in line.split())
        steps = next(words, 0)
        jobs.append(
            [
                [(next(words) - 1, next(words)) for _ in range(next(words))]
                for _ in range(steps)
            ]
        )
    return problem_of([job for job in jobs if job])


def problem_of(jobs: list[list[list[tuple[int, int]]]]) -> Problem:
    """Write jobs of steps of ways as a shop that never closes."""
    machines = 1 + max(machine for job in jobs for step in job for machine, _ in step)
    always = Spans.of([(0, FOREVER)])
    return Problem(
        machines=tuple(MachineTime(str(n), always, NO_SPANS) for n in range(machines)),
        jobs=tuple(Job(str(number), 0) for number in range(len(jobs))),
        tasks=tuple(
            Task(
                f"{number}.{step}",
                number,
                step,
                tuple(Mode(machine, 0, minutes) for machine, minutes in ways),
            )
            for number, job in enumerate(jobs)
            for step, ways in enumerate(job)
        ),
        now=0,
        horizon=FOREVER,
    )


@pytest.mark.parametrize("name", ["ft06", "ft10", "ft20", "la01", "la16", "la19"])
def test_job_shops_are_within_two_percent_in_a_second_or_so(name: str) -> None:
    problem = job_shop(shared_data(f"scheduling/jobshop/{name}.txt"))

    assert_close(problem, name, iterations=60_000)


@pytest.mark.parametrize("name", ["mk01", "mk02", "mk03", "mk04", "mk05"])
def test_flexible_shops_are_within_four_percent_in_a_second_or_so(name: str) -> None:
    problem = flexible_shop(shared_data(f"scheduling/flexible/{name}.txt"))

    assert_close(problem, name, iterations=6_000, percent=4)


def assert_close(
    problem: Problem, name: str, iterations: int, percent: float = 2
) -> None:
    known = json.loads(shared_data("scheduling/best-known.json").read_text())[name]
    found = solve(
        problem,
        objective=Objective(ScheduleObjective.MAKESPAN),
        seconds=60,
        seed=1,
        iterations=iterations,
    )

    assert check(problem, found.assignments) == []
    assert found.lower_bound <= known["lower_bound"]
    assert found.figures.makespan >= known["lower_bound"]
    assert found.figures.makespan <= known["upper_bound"] * (1 + percent / 100)
