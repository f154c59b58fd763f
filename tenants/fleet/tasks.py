"""Work of the fleet that is done in the background."""

from uuid import UUID

from tenants import jobs
from tenants.fleet import data_jobs, services
from tenants.jobs import Scope


@jobs.handler(data_jobs.KIND, scope=Scope.OWNER, max_attempts=1)
def migrate_data(*, plan_id: str, stage: int, schema: str, **_: object) -> None:
    """Run one data stage for one enterprise."""
    services.migrate_data(plan_id=UUID(plan_id), stage=stage, schema=schema)
