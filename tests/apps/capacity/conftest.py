"""Two machines of north: one to work with, and a neighbor that must not be touched."""

from collections.abc import Callable
from uuid import UUID

import pytest

from tenants import context
from tenants.models import Job
from tenants.types import EnterpriseRef, JobState
from tests.factories import machines
from tests.factories.capacity import MONDAY_7


@pytest.fixture
def hurco(in_north: EnterpriseRef) -> UUID:
    """A mill of north."""
    return machines.machine(code="Hurco04").pk


@pytest.fixture
def mazak(in_north: EnterpriseRef) -> UUID:
    """Another machine of north."""
    return machines.machine(code="Mazak01").pk


@pytest.fixture
def announced() -> Callable[[], list[UUID]]:
    """Take the machines whose free time the market has been told to look at again."""

    def take() -> list[UUID]:
        with context.jobs():
            rows = Job.objects.filter(
                kind="exchange.refresh_capacity", state=JobState.QUEUED
            )
            found = sorted(UUID(row.args["machine_id"]) for row in rows)
            # Taken off the queue, or a later one for the same machine would join it.
            rows.update(state=JobState.CANCELLED, finished_at=MONDAY_7)
        return found

    return take
