"""First answers to POSTs, each in the transaction of its effect."""

from datetime import datetime
from typing import Any

from tenants.models import IdempotencyRecord
from tenants.types import EnterpriseRef


def find_record(
    ref: EnterpriseRef, *, route: str, key: str
) -> IdempotencyRecord | None:
    """Return what was answered to this key on this route, or None."""
    return IdempotencyRecord.objects.filter(
        enterprise_id=ref.id, route=route, key=key
    ).first()


def keep_record(ref: EnterpriseRef, *, at: datetime, **facts: Any) -> None:
    """Write down an answer."""
    IdempotencyRecord.objects.create(enterprise_id=ref.id, created_at=at, **facts)
