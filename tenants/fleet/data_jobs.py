"""Data stages as durable jobs, one an enterprise; done here if no worker takes them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.fleet.applying import Step
from tenants.jobs import run_job
from tenants.models import FleetPlan, Job, Slot
from tenants.types import JobState

KIND = "tenants.migrate_data"
# How long to wait for a worker that took a job before saying that it is not done.
PATIENCE_SECONDS = 600.0
OVER = (JobState.FAILED, JobState.QUARANTINED, JobState.CANCELLED)


@dataclass(slots=True)
class Outcome:
    """Which schemas a data stage was done for, and why not for the others."""

    finished: list[str] = field(default_factory=list)
    failed: dict[str, tuple[str, str]] = field(default_factory=dict)


def run_for(step: Step, schemas: Sequence[str]) -> Outcome:
    """Enqueue the stage for each schema, do what no worker takes, wait for the rest."""
    outcome = Outcome()
    jobs = enqueue_for(step, schemas)
    for job_id in jobs.values():
        run_job(job_id)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while jobs:
        with context.jobs():
            rows = Job.objects.in_bulk(list(jobs.values()))
        for schema, job_id in list(jobs.items()):
            row = rows.get(job_id)
            if row is None or row.state == JobState.SUCCEEDED:
                outcome.finished.append(schema)
            elif row.state in OVER:
                outcome.failed[schema] = (row.error_code or row.state, row.error)
            elif time.monotonic() > deadline:
                outcome.failed[schema] = ("still_running", f"Job {job_id} goes on.")
            else:
                continue
            del jobs[schema]
        if jobs:
            time.sleep(0.1)
    return outcome


def enqueue_for(step: Step, schemas: Sequence[str]) -> dict[str, UUID]:
    """Write one job for each schema's enterprise, joining what waits already."""
    key = f"{step.plan.pk}:{step.number}"
    now = timezone.now()
    with context.owner():
        owners = dict(
            Slot.objects.filter(pk__in=schemas, enterprise__isnull=False).values_list(
                "enterprise_id", "schema_name"
            )
        )
    with context.jobs():
        Job.objects.bulk_create(
            [
                Job(
                    id=uuid7(),
                    enterprise_id=enterprise_id,
                    kind=KIND,
                    args={
                        "plan_id": str(step.plan.pk),
                        "stage": step.number,
                        "schema": schema,
                    },
                    run_after=now,
                    dedup_key=key,
                )
                for enterprise_id, schema in owners.items()
            ],
            ignore_conflicts=True,
        )
        waiting = Job.objects.filter(
            kind=KIND,
            enterprise_id__in=list(owners),
            args__plan_id=str(step.plan.pk),
            args__stage=step.number,
            state__in=[JobState.QUEUED, JobState.RUNNING],
        )
        return {
            owners[enterprise_id]: job_id
            for enterprise_id, job_id in waiting.values_list("enterprise_id", "id")
        }


def hand_out(step: Step, schemas: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Enqueue the stage where no job for it is, for workers; return what failed."""
    failed: dict[str, tuple[str, str]] = {}
    latest = _latest_jobs(step)
    for schema in schemas:
        job = latest.get(schema)
        if job is not None and job.state in OVER:
            failed[schema] = (job.error_code or job.state, job.error)
    enqueue_for(step, [schema for schema in schemas if schema not in failed])
    return failed


def _latest_jobs(step: Step) -> dict[str, Job]:
    with context.jobs():
        rows = Job.objects.filter(
            kind=KIND, args__plan_id=str(step.plan.pk), args__stage=step.number
        )
        return {row.args["schema"]: row for row in rows.order_by("id")}


def forget_failures(plan: FleetPlan) -> None:
    """Remove the failed jobs of a plan, so that new ones are written."""
    with context.jobs():
        Job.objects.filter(
            kind=KIND, args__plan_id=str(plan.pk), state__in=OVER
        ).delete()
