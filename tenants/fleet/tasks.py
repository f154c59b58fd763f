"""Work of the fleet that is done in the background."""

from uuid import UUID

from django.utils import timezone

from tenants import jobs
from tenants.fleet import data_jobs, services
from tenants.jobs import Scope


@jobs.handler(data_jobs.KIND, scope=Scope.OWNER, max_attempts=1)
def migrate_data(*, plan_id: str, stage: int, schema: str, **_: object) -> None:
    """Run one data stage for one enterprise."""
    services.migrate_data(plan_id=UUID(plan_id), stage=stage, schema=schema)


@jobs.handler(services.MIGRATE_BATCH, scope=Scope.OWNER)
def migrate_batch(*, with_failed: bool = False, **_: object) -> None:
    """Do one batch of the fleet's migration, and enqueue the next."""
    services.migrate_batch(at=timezone.now(), with_failed=with_failed)


@jobs.handler(services.CHECK_DRIFT, scope=Scope.OWNER)
def check_drift(**_: object) -> None:
    """Compare every schema's catalogue with the template's."""
    services.check_drift(at=timezone.now())
