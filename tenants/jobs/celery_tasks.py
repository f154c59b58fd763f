"""What Celery runs: it hands an id to the runner, and knows nothing else."""

from typing import Any
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from tenants.archive import clearing as archives
from tenants.jobs import runner, sweeper, upkeep
from tenants.provisioning import orphans
from tenants.provisioning import services as provisioning
from tenants.registry import housekeeping
from tenants.types import Tenancy

# What each task reaches by itself; what it does for an enterprise, a job's kind says.
REACH = {
    "tenants.run_job": Tenancy.OPERATOR,
    "tenants.sweep_jobs": Tenancy.OPERATOR,
    "tenants.refill_slots": Tenancy.OPERATOR,
    "tenants.drop_orphans": Tenancy.OPERATOR,
    "tenants.forget_what_is_over": Tenancy.OPERATOR,
    "tenants.sweep_tiers": Tenancy.OPERATOR,
    "tenants.look_after_enterprises": Tenancy.DIRECTORY,
}


@shared_task(name="tenants.run_job", acks_late=True)
def run_job(*, job_id: str, **_: Any) -> None:
    """Do one job."""
    runner.run_job(UUID(job_id))


@shared_task(name="tenants.sweep_jobs")
def sweep_jobs(**_: Any) -> None:
    """Poke again what was lost."""
    sweeper.sweep()


@shared_task(name="tenants.refill_slots")
def refill_slots(**_: Any) -> None:
    """Make schemas ahead when few are left."""
    provisioning.refill_slots()


@shared_task(name="tenants.drop_orphans")
def drop_orphans(**_: Any) -> None:
    """Drop schemas and roles that nothing points to."""
    orphans.drop_orphans()


@shared_task(name="tenants.forget_what_is_over")
def forget_what_is_over(**_: Any) -> None:
    """Delete what has had its time."""
    now = timezone.now()
    housekeeping.forget_what_is_over(at=now)
    archives.clear_unfinished(at=now)


@shared_task(name="tenants.sweep_tiers")
def sweep_tiers(**_: Any) -> None:
    """Have those rest whom nobody uses."""
    # Lifecycle stands above the queue, and enqueues in turn.
    from tenants.lifecycle import services as lifecycle

    lifecycle.sweep_tiers(at=timezone.now())


@shared_task(name="tenants.look_after_enterprises")
def look_after_enterprises(**_: Any) -> None:
    """Ask the enterprises whose hour it is what is due."""
    upkeep.look_after(at=timezone.now())
