"""Work that checks leave for later."""

from uuid import UUID

from django.utils import timezone

from apps.verification import services
from tenants import jobs
from tenants.types import SYSTEM


@jobs.handler(services.SETTLE)
def settle_certificate(*, review_id: str, **_: object) -> None:
    """Tell an enterprise's certificate what was decided of it."""
    services.settle_review(review_id=UUID(review_id))


@jobs.handler(services.WITHDRAW)
def withdraw_lapsed(**_: object) -> None:
    """Take certificates out of the operator's queue that ended while they waited."""
    services.withdraw_lapsed_submissions(by=SYSTEM, at=timezone.now())


jobs.register_upkeep(services.WITHDRAW, services.has_lapsed_submissions)
