"""What a schedule comes to: who is late, what moves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from apps.scheduling.models import Schedule, ScheduledJob, WorkRequest
from apps.scheduling.selectors.plans import tardiness
from apps.scheduling.types import ScheduleState


@dataclass(frozen=True, slots=True)
class LateWork:
    """A work request that a schedule finishes after it is due."""

    work_request_id: UUID | None
    title: str
    due_at: datetime
    finishes_at: datetime
    tardiness_minutes: int
    # How late it was in the plan in force; unknown where it had no place there.
    was_tardiness_minutes: int | None = None


def proposal_to_decide() -> Schedule | None:
    """Return the newest proposal that waits to be accepted or rejected."""
    found = Schedule.objects.filter(state=ScheduleState.PROPOSED, is_what_if=False)
    return found.newest_first().first()


def late_work(schedule_id: UUID) -> list[LateWork]:
    """Return the work that a schedule finishes late, the latest first."""
    rows = (
        ScheduledJob.objects.filter(schedule_id=schedule_id, tardiness_minutes__gt=0)
        .select_related("job_order__work_request")
        .order_by("-tardiness_minutes", "position")
    )
    last: dict[object, LateWork] = {}
    for row in rows:
        job = row.job_order
        work = job.work_request if job else None
        assert row.due_at is not None
        # Sorted already: the first of a request is the one that is latest.
        last.setdefault(
            work.pk if work else row.pk,
            LateWork(
                work_request_id=work.pk if work else None,
                title=work.title if work else row.title,
                due_at=row.due_at,
                finishes_at=row.finishes_at,
                tardiness_minutes=row.tardiness_minutes,
                was_tardiness_minutes=tardiness(row.was_finishes_at, row.due_at)
                if row.was_finishes_at
                else None,
            ),
        )
    return list(last.values())


def moved_jobs(schedule_id: UUID) -> list[ScheduledJob]:
    """Return the work that a schedule puts elsewhere than it is planned, in order."""
    was_planned = Q(was_machine_id__isnull=False) | Q(was_starts_at__isnull=False)
    stays = Q(was_machine_id=F("machine_id"), was_starts_at=F("starts_at"))
    return list(
        ScheduledJob.objects.filter(was_planned, schedule_id=schedule_id)
        .exclude(stays)
        .select_related("machine", "job_order__work_request")
        .order_by("starts_at", "position")
    )


def work_titles(work_request_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return what work requests are called."""
    rows = WorkRequest.objects.filter(pk__in=work_request_ids)
    return dict(rows.values_list("pk", "title"))


@dataclass(frozen=True, slots=True)
class OrderReplanned:
    """An order whose work a schedule has put elsewhere."""

    order_id: UUID
    machine_id: UUID
    finishes_at: datetime
    was_finishes_at: datetime | None


def orders_replanned(schedule_id: UUID) -> list[OrderReplanned]:
    """Return the orders whose machine or finish a schedule has moved."""
    rows = ScheduledJob.objects.filter(
        schedule_id=schedule_id, job_order__work_request__order_id__isnull=False
    ).select_related("job_order__work_request")
    return [
        OrderReplanned(
            order_id=order_id,
            machine_id=row.machine_id,
            finishes_at=row.finishes_at,
            was_finishes_at=row.was_finishes_at,
        )
        for row in rows.order_by("position")
        if row.job_order is not None
        and (order_id := row.job_order.work_request.order_id) is not None
        and (row.was_machine_id, row.was_finishes_at)
        != (row.machine_id, row.finishes_at)
    ]
