"""Forgets what has had its time: old answers, sessions, tokens and finished jobs."""

from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.contrib.sessions.models import Session

from tenants import context
from tenants.models import IdempotencyRecord, Job, JobProgress, Throttle
from tenants.types import JobState

ANSWERS_KEPT = timedelta(days=7)
# Failed and quarantined jobs stay until somebody has dealt with them.
FINISHED_JOBS_KEPT = timedelta(days=30)


def forget_what_is_over(*, at: datetime) -> dict[str, int]:
    """Delete what nobody may ask for any more; return how many rows of each."""
    with context.owner():
        answers, _ = IdempotencyRecord.objects.filter(
            created_at__lt=at - ANSWERS_KEPT
        ).delete()
        finished = Job.objects.filter(
            state__in=[JobState.SUCCEEDED, JobState.CANCELLED],
            finished_at__lt=at - FINISHED_JOBS_KEPT,
        )
        JobProgress.objects.filter(job_id__in=finished.values("id")).delete()
        jobs, _ = finished.delete()
    with context.directory():
        sessions, _ = Session.objects.filter(expire_date__lt=at).delete()
        tokens, _ = Token.objects.filter(expires_at__lt=at).delete()
        throttles, _ = Throttle.objects.filter(expires__lt=at).delete()
    return {
        "answers": answers,
        "jobs": jobs,
        "sessions": sessions,
        "tokens": tokens,
        "throttles": throttles,
    }
