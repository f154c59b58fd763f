"""Work that the machine register does later."""

from django.utils import timezone

from apps.machines import services
from tenants import jobs
from tenants.types import SYSTEM


@jobs.handler("machines.expire_certificates")
def expire_certificates(**_: object) -> None:
    """Let certificates go whose validity has ended, and what was published of them."""
    services.expire_certificates(by=SYSTEM, at=timezone.now())


jobs.register_upkeep("machines.expire_certificates", services.has_lapsed_certificates)
