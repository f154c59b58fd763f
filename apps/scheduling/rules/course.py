"""The course of one search: what was tried, what is best, when it ends."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from operator import methodcaller
from time import monotonic
from typing import Final

import numpy as np
from django.utils.translation import gettext_lazy as _

from apps.scheduling.rules import dispatch, exact, timing
from apps.scheduling.rules.chance import dice
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.plain import PlainSearch, is_plain
from apps.scheduling.rules.problem import (
    Assignment,
    Bound,
    Figures,
    Incumbent,
    Objective,
    Problem,
)
from apps.scheduling.rules.search import LocalSearch
from apps.scheduling.rules.tables import (
    Layout,
    assignments_of,
    empty_layout,
    layout_of,
    shop_of,
)
from apps.scheduling.rules.validity import NoPlan
from apps.scheduling.types import ScheduleObjective

STARTS: Final = 4
TRIES_BY_CHANCE: Final = 20
FIRST_CHUNK: Final = 64
WALKS: Final = 2
"""Searches side by side; the kernels leave the interpreter free, so each has a core."""
MEMORIES: Final = (400, 3_200)
SEARCH_FIRST: Final = 0.3
SEARCH_LAST: Final = 0.1
"""Shares of the time that the search has before and after CP-SAT in a small shop."""
REPORT_EVERY: Final = 0.25
"""Seconds after which those who watch hear of the search again, at the latest."""

FIGURES: Final = (
    "weighted_tardiness",
    "late_jobs",
    "makespan",
    "setup_minutes",
    "changes",
)


class Course:
    """A search for a plan; its best is there at any time."""

    bound = Bound(0, "none")
    goes_on: Callable[..., bool]

    def __init__(self, problem: Problem, objective: Objective, seed: int) -> None:
        self.problem = problem
        self.objective = objective
        self.seed = seed
        self.iterations = 0
        self.method = ""
        stays = objective.kind == ScheduleObjective.STABILITY
        self.shop = shop_of(problem, stays=stays)
        self.preference = np.array(
            [FIGURES.index(name) for name in objective.preference], dtype=np.int64
        )
        self.is_plain = is_plain(problem, objective, self.shop)
        self.trial = empty_layout(self.shop)
        self.waits = np.zeros(len(problem.tasks), dtype=np.int64)
        self.starts: list[Layout] = []
        self._dispatch()
        self._start_from_the_plan_in_force()
        if not self.method:
            raise NoPlan(
                _("The work does not fit into what is fixed and open."),
                remedy=_("Look further ahead, or take a pin or a frozen time away."),
            )

    def _dispatch(self) -> None:
        """Try each rule; where all lead into what is fixed, try them by chance."""
        desk, chance = dispatch.desk(self.shop), dice(self.seed)
        tries = [
            (rule, patience, 0)
            for rule in dispatch.RULES
            for patience in dispatch.PATIENCE
            if rule != dispatch.AS_BEFORE or self.problem.previous
        ]
        by_chance = [
            (rule, 100, noise)
            for noise in range(10, 10 * TRIES_BY_CHANCE, 10)
            for rule in dispatch.RULES
        ]
        for rule, patience, noise in [*tries, *by_chance]:
            if noise and self.method:
                return
            layout = empty_layout(self.shop)
            if dispatch.dispatch(
                self.shop, rule, patience, layout, desk, noise, chance
            ):
                self._try(layout, "dispatch")

    def _start_from_the_plan_in_force(self) -> None:
        """Take the plan in force as a start, and as it is if it still holds."""
        layout = layout_of(self.shop, self.problem.previous)
        if layout is None:
            return
        self._try(layout, "plan in force")
        kept = kept_plan(self.problem)
        if kept is not None and not check(self.problem, kept):
            self.take(kept, "plan in force")

    def _try(self, layout: Layout, method: str) -> bool:
        """Work the times of a plan out; say whether it is the best so far."""
        if not timing.time_plan(
            self.shop, layout, self.trial, self.waits, self.preference
        ):
            return False
        self.starts.append(layout)
        self.starts.sort(key=lambda known: tuple(known.cost.tolist()))
        del self.starts[STARTS:]
        return self.take(assignments_of(self.shop, layout), method)

    def take(self, assignments: tuple[Assignment, ...], method: str) -> bool:
        """Take a plan if it is better than the best so far, by the true figures."""
        figures = self.objective.value(self.problem, assignments)
        key = self.objective.key(figures)
        if self.method and key >= self.objective.key(self.figures):
            return False
        self.assignments = assignments
        self.figures: Figures = figures
        self.method = method
        return True

    def incumbent(self, seconds: float, *, is_new: bool) -> Incumbent:
        """Return the best plan so far, for those who watch."""
        return Incumbent(
            assignments=self.assignments,
            figures=self.figures,
            method=self.method,
            seconds=seconds,
            iterations=self.iterations,
            is_new=is_new,
        )

    def run(
        self,
        bound: Bound,
        until: float,
        iterations: int | None,
        goes_on: Callable[..., bool],
    ) -> None:
        """Search until it is proven, told to stop, or out of time or iterations.

        A small shop is handed to CP-SAT when the search has had its share, and what
        comes of that is searched around once more. With a count of iterations there is
        only the search, which always goes the same way.
        """
        self.bound = bound
        self.goes_on = goes_on
        if iterations is not None:
            self._search_until(until, iterations)
            return
        left = until - monotonic()
        if not exact.is_fit_for(self.shop, self.objective):
            self._search_until(until, None)
            return
        if not self._search_until(monotonic() + SEARCH_FIRST * left, None):
            return
        if not self._prove_until(until - SEARCH_LAST * left):
            return
        self._search_until(min(until, monotonic() + SEARCH_LAST * left), None)

    def _search_until(self, until: float, iterations: int | None) -> bool:
        """Search; say whether anything is left to be done."""
        if self._is_over():
            return False
        searches = self.searches()
        chunk, clock = FIRST_CHUNK, monotonic()
        while monotonic() < until and (
            iterations is None or self.iterations < iterations
        ):
            steps = chunk
            if iterations is not None:
                steps = min(steps, iterations - self.iterations)
            with ThreadPoolExecutor(WALKS) as threads:
                found = list(threads.map(methodcaller("advance", steps), searches))
            self.iterations += steps
            is_new = False
            for layout, search in zip(found, searches, strict=True):
                if layout is not None and self._try(layout, search.method):
                    is_new = True
            now = monotonic()
            # How long a step takes is only known by doing some.
            if now - clock < REPORT_EVERY / 2:
                chunk *= 2
            elif now - clock > REPORT_EVERY:
                chunk = max(chunk // 2, 1)
            clock = now
            if not self.goes_on(is_new=is_new) or self._is_over():
                return False
        return True

    def _prove_until(self, until: float) -> bool:
        """Hand the best plan to CP-SAT; say whether anything is left to be done."""
        search = exact.ExactSearch(
            self.problem, self.shop, self.objective, self.assignments, self.seed
        )
        wanted = [True]

        def watch() -> bool:
            wanted[0] = wanted[0] and self.goes_on(is_new=False)
            return wanted[0]

        for placed in search.run(until - monotonic(), watch):
            layout = layout_of(self.shop, placed)
            if layout is not None and self._try(layout, search.method):
                wanted[0] = wanted[0] and self.goes_on(is_new=True)
        proven = search.bound()
        if proven is not None and proven > self.bound.value:
            self.bound = Bound(proven, search.method)
        return wanted[0] and not self._is_over()

    def searches(self) -> Sequence[PlainSearch | LocalSearch]:
        """Begin two searches that know nothing of each other, so each stays its own."""
        seeds = range(WALKS * self.seed, WALKS * self.seed + WALKS)
        if self.is_plain:
            return [PlainSearch(self.shop, self.starts, seed) for seed in seeds]
        return [
            LocalSearch(self.shop, self.starts, self.preference, seed, memory)
            for seed, memory in zip(seeds, MEMORIES, strict=True)
        ]

    def _is_over(self) -> bool:
        """Say whether the bound is reached and no figure behind it can get better."""
        key = self.objective.key(self.figures)
        return key[0] <= self.bound.value and (self.is_plain or not any(key[1:]))


def kept_plan(problem: Problem) -> tuple[Assignment, ...] | None:
    """Return the plan in force as it stands; None where it lacks a task or a way."""
    from apps.capacity.rules.promises import finish_of
    from apps.scheduling.rules.fixed import mode_on

    placed: list[Assignment] = []
    by_machine: dict[int, list[tuple[int, int]]] = {}
    for task in range(len(problem.tasks)):
        if task not in problem.previous:
            return None
        machine, start = problem.previous[task]
        by_machine.setdefault(machine, []).append((start, task))
    for machine, found in by_machine.items():
        family = problem.machines[machine].last_family
        for start, task in sorted(found):
            mode = mode_on(problem, task, machine)
            if mode is None:
                return None
            setup = problem.setup_after(mode, task, family)
            finish = finish_of(
                setup + problem.efficient(machine, mode.run_minutes),
                start,
                problem.machines[machine].working,
            )
            if finish is None:
                return None
            placed.append(Assignment(task, machine, start, finish, setup))
            family = problem.tasks[task].family
    return tuple(sorted(placed, key=lambda known: known.task))
