"""Small shops exactly, by CP-SAT: better plans where there are any, and proofs.

The model counts minutes worked instead of minutes passed. That needs one calendar for
all machines: then a step is done before the next begins in both counts or in neither,
and a night costs nothing in the model. Shops whose machines keep different hours are
left to the search. What comes out is a plan's order; its times and figures are worked
out by the same timing as every other plan's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Final

import numpy as np

from apps.scheduling.rules.problem import Assignment, Objective, Problem
from apps.scheduling.rules.tables import NEVER, Shop
from apps.scheduling.types import ScheduleObjective

WORKERS: Final = 2
"""Eight on two cores were worse than two."""
MOST_TASKS: Final = 200
"""Beyond this plain CP-SAT falls behind the search within a minute and proves little."""
MOST_TASKS_WITH_SETUPS: Final = 60
"""Each pair of tasks on a machine is a literal when setups depend on the order."""
MOST_DATES: Final = 20_000
"""Jobs times stretches of work: each pair is a literal when due dates count."""
POLL_SECONDS: Final = 0.2


def is_fit_for(shop: Shop, objective: Objective) -> bool:
    """Say whether a shop is small enough and keeps one calendar."""
    if objective.kind == ScheduleObjective.STABILITY:
        return False
    most = MOST_TASKS_WITH_SETUPS if has_sequence_setups(shop) else MOST_TASKS
    if shop.job_of.size > most:
        return False
    spans = int(shop.spans[1])
    if not spans or np.any(np.diff(shop.spans) != spans):
        return False
    opens = shop.opens.reshape(-1, spans)
    closes = shop.closes.reshape(-1, spans)
    if np.any(opens != opens[0]) or np.any(closes != closes[0]):
        return False
    is_about_dates = objective.kind == ScheduleObjective.TARDINESS
    return not is_about_dates or spans * shop.due.size <= MOST_DATES


def has_sequence_setups(shop: Shop) -> bool:
    """Say whether any setup depends on what was on the machine before."""
    return bool(
        np.any(shop.pair >= 0) or (np.any(shop.family > 0) and np.any(shop.setup > 0))
    )


@dataclass
class _Variables:
    """The variables of a model, by task and by mode."""

    start: list[Any] = field(default_factory=list)
    end: list[Any] = field(default_factory=list)
    size: list[Any] = field(default_factory=list)
    is_done_so: list[Any] = field(default_factory=list)
    setups: list[Any] = field(default_factory=list)


class ExactSearch:
    """One run of CP-SAT, in a thread of its own so that it can be stopped."""

    method = "CP-SAT"

    def __init__(
        self,
        problem: Problem,
        shop: Shop,
        objective: Objective,
        hint: tuple[Assignment, ...],
        seed: int,
    ) -> None:
        from ortools.sat.python import cp_model

        self.shop = shop
        self.objective = objective
        self.problem = problem
        self.found: list[dict[int, tuple[int, int]]] = []
        self.is_proven = False
        self.model = cp_model.CpModel()
        self.solver = cp_model.CpSolver()
        self.solver.parameters.num_workers = WORKERS
        self.solver.parameters.random_seed = seed % (1 << 31)
        self.variables = _Variables()
        self._build()
        self._hint(hint)

    def run(
        self, seconds: float, goes_on: Callable[[], bool]
    ) -> Iterator[dict[int, tuple[int, int]]]:
        """Yield plans, by task: machine and start; each is better in the model."""
        from ortools.sat.python import cp_model

        search = self

        class Listener(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self) -> None:
                search.found.append(search.read(self.value))

        self.solver.parameters.max_time_in_seconds = max(seconds, 0.01)
        status: list[Any] = []
        thread = Thread(
            target=lambda: status.append(self.solver.solve(self.model, Listener())),
            daemon=True,
        )
        thread.start()
        while thread.is_alive():
            thread.join(POLL_SECONDS)
            while self.found:
                yield self.found.pop(0)
            if not goes_on():
                self.solver.stop_search()
        yield from self.found
        self.is_proven = bool(status) and status[0] == cp_model.OPTIMAL

    def bound(self) -> int | None:
        """Return what is proven of the leading figure, in its own minutes."""
        found = self.solver.best_objective_bound
        if not np.isfinite(found):
            return None
        value = max(0, int(np.ceil(found - 1e-6)))
        if self.objective.kind != ScheduleObjective.MAKESPAN:
            return value
        return self._moment(value) - self.problem.now if value > 0 else 0

    def read(self, value: Callable[[Any], int]) -> dict[int, tuple[int, int]]:
        """Read where each task is and in which order."""
        placed = {}
        for task, start in enumerate(self.variables.start):
            mode = next(
                mode
                for mode in self._modes(task)
                if value(self.variables.is_done_so[mode])
            )
            placed[task] = (int(self.shop.on[mode]), int(value(start)))
        return placed

    def _modes(self, task: int) -> range:
        return range(int(self.shop.modes[task]), int(self.shop.modes[task + 1]))

    def _build(self) -> None:
        shop, model, known = self.shop, self.model, self.variables
        depends = has_sequence_setups(shop)
        last = int(shop.worked[shop.spans[1] - 1]) + int(
            shop.closes[shop.spans[1] - 1] - shop.opens[shop.spans[1] - 1]
        )
        on_machine: list[list[int]] = [[] for _ in self.problem.machines]
        intervals: dict[int, Any] = {}
        for task in range(shop.job_of.size):
            fixed = int(shop.fixed_start[task])
            first = self._count(fixed if fixed >= 0 else int(shop.ready[task]))
            start = model.new_int_var(first, first if fixed >= 0 else last, "")
            end = model.new_int_var(0, last, "")
            modes = self._modes(task)
            shortest = min(int(shop.run[mode]) for mode in modes)
            size = model.new_int_var(shortest, last, "")
            known.start.append(start)
            known.end.append(end)
            known.size.append(size)
            model.add(start + size == end)
            for mode in modes:
                is_so = model.new_bool_var("")
                known.is_done_so.append(is_so)
                intervals[mode] = model.new_optional_interval_var(
                    start, size, end, is_so, ""
                )
                on_machine[int(shop.on[mode])].append(mode)
                if not depends:
                    minutes = int(shop.run[mode] + shop.setup[mode])
                    if shop.family[task] > 0:
                        minutes = int(shop.run[mode])
                    model.add(size == minutes).only_enforce_if(is_so)
            model.add_exactly_one(known.is_done_so[mode] for mode in modes)
        for task in range(shop.job_of.size):
            if shop.after[task] >= 0:
                model.add(known.end[task] <= known.start[int(shop.after[task])])
        for machine, modes_there in enumerate(on_machine):
            blocks = self._blocks(machine, modes_there)
            model.add_no_overlap([intervals[mode] for mode in modes_there] + blocks)
            if depends:
                self._circuit(machine, modes_there)
        self._minimize()

    def _blocks(self, machine: int, modes: list[int]) -> list[Any]:
        """Keep the tasks of a machine off what is taken, and out of no gap."""
        shop, model = self.shop, self.model
        low, high = int(shop.gaps[machine]), int(shop.gaps[machine + 1])
        edges = [
            (int(shop.gap_to[gap]), int(shop.gap_from[gap + 1]))
            for gap in range(low, high - 1)
        ]
        task_of = {
            mode: task for task in range(shop.job_of.size) for mode in self._modes(task)
        }
        for mode in modes:
            is_so, task = self.variables.is_done_so[mode], task_of[mode]
            start, end = self.variables.start[task], self.variables.end[task]
            if low == high:
                model.add(is_so == 0)
                continue
            model.add(start >= int(shop.gap_from[low])).only_enforce_if(is_so)
            model.add(end <= int(shop.gap_to[high - 1])).only_enforce_if(is_so)
            for opens, closes in edges:
                if opens == closes:
                    # What is taken at night has no length here, and still parts tasks.
                    is_before = model.new_bool_var("")
                    model.add(end <= opens).only_enforce_if(is_so, is_before)
                    model.add(start >= opens).only_enforce_if(is_so, is_before.Not())
        return [
            model.new_fixed_size_interval_var(opens, closes - opens, "")
            for opens, closes in edges
            if opens < closes
        ]

    def _circuit(self, machine: int, modes: list[int]) -> None:
        """Let the setup of each task follow from the one before it on the machine."""
        shop, model, known = self.shop, self.model, self.variables
        tasks = {
            mode: task
            for task in range(shop.job_of.size)
            for mode in self._modes(task)
            if mode in modes
        }
        arcs: list[Any] = [(0, 0, model.new_bool_var(""))]
        for place, mode in enumerate(modes, start=1):
            task = tasks[mode]
            arcs.append((place, place, known.is_done_so[mode].Not()))
            arcs.append((place, 0, model.new_bool_var("")))
            for other_place, other in [(0, None), *enumerate(modes, start=1)]:
                if other == mode:
                    continue
                is_next = model.new_bool_var("")
                arcs.append((other_place, place, is_next))
                family = (
                    int(shop.last_family[machine])
                    if other is None
                    else int(shop.family[tasks[other]])
                )
                setup = self._setup(mode, task, family)
                model.add(
                    known.size[task] == int(shop.run[mode]) + setup
                ).only_enforce_if(is_next)
                if other is not None:
                    model.add(
                        known.end[tasks[other]] <= known.start[task]
                    ).only_enforce_if(is_next)
                if setup:
                    known.setups.append(setup * is_next)
        model.add_circuit(arcs)

    def _setup(self, mode: int, task: int, family: int) -> int:
        own = int(self.shop.family[task])
        reach = self.shop.pair.shape[1]
        if max(own, family) < reach:
            paired = int(self.shop.pair[self.shop.on[mode], family, own])
            if paired >= 0:
                return paired
        return 0 if own and own == family else int(self.shop.setup[mode])

    def _minimize(self) -> None:
        shop, model, known = self.shop, self.model, self.variables
        if self.objective.kind == ScheduleObjective.SETUPS:
            constant = 0
            if not known.setups:
                constant = int(sum(shop.setup[shop.modes[:-1]]))
            model.minimize(sum(known.setups) + constant)
            return
        last = [int(task) for task in shop.last_task if task >= 0]
        if self.objective.kind == ScheduleObjective.MAKESPAN:
            latest = model.new_int_var(0, 1 << 40, "")
            model.add_max_equality(latest, [known.end[task] for task in last])
            model.minimize(latest)
            return
        model.minimize(
            sum(
                int(shop.weight[job]) * self._tardiness(job, int(shop.last_task[job]))
                for job in range(shop.due.size)
                if shop.last_task[job] >= 0
                and shop.due[job] < NEVER
                and shop.weight[job] > 0
            )
        )

    def _tardiness(self, job: int, task: int) -> Any:
        """Return the minutes by which a job is late, nights and weekends included."""
        shop, model, end = self.shop, self.model, self.variables.end[task]
        due = int(shop.due[job])
        late = model.new_int_var(0, max(0, int(shop.horizon) - due), "")
        spans = range(int(shop.spans[1]))
        # Before the due date's own stretch of work nothing is late.
        in_span: list[Any] = []
        for span in spans:
            opens, closes = int(shop.opens[span]), int(shop.closes[span])
            worked = int(shop.worked[span])
            if closes <= due and in_span:
                continue
            is_there = model.new_bool_var("")
            in_span.append(is_there)
            low = worked + 1 if closes > due else 0
            high = worked + closes - opens
            if closes <= due:
                high = self._count(due)
            model.add(end >= low).only_enforce_if(is_there)
            model.add(end <= high).only_enforce_if(is_there)
            if closes > due:
                model.add(late >= opens + end - worked - due).only_enforce_if(is_there)
        model.add_exactly_one(in_span)
        return late

    def _hint(self, hint: tuple[Assignment, ...]) -> None:
        for placed in hint:
            task = placed.task
            self.model.add_hint(self.variables.start[task], self._count(placed.start))
            for mode in self._modes(task):
                self.model.add_hint(
                    self.variables.is_done_so[mode],
                    int(self.shop.on[mode]) == placed.machine,
                )

    def _count(self, moment: int) -> int:
        """Count the minutes worked before a moment; all machines agree."""
        shop, spans = self.shop, int(self.shop.spans[1])
        opens, closes = shop.opens[:spans], shop.closes[:spans]
        return int(np.sum(np.clip(moment - opens, 0, closes - opens)))

    def _moment(self, count: int) -> int:
        """Return when so many minutes have been worked."""
        spans = int(self.shop.spans[1])
        worked = self.shop.worked[:spans]
        index = max(int(np.searchsorted(worked, count, side="left")) - 1, 0)
        return int(self.shop.opens[index]) + count - int(worked[index])
