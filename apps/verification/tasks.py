"""Work that checks leave for later."""

from uuid import UUID

from apps.verification import services
from tenants import jobs


@jobs.handler(services.SETTLE)
def settle_certificate(*, review_id: str, **_: object) -> None:
    """Tell an enterprise's certificate what was decided of it."""
    services.settle_review(review_id=UUID(review_id))
