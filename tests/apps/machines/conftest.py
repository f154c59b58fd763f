"""What the tests of machines ask again and again."""

from collections.abc import Callable
from uuid import UUID

import pytest

from apps.audit.models import AuditEvent
from tenants import context
from tenants.models import Job
from tenants.types import JobState
from tests.factories.machines import NOON


@pytest.fixture
def told() -> Callable[[], list[UUID]]:
    """Take the machines that the exchange has been told to read again."""

    def take() -> list[UUID]:
        with context.jobs():
            rows = Job.objects.filter(
                kind="exchange.publish_machine", state=JobState.QUEUED
            )
            found = sorted(UUID(row.args["machine_id"]) for row in rows)
            # Taken off the queue, or a later one for the same machine would join it.
            rows.update(state=JobState.CANCELLED, finished_at=NOON)
        return found

    return take


@pytest.fixture
def verbs() -> Callable[[], list[str]]:
    """Return what the audit trail says was done, in its order."""

    def read() -> list[str]:
        return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))

    return read
