"""Writes job rows, and pokes a worker once they are committed."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.models import Job
from tenants.types import EnterpriseRef, JobState

log = logging.getLogger(__name__)

# After a failed poke no further one is tried for a while: a web request must not
# wait for a Valkey that is down. The sweeper pokes later what was left out.
BROKER_PAUSE_SECONDS = 3.0
_broker_down_until = 0.0

_pokes: ContextVar[bool] = ContextVar("spindle_pokes", default=True)


@contextmanager
def unpoked() -> Iterator[None]:
    """Enqueue without a word to the workers: the caller does the jobs itself.

    The sweeper pokes what is left over.
    """
    token = _pokes.set(False)
    try:
        yield
    finally:
        _pokes.reset(token)


def enqueue(
    kind: str,
    *,
    dedup_key: str | None = None,
    run_after: datetime | None = None,
    enterprise: EnterpriseRef | None = None,
    **args: Any,
) -> UUID:
    """Write down work for later, in the transaction of its cause.

    It is done in the name of `enterprise`, else of the enterprise in force; with
    neither it is the platform's own. Where a job with the same `dedup_key` waits
    already, that one is returned.
    """
    found = context.active()
    ref = enterprise or (found.enterprise if found else None)
    writer = context.enterprise(ref) if ref else context.jobs()
    now = timezone.now()
    job = Job(
        id=uuid7(),
        enterprise_id=ref.id if ref else None,
        kind=kind,
        args=args,
        run_after=run_after or now,
        dedup_key=dedup_key,
        # Claimed for the poke below; the sweeper looks only at what grew stale.
        poked_at=now if run_after is None else None,
    )
    with writer:
        if dedup_key is None:
            job.save(force_insert=True)
        else:
            _insert_once(job)
    if run_after is None and _pokes.get():
        job_id = job.id
        transaction.on_commit(lambda: poke(job_id), robust=True)
    return job.id


def _insert_once(job: Job) -> None:
    # ON CONFLICT DO NOTHING, and then a look at who came first: two causes at
    # once must make one job, and neither may fail.
    made = Job.objects.bulk_create([job], ignore_conflicts=True)
    first = (
        Job.objects.filter(
            enterprise=job.enterprise_id,
            kind=job.kind,
            dedup_key=job.dedup_key,
            state=JobState.QUEUED,
        )
        .values_list("id", flat=True)
        .first()
    )
    job.id = first or made[0].id


def poke(job_id: UUID) -> None:
    """Tell a worker that a job waits; a lost poke costs seconds, never the job."""
    global _broker_down_until  # noqa: PLW0603  (a pause of the process, not a fact)
    if time.monotonic() < _broker_down_until:
        return
    from tenants.jobs.celery_tasks import run_job

    try:
        run_job.apply_async(kwargs={"job_id": str(job_id)}, retry=False)
    except Exception as error:  # noqa: BLE001  (any broker fault is the same here)
        _broker_down_until = time.monotonic() + BROKER_PAUSE_SECONDS
        log.warning("Broker away (%s); the sweeper will poke job %s.", error, job_id)
