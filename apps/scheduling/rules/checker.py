"""Whether a plan keeps every rule, found without any of the code that makes plans.

It goes over what the plan claims, one rule at a time, on the spans themselves. What is
slow here is slow on purpose: no solver is trusted, and no shortcut of theirs is used.
"""

import itertools
from collections.abc import Iterator, Sequence

from apps.scheduling.rules.fixed import fixed_starts, pinned_starts
from apps.scheduling.rules.problem import Assignment, Mode, Problem, Violation


def check(problem: Problem, assignments: Sequence[Assignment]) -> list[Violation]:
    """Return every rule that a plan breaks; none means that it can be carried out."""
    known = [placed for placed in assignments if 0 <= placed.task < len(problem.tasks)]
    found = list(_completeness(problem, assignments))
    for placed in known:
        mode = _mode(problem, placed)
        if mode is None:
            found.append(_said(problem, "machine", placed, "is not done on this one"))
            continue
        found += _times(problem, placed)
    found += _fixed(problem, known)
    found += _order_within_jobs(problem, known)
    found += _order_on_machines(problem, known)
    return found


def _completeness(
    problem: Problem, assignments: Sequence[Assignment]
) -> Iterator[Violation]:
    count = dict.fromkeys(range(len(problem.tasks)), 0)
    for placed in assignments:
        if placed.task not in count:
            yield Violation("unknown", None, f"There is no task {placed.task}.")
        else:
            count[placed.task] += 1
    for task, times in count.items():
        key = problem.tasks[task].key
        if times == 0:
            yield Violation("missing", task, f"{key} is not in the plan.")
        if times > 1:
            yield Violation("twice", task, f"{key} is in the plan {times} times.")


def _times(problem: Problem, placed: Assignment) -> Iterator[Violation]:
    """Look at one task by itself: release, shifts, reservations, horizon."""
    machine = problem.machines[placed.machine]
    task = problem.tasks[placed.task]
    start, finish = placed.start, placed.finish
    has_own_start = task.pin is not None and task.pin.start is not None
    if not has_own_start:
        if start < problem.jobs[task.job].release:
            yield _said(problem, "release", placed, "starts before its release")
        if start < problem.now:
            yield _said(problem, "past", placed, "starts in the past")
    if finish > problem.horizon:
        yield _said(problem, "horizon", placed, "ends beyond the horizon")
    if finish <= start:
        yield _said(problem, "duration", placed, "takes no time")
        return
    if machine.working.within(start, start + 1).total == 0:
        yield _said(problem, "shift", placed, "starts when the machine does not work")
    if machine.working.within(finish - 1, finish).total == 0:
        yield _said(problem, "shift", placed, "ends when the machine does not work")
    inside = machine.taken.within(start, finish)
    if len(inside):
        yield _said(
            problem, "reservation", placed, f"lies over what is taken {inside.pairs()}"
        )


def _fixed(problem: Problem, known: Sequence[Assignment]) -> Iterator[Violation]:
    pinned, fixed = pinned_starts(problem), fixed_starts(problem)
    for placed in known:
        pin = problem.tasks[placed.task].pin
        at = (placed.machine, placed.start)
        if pin is not None and placed.machine != pin.machine:
            yield _said(problem, "pin", placed, "is pinned to another machine")
        elif placed.task in pinned:
            if at != pinned[placed.task]:
                yield _said(problem, "pin", placed, "is pinned to another start")
        elif placed.task in fixed:
            if at != fixed[placed.task]:
                yield _said(problem, "frozen", placed, "moved in the frozen time")
        elif placed.start < problem.frozen_until:
            yield _said(problem, "frozen", placed, "came into the frozen time")


def _order_within_jobs(
    problem: Problem, known: Sequence[Assignment]
) -> Iterator[Violation]:
    places = {placed.task: placed for placed in known}
    for steps in problem.steps:
        for before, after in itertools.pairwise(steps):
            if before not in places or after not in places:
                continue
            if places[after].start < places[before].finish:
                yield _said(
                    problem,
                    "predecessor",
                    places[after],
                    f"starts before {problem.tasks[before].key} is done",
                    other=before,
                )


def _order_on_machines(
    problem: Problem, known: Sequence[Assignment]
) -> Iterator[Violation]:
    """Look at each machine from its first task to its last: overlaps and setups."""
    for index, machine in enumerate(problem.machines):
        family = machine.last_family
        reach, last = None, None
        there = [placed for placed in known if placed.machine == index]
        for placed in sorted(there, key=lambda placed: (placed.start, placed.finish)):
            if reach is not None and placed.start < reach:
                yield _said(
                    problem, "overlap", placed, "lies over another task", other=last
                )
            mode = _mode(problem, placed)
            if mode is not None:
                yield from _amounts(problem, placed, mode, family)
            family = problem.tasks[placed.task].family
            if reach is None or placed.finish > reach:
                reach, last = placed.finish, placed.task


def _amounts(
    problem: Problem, placed: Assignment, mode: Mode, family: str
) -> Iterator[Violation]:
    """Compare setup and length with what they must be after a family."""
    after = problem.tasks[placed.task].family
    if (placed.machine, family, after) in problem.setups:
        at_full_speed = problem.setups[placed.machine, family, after]
    elif family == after != "":
        at_full_speed = 0
    else:
        at_full_speed = mode.setup_minutes
    percent = problem.machines[placed.machine].efficiency_percent
    setup, run = (
        (minutes * 100 + percent - 1) // percent
        for minutes in (at_full_speed, mode.run_minutes)
    )
    if placed.setup_minutes != setup:
        yield _said(
            problem, "setup", placed, f"needs a setup of {setup} minutes after it"
        )
    worked = problem.machines[placed.machine].working.within(
        placed.start, placed.finish
    )
    if worked.total != setup + run:
        yield _said(
            problem,
            "duration",
            placed,
            f"has {worked.total} working minutes and needs {setup + run}",
        )


def _mode(problem: Problem, placed: Assignment) -> Mode | None:
    for mode in problem.tasks[placed.task].modes:
        if mode.machine == placed.machine:
            return mode
    return None


def _said(
    problem: Problem,
    kind: str,
    placed: Assignment,
    fault: str,
    other: int | None = None,
) -> Violation:
    key = problem.tasks[placed.task].key
    on = (
        problem.machines[placed.machine].key
        if 0 <= placed.machine < len(problem.machines)
        else "?"
    )
    text = f"{key} on {on}, {placed.start} to {placed.finish}, {fault}."
    return Violation(kind, placed.task, text, other)
