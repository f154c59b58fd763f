"""Does the jobs that a seeding leaves behind, before anyone looks."""

import time
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from apps.demo.services.hands import Hands
from tenants import context, jobs
from tenants.models import Job
from tenants.types import JobState

# A job that met another's lock is tried again after seconds: worth waiting for.
PATIENCE = timedelta(seconds=10)
PAUSE_SECONDS = 0.2
LONGEST_SECONDS = 600.0


def drain(hands: Hands) -> None:
    """Do all jobs that are due or soon will be.

    A worker may be at it as well: whoever claims a job does it.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        due, waiting = _queued()
        if due:
            for _done in hands.share_out(jobs.run_job, due):
                pass
        elif waiting:
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _queued() -> tuple[list[UUID], int]:
    now = timezone.now()
    with context.jobs():
        soon = Job.objects.filter(
            state=JobState.QUEUED, run_after__lte=now + PATIENCE
        ).order_by("run_after", "id")
        due = list(soon.filter(run_after__lte=now).values_list("id", flat=True))
        return due, soon.count()
