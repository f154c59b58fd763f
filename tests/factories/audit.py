"""Makes audit events as the services of other apps do."""

from typing import Any

from apps.audit import services
from apps.audit.models import AuditEvent
from tenants.types import SYSTEM
from tests.support.world import NOON


def audit_event(**facts: Any) -> AuditEvent:
    """Record that a machine was published."""
    return services.record(
        **{
            "verb": "machine.published",
            "subject": ("machine", "0190-1", "Hurco04 Hurco VMX24"),
            "by": SYSTEM,
            "at": NOON,
            **facts,
        }
    )
