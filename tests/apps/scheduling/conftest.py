"""Two machines of north that work early shifts."""

from uuid import UUID

import pytest

from tenants.types import EnterpriseRef
from tests.factories import capacity, machines


@pytest.fixture
def hurco(in_north: EnterpriseRef) -> UUID:
    """A mill of north."""
    capacity.early_shifts()
    return machines.machine(code="Hurco04").pk


@pytest.fixture
def mazak(hurco: UUID) -> UUID:
    """Another machine of north."""
    return machines.machine(code="Mazak01").pk
