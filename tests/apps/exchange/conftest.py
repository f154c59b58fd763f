"""A mill of north on the market, and brackets that south wants made."""

from collections.abc import Callable
from uuid import UUID

import pytest

from apps.exchange.models import Demand, Listing
from tenants import context
from tenants.models import Job
from tenants.types import EnterpriseRef, JobState
from tests.factories import exchange as make


@pytest.fixture
def shop(north: EnterpriseRef) -> EnterpriseRef:
    """North with shifts and a certificate."""
    make.shop(north)
    return north


@pytest.fixture
def mill(shop: EnterpriseRef) -> Listing:
    """A mill of north, published."""
    return make.listing(shop)


@pytest.fixture
def brackets(south: EnterpriseRef) -> Demand:
    """What south wants made, published anonymously."""
    return make.demand(south)


@pytest.fixture
def queued() -> Callable[[str], list[dict[str, object]]]:
    """Give the arguments of the waiting jobs of a kind, with their enterprise."""

    def take(kind: str) -> list[dict[str, object]]:
        with context.jobs():
            rows = Job.objects.filter(kind=kind, state=JobState.QUEUED).order_by("id")
            return [{**row.args, "enterprise": row.enterprise_id} for row in rows]

    return take


@pytest.fixture
def nobody() -> UUID:
    """An id that nothing has."""
    return UUID("01960000-0000-7000-8000-00000000dead")
