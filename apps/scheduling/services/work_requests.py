"""What is to be made: said, changed, given up, and made of orders."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity import selectors as capacity
from apps.capacity import services as reservations
from apps.kernel.errors import Conflict, InvalidInput
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.scheduling import selectors
from apps.scheduling.models import JobOption, JobOrder, WorkRequest
from apps.scheduling.rules.work import check_work, machine_ids_of
from apps.scheduling.types import (
    OPEN_STATES,
    JobOrderState,
    OptionDraft,
    StepDraft,
    WorkRequestDraft,
)
from tenants.types import Actor

if TYPE_CHECKING:
    from django.db.models import QuerySet


class WorkRequestChanged(Conflict):
    """Someone else changed the work request since the caller looked."""

    code = "work_request_changed"


class WorkHasBegun(Conflict):
    """Work of the request runs or has run, so its steps stand."""

    code = "work_has_begun"


class WorkOfAnOrder(Conflict):
    """The work is an order's, so it ends with the order alone."""

    code = "work_of_an_order"


@transaction.atomic
def add_work_request(
    *, draft: WorkRequestDraft, by: Actor, at: datetime
) -> WorkRequest:
    """Say what is to be made; it is planned when a schedule with it is accepted.

    :raises InvalidInput: if the draft cannot be meant, or names no machine in use.
    """
    check_draft(draft)
    made = WorkRequest.objects.create(**_columns(draft), order_id=draft.order_id)
    _write_steps(made, draft.steps)
    audit.record(
        verb="work_request.added",
        subject=made,
        by=by,
        at=at,
        facts={"steps": len(draft.steps), "due_at": _text(draft.due_at)},
    )
    return selectors.work_request(made.pk)


@transaction.atomic
def revise_work_request(
    *,
    work_request_id: UUID,
    version: int,
    draft: WorkRequestDraft,
    by: Actor,
    at: datetime,
) -> WorkRequest:
    """Change what is to be made, as long as none of it has begun.

    What was planned for steps that change is let go; an order's work keeps its
    reserved time, so only its dates, priority and machines may change.

    :raises WorkRequestUnknown: if there is none.
    :raises WorkRequestChanged: if it is not of the version that the caller saw.
    :raises WorkHasBegun: if a step runs or is over, and the steps are to change.
    :raises InvalidInput: if the draft cannot be meant.
    """
    check_draft(draft)
    found = _locked(work_request_id, version)
    for column, value in _columns(draft).items():
        setattr(found, column, value)
    found.version += 1
    found.save()
    jobs = list(found.job_orders.all())
    if _said(jobs) != draft.steps:
        _check_not_begun(jobs)
        _rewrite_steps(found, jobs, draft.steps, by=by, at=at)
    audit.record(
        verb="work_request.revised",
        subject=found,
        by=by,
        at=at,
        facts={"steps": len(draft.steps), "due_at": _text(draft.due_at)},
    )
    return selectors.work_request(found.pk)


@transaction.atomic
def cancel_work_request(
    *, work_request_id: UUID, version: int, by: Actor, at: datetime
) -> WorkRequest:
    """Give up what has not ended of a work request, and free its machine time.

    :raises WorkRequestUnknown: if there is none.
    :raises WorkRequestChanged: if it is not of the version that the caller saw.
    :raises WorkOfAnOrder: if it is made for an order.
    """
    found = _locked(work_request_id, version)
    if found.order_id is not None:
        raise WorkOfAnOrder(
            _("This work is made for an order."),
            field="work_request",
            remedy=_("Cancel the order; its work ends with it."),
        )
    _abort(found, by=by, at=at, lets_go=True)
    return selectors.work_request(found.pk)


@transaction.atomic
def ensure_work_of_order(
    *,
    order_id: UUID,
    title: str,
    part_label: str,
    quantity: int,
    reservation_id: UUID,
    due_at: datetime | None,
    process_code: str,
    by: Actor,
    at: datetime,
) -> WorkRequest:
    """Make the work of an order that has its machine time booked, once.

    Its one step is where the booking is; a planner may name more machines later.
    """
    known = selectors.work_of_order(order_id)
    if known is not None:
        return known
    booked = capacity.reservation(reservation_id)
    made = WorkRequest.objects.create(
        order_id=order_id,
        title=title[:160],
        part_label=part_label[:160],
        quantity=quantity,
        release_at=min(at, booked.start),
        due_at=due_at,
    )
    job = JobOrder.objects.create(
        work_request=made,
        step=1,
        title=(part_label or title)[:160],
        process_code=process_code,
        reservation=booked,
    )
    JobOption.objects.create(
        job_order=job, machine_id=booked.machine_id, run_minutes=max(booked.minutes, 1)
    )
    audit.record(
        verb="work_request.added",
        subject=made,
        by=by,
        at=at,
        facts={"order_id": str(order_id), "steps": 1},
    )
    return made


@transaction.atomic
def end_work_of_order(
    *, order_id: UUID, is_done: bool, by: Actor, at: datetime
) -> None:
    """End the work of an order that was shipped, or give it up with a cancelled one.

    Its machine time is the order's, which lets it go itself.
    """
    found = WorkRequest.objects.select_for_update().filter(order_id=order_id).first()
    if found is None or not found.job_orders.filter(state__in=OPEN_STATES).exists():
        return
    lock_jobs(found.job_orders.values("pk"))
    if not is_done:
        _abort(found, by=by, at=at, lets_go=False)
        return
    found.job_orders.filter(state__in=OPEN_STATES).update(
        state=JobOrderState.ENDED, version=F("version") + 1, updated_at=at
    )
    audit.record(verb="work_request.ended", subject=found, by=by, at=at)


def lock_jobs(job_order_ids: "QuerySet[Any, Any]") -> None:
    """Lock job orders in the order of their keys, before any machine is locked.

    Whoever changes work and its machine time takes the locks in this order.
    """
    list(
        JobOrder.objects.select_for_update(of=("self",))
        .filter(pk__in=job_order_ids)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def check_draft(draft: WorkRequestDraft) -> None:
    """Refuse work that cannot be meant, or that names a machine that is not in use.

    :raises InvalidInput: naming the field, the value and the remedy.
    """
    check_work(draft)
    wanted = machine_ids_of(draft.steps)
    rows = machines.machines_of().exclude(state=MachineState.RETIRED)
    known = set(rows.filter(pk__in=wanted).values_list("pk", flat=True))
    for number, step in enumerate(draft.steps, 1):
        for option in step.options:
            if option.machine_id not in known:
                raise InvalidInput(
                    _("Step %(number)d names a machine that is not in use.")
                    % {"number": number},
                    field=f"steps.{number}.options",
                    value=str(option.machine_id),
                    remedy=_("Name a machine of yours that is not retired."),
                )


def _columns(draft: WorkRequestDraft) -> dict[str, object]:
    return {
        "title": draft.title.strip(),
        "part_label": draft.part_label,
        "quantity": draft.quantity,
        "release_at": draft.release_at,
        "due_at": draft.due_at,
        "priority": draft.priority,
    }


def _write_steps(work: WorkRequest, steps: tuple[StepDraft, ...]) -> None:
    jobs = JobOrder.objects.bulk_create(
        JobOrder(
            work_request=work,
            step=number,
            title=step.title.strip(),
            process_code=step.process_code,
            setup_family=step.setup_family.strip(),
        )
        for number, step in enumerate(steps, 1)
    )
    JobOption.objects.bulk_create(
        _option(job, option)
        for job, step in zip(jobs, steps, strict=True)
        for option in step.options
    )


def _option(job: JobOrder, option: OptionDraft) -> JobOption:
    return JobOption(
        job_order=job,
        machine_id=option.machine_id,
        setup_minutes=option.setup_minutes,
        run_minutes=option.run_minutes,
    )


def _rewrite_steps(
    work: WorkRequest,
    jobs: list[JobOrder],
    steps: tuple[StepDraft, ...],
    *,
    by: Actor,
    at: datetime,
) -> None:
    if work.order_id is not None:
        _rewrite_booked_step(jobs, steps)
        return
    _let_go(jobs, by=by, at=at)
    work.job_orders.all().delete()
    _write_steps(work, steps)


def _rewrite_booked_step(jobs: list[JobOrder], steps: tuple[StepDraft, ...]) -> None:
    """Change the one step of an order's work: its booking stays where it is."""
    (job,) = jobs
    booked = job.reservation
    if len(steps) != 1 or (
        booked is not None
        and booked.machine_id not in {one.machine_id for one in steps[0].options}
    ):
        raise InvalidInput(
            _("The machine time of this order is booked for one step."),
            field="steps",
            value=len(steps),
            remedy=_("Keep one step, and the machine it is booked on among its own."),
        )
    (step,) = steps
    job.title = step.title.strip()
    job.process_code = step.process_code
    job.setup_family = step.setup_family.strip()
    job.version += 1
    job.save()
    job.options.all().delete()
    JobOption.objects.bulk_create(_option(job, option) for option in step.options)


def _said(jobs: list[JobOrder]) -> tuple[StepDraft, ...]:
    return tuple(
        StepDraft(
            title=job.title,
            process_code=job.process_code,
            setup_family=job.setup_family,
            options=tuple(
                OptionDraft(
                    machine_id=option.machine_id,
                    setup_minutes=option.setup_minutes,
                    run_minutes=option.run_minutes,
                )
                for option in job.options.all()
            ),
        )
        for job in jobs
    )


def _check_not_begun(jobs: list[JobOrder]) -> None:
    still = {JobOrderState.ALLOWED_TO_START, JobOrderState.NOT_ALLOWED_TO_START}
    begun = [job for job in jobs if job.state not in still]
    if begun:
        raise WorkHasBegun(
            _("%(step)s is %(state)s, so the steps cannot change.")
            % {"step": begun[0].title, "state": begun[0].get_state_display().lower()},
            field="steps",
            remedy=_("Add what is missing as a work request of its own."),
        )


def _abort(work: WorkRequest, *, by: Actor, at: datetime, lets_go: bool) -> None:
    jobs = list(work.job_orders.filter(state__in=OPEN_STATES))
    if lets_go:
        _let_go(jobs, by=by, at=at)
    for job in jobs:
        job.state = JobOrderState.ABORTED
        job.reservation = None
        job.version += 1
        job.save()
    work.version += 1
    work.save(update_fields=["version", "updated_at"])
    audit.record(
        verb="work_request.cancelled",
        subject=work,
        by=by,
        at=at,
        facts={"aborted": len(jobs)},
    )


def _let_go(jobs: list[JobOrder], *, by: Actor, at: datetime) -> None:
    """Free the machine time of steps that were planned for ourselves."""
    planned = [job.reservation for job in jobs if job.reservation is not None]
    JobOrder.objects.filter(pk__in=[job.pk for job in jobs]).update(reservation=None)
    for job in jobs:
        job.reservation = None
    # In the order of the machines' keys, as all who lock several do.
    for reserved in sorted(planned, key=lambda one: (one.machine_id, one.pk)):
        if reserved.is_live:
            reservations.release(reservation_id=reserved.pk, by=by, at=at)


def _locked(work_request_id: UUID, version: int) -> WorkRequest:
    found = WorkRequest.objects.select_for_update().filter(pk=work_request_id).first()
    if found is None:
        raise selectors.WorkRequestUnknown(
            _("There is no such work request."), field="work_request"
        )
    if found.version != version:
        raise WorkRequestChanged(
            _("Somebody else has changed this work request."),
            field="version",
            value=version,
            remedy=_("Look at it again and repeat the change."),
        )
    lock_jobs(found.job_orders.values("pk"))
    return selectors.work_request(found.pk)


def _text(moment: datetime | None) -> str:
    return (
        moment.astimezone(timezone.get_default_timezone()).isoformat() if moment else ""
    )
