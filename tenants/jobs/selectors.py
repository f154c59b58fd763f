"""How work in the background stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from tenants.jobs.progress import progress_of
from tenants.models import Enterprise, Job
from tenants.types import JobState


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job as those who wait for it see it."""

    id: UUID
    kind: str
    state: JobState
    percent: int
    note: str
    error_code: str
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state not in (JobState.QUEUED, JobState.RUNNING)


def of_stopped_enterprises() -> Exists:
    """Return what is true of the jobs of enterprises that may not be written to.

    Those wait: an enterprise is stopped for the seconds of its move.
    """
    return Exists(
        Enterprise.objects.filter(
            pk=OuterRef("enterprise_id"), write_stopped_at__isnull=False
        )
    )


def job_status(job_id: UUID) -> JobStatus | None:
    """Return a job of the enterprise in force, or None."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        return None
    percent, note = progress_of(job_id)
    if job.state == JobState.SUCCEEDED:
        percent = 100
    return JobStatus(
        id=job.id,
        kind=job.kind,
        state=JobState(job.state),
        percent=percent,
        note=note,
        error_code=job.error_code,
        error=job.error,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How the queue stands, over all that the context in force may see."""

    by_state: dict[str, int]
    oldest_waiting_since: datetime | None
    failures: list[Job]


def queue_figures(*, failures: int = 8) -> QueueFigures:
    """Return counts by state, how long the oldest waits, and the latest failures."""
    counted = dict(Job.objects.values_list("state").annotate(count=Count("id")))
    oldest = (
        Job.objects.filter(state=JobState.QUEUED, run_after__lte=timezone.now())
        .order_by("run_after")
        .values_list("run_after", flat=True)
        .first()
    )
    failed = list(
        Job.objects.filter(state__in=[JobState.FAILED, JobState.QUARANTINED])
        .select_related("enterprise")
        .order_by("-finished_at")[:failures]
    )
    return QueueFigures(
        by_state={str(state): counted.get(state, 0) for state in JobState.values},
        oldest_waiting_since=oldest,
        failures=failed,
    )
