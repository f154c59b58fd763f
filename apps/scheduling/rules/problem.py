"""What is to be put in order, what comes out, and how two plans are compared.

Times are minutes since 1970 (`apps.capacity.rules.spans`); machines, jobs and tasks are
known by their place in the problem's tuples. Nothing here computes a plan.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from apps.capacity.rules.spans import Spans
from apps.scheduling.types import ScheduleObjective, WhyKind


@dataclass(frozen=True, slots=True)
class MachineTime:
    """When a machine works, when it is taken, and what it was last set up for.

    A taken span is something else on the machine: it makes way for no task, and no task
    makes way for it, so it never lies inside one.
    """

    key: str
    working: Spans
    taken: Spans
    efficiency_percent: int = 100
    last_family: str = ""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do a task: on which machine, and how long at full efficiency."""

    machine: int
    setup_minutes: int
    run_minutes: int


@dataclass(frozen=True, slots=True)
class Pin:
    """A planner's word on a task: its machine, and its start there if one is given.

    A start that is given holds against the release, the present and the frozen time
    (work that runs already is pinned to where it began).
    """

    machine: int
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a job, done without a break but for the machine's own."""

    key: str
    job: int
    step: int
    modes: tuple[Mode, ...]
    family: str = ""
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is finished when the last of its tasks is."""

    key: str
    release: int
    due: int | None = None
    weight: int = 1


@dataclass(frozen=True)
class Problem:
    """A shop, its work, and the plan in force.

    `setups` holds minutes by (machine, from family, to family), at full efficiency; a
    pair that is missing takes the mode's own setup when the family changes or is empty.
    `previous` is the plan in force, by task: machine and start. A task that starts
    there before `frozen_until` stays if it still can; no other starts before that.
    """

    machines: tuple[MachineTime, ...]
    jobs: tuple[Job, ...]
    tasks: tuple[Task, ...]
    now: int
    horizon: int
    setups: Mapping[tuple[int, str, str], int] = field(default_factory=dict)
    previous: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    frozen_until: int = 0

    @cached_property
    def steps(self) -> tuple[tuple[int, ...], ...]:
        """The tasks of each job, in the order of their steps."""
        by_job: list[list[int]] = [[] for _ in self.jobs]
        for index, task in enumerate(self.tasks):
            by_job[task.job].append(index)
        return tuple(
            tuple(sorted(found, key=lambda index: self.tasks[index].step))
            for found in by_job
        )

    @cached_property
    def predecessors(self) -> tuple[int | None, ...]:
        """The task before each task within its job."""
        found: list[int | None] = [None] * len(self.tasks)
        for steps in self.steps:
            for before, after in itertools.pairwise(steps):
                found[after] = before
        return tuple(found)

    @property
    def opening(self) -> int:
        """The first minute in which a task that nobody fixed may start."""
        return max(self.now, self.frozen_until)

    def efficient(self, machine: int, minutes: int) -> int:
        """Return how many working minutes of a machine an amount of work takes."""
        return -(-minutes * 100 // self.machines[machine].efficiency_percent)

    def setup_after(self, mode: Mode, task: int, family: str) -> int:
        """Return the working minutes of a task's setup after work of a family."""
        after = self.tasks[task].family
        minutes = self.setups.get((mode.machine, family, after))
        if minutes is None:
            minutes = 0 if after and after == family else mode.setup_minutes
        return self.efficient(mode.machine, minutes)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a task is put; the setup is in working minutes of its machine."""

    task: int
    machine: int
    start: int
    finish: int
    setup_minutes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan is judged by; less is better in each. Makespan counts from now."""

    weighted_tardiness: int
    late_jobs: int
    makespan: int
    setup_minutes: int
    changes: int


PREFERENCES: Mapping[str, tuple[str, ...]] = {
    ScheduleObjective.TARDINESS: (
        "weighted_tardiness",
        "late_jobs",
        "makespan",
        "changes",
        "setup_minutes",
    ),
    ScheduleObjective.MAKESPAN: (
        "makespan",
        "weighted_tardiness",
        "late_jobs",
        "changes",
        "setup_minutes",
    ),
    ScheduleObjective.SETUPS: (
        "setup_minutes",
        "weighted_tardiness",
        "late_jobs",
        "makespan",
        "changes",
    ),
    ScheduleObjective.STABILITY: (
        "changes",
        "weighted_tardiness",
        "late_jobs",
        "makespan",
        "setup_minutes",
    ),
}
"""The order in which figures decide: the chosen one first, the others break ties."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What a plan is to be best at first."""

    kind: str

    @property
    def preference(self) -> tuple[str, ...]:
        """The names of the figures, in the order in which they decide."""
        return PREFERENCES[self.kind]

    def key(self, figures: Figures) -> tuple[int, ...]:
        """Return what two plans are compared by: the lesser is the better plan."""
        return tuple(getattr(figures, name) for name in self.preference)

    def leading(self, figures: Figures) -> int:
        """Return the figure that decides first, the one that bounds are about."""
        return int(getattr(figures, self.preference[0]))

    def value(self, problem: Problem, assignments: Sequence[Assignment]) -> Figures:
        """Judge a plan, by what it says of itself."""
        finishes: dict[int, int] = {}
        changes = 0
        for placed in assignments:
            job = problem.tasks[placed.task].job
            finishes[job] = max(finishes.get(job, placed.finish), placed.finish)
            was = problem.previous.get(placed.task)
            changes += was is not None and was != (placed.machine, placed.start)
        late = {
            job: finish - due
            for job, finish in finishes.items()
            if (due := problem.jobs[job].due) is not None and finish > due
        }
        return Figures(
            weighted_tardiness=sum(
                minutes * problem.jobs[job].weight for job, minutes in late.items()
            ),
            late_jobs=len(late),
            makespan=max(finishes.values(), default=problem.now) - problem.now,
            setup_minutes=sum(placed.setup_minutes for placed in assignments),
            changes=changes,
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan's leading figure can be below, and what says so."""

    value: int
    kind: str


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The best plan so far, as it is shown while the search goes on."""

    assignments: tuple[Assignment, ...]
    figures: Figures
    method: str
    seconds: float
    iterations: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """The plan that was found, and how far from the best possible it can be at most.

    The gap is that of the leading figure and None where the bound is zero and the
    figure is not: no share of nothing can be named. `is_proven` says of that figure
    that no plan has a lesser one.
    """

    assignments: tuple[Assignment, ...]
    figures: Figures
    lower_bound: int
    bound_kind: str
    gap_percent: float | None
    method: str
    is_proven: bool
    iterations: int = 0


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks: by which task, against which other, in words."""

    kind: str
    task: int | None
    text: str
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """What keeps a task from starting earlier, until when, and by which other task."""

    kind: WhyKind
    until: int
    by: int | None = None


def gap_percent(value: int, bound: int) -> float | None:
    """Return by how much a plan may be worse than the best at most, in percent.

    None where the bound is zero and the figure is not: no share of nothing can be named.
    """
    if value <= bound:
        return 0.0
    return round(100 * (value - bound) / bound, 2) if bound > 0 else None
