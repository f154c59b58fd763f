"""Work that scheduling does later."""

from uuid import UUID

from django.utils import timezone

from apps.scheduling import services
from tenants import jobs


@jobs.handler(services.RUN)
def run(*, schedule_id: str, **_: object) -> None:
    """Work out an order of work."""
    services.run_schedule(schedule_id=UUID(schedule_id), at=timezone.now())
