"""How far the running job has come, for whoever waits for it."""

import logging
import threading
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from tenants import context
from tenants.models import Job, JobProgress

log = logging.getLogger(__name__)

running: ContextVar[Job | None] = ContextVar("spindle_running_job", default=None)
_local = threading.local()


def report_progress(*, percent: int, note: object = "") -> None:
    """Show how far the running job has come; outside a job, do nothing.

    Written on a connection of its own: the job's transaction shows nothing until
    it ends.
    """
    job = running.get()
    if job is None:
        return
    try:
        _write(job, percent, str(note)[:200])
    except (OperationalError, InterfaceError):
        # PostgreSQL was restarted since the last note: this connection is its own,
        # and nothing else finds out that it is dead.
        _connection().close()
        try:
            _write(job, percent, str(note)[:200])
        except (OperationalError, InterfaceError) as error:
            log.warning("The progress of job %s could not be shown: %s", job.id, error)


def _connection() -> Any:
    connection = getattr(_local, "connection", None)
    if connection is None:
        connection = connections.create_connection("default")
        _local.connection = connection
    return connection


def _write(job: Job, percent: int, note: str) -> None:
    with context.jobs(), _connection().cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenants_jobprogress (job_id, enterprise_id, percent, note, at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (job_id) DO UPDATE"
            " SET percent = excluded.percent, note = excluded.note, at = excluded.at",
            [job.id, job.enterprise_id, percent, note, timezone.now()],
        )


def progress_of(job_id: UUID) -> tuple[int, str]:
    """Return percent and note of a job, (0, "") before it has said anything."""
    found = JobProgress.objects.filter(job_id=job_id).first()
    return (found.percent, found.note) if found else (0, "")
