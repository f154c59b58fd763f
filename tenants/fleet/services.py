"""What jobs and the console do about a fleet migration."""

from uuid import UUID

from tenants.fleet import applying
from tenants.fleet.types import Pace
from tenants.models import FleetPlan


def migrate_data(*, plan_id: UUID, stage: int, schema: str) -> None:
    """Run one data stage for one enterprise's schema, in the caller's transaction.

    Where the schema is past that stage already, nothing is left to do.
    """
    step = applying.steps_of(FleetPlan.objects.get(pk=plan_id))[stage]
    applying.apply_step(step, [schema], Pace())
