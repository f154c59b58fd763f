"""The shop as a solver takes it: read from the rows of one enterprise, in one place."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from apps.capacity import selectors as capacity
from apps.capacity.rules.spans import (
    Spans,
    minute_of,
    moment_of,
    next_minute_of,
)
from apps.capacity.rules.working_time import working_spans
from apps.capacity.types import CalendarFacts
from apps.kernel.errors import Conflict
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.scheduling.models import JobOrder, SetupTime
from apps.scheduling.rules.problem import (
    Assignment,
    Job,
    MachineTime,
    Mode,
    Pin,
    Problem,
    Task,
)
from apps.scheduling.types import (
    BEGUN_STATES,
    OPEN_STATES,
    Assumptions,
    JobOrderState,
    MachineWindow,
    WorkRequestDraft,
)

HORIZON = timedelta(weeks=52)
"""How far work is planned. What does not fit into a year is refused, not guessed at."""

MOVABLE_STATES = (JobOrderState.ALLOWED_TO_START, JobOrderState.NOT_ALLOWED_TO_START)


class NothingToPlan(Conflict):
    """Raised when no work is to come."""

    code = "nothing_to_plan"


class NoMachineInService(Conflict):
    """Raised when a step has no machine in service that could do it."""

    code = "no_machine_in_service"


@dataclass(frozen=True, slots=True)
class Work:
    """What a task of the problem is in the enterprise's own words."""

    title: str
    due_at: datetime | None
    job_order: JobOrder | None = None


@dataclass(frozen=True)
class Shop:
    """A problem, and what its machines and tasks are."""

    problem: Problem
    machine_ids: tuple[UUID, ...]
    work: tuple[Work, ...]
    digest: str

    def task_of(self, job_order_id: UUID) -> int | None:
        """Return which task a job order is."""
        return next(
            (
                index
                for index, one in enumerate(self.work)
                if one.job_order is not None and one.job_order.pk == job_order_id
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a shop is read for: when, from when on, and what is supposed of it."""

    now: datetime
    at: datetime
    frozen_until: datetime
    assumptions: Assumptions
    only: Collection[UUID] | None = None
    # Calendars as they would be; of machines that are not named, as they are.
    calendars: Mapping[UUID, CalendarFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step that is to be planned, saved or assumed."""

    work: Work
    job: str
    step: int
    options: tuple[tuple[UUID, int, int], ...]
    family: str
    release: datetime
    weight: int
    pin: tuple[UUID, datetime | None] | None = None


def shop_of(asked: Asked) -> Shop:
    """Read the work that is to come, and the machines that may do it.

    Work that has begun stays where it is. With `only`, just those job orders may move
    and all others stay.

    :raises NothingToPlan: if no work is to come.
    :raises NoMachineInService: if a step has no machine that is in service.
    """
    movable = _movable(asked.only)
    steps = _saved_steps(movable, asked) + _assumed_steps(asked)
    if not steps:
        raise NothingToPlan(
            _("No work is to come."),
            remedy=_("Add a work request, or wait for an order."),
        )
    steps = _in_service(steps)
    machine_ids = sorted({option[0] for step in steps for option in step.options})
    place = {machine_id: index for index, machine_id in enumerate(machine_ids)}
    start = next_minute_of(asked.now)
    horizon = start + HORIZON // timedelta(minutes=1)
    jobs: list[Job] = []
    job_place: dict[str, int] = {}
    tasks = []
    for step in steps:
        if step.job not in job_place:
            job_place[step.job] = len(jobs)
            jobs.append(
                Job(
                    key=step.job,
                    release=max(next_minute_of(step.release), start),
                    due=_minute(step.work.due_at),
                    weight=step.weight,
                )
            )
        tasks.append(
            Task(
                key=step.work.title,
                job=job_place[step.job],
                step=step.step,
                modes=tuple(
                    Mode(place[machine_id], setup, run)
                    for machine_id, setup, run in step.options
                ),
                family=step.family,
                pin=_pin(step.pin, place),
            )
        )
    work = tuple(step.work for step in steps)
    problem = Problem(
        machines=_machine_times(machine_ids, movable, asked, start, horizon),
        jobs=tuple(jobs),
        tasks=tuple(tasks),
        now=start,
        horizon=horizon,
        setups=_setups(place),
        previous=_previous(work, place),
        frozen_until=next_minute_of(asked.frozen_until),
    )
    return Shop(problem, tuple(machine_ids), work, _digest(steps))


def plan_before(shop: Shop) -> tuple[Assignment, ...]:
    """Return where the plan in force has the work, as far as it has it anywhere."""
    return tuple(
        Assignment(
            task=task,
            machine=machine,
            start=start,
            finish=next_minute_of(job.reservation.finish),
            setup_minutes=0,
        )
        for task, (machine, start) in shop.problem.previous.items()
        if (job := shop.work[task].job_order) is not None
        and job.reservation is not None
    )


def _movable(only: Collection[UUID] | None) -> list[JobOrder]:
    rows = (
        JobOrder.objects.filter(state__in=MOVABLE_STATES)
        .select_related("work_request", "reservation")
        .prefetch_related("options")
        .order_by("work_request_id", "step")
    )
    if only is not None:
        rows = rows.filter(pk__in=only)
    return list(rows)


def _saved_steps(movable: Sequence[JobOrder], asked: Asked) -> list[_Step]:
    begun = _begun_until([job.work_request_id for job in movable])
    return [
        _Step(
            work=Work(job.title, job.work_request.due_at, job),
            job=str(job.work_request_id),
            step=job.step,
            options=tuple(
                (option.machine_id, option.setup_minutes, option.run_minutes)
                for option in sorted(job.options.all(), key=lambda one: one.machine_id)
            ),
            family=job.setup_family,
            release=max(
                job.work_request.release_at,
                begun.get(job.work_request_id, asked.now),
            ),
            weight=job.work_request.priority,
            pin=(job.pinned_machine_id, job.pinned_start_at)
            if job.pinned_machine_id
            else None,
        )
        for job in movable
    ]


def _begun_until(work_request_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
    """Return until when work runs whose next steps are to come."""
    rows = (
        JobOrder.objects.filter(
            work_request_id__in=work_request_ids,
            state__in=BEGUN_STATES,
            reservation__isnull=False,
        )
        .values_list("work_request_id")
        .annotate(until=Max("reservation__during__endswith"))
    )
    return dict(rows)


def _assumed_steps(asked: Asked) -> list[_Step]:
    return [
        step
        for number, draft in enumerate(asked.assumptions.work)
        for step in _steps_of_draft(f"assumed-{number}", draft)
    ]


def _steps_of_draft(key: str, draft: WorkRequestDraft) -> list[_Step]:
    return [
        _Step(
            work=Work(step.title, draft.due_at),
            job=key,
            step=number,
            options=tuple(
                (option.machine_id, option.setup_minutes, option.run_minutes)
                for option in sorted(step.options, key=lambda one: one.machine_id)
            ),
            family=step.setup_family,
            release=draft.release_at,
            weight=draft.priority,
        )
        for number, step in enumerate(draft.steps, 1)
    ]


def _in_service(steps: Sequence[_Step]) -> list[_Step]:
    wanted = {option[0] for step in steps for option in step.options}
    rows = machines.machines_of(state=MachineState.ACTIVE).filter(pk__in=wanted)
    active = set(rows.values_list("pk", flat=True))
    kept = []
    for step in steps:
        options = tuple(option for option in step.options if option[0] in active)
        if step.pin is not None:
            options = tuple(one for one in options if one[0] == step.pin[0])
        if not options:
            raise NoMachineInService(
                _("%(step)s has no machine in service that can do it.")
                % {"step": step.work.title},
                field="job_order",
                value=step.work.title,
                remedy=_(
                    "Put one of its machines back into service, name another one, take"
                    " the pin back, or cancel the work."
                ),
            )
        kept.append(
            _Step(
                work=step.work,
                job=step.job,
                step=step.step,
                options=options,
                family=step.family,
                release=step.release,
                weight=step.weight,
                pin=step.pin,
            )
        )
    return kept


def _minute(moment: datetime | None) -> int | None:
    return None if moment is None else minute_of(moment)


def _pin(
    pin: tuple[UUID, datetime | None] | None, place: Mapping[UUID, int]
) -> Pin | None:
    if pin is None:
        return None
    machine_id, start = pin
    return Pin(place[machine_id], None if start is None else minute_of(start))


def _machine_times(
    machine_ids: Sequence[UUID],
    movable: Sequence[JobOrder],
    asked: Asked,
    start: int,
    horizon: int,
) -> tuple[MachineTime, ...]:
    calendars = {**capacity.calendar_facts(machine_ids), **asked.calendars}
    window = Period(moment_of(start), moment_of(horizon))
    ours = {job.reservation_id for job in movable if job.reservation_id}
    taken: dict[UUID, list[tuple[int, int]]] = {key: [] for key in machine_ids}
    for row in capacity.reservations_of(machine_ids, window, at=asked.at):
        if row.pk not in ours:
            taken[row.machine_id].append(
                (minute_of(row.start), next_minute_of(row.finish))
            )
    closed = _by_machine(asked.assumptions.closed)
    extra = _by_machine(asked.assumptions.extra)
    families = _last_families(machine_ids, asked.now)
    return tuple(
        MachineTime(
            key=str(machine_id),
            working=working_spans(calendars[machine_id], start, horizon)
            .plus(extra.get(machine_id, Spans.of([])).within(start, horizon))
            .minus(closed.get(machine_id, Spans.of([]))),
            taken=Spans.of(taken[machine_id]),
            efficiency_percent=calendars[machine_id].efficiency_percent,
            last_family=families.get(machine_id, ""),
        )
        for machine_id in machine_ids
    )


def _by_machine(windows: Sequence[MachineWindow]) -> Mapping[UUID, Spans]:
    found: dict[UUID, list[Period]] = {}
    for machine_id, period in windows:
        found.setdefault(machine_id, []).append(period)
    return {key: Spans.of_periods(periods) for key, periods in found.items()}


def _last_families(machine_ids: Collection[UUID], now: datetime) -> Mapping[UUID, str]:
    """Return what machines were set up for last: for what runs, or ran last."""
    rows = (
        JobOrder.objects.filter(reservation__machine_id__in=machine_ids)
        .exclude(state__in=MOVABLE_STATES)
        .filter(reservation__during__startswith__lte=now)
        .order_by("reservation__during")
        .values_list("reservation__machine_id", "setup_family")
    )
    return dict(rows)


def _setups(place: Mapping[UUID, int]) -> Mapping[tuple[int, str, str], int]:
    return {
        (place[row.machine_id], row.from_family, row.to_family): row.minutes
        for row in SetupTime.objects.filter(machine_id__in=list(place))
    }


def _previous(
    work: Sequence[Work], place: Mapping[UUID, int]
) -> Mapping[int, tuple[int, int]]:
    found = {}
    for index, one in enumerate(work):
        booked = one.job_order.reservation if one.job_order else None
        if booked is not None and booked.is_live and booked.machine_id in place:
            found[index] = (place[booked.machine_id], minute_of(booked.start))
    return found


def _digest(steps: Sequence[_Step]) -> str:
    """Digest what saved work asks for; calendars and reservations are checked anew."""
    said = [
        [
            str(step.work.job_order.pk),
            step.job,
            step.step,
            [[str(one), setup, run] for one, setup, run in step.options],
            step.family,
            step.weight,
            step.work.due_at.isoformat() if step.work.due_at else "",
            [str(step.pin[0]), step.pin[1].isoformat() if step.pin[1] else ""]
            if step.pin
            else [],
        ]
        for step in steps
        if step.work.job_order is not None
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def open_work_count() -> int:
    """Count the job orders that are still to be done or finished."""
    return JobOrder.objects.filter(state__in=OPEN_STATES).count()
