"""Searches for shops without calendars, by makespan: when they apply, and restarts."""

from typing import Final

import numpy as np

from apps.scheduling.rules import dispatch, insertion, tabu
from apps.scheduling.rules.chance import dice
from apps.scheduling.rules.problem import Objective, Problem
from apps.scheduling.rules.tables import (
    NEVER,
    Layout,
    Numbers,
    Shop,
    empty_layout,
)
from apps.scheduling.types import ScheduleObjective

ELITES: Final = 5
NOISE_PERCENT: Final = 10
MOST_TASKS: Final = 3_000
"""What is forbidden is kept for each pair of tasks: 36 MB for so many."""


def is_plain(problem: Problem, objective: Objective, shop: Shop) -> bool:
    """Say whether only lengths and orders matter: then times are sums of lengths.

    That is one stretch of work and one gap on each machine, everything released, no
    setup that depends on the order, nothing fixed, and the makespan to be least.
    """
    return bool(
        objective.kind == ScheduleObjective.MAKESPAN
        and len(problem.tasks) <= MOST_TASKS
        and not problem.setups
        and np.all(np.diff(shop.spans) == 1)
        and np.all(np.diff(shop.gaps) == 1)
        and np.all(shop.opens <= problem.now)
        and np.all(shop.ready == problem.now)
        and np.all(shop.fixed_start < 0)
        and (np.all(shop.family == 0) or np.all(shop.setup == 0))
    )


class PlainSearch:
    """Tabu walks, begun anew from chance or from the best when they stall."""

    method = "tabu"

    def __init__(self, shop: Shop, starts: list[Layout], seed: int) -> None:
        self.shop = shop
        self.dice = dice(seed)
        self.choice = np.random.default_rng(seed)
        self.rounds = 0
        self.best: int = int(NEVER)
        self.elites: list[tuple[int, Layout]] = []
        self.is_flexible = bool(np.any(np.diff(shop.modes) > 1))
        self.desk = dispatch.desk(shop)
        self._begin(starts[0])

    def advance(self, iterations: int) -> Layout | None:
        """Walk on for some steps; return a plan if it is the best so far."""
        best: Layout | None = None
        while iterations > 0:
            before = int(self.walk.notes[tabu.ITERATION])
            goes_on = self._walk(iterations)
            iterations -= max(int(self.walk.notes[tabu.ITERATION]) - before, 1)
            found = int(self.walk.notes[tabu.BEST])
            if found < self.best:
                self.best, best = found, self._layout()
            if not goes_on:
                self._end()
        return best

    def _walk(self, iterations: int) -> bool:
        if isinstance(self.walk, insertion.Field):
            return insertion.walk_on(self.walk, iterations, 2_500, self.dice)
        tasks = self.shop.job_of.size
        tenure = 10 + self.shop.due.size // max(self.shop.last_family.size, 1)
        patience = 12_000 if tasks < 500 else 6_000
        return tabu.walk_on(self.walk, iterations, patience, tenure, self.dice)

    def _end(self) -> None:
        """Keep what the walk found among the elites, and begin another."""
        self.elites.append((int(self.walk.notes[tabu.BEST]), self._layout()))
        self.elites.sort(key=lambda known: known[0])
        del self.elites[ELITES:]
        self.rounds += 1
        if len(self.elites) >= 3 and self.rounds % 4:
            self._begin(self.elites[int(self.choice.integers(len(self.elites)))][1])
            return
        rule = (dispatch.MOST_WORK, dispatch.SHORTEST)[self.rounds % 2]
        layout = empty_layout(self.shop)
        dispatch.dispatch(
            self.shop, rule, 100, layout, self.desk, NOISE_PERCENT, self.dice
        )
        self._begin(layout)

    def _begin(self, layout: Layout) -> None:
        self.walk: tabu.Walk | insertion.Field = (
            self._field(layout) if self.is_flexible else self._plain_walk(layout)
        )

    def _plain_walk(self, layout: Layout) -> tabu.Walk:
        count, shop = self.shop.job_of.size, self.shop
        return tabu.Walk(
            before=shop.before,
            after=shop.after,
            machine=shop.on[layout.mode],
            minutes=(shop.setup + shop.run)[layout.mode],
            sequence=layout.sequence.copy(),
            length=layout.length.copy(),
            position=layout.position.copy(),
            best_sequence=layout.sequence.copy(),
            forbidden=np.zeros((count, count), dtype=np.int32),
            notes=_notes(),
            block=_room(count),
            block_head=_room(count),
            head=_room(count),
            tail=_room(count),
            order=_room(count),
            waits=_room(count),
            path=_room(count),
        )

    def _field(self, layout: Layout) -> insertion.Field:
        count, shop = self.shop.job_of.size, self.shop
        machine = shop.on[layout.mode]
        return insertion.Field(
            before=shop.before,
            after=shop.after,
            modes=shop.modes,
            on=shop.on,
            lasts=shop.setup + shop.run,
            machine=machine,
            minutes=(shop.setup + shop.run)[layout.mode],
            sequence=layout.sequence.copy(),
            length=layout.length.copy(),
            position=layout.position.copy(),
            best_machine=machine.copy(),
            best_sequence=layout.sequence.copy(),
            best_length=layout.length.copy(),
            forbidden=np.zeros((count, shop.last_family.size), dtype=np.int64),
            notes=_notes(),
            bare_head=_room(count),
            bare_tail=_room(count),
            head=_room(count),
            tail=_room(count),
            order=_room(count),
            waits=_room(count),
            path=_room(count),
        )

    def _layout(self) -> Layout:
        """Write the best of the walk as a plan whose times are not set."""
        layout, walk, shop = empty_layout(self.shop), self.walk, self.shop
        layout.sequence[:] = walk.best_sequence
        layout.length[:] = (
            walk.best_length if isinstance(walk, insertion.Field) else walk.length
        )
        for machine, length in enumerate(layout.length.tolist()):
            tasks = layout.sequence[machine, :length]
            layout.position[tasks] = np.arange(length)
            for task in tasks.tolist():
                ways = range(int(shop.modes[task]), int(shop.modes[task + 1]))
                layout.mode[task] = next(way for way in ways if shop.on[way] == machine)
        return layout


def _room(count: int) -> Numbers:
    return np.zeros(count, dtype=np.int64)


def _notes() -> Numbers:
    return np.array([0, NEVER, 0], dtype=np.int64)
