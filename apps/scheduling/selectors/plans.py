"""Where work is: in the plan in force, and in plans that are proposed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from apps.capacity.types import LIVE_STATES
from apps.kernel.periods import Period
from apps.scheduling.models import JobOrder, Schedule, ScheduledJob
from apps.scheduling.types import (
    Bar,
    JobOrderState,
    Plan,
    PlanRow,
    ScheduleState,
    WhyKind,
    WhyText,
)


def plan_in_force(
    *,
    machine_ids: Sequence[UUID],
    period: Period,
    at: datetime,  # noqa: ARG001  (what is booked does not lapse)
) -> Plan:
    """Return the work that is booked on machines in a period."""
    jobs = list(
        JobOrder.objects.filter(
            reservation__machine_id__in=machine_ids,
            reservation__state__in=LIVE_STATES,
            reservation__during__overlap=(period.start, period.end),
        )
        .select_related("reservation", "work_request")
        .prefetch_related("options")
        .order_by("reservation__during", "pk")
    )
    placed = _accepted_lines([job.pk for job in jobs])
    rows: dict[UUID, list[Bar]] = {machine_id: [] for machine_id in machine_ids}
    for job in jobs:
        booked = job.reservation
        assert booked is not None
        rows[booked.machine_id].append(_bar_in_force(job, placed.get(job.pk)))
    return Plan(
        tuple(PlanRow(machine_id, tuple(bars)) for machine_id, bars in rows.items())
    )


def bars_of(schedule_id: UUID, period: Period | None = None) -> list[Bar]:
    """Return the work of a schedule, the earliest first; with a period what lies in it."""
    rows = (
        ScheduledJob.objects.filter(schedule_id=schedule_id)
        .select_related("job_order")
        .order_by("starts_at", "position")
    )
    if period is not None:
        rows = rows.filter(starts_at__lt=period.end, finishes_at__gt=period.start)
    return [_bar_of_line(row) for row in rows]


def _bar_of_line(row: ScheduledJob) -> Bar:
    job = row.job_order
    return Bar(
        job_order_id=row.job_order_id,
        work_request_id=job.work_request_id if job else None,
        machine_id=row.machine_id,
        title=row.title,
        starts_at=row.starts_at,
        finishes_at=row.finishes_at,
        setup_minutes=row.setup_minutes,
        run_minutes=row.run_minutes,
        due_at=row.due_at,
        tardiness_minutes=row.tardiness_minutes,
        is_pinned=bool(job and job.pinned_machine_id),
        state=job.state if job else JobOrderState.ALLOWED_TO_START,
        why=why_of_line(row),
        was_machine_id=row.was_machine_id,
        was_starts_at=row.was_starts_at,
        was_finishes_at=row.was_finishes_at,
        position=row.position,
    )


def _bar_in_force(job: JobOrder, line: ScheduledJob | None) -> Bar:
    booked = job.reservation
    assert booked is not None
    is_as_planned = line is not None and (line.machine_id, line.starts_at) == (
        booked.machine_id,
        booked.start,
    )
    option = next(
        (one for one in job.options.all() if one.machine_id == booked.machine_id), None
    )
    if is_as_planned and line is not None:
        setup, run = line.setup_minutes, line.run_minutes
    else:
        setup = option.setup_minutes if option else 0
        run = max(booked.minutes - setup, 0)
    return Bar(
        job_order_id=job.pk,
        work_request_id=job.work_request_id,
        machine_id=booked.machine_id,
        title=job.title,
        starts_at=booked.start,
        finishes_at=booked.finish,
        setup_minutes=setup,
        run_minutes=run,
        due_at=job.work_request.due_at,
        tardiness_minutes=tardiness(booked.finish, job.work_request.due_at),
        is_pinned=job.pinned_machine_id is not None,
        state=job.state,
        why=why_of_line(line) if is_as_planned and line is not None else None,
    )


def tardiness(finish: datetime, due: datetime | None) -> int:
    """Return by how many minutes something is late; what has no due date never is."""
    if due is None or finish <= due:
        return 0
    return -int((due - finish).total_seconds() // 60)


def why_of_line(row: ScheduledJob) -> WhyText | None:
    """Return the reason of a line, as it was found with its plan."""
    facts = row.reason_facts
    if not facts:
        return None
    other = facts.get("job_order_id")
    return WhyText(
        kind=WhyKind(row.reason),
        until_at=datetime.fromisoformat(facts["until"]),
        title=facts.get("title", ""),
        job_order_id=UUID(other) if other else None,
    )


def _accepted_lines(
    job_order_ids: Collection[UUID],
) -> Mapping[UUID, ScheduledJob]:
    """Return the line of the newest accepted schedule, by job order."""
    rows = ScheduledJob.objects.filter(
        job_order_id__in=job_order_ids, schedule__state=ScheduleState.ACCEPTED
    ).order_by("schedule__decided_at")
    return {row.job_order_id: row for row in rows if row.job_order_id}


def lines_of(schedule: Schedule) -> list[ScheduledJob]:
    """Return the lines of a schedule, in their order."""
    return list(
        ScheduledJob.objects.filter(schedule=schedule)
        .select_related("job_order__reservation", "job_order__work_request")
        .order_by("position")
    )
