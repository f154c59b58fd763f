"""Plans against the best of all plans, the plan in force, and the clock."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random

import pytest

from apps.capacity.rules.spans import NO_SPANS, Spans
from apps.kernel.errors import InvalidInput
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.problem import (
    Figures,
    Incumbent,
    Job,
    MachineTime,
    Mode,
    Objective,
    Pin,
    Problem,
    Solution,
    Task,
)
from apps.scheduling.rules.solver import solve
from apps.scheduling.rules.validity import NoPlan
from apps.scheduling.types import ScheduleObjective
from tests.apps.scheduling.rules import oracle
from tests.apps.scheduling.rules.drawn import drawn_problem

TARDINESS = Objective(ScheduleObjective.TARDINESS)
MAKESPAN = Objective(ScheduleObjective.MAKESPAN)
SETUPS = Objective(ScheduleObjective.SETUPS)
STABILITY = Objective(ScheduleObjective.STABILITY)
ALL = (TARDINESS, MAKESPAN, SETUPS, STABILITY)


def searched(
    problem: Problem, objective: Objective, iterations: int = 3_000, seed: int = 7
) -> Solution:
    """Solve by the search alone, which always goes the same way."""
    return solve(
        problem, objective=objective, seconds=60, seed=seed, iterations=iterations
    )


def in_force(solution: Solution) -> Mapping[int, tuple[int, int]]:
    """Return a solution as the plan in force."""
    return {p.task: (p.machine, p.start) for p in solution.assignments}


class TestBestOfAll:
    @pytest.mark.parametrize("objective", [TARDINESS, MAKESPAN, SETUPS], ids=str)
    @pytest.mark.parametrize("seed", range(4))
    def test_search_finds_the_leading_figure_of_the_best_plan(
        self, seed: int, objective: Objective
    ) -> None:
        problem = drawn_problem(Random(seed), jobs=3, steps=2, machines=2)
        found = searched(problem, objective)
        wanted = oracle.best(problem, objective)

        assert wanted is not None
        assert check(problem, found.assignments) == []
        assert objective.leading(found.figures) == objective.leading(wanted)
        assert found.lower_bound <= objective.leading(wanted)

    @pytest.mark.parametrize("objective", [TARDINESS, MAKESPAN, SETUPS], ids=str)
    @pytest.mark.parametrize("seed", range(20, 23))
    def test_cp_sat_proves_the_best_plan_where_all_keep_one_calendar(
        self, seed: int, objective: Objective
    ) -> None:
        problem = drawn_problem(
            Random(seed), jobs=3, steps=2, machines=2, is_one_calendar=True
        )
        found = solve(problem, objective=objective, seconds=3, seed=1)
        wanted = oracle.best(problem, objective)

        assert wanted is not None
        assert check(problem, found.assignments) == []
        assert objective.leading(found.figures) == objective.leading(wanted)
        assert found.is_proven
        assert found.lower_bound == objective.leading(wanted)

    @pytest.mark.parametrize("seed", range(6))
    def test_pins_are_kept_and_the_rest_is_best(self, seed: int) -> None:
        free = drawn_problem(Random(seed), jobs=3, steps=2, machines=2)
        plan = searched(free, TARDINESS, iterations=200).assignments
        chosen = Random(seed).choice(plan)
        problem = replace(
            free,
            tasks=tuple(
                replace(task, pin=Pin(chosen.machine, chosen.start))
                if index == chosen.task
                else task
                for index, task in enumerate(free.tasks)
            ),
        )
        found = searched(problem, TARDINESS)
        wanted = oracle.best(problem, TARDINESS)

        assert wanted is not None
        assert check(problem, found.assignments) == []
        assert TARDINESS.leading(found.figures) == TARDINESS.leading(wanted)


class TestPins:
    @pytest.mark.parametrize("seed", range(15))
    def test_several_pinned_starts_are_kept_where_a_plan_keeps_them(
        self, seed: int
    ) -> None:
        chance = Random(seed)
        free = drawn_problem(chance, jobs=6, steps=3, machines=3, horizon=1200)
        plan = searched(free, TARDINESS, iterations=50).assignments
        chosen = {
            placed.task: Pin(placed.machine, placed.start)
            for placed in chance.sample(plan, 4)
        }
        problem = replace(
            free,
            tasks=tuple(
                replace(task, pin=chosen.get(index))
                for index, task in enumerate(free.tasks)
            ),
        )

        found = searched(problem, TARDINESS, iterations=500)

        assert check(problem, found.assignments) == []

    def test_work_that_began_before_the_present_goes_on(self) -> None:
        machine = MachineTime("M", Spans.of([(0, 40), (60, 100)]), NO_SPANS)
        problem = Problem(
            (machine,),
            (Job("running", 0), Job("next", 0)),
            (
                Task("running", 0, 1, (Mode(0, 0, 30),), pin=Pin(0, 5)),
                Task("next", 1, 1, (Mode(0, 0, 10),)),
            ),
            now=20,
            horizon=100,
        )

        found = searched(problem, MAKESPAN, iterations=10)

        assert [(p.start, p.finish) for p in found.assignments] == [(5, 35), (35, 65)]
        assert check(problem, found.assignments) == []

    def test_pins_that_exclude_each_other_are_refused(self) -> None:
        machine = MachineTime("M", Spans.of([(0, 100)]), NO_SPANS)
        tasks = tuple(
            Task(str(job), job, 1, (Mode(0, 0, 30),), pin=Pin(0, 10 + job))
            for job in range(2)
        )
        problem = Problem((machine,), (Job("a", 0), Job("b", 0)), tasks, 0, 100)

        with pytest.raises(NoPlan):
            searched(problem, MAKESPAN)


class TestPlanInForce:
    @pytest.mark.parametrize("objective", ALL, ids=str)
    @pytest.mark.parametrize("seed", range(3))
    def test_is_never_worse_than_the_plan_in_force(
        self, seed: int, objective: Objective
    ) -> None:
        problem = drawn_problem(Random(seed), jobs=5, steps=3, machines=3, horizon=900)
        before = searched(problem, objective, iterations=4_000, seed=1)
        again = replace(problem, previous=in_force(before))

        after = searched(again, objective, iterations=0, seed=2)

        assert check(again, after.assignments) == []
        assert objective.key(after.figures) <= objective.key(
            objective.value(again, before.assignments)
        )

    def test_a_new_order_moves_nothing_when_stability_counts_most(self) -> None:
        problem = drawn_problem(Random(5), jobs=4, steps=2, machines=2, horizon=900)
        before = searched(problem, TARDINESS)
        rush = len(problem.jobs)
        more = replace(
            problem,
            jobs=(*problem.jobs, Job("rush", problem.now, problem.now + 30, 9)),
            tasks=(*problem.tasks, Task("rush.1", rush, 1, (Mode(0, 2, 9),))),
            previous=in_force(before),
        )

        stable = searched(more, STABILITY)
        prompt = searched(more, TARDINESS)

        assert stable.figures.changes == 0
        assert check(more, stable.assignments) == []
        assert check(more, prompt.assignments) == []
        assert prompt.figures.weighted_tardiness <= stable.figures.weighted_tardiness

    def test_frozen_tasks_stay_and_others_come_behind(self) -> None:
        problem = drawn_problem(Random(8), jobs=5, steps=2, machines=2, horizon=900)
        before = searched(problem, TARDINESS)
        until = sorted(p.start for p in before.assignments)[4] + 1
        frozen = replace(problem, previous=in_force(before), frozen_until=until)

        after = searched(frozen, MAKESPAN)

        assert check(frozen, after.assignments) == []
        stayed = [p for p in before.assignments if p.start < until]
        assert {in_force(after)[p.task] for p in stayed} == {
            (p.machine, p.start) for p in stayed
        }

    def test_a_breakdown_moves_what_it_must(self) -> None:
        problem = drawn_problem(Random(9), jobs=4, steps=2, machines=2, horizon=900)
        before = searched(problem, TARDINESS)
        hit = before.assignments[0]
        machine = problem.machines[hit.machine]
        down = Spans.of([(hit.start, hit.start + 40)])
        broken = replace(
            problem,
            machines=tuple(
                replace(one, taken=one.taken.plus(down)) if one is machine else one
                for one in problem.machines
            ),
            previous=in_force(before),
            frozen_until=problem.now + 200,
        )

        after = searched(broken, STABILITY)

        assert check(broken, after.assignments) == []
        assert after.figures.changes >= 1


class TestCourse:
    def test_the_same_seed_and_steps_give_the_same_plan(self) -> None:
        problem = drawn_problem(Random(2), jobs=8, steps=3, machines=4, horizon=1500)

        one = searched(problem, TARDINESS, iterations=5_000, seed=3)
        two = searched(problem, TARDINESS, iterations=5_000, seed=3)

        assert one == two

    def test_it_stops_when_told_with_the_best_so_far(self) -> None:
        problem = drawn_problem(Random(2), jobs=8, steps=3, machines=4, horizon=1500)
        calls = count(1)
        seen: list[Incumbent] = []

        def watch(incumbent: Incumbent) -> bool:
            seen.append(incumbent)
            return next(calls) < 3

        found = solve(
            problem, objective=TARDINESS, seconds=60, seed=1, on_progress=watch
        )

        assert len(seen) == 3
        assert seen[0].is_new
        assert found.figures == seen[-1].figures
        assert check(problem, found.assignments) == []

    def test_nothing_to_do_is_done(self) -> None:
        empty = Problem((), (), (), now=10, horizon=20)

        assert solve(empty, objective=TARDINESS, seconds=1, seed=1).figures == Figures(
            0, 0, 0, 0, 0
        )

    def test_work_that_does_not_fit_is_refused(self) -> None:
        machine = MachineTime("M", Spans.of([(0, 10)]), NO_SPANS)
        problem = Problem(
            (machine,), (Job("J", 0),), (Task("T", 0, 1, (Mode(0, 0, 11),)),), 0, 100
        )

        with pytest.raises(NoPlan):
            solve(problem, objective=TARDINESS, seconds=1, seed=1)

    @pytest.mark.parametrize(
        ("task", "field"),
        [
            (Task("T", 0, 1, ()), "task T: modes"),
            (Task("T", 3, 1, (Mode(0, 0, 1),)), "task T: job"),
            (Task("T", 0, 1, (Mode(4, 0, 1),)), "task T: machine"),
            (Task("T", 0, 1, (Mode(0, 0, 0),)), "task T: minutes"),
            (Task("T", 0, 1, (Mode(0, 0, 5),), pin=Pin(1)), "task T: pin"),
            (Task("T", 0, 1, (Mode(0, 0, 5),), pin=Pin(0, 50)), "task T: pin"),
            (Task("T", 0, 1, (Mode(0, 0, 9),), pin=Pin(0, 15)), "task T: pin"),
        ],
    )
    def test_a_problem_that_cannot_be_meant_is_named(
        self, task: Task, field: str
    ) -> None:
        machine = MachineTime("M", Spans.of([(0, 40)]), Spans.of([(20, 25)]))
        problem = Problem((machine,), (Job("J", 0),), (task,), 0, 100)

        with pytest.raises(InvalidInput) as refused:
            solve(problem, objective=TARDINESS, seconds=1, seed=1)

        assert refused.value.field == field


def test_kernels_work_where_nothing_can_be_cached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Numba refuses to define a cached function when no folder can be written."""
    from apps.scheduling.rules import compiled

    def without_a_folder(**options: bool):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(compiled, "njit", without_a_folder)

    assert compiled.kernel(abs)(-3) == 3


def test_what_is_compiled_is_known_by_the_text_of_all_its_parts() -> None:
    """A kernel that was cached before one of its parts changed is not used again."""
    from apps.scheduling.rules import chance, compiled, search, tables, timing

    modules = {
        Path(module.__file__).stem for module in (chance, search, tables, timing)
    }

    assert modules <= set(compiled.WRITTEN_IN)
    for found in (search.search_on, timing.time_plan):
        assert found._cache._cache_file._source_stamp == compiled.digest()


def test_what_only_asks_loads_neither_the_compiler_nor_cp_sat() -> None:
    """A web process imports the package; only a worker that solves pays for more."""
    script = (
        "import sys\n"
        "from apps.scheduling.rules import bounds, checker, problem, reasons, solver\n"
        "heavy = {'numba', 'llvmlite', 'ortools', 'scipy.optimize'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            "PYTHONPATH": ".:platform",
            "DJANGO_SETTINGS_MODULE": "spindle.settings.test",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
