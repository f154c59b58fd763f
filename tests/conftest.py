"""One database a run, with two enterprises: `north`, a shop, and `south`, a buyer."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from spindle.local.services import ServiceUrls
from tenants.types import Actor, EnterpriseRef
from tests.support import services


@pytest.fixture(scope="session")
def running_services() -> ServiceUrls:
    """PostgreSQL and Valkey themselves, for tests that kill them."""
    if not services.started:
        pytest.skip("the services were given by DATABASE_URL and are not ours to kill")
    return services.started[0]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Prepare the database as `make up` does, and sign the cast up."""
    from tests.support import world

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        world.prepare()
        world.sign_up_cast()
    yield
    from django.db import connections

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()


@pytest.fixture
def db(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """The database for one test, rolled back at its end."""
    from django.db import transaction

    from tenants import context
    from tenants.registry.selectors import forget_enterprises

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        with context.directory():
            atomic = transaction.atomic()
            atomic._from_testcase = True  # type: ignore[attr-defined]
            atomic.__enter__()
        yield
        with context.directory():
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
        forget_enterprises()


@pytest.fixture
def committed(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """The database with real commits; all that the test wrote is removed after it."""
    from django.db import connections

    from tests.support import world

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        for slug in world.CAST:
            world.empty_tenant(world.member_of_cast(slug))
        world.empty_shared()
        connections.close_all()


@pytest.fixture
def north(request: pytest.FixtureRequest) -> EnterpriseRef:
    """A German machine shop: the seller of the cast."""
    return _enterprise(request, "north")


@pytest.fixture
def south(request: pytest.FixtureRequest) -> EnterpriseRef:
    """A Brazilian aerospace company: the buyer of the cast."""
    return _enterprise(request, "south")


def _enterprise(request: pytest.FixtureRequest, slug: str) -> EnterpriseRef:
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")
    from tests.support import world

    return world.member_of_cast(slug)


@pytest.fixture
def in_north(north: EnterpriseRef) -> Iterator[EnterpriseRef]:
    """Act in north's name for the whole test."""
    from tenants import context

    with context.enterprise(north):
        yield north


@pytest.fixture
def in_south(south: EnterpriseRef) -> Iterator[EnterpriseRef]:
    """Act in south's name for the whole test."""
    from tenants import context

    with context.enterprise(south):
        yield south


@pytest.fixture
def planner() -> Actor:
    """Paula plans at north."""
    return Actor(
        label="Paula Planner", user_id=UUID("0190a000-0000-7000-8000-000000000001")
    )


@pytest.fixture
def buyer() -> Actor:
    """Bruno buys at south."""
    return Actor(
        label="Bruno Buyer", user_id=UUID("0190a000-0000-7000-8000-000000000002")
    )


@pytest.fixture
def seller() -> Actor:
    """Selma sells at north."""
    return Actor(
        label="Selma Seller", user_id=UUID("0190a000-0000-7000-8000-000000000003")
    )
