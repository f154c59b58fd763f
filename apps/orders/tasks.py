"""Background work on orders."""

from uuid import UUID

from django.utils import timezone

from apps.orders import services
from tenants import jobs


@jobs.handler("orders.read_geometry")
def read_geometry(*, part_id: str, **_: object) -> None:
    """Measure a part's file."""
    services.read_geometry(part_id=UUID(part_id), at=timezone.now())
