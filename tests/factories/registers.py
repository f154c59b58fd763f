"""Registers read into the directory, and certificates of those who left it."""

from typing import Any
from uuid import UUID

from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.models import Closure, Enterprise, RegisterImport
from tenants.registers import services
from tenants.types import SYSTEM, Tier
from tests.support.world import NOON

REGISTER = "Handelsregister"
HEADER = b"register_number,name,country,city\n"
ROW = b"HRB 4711,Ostwerk Maschinenbau GmbH,DE,Leipzig\n"


def register_import(content: bytes = HEADER + ROW) -> RegisterImport:
    """Upload a register, which waits to be read."""
    return services.request_import(
        chunks=[content], file_name="register.csv", source=REGISTER, by=SYSTEM
    )


def registered(**facts: Any) -> Enterprise:
    """Write Ostwerk, which its register knows and which nobody has claimed."""
    with context.directory():
        return Enterprise.objects.create(
            **{
                "slug": "ostwerk-maschinenbau",
                "name": "Ostwerk Maschinenbau GmbH",
                "country": "DE",
                "city": "Leipzig",
                "currency": "EUR",
                "time_zone": "Europe/Berlin",
                "register_source": REGISTER,
                "register_number": "HRB 4711",
                "tier": Tier.REGISTERED,
                "tier_since": NOON,
                **facts,
            }
        )


def closure(enterprise_id: UUID | None = None) -> Closure:
    """Write that an enterprise was erased."""
    with context.directory():
        return Closure.objects.create(
            enterprise_id=enterprise_id or uuid7(),
            slug_digest="0" * 64,
            closed_at=NOON,
            closed_by="an owner",
            document={},
            signature="",
        )
