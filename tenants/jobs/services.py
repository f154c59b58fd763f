"""What a person may do about a job."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import DomainError
from tenants.jobs.queue import poke
from tenants.models import Job
from tenants.types import JobState

RETRYABLE = (JobState.FAILED, JobState.QUARANTINED, JobState.CANCELLED)


class JobNotRetryable(DomainError):
    """Raised when a job is not one that ended badly."""

    code = "job_not_retryable"


class JobNotCancellable(DomainError):
    """Raised when a job has already begun."""

    code = "job_not_cancellable"


@transaction.atomic
def retry_job(*, job_id: UUID, at: datetime) -> None:
    """Queue a failed or quarantined job once more, with all its attempts again.

    :raises JobNotRetryable: if it is in any other state.
    """
    changed = Job.objects.filter(pk=job_id, state__in=RETRYABLE).update(
        state=JobState.QUEUED,
        run_after=at,
        poked_at=at,
        attempts=0,
        deaths=0,
        dedup_key=None,
        finished_at=None,
        updated_at=at,
    )
    if not changed:
        raise JobNotRetryable(
            _("Only a failed, cancelled or quarantined job can be retried."),
            field="job",
            value=str(job_id),
        )
    transaction.on_commit(lambda: poke(job_id), robust=True)


@transaction.atomic
def cancel_job(*, job_id: UUID, at: datetime) -> None:
    """Take a job off the queue before it begins.

    :raises JobNotCancellable: if it has begun or ended.
    """
    changed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, finished_at=at, updated_at=at
    )
    if not changed:
        raise JobNotCancellable(
            _("Only a job that still waits can be cancelled."),
            field="job",
            value=str(job_id),
        )
