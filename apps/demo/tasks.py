"""Work that the demo world leaves to the workers."""

from django.utils import timezone

from apps.demo import services
from tenants import jobs


@jobs.handler(services.GO_ON)
def go_on_planning(**_: object) -> None:
    """Go on with the plan of a demo shop once it is worked out."""
    services.go_on_planning(at=timezone.now())
