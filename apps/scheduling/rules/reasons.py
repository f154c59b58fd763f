"""Why a task is where it is: what keeps it from starting earlier."""

from collections.abc import Sequence

from apps.capacity.rules.promises import finish_of
from apps.scheduling.rules.fixed import fixed_starts, mode_on, pinned_starts
from apps.scheduling.rules.problem import Assignment, Problem, Why
from apps.scheduling.types import WhyKind


def why_here(problem: Problem, assignments: Sequence[Assignment], task: int) -> Why:
    """Return the one thing that keeps a task of a plan from starting earlier.

    What it had to wait for longest comes first: its release, the frozen time, the step
    before, the task before it on the machine. From there it may have passed gaps that
    are too short, for its setup or at all, before a reservation, and time without a shift.
    """
    placed = next(known for known in assignments if known.task == task)
    if task in pinned_starts(problem):
        return Why(WhyKind.PIN, placed.start)
    if task in fixed_starts(problem):
        return Why(WhyKind.FROZEN, problem.frozen_until)
    waited = _waited_for(problem, assignments, placed)
    if waited.until >= placed.start:
        return waited
    return _passed_over(problem, placed, waited)


def _waited_for(
    problem: Problem, assignments: Sequence[Assignment], placed: Assignment
) -> Why:
    """Return what was over last before the task could start."""
    release = problem.jobs[problem.tasks[placed.task].job].release
    found = [Why(WhyKind.RELEASE, max(release, problem.now))]
    if problem.frozen_until > problem.now:
        found.append(Why(WhyKind.FROZEN, problem.frozen_until))
    before = problem.predecessors[placed.task]
    for other in assignments:
        if other.task == before:
            found.append(Why(WhyKind.PREDECESSOR, other.finish, other.task))
        elif (
            other.machine == placed.machine
            and other.start < placed.start
            and other.task != placed.task
        ):
            found.append(Why(WhyKind.MACHINE, other.finish, other.task))
    return max(found, key=lambda why: why.until)


def _passed_over(problem: Problem, placed: Assignment, waited: Why) -> Why:
    """Return what lies between the end of the wait and the start."""
    machine = problem.machines[placed.machine]
    if machine.working.within(waited.until, placed.start).total == 0:
        return Why(WhyKind.SHIFT, placed.start)
    blocks = machine.taken.within(waited.until, placed.start).pairs()
    if not blocks:
        # There was time, and it was not used: this plan moves as little as it can.
        return Why(WhyKind.KEPT, placed.start)
    mode = mode_on(problem, placed.task, placed.machine)
    run = problem.efficient(placed.machine, mode.run_minutes) if mode else 0
    begins = [waited.until, *(closes for _, closes in blocks)]
    for begin, (closes, _) in zip(begins, blocks, strict=False):
        finish = finish_of(run, begin, machine.working)
        if finish is not None and finish <= closes:
            # The run alone would have fitted into a gap before.
            return Why(WhyKind.SETUP, placed.start)
    return Why(WhyKind.RESERVATION, blocks[-1][1])
