"""Why a task is where it is: each kind of reason, one small shop each."""

from dataclasses import replace
from random import Random

import pytest

from apps.capacity.rules.spans import NO_SPANS, Spans
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.problem import (
    Assignment,
    Job,
    MachineTime,
    Mode,
    Objective,
    Pin,
    Problem,
    Task,
    Why,
)
from apps.scheduling.rules.reasons import why_here
from apps.scheduling.rules.solver import solve
from apps.scheduling.types import ScheduleObjective, WhyKind
from tests.apps.scheduling.rules.drawn import drawn_problem

SHIFTS = Spans.of([(100, 200), (300, 400)])


def shop(
    *, taken: Spans = NO_SPANS, release: int = 0, pin: Pin | None = None, setup: int = 0
) -> Problem:
    """Return two machines, a job of two steps, and one of a single step."""
    return Problem(
        machines=(MachineTime("M", SHIFTS, taken), MachineTime("N", SHIFTS, NO_SPANS)),
        jobs=(Job("two", 0), Job("one", release)),
        tasks=(
            Task("two.1", 0, 1, (Mode(0, 0, 40),)),
            Task("two.2", 0, 2, (Mode(1, 0, 40),)),
            Task("one.1", 1, 1, (Mode(0, setup, 40),), pin=pin),
        ),
        now=90,
        horizon=400,
    )


FIRST = Assignment(0, 0, 100, 140, 0)
SECOND = Assignment(1, 1, 140, 180, 0)
THIRD = Assignment(2, 0, 140, 180, 0)


def why(problem: Problem, task: int, *plan: Assignment) -> Why:
    """Ask why a task of a plan that holds is where it is."""
    assert check(problem, plan) == []
    return why_here(problem, plan, task)


def test_it_waits_for_the_step_before() -> None:
    assert why(shop(), 1, FIRST, SECOND, THIRD) == Why(WhyKind.PREDECESSOR, 140, 0)


def test_it_waits_for_the_machine() -> None:
    assert why(shop(), 2, FIRST, SECOND, THIRD) == Why(WhyKind.MACHINE, 140, 0)


def test_it_waits_for_its_release() -> None:
    late = replace(THIRD, start=150, finish=190)

    assert why(shop(release=150), 2, FIRST, SECOND, late) == Why(WhyKind.RELEASE, 150)


def test_it_waits_for_the_shift() -> None:
    assert why(shop(), 0, FIRST, SECOND, THIRD) == Why(WhyKind.SHIFT, 100)


def test_a_reservation_is_in_the_way() -> None:
    problem = shop(taken=Spans.of([(170, 175)]))
    late = replace(THIRD, start=300, finish=340)
    behind = replace(THIRD, start=175, finish=315)

    assert why(problem, 2, FIRST, SECOND, behind) == Why(WhyKind.RESERVATION, 175)
    assert why(shop(taken=Spans.of([(170, 230)])), 2, FIRST, SECOND, late) == Why(
        WhyKind.RESERVATION, 230
    )


def test_the_setup_alone_makes_it_too_long() -> None:
    problem = shop(taken=Spans.of([(180, 190)]), setup=5)
    late = Assignment(2, 0, 190, 335, 5)

    assert why(problem, 2, FIRST, SECOND, late) == Why(WhyKind.SETUP, 190)


def test_it_is_pinned() -> None:
    problem = shop(pin=Pin(0, 150))
    late = replace(THIRD, start=150, finish=190)

    assert why(problem, 2, FIRST, SECOND, late) == Why(WhyKind.PIN, 150)


def test_it_is_frozen_or_comes_behind_what_is() -> None:
    problem = replace(shop(), frozen_until=150, previous={0: (0, 100), 1: (1, 140)})
    late = replace(THIRD, start=150, finish=190)

    assert why(problem, 0, FIRST, SECOND, late) == Why(WhyKind.FROZEN, 150)
    assert why(problem, 2, FIRST, SECOND, late) == Why(WhyKind.FROZEN, 150)


def test_it_was_there_before_though_it_need_not_be() -> None:
    late = replace(THIRD, start=150, finish=190)

    assert why(shop(), 2, FIRST, SECOND, late) == Why(WhyKind.KEPT, 150)


@pytest.mark.parametrize("seed", range(10))
def test_every_task_of_a_plan_has_a_reason_that_is_not_past_its_start(
    seed: int,
) -> None:
    problem = drawn_problem(Random(seed), jobs=8, steps=3, machines=3, horizon=1500)
    found = solve(
        problem,
        objective=Objective(ScheduleObjective.TARDINESS),
        seconds=9,
        seed=1,
        iterations=300,
    )
    for placed in found.assignments:
        told = why_here(problem, found.assignments, placed.task)

        assert told.until <= placed.start
        assert told.kind != WhyKind.KEPT
