"""Times of plans against a clock that goes one minute after another."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import numpy as np
import pytest

from apps.capacity.rules.spans import Spans, minute_of
from apps.scheduling.rules import timing
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.problem import (
    Assignment,
    Job,
    MachineTime,
    Mode,
    Problem,
    Task,
)
from apps.scheduling.rules.tables import (
    assignments_of,
    empty_layout,
    layout_of,
    shop_of,
)
from tests.apps.scheduling.rules import oracle
from tests.apps.scheduling.rules.drawn import drawn_problem, night_shift


def timed(
    problem: Problem, plan: tuple[Assignment, ...]
) -> tuple[Assignment, ...] | None:
    """Take the order of a plan, and work its times out anew."""
    shop = shop_of(problem, stays=False)
    order = {placed.task: (placed.machine, placed.start) for placed in plan}
    layout = layout_of(shop, order)
    assert layout is not None
    trial, waits = empty_layout(shop), np.zeros(len(problem.tasks), dtype=np.int64)
    preference = np.arange(5, dtype=np.int64)
    if not timing.time_plan(shop, layout, trial, waits, preference):
        return None
    return assignments_of(shop, layout)


@pytest.mark.parametrize("seed", range(40))
def test_times_equal_those_of_the_minutes(seed: int) -> None:
    chance = Random(seed)
    problem = drawn_problem(chance, jobs=4, steps=3, machines=3, horizon=900)
    order = next(iter(_orders(problem, chance)))

    plan = oracle.timed(problem, order)

    assert plan is not None
    assert timed(problem, plan) == plan
    assert check(problem, plan) == []


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", datetime(2030, 3, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2030, 10, 26, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2030, 10, 5, tzinfo=UTC)),
    ],
)
def test_nights_in_which_clocks_change_have_the_minutes_they_have(
    zone: str, first: datetime
) -> None:
    working, _ = night_shift(first, 4, zone)
    now = minute_of(first)
    machine = MachineTime("M", working, Spans.of([(now + 2000, now + 2100)]), 90)
    problem = Problem(
        (machine,),
        tuple(Job(str(job), now) for job in range(3)),
        tuple(Task(str(job), job, 1, (Mode(0, 10, 300),)) for job in range(3)),
        now,
        now + 4 * 1440,
    )

    plan = oracle.timed(problem, [(job, Mode(0, 10, 300)) for job in range(3)])

    assert plan is not None
    assert timed(problem, plan) == plan
    assert check(problem, plan) == []


def test_what_is_taken_at_night_still_parts_two_tasks() -> None:
    machine = MachineTime("M", Spans.of([(0, 60), (100, 200)]), Spans.of([(70, 80)]))
    problem = Problem(
        (machine,),
        (Job("a", 0), Job("b", 0)),
        (Task("a", 0, 1, (Mode(0, 0, 50),)), Task("b", 1, 1, (Mode(0, 0, 20),))),
        0,
        300,
    )
    order = {0: (0, 0), 1: (0, 50)}
    shop = shop_of(problem, stays=False)
    layout = layout_of(shop, order)
    assert layout is not None

    assert timing.time_plan(
        shop,
        layout,
        empty_layout(shop),
        np.zeros(2, dtype=np.int64),
        np.arange(5, dtype=np.int64),
    )

    # Ten minutes before the night are too few, and it may not go on behind the block.
    assert [p.start for p in assignments_of(shop, layout)] == [0, 100]


def test_a_plan_that_ends_beyond_the_horizon_has_no_times() -> None:
    problem = drawn_problem(Random(3), jobs=3, steps=2, horizon=400)
    plan = oracle.timed(problem, next(iter(_orders(problem, Random(3)))))
    assert plan is not None

    short = replace(problem, horizon=max(placed.finish for placed in plan) - 1)

    assert timed(short, plan) is None


def _orders(problem: Problem, chance: Random):
    """Yield orders by chance."""
    while True:
        reached, order = [0] * len(problem.jobs), []
        while len(order) < len(problem.tasks):
            job = chance.randrange(len(problem.jobs))
            if reached[job] < len(problem.steps[job]):
                task = problem.steps[job][reached[job]]
                order.append((task, chance.choice(problem.tasks[task].modes)))
                reached[job] += 1
        yield order
