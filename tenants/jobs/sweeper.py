"""Finds jobs whose runner died or whose poke was lost, and pokes again."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenants import context
from tenants.jobs import selectors
from tenants.jobs.queue import poke
from tenants.models import Job
from tenants.types import JobState

log = logging.getLogger(__name__)

POKES_A_SWEEP = 500
# A poke may wait behind others in a long queue before it is thought lost.
POKE_IS_STALE_AFTER = timedelta(seconds=10)


def sweep() -> int:
    """Give dead runners' jobs back, then poke what is due; return the pokes."""
    give_back_orphans()
    due = claim_due_pokes()
    for job_id in due:
        poke(job_id)
    return len(due)


def give_back_orphans() -> int:
    """Queue again the running jobs whose lease lapsed and whose lock is free.

    A job that has outlived too many runners is quarantined: it kills them.
    """
    now = timezone.now()
    with context.jobs(), transaction.atomic():
        orphans = list(
            # A live runner holds the lock: SKIP LOCKED passes its job over.
            Job.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state=JobState.RUNNING, lease_until__lt=now)
            .order_by("id")[:POKES_A_SWEEP]
        )
        for job in orphans:
            job.deaths += 1
            if job.deaths >= settings.JOBS_MAX_DEATHS:
                job.state = JobState.QUARANTINED
                job.finished_at = now
                job.error_code = "worker_died"
                job.error = f"The worker died {job.deaths} times while doing this job."
                log.error("Job %s (%s) is quarantined: %s", job.id, job.kind, job.error)
            else:
                job.state = JobState.QUEUED
                job.run_after = now
                job.poked_at = None
                job.dedup_key = None
                log.warning("The runner of job %s (%s) died.", job.id, job.kind)
            job.save()
    return len(orphans)


def claim_due_pokes() -> list[UUID]:
    """Mark the due jobs that nobody has poked of late, and return their ids."""
    now = timezone.now()
    with context.jobs(), transaction.atomic():
        due = list(
            Job.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state=JobState.QUEUED, run_after__lte=now)
            .exclude(poked_at__gt=now - POKE_IS_STALE_AFTER)
            .exclude(selectors.of_stopped_enterprises())
            .order_by("run_after", "id")
            .values_list("id", flat=True)[:POKES_A_SWEEP]
        )
        Job.objects.filter(id__in=due).update(poked_at=now)
    return due
