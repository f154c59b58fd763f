"""Does the jobs that a seeding leaves behind, before anyone looks."""

import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from django.db import connections
from django.utils import timezone

from tenants import context, jobs
from tenants.models import Job
from tenants.types import JobState

# A job that met another's lock is tried again after seconds: worth waiting for.
PATIENCE = timedelta(seconds=10)
PAUSE_SECONDS = 0.2
LONGEST_SECONDS = 600.0


def drain(*, hands: int) -> None:
    """Do all jobs that are due or soon will be, with so many hands at once.

    A worker may be at it as well: whoever claims a job does it.
    """
    if hands == 1:
        jobs.run_due(limit=10**6)
        return
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        due, waiting = _queued()
        if due:
            _share_out(due, hands)
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


def _share_out(job_ids: Iterable[UUID], hands: int) -> None:
    waiting = deque(job_ids)

    def work() -> None:
        try:
            while waiting:
                jobs.run_job(waiting.popleft())
        except IndexError:
            # Another hand took the last one in between.
            pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(hands, thread_name_prefix="demo-jobs") as pool:
        for done in [pool.submit(work) for _ in range(hands)]:
            done.result()
