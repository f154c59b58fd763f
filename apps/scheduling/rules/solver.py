"""A plan for a shop: at once by dispatching rules, then better until time is up.

Nothing here is heavy to import: the compiled kernels and CP-SAT are loaded by the
process that solves, not by one that only knows how to ask.
"""

from collections.abc import Callable
from time import monotonic

from apps.capacity.rules.spans import NO_SPANS, Spans
from apps.scheduling.rules.bounds import lower_bound
from apps.scheduling.rules.problem import (
    Incumbent,
    Job,
    MachineTime,
    Mode,
    Objective,
    Problem,
    Solution,
    Task,
    gap_percent,
)
from apps.scheduling.rules.validity import validate
from apps.scheduling.types import ScheduleObjective


def solve(
    problem: Problem,
    *,
    objective: Objective,
    seconds: float,
    seed: int = 0,
    on_progress: Callable[[Incumbent], bool] | None = None,
    iterations: int | None = None,
) -> Solution:
    """Return the best plan found, never worse than a plan in force that still holds.

    `on_progress` hears of the best plan several times a second and returns False to
    stop with it. The search depends on the seed alone; seconds, or iterations where
    they are given, only say when it ends.

    :raises InvalidInput: if the problem cannot be meant.
    :raises NoPlan: if the work does not fit into what is fixed and open.
    """
    validate(problem)
    if not problem.tasks:
        return _nothing_to_do(problem, objective)
    from apps.scheduling.rules.course import Course

    begun = monotonic()
    course = Course(problem, objective, seed)

    def goes_on(*, is_new: bool) -> bool:
        if on_progress is None:
            return True
        return on_progress(course.incumbent(monotonic() - begun, is_new=is_new))

    # The first plan is shown before its bound is known: the bound can wait, people not.
    is_wanted = goes_on(is_new=True)
    bound = lower_bound(problem, objective)
    if is_wanted:
        course.run(bound, begun + seconds, iterations, goes_on)
        bound = course.bound
    leading = objective.leading(course.figures)
    return Solution(
        assignments=course.assignments,
        figures=course.figures,
        lower_bound=bound.value,
        bound_kind=bound.kind,
        gap_percent=gap_percent(leading, bound.value),
        method=course.method,
        is_proven=leading <= bound.value,
        iterations=course.iterations,
    )


def _nothing_to_do(problem: Problem, objective: Objective) -> Solution:
    return Solution(
        assignments=(),
        figures=objective.value(problem, ()),
        lower_bound=0,
        bound_kind="empty",
        gap_percent=0.0,
        method="empty",
        is_proven=True,
    )


def warm_up() -> None:
    """Compile all kernels, so that the first who asks does not wait for that.

    It takes about half a minute once, and nothing where the compiled kernels of this
    very code lie in the cache already.
    """
    machine = MachineTime("M", Spans.of([(0, 100)]), NO_SPANS)
    from apps.scheduling.rules.course import Course

    for kind, modes in (
        (ScheduleObjective.TARDINESS, 1),
        (ScheduleObjective.MAKESPAN, 1),
        (ScheduleObjective.MAKESPAN, 2),
    ):
        problem = Problem(
            (machine, machine),
            (Job("a", 0, 1), Job("b", 0, 1)),
            tuple(
                Task(str(job), job, 1, (Mode(0, 0, 5), Mode(1, 0, 9))[:modes])
                for job in range(2)
            ),
            0,
            100,
        )
        course = Course(problem, Objective(kind), 1)
        for search in course.searches():
            search.advance(1)
