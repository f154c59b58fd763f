"""Planted faults, each of which the checker must name."""

from dataclasses import replace

import pytest

from apps.capacity.rules.spans import NO_SPANS, Spans
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.problem import (
    Assignment,
    Job,
    MachineTime,
    Mode,
    Pin,
    Problem,
    Task,
)

# Two machines of one shift (100 to 200, 300 to 400), the second taken in the second.
SHIFTS = Spans.of([(100, 200), (300, 400), (500, 600)])
PROBLEM = Problem(
    machines=(
        MachineTime("mill", SHIFTS, NO_SPANS, last_family="steel"),
        MachineTime("lathe", SHIFTS, Spans.of([(320, 340)]), efficiency_percent=50),
    ),
    jobs=(Job("first", 100), Job("second", 120, due=390, weight=2)),
    tasks=(
        Task("first.1", 0, 1, (Mode(0, 10, 30), Mode(1, 5, 30)), "steel"),
        Task("first.2", 0, 2, (Mode(1, 5, 20),), "steel"),
        Task("second.1", 1, 1, (Mode(0, 10, 30),), "brass"),
    ),
    now=100,
    horizon=600,
    setups={(0, "steel", "brass"): 25},
)
PLAN = (
    Assignment(0, 0, 100, 130, 0),
    Assignment(1, 1, 130, 180, 10),
    Assignment(2, 0, 130, 185, 25),
)


def kinds(problem: Problem, *plan: Assignment) -> set[str]:
    """Return what the checker finds."""
    return {violation.kind for violation in check(problem, plan)}


def moved(task: int, **changes: int) -> tuple[Assignment, ...]:
    """Return the plan with one of its assignments changed."""
    return tuple(
        replace(placed, **changes) if placed.task == task else placed for placed in PLAN
    )


def test_finds_nothing_in_a_plan_that_holds() -> None:
    assert check(PROBLEM, PLAN) == []


@pytest.mark.parametrize(
    ("kind", "plan"),
    [
        ("overlap", moved(2, start=129, finish=184)),
        ("release", moved(2, start=110, finish=165)),
        ("past", moved(0, start=99, finish=130)),
        ("shift", moved(2, start=200, finish=355)),
        ("shift", moved(2, start=345, finish=410)),
        ("duration", moved(2, finish=186)),
        ("duration", moved(2, finish=130)),
        ("setup", moved(2, setup_minutes=10, finish=170)),
        ("setup", moved(0, setup_minutes=10, finish=140)),
        ("machine", moved(2, machine=1)),
        ("machine", moved(2, machine=7)),
        ("predecessor", moved(1, start=120, finish=170)),
        ("reservation", moved(1, start=190, finish=350)),
        ("horizon", moved(2, start=570, finish=625)),
        ("missing", PLAN[:2]),
        ("twice", (*PLAN, PLAN[2])),
        ("unknown", (*PLAN, Assignment(9, 0, 100, 110, 0))),
    ],
)
def test_finds_a_planted_fault(kind: str, plan: tuple[Assignment, ...]) -> None:
    assert kind in kinds(PROBLEM, *plan)


def test_a_reservation_of_no_working_minute_is_found_as_well() -> None:
    at_night = replace(PROBLEM.machines[0], taken=Spans.of([(230, 250)]))
    problem = replace(PROBLEM, machines=(at_night, PROBLEM.machines[1]))
    over_night = moved(2, start=190, finish=345)

    assert kinds(PROBLEM, *over_night) == set()
    assert kinds(problem, *over_night) == {"reservation"}


def pinned(pin: Pin) -> Problem:
    """Return the problem with its third task pinned."""
    tasks = (*PROBLEM.tasks[:2], replace(PROBLEM.tasks[2], pin=pin))
    return replace(PROBLEM, tasks=tasks)


def test_finds_a_pin_that_is_not_kept() -> None:
    assert kinds(pinned(Pin(0, 130)), *PLAN) == set()
    assert kinds(pinned(Pin(0, 131)), *PLAN) == {"pin"}
    assert kinds(pinned(Pin(1)), *PLAN) == {"pin"}


def test_a_pinned_start_holds_against_release_and_the_present() -> None:
    late = replace(pinned(Pin(0, 130)), now=150, jobs=(Job("a", 0), Job("b", 160)))

    assert {v.task for v in check(late, PLAN)} == {0, 1}


def test_finds_what_moved_in_the_frozen_time_or_came_into_it() -> None:
    frozen = replace(
        PROBLEM, frozen_until=125, previous={0: (0, 100), 2: (0, 130), 1: (1, 140)}
    )

    assert kinds(frozen, *PLAN) == set()
    assert kinds(frozen, *moved(0, start=101, finish=131)) >= {"frozen"}
    assert kinds(replace(frozen, frozen_until=131), *PLAN) == {"frozen"}


def test_what_is_frozen_and_cannot_stay_is_free() -> None:
    """The machine broke down: its first task and what follows it may move."""
    broken = replace(PROBLEM.machines[0], taken=Spans.of([(110, 150)]))
    problem = replace(
        PROBLEM,
        machines=(broken, PROBLEM.machines[1]),
        frozen_until=160,
        previous={0: (0, 100), 1: (1, 130), 2: (0, 150)},
    )

    assert {v.kind for v in check(problem, PLAN) if v.task == 1} == {"frozen"}
