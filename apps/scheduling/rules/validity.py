"""Whether a problem can be meant at all; the first fault is named."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from apps.capacity.rules.promises import finish_of
from apps.kernel.errors import DomainError, InvalidInput
from apps.scheduling.rules.problem import Problem, Task


class NoPlan(DomainError):
    """Raised when the work cannot be put in order within what is fixed and open."""

    code = "no_plan"


def validate(problem: Problem) -> None:
    """Refuse a problem that cannot be meant.

    :raises InvalidInput: naming the first fault.
    """
    for fault in faults(problem):
        raise fault


def faults(problem: Problem) -> Iterator[InvalidInput]:
    """Yield what is wrong with a problem."""
    if problem.horizon <= problem.now:
        yield _fault("horizon", problem.horizon, _("Look further than the present."))
    yield from _faults_of_machines(problem)
    yield from _faults_of_jobs(problem)
    seen: set[tuple[int, int]] = set()
    for task in problem.tasks:
        if not 0 <= task.job < len(problem.jobs):
            yield _fault(f"task {task.key}: job", task.job, _("Name a job."))
            continue
        if (task.job, task.step) in seen:
            yield _fault(
                f"task {task.key}: step", task.step, _("Give each step once a job.")
            )
        seen.add((task.job, task.step))
        yield from _faults_of_modes(problem, task)
        yield from _faults_of_pin(problem, task)
    for index in problem.previous:
        if not 0 <= index < len(problem.tasks):
            yield _fault("previous", index, _("Name a task."))


def _faults_of_machines(problem: Problem) -> Iterator[InvalidInput]:
    for machine in problem.machines:
        if not 1 <= machine.efficiency_percent <= 200:
            yield _fault(
                f"machine {machine.key}: efficiency_percent",
                machine.efficiency_percent,
                _("Give 1 to 200 percent."),
            )
    for (index, before, after), minutes in problem.setups.items():
        if not 0 <= index < len(problem.machines):
            yield _fault("setups: machine", index, _("Name a machine."))
        if not before or not after:
            yield _fault("setups: family", (before, after), _("Name both families."))
        if minutes < 0:
            yield _fault("setups: minutes", minutes, _("Give no minutes or more."))


def _faults_of_jobs(problem: Problem) -> Iterator[InvalidInput]:
    for job in problem.jobs:
        if job.weight < 0:
            yield _fault(
                f"job {job.key}: weight", job.weight, _("Give zero or a larger weight.")
            )


def _faults_of_modes(problem: Problem, task: Task) -> Iterator[InvalidInput]:
    if not task.modes:
        yield _fault(f"task {task.key}: modes", (), _("Give a machine that can do it."))
    machines = [mode.machine for mode in task.modes]
    if len(set(machines)) < len(machines):
        yield _fault(
            f"task {task.key}: modes", machines, _("Give each machine at most once.")
        )
    for mode in task.modes:
        if not 0 <= mode.machine < len(problem.machines):
            yield _fault(
                f"task {task.key}: machine", mode.machine, _("Name a machine.")
            )
        if mode.run_minutes < 1 or mode.setup_minutes < 0:
            yield _fault(
                f"task {task.key}: minutes",
                (mode.setup_minutes, mode.run_minutes),
                _("Give at least one minute to run, and no less than none to set up."),
            )


def _faults_of_pin(problem: Problem, task: Task) -> Iterator[InvalidInput]:
    pin = task.pin
    if pin is None:
        return
    mode = next((mode for mode in task.modes if mode.machine == pin.machine), None)
    if mode is None:
        yield _fault(
            f"task {task.key}: pin",
            pin.machine,
            _("Pin it to a machine that can do it."),
        )
        return
    if pin.start is None or not 0 <= pin.machine < len(problem.machines):
        return
    machine = problem.machines[pin.machine]
    run = problem.efficient(pin.machine, mode.run_minutes)
    finish = finish_of(run, pin.start, machine.working)
    if len(machine.working.within(pin.start, pin.start + 1)) == 0 or finish is None:
        yield _fault(
            f"task {task.key}: pin",
            pin.start,
            _("Pin it to a minute in which the machine works."),
        )
    elif len(machine.taken.within(pin.start, finish)):
        yield _fault(
            f"task {task.key}: pin",
            pin.start,
            _("Pin it to where the machine is not reserved until it is done."),
        )


def _fault(name: str, value: object, remedy: object) -> InvalidInput:
    return InvalidInput(
        _("The work cannot be put in order: %(name)s is %(value)s.")
        % {"name": name, "value": value},
        field=name,
        value=value,
        remedy=remedy,
    )
