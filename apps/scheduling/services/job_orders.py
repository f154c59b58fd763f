"""Steps of work: pinned, started, interrupted, ended."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity import services as capacity
from apps.capacity.models import Reservation
from apps.kernel.errors import Conflict, InvalidInput
from apps.scheduling import selectors
from apps.scheduling.models import JobOrder
from apps.scheduling.types import OPEN_STATES, JobOrderState
from tenants.types import Actor

STATES_AFTER: dict[str, tuple[JobOrderState, ...]] = {
    JobOrderState.NOT_ALLOWED_TO_START: (
        JobOrderState.ALLOWED_TO_START,
        JobOrderState.ABORTED,
    ),
    JobOrderState.ALLOWED_TO_START: (
        JobOrderState.RUNNING,
        JobOrderState.NOT_ALLOWED_TO_START,
        JobOrderState.ABORTED,
    ),
    JobOrderState.RUNNING: (
        JobOrderState.INTERRUPTED,
        JobOrderState.ENDED,
        JobOrderState.ABORTED,
    ),
    JobOrderState.INTERRUPTED: (
        JobOrderState.RUNNING,
        JobOrderState.ENDED,
        JobOrderState.ABORTED,
    ),
}


class JobOrderChanged(Conflict):
    """Someone else changed the job order since the caller looked."""

    code = "job_order_changed"


class JobOrderCannotMove(Conflict):
    """The job order cannot go from its state to the one that was asked for."""

    code = "job_order_cannot_move"


@transaction.atomic
def pin_job_order(
    *,
    job_order_id: UUID,
    machine_id: UUID,
    start_at: datetime | None,
    version: int,
    by: Actor,
    at: datetime,
) -> JobOrder:
    """Keep a step on a machine, and at a start there if one is given, in all plans.

    Nothing moves at once: the next schedule puts it there.

    :raises JobOrderUnknown: if there is none.
    :raises JobOrderChanged: if it is not of the version that the caller saw.
    :raises JobOrderCannotMove: if it is over or has begun.
    :raises InvalidInput: if it cannot be done on that machine, or then.
    """
    job = _locked(job_order_id, version)
    _check_to_come(job)
    if machine_id not in {option.machine_id for option in job.options.all()}:
        raise InvalidInput(
            _("%(job)s cannot be done on this machine.") % {"job": job.title},
            field="machine_id",
            value=str(machine_id),
            remedy=_("Choose one of its machines, or add this one to them first."),
        )
    if start_at is not None and start_at < at:
        raise InvalidInput(
            _("That time has passed."),
            field="start_at",
            value=start_at.isoformat(),
            remedy=_("Pin it to a time to come."),
        )
    job.pinned_machine_id = machine_id
    job.pinned_start_at = start_at and start_at.replace(second=0, microsecond=0)
    _save(job)
    audit.record(
        verb="job_order.pinned",
        subject=job,
        by=by,
        at=at,
        facts={
            "machine_id": str(machine_id),
            "start_at": job.pinned_start_at and job.pinned_start_at.isoformat(),
        },
    )
    return selectors.job_order(job.pk)


@transaction.atomic
def unpin_job_order(
    *, job_order_id: UUID, version: int, by: Actor, at: datetime
) -> JobOrder:
    """Let plans put a step where they will.

    :raises JobOrderUnknown: if there is none.
    :raises JobOrderChanged: if it is not of the version that the caller saw.
    """
    job = _locked(job_order_id, version)
    job.pinned_machine = None
    job.pinned_start_at = None
    _save(job)
    audit.record(verb="job_order.unpinned", subject=job, by=by, at=at)
    return selectors.job_order(job.pk)


@transaction.atomic
def move_job_order_state(
    *, job_order_id: UUID, to: str, version: int, by: Actor, at: datetime
) -> JobOrder:
    """Start a step, interrupt it, end it, or give it up.

    What is left of its machine time is let go when it is given up; that of an order is
    the order's and stays.

    :raises JobOrderUnknown: if there is none.
    :raises JobOrderChanged: if it is not of the version that the caller saw.
    :raises JobOrderCannotMove: if that state does not follow its own, or the step
        before it has not ended.
    """
    job = _locked(job_order_id, version)
    if to not in STATES_AFTER.get(job.state, ()):
        raise JobOrderCannotMove(
            _("%(job)s is %(state)s, so this cannot be done.")
            % {"job": job.title, "state": job.get_state_display().lower()},
            field="to",
            value=to[:40],
            remedy=_("Look at it again."),
        )
    if to == JobOrderState.RUNNING:
        _check_turn(job)
    was, job.state = job.state, JobOrderState(to)
    freed = job.reservation
    if to == JobOrderState.ABORTED:
        job.reservation = None
    _save(job)
    if to == JobOrderState.ABORTED and freed is not None and _may_free(freed, at):
        capacity.release(reservation_id=freed.pk, by=by, at=at)
    audit.record(
        verb="job_order.moved",
        subject=job,
        by=by,
        at=at,
        facts={"from": was, "to": job.state},
    )
    return selectors.job_order(job.pk)


def _may_free(reservation: Reservation, at: datetime) -> bool:
    return (
        reservation.order_id is None and reservation.is_live and reservation.start > at
    )


def _check_turn(job: JobOrder) -> None:
    waiting = (
        JobOrder.objects.filter(
            work_request_id=job.work_request_id,
            step__lt=job.step,
            state__in=OPEN_STATES,
        )
        .order_by("step")
        .first()
    )
    if waiting is not None:
        raise JobOrderCannotMove(
            _("%(before)s comes before it and has not ended.")
            % {"before": waiting.title},
            field="to",
            value=JobOrderState.RUNNING,
            remedy=_("End that step first."),
        )


def _check_to_come(job: JobOrder) -> None:
    if job.state not in {
        JobOrderState.ALLOWED_TO_START,
        JobOrderState.NOT_ALLOWED_TO_START,
    }:
        raise JobOrderCannotMove(
            _("%(job)s is %(state)s, so it stays where it is.")
            % {"job": job.title, "state": job.get_state_display().lower()},
            field="job_order",
            value=job.state,
            remedy=_("Pin what is still to come."),
        )


def _locked(job_order_id: UUID, version: int) -> JobOrder:
    found = JobOrder.objects.select_for_update().filter(pk=job_order_id).first()
    if found is None:
        raise selectors.JobOrderUnknown(
            _("There is no such job order."), field="job_order"
        )
    if found.version != version:
        raise JobOrderChanged(
            _("Somebody else has changed this job order."),
            field="version",
            value=version,
            remedy=_("Look at it again and repeat the change."),
        )
    return selectors.job_order(found.pk)


def _save(job: JobOrder) -> None:
    job.version += 1
    job.save()
