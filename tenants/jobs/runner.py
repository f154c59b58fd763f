"""Does one job: claims it, enters its enterprise, does it, marks it, in that order.

The claim is committed first, so that a death is counted. The effect and
`succeeded` are one transaction, which holds the row's lock all the while: as long
as the lock is held the runner lives, and when it dies the lock is free at once.
"""

import logging
import os
import signal
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.kernel.errors import DomainError
from tenants import context
from tenants.database.session import unit_of_work
from tenants.jobs import registry, selectors
from tenants.jobs.progress import running
from tenants.jobs.registry import Registered, Scope
from tenants.models import Job
from tenants.registry import selectors as enterprises
from tenants.types import JobState

log = logging.getLogger(__name__)

FIRST_BACKOFF_SECONDS = 2


class NoTenant(RuntimeError):
    """Raised when work for an enterprise names none that is active."""


def run_job(job_id: UUID) -> JobState | None:
    """Do one job, if it is due and nobody else does it; return how it ended."""
    with unit_of_work():
        return _run_job(job_id)


def _run_job(job_id: UUID) -> JobState | None:
    die_at("before_claim")
    with context.jobs():
        job = _claim(job_id)
    if job is None:
        return None
    die_at("after_claim")
    token = running.set(job)
    try:
        ended = _do(job)
    except DomainError as error:
        ended = _fail(job, error.code, str(error), is_final=True)
    except (registry.UnknownKind, NoTenant) as error:
        ended = _quarantine(job, type(error).__name__, str(error))
    except Exception as error:
        log.exception("Job %s (%s) broke.", job.id, job.kind)
        ended = _fail(job, type(error).__name__, str(error), is_final=False)
    finally:
        running.reset(token)
    die_at("after_commit")
    return ended


def run_due(limit: int = 1000) -> int:
    """Do the jobs that are due, in this process, oldest first; return how many."""
    done = 0
    while done < limit:
        with context.jobs():
            due = (
                Job.objects.filter(state=JobState.QUEUED, run_after__lte=timezone.now())
                .exclude(selectors.of_stopped_enterprises())
                .order_by("run_after", "id")
                .values_list("id", flat=True)[:50]
            )
            batch = list(due)
        if not batch:
            break
        for job_id in batch:
            if run_job(job_id) is not None:
                done += 1
    return done


def _claim(job_id: UUID) -> Job | None:
    now = timezone.now()
    lease = now + timedelta(seconds=settings.JOBS_LEASE_SECONDS)
    claimed = Job.objects.filter(
        ~selectors.of_stopped_enterprises(),
        state=JobState.QUEUED,
        pk=job_id,
        run_after__lte=now,
    ).update(
        state=JobState.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=lease,
        started_at=now,
        error="",
        error_code="",
        updated_at=now,
    )
    if not claimed:
        # Done already, cancelled, not due, another worker got there first, or its
        # enterprise is being moved: then the sweeper pokes it again later.
        return None
    return Job.objects.get(pk=job_id)


def _do(job: Job) -> JobState | None:
    registered = registry.find(job.kind)
    scope = _scope(job, registered)
    with context.jobs(), transaction.atomic():
        mine = (
            Job.objects.select_for_update(no_key=True)
            .filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)
            .first()
        )
        if mine is None:
            # The lease lapsed before the lock was taken, and the sweeper gave the
            # job to another.
            return None
        with scope:
            registered.run(**job.args)
        die_at("after_effect")
        now = timezone.now()
        Job.objects.filter(pk=job.pk).update(
            state=JobState.SUCCEEDED, finished_at=now, updated_at=now
        )
    return JobState.SUCCEEDED


def _scope(job: Job, registered: Registered) -> AbstractContextManager[object]:
    if registered.scope is Scope.EXCHANGE:
        return context.exchange()
    if registered.scope is Scope.DIRECTORY:
        return context.directory()
    if registered.scope is Scope.OWNER:
        return context.owner()
    if job.enterprise_id is None:
        msg = (
            f"A job of kind {job.kind} must name its enterprise, and {job.id} does not."
        )
        raise NoTenant(msg)
    ref = enterprises.enterprise_in_any_tier(job.enterprise_id)
    if ref is None or not enterprises.is_served_here(ref):
        msg = f"The enterprise {job.enterprise_id} of job {job.id} is not active here."
        raise NoTenant(msg)
    return context.enterprise(ref)


def _fail(job: Job, code: str, text: str, *, is_final: bool) -> JobState:
    most = registry.find(job.kind).max_attempts or settings.JOBS_MAX_ATTEMPTS
    now = timezone.now()
    if is_final or job.attempts >= most:
        state = JobState.FAILED
        changes: dict[str, Any] = {"finished_at": now}
    else:
        pause = FIRST_BACKOFF_SECONDS * 2 ** (job.attempts - 1)
        state = JobState.QUEUED
        changes = {
            "run_after": now + timedelta(seconds=pause),
            "poked_at": None,
            # Another cause may have queued the same since: this one runs apart.
            "dedup_key": None,
        }
    return _mark(job, state=state, error_code=code, error=text, **changes)


def _quarantine(job: Job, code: str, text: str) -> JobState:
    log.error("Job %s (%s) is quarantined: %s", job.id, job.kind, text)
    return _mark(
        job,
        state=JobState.QUARANTINED,
        finished_at=timezone.now(),
        error_code=code,
        error=text,
    )


def _mark(job: Job, *, state: JobState, **facts: Any) -> JobState:
    with context.jobs():
        Job.objects.filter(
            pk=job.pk, state=JobState.RUNNING, attempts=job.attempts
        ).update(state=state, updated_at=timezone.now(), **facts)
    return state


def die_at(point: str) -> None:
    """Kill this process where a test asked for it; nothing outside the suite asks.

    `JOBS_FAILPOINT` is `<point>:<one in n>`, by process id and count, so that the
    same run dies at many different jobs.
    """
    wanted, _, every = settings.JOBS_FAILPOINT.partition(":")
    if wanted != point:
        return
    global _passed  # noqa: PLW0603  (a count of this process)
    _passed += 1
    if _passed % int(every or 1) == 0:
        os.kill(os.getpid(), signal.SIGKILL)


_passed = 0
