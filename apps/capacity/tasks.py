"""Work that capacity does later."""

from django.utils import timezone

from apps.capacity import services
from tenants import jobs


@jobs.handler("capacity.sweep_lapsed")
def sweep_lapsed(**_: object) -> None:
    """Let lapsed holds go."""
    services.sweep_lapsed(at=timezone.now())
