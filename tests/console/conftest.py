"""The platform operator at the console, and what there is to look at."""

import pytest
from django.conf import settings
from django.test import Client

from tenants import context
from tenants.models import Job, User
from tenants.types import EnterpriseRef, JobState
from tests.factories import exchange as make
from tests.support.world import NOON, PASSWORD

HOST = f"console.{settings.DOMAIN}"
EMAIL = "olga@spindle.example"


@pytest.fixture
def stranger(db: None) -> Client:
    """Somebody at the console who is not signed in."""
    return Client(HTTP_HOST=HOST)


@pytest.fixture
def olga(db: None) -> User:
    """The operator, who is a member of no enterprise."""
    with context.owner():
        return User.objects.create_superuser(EMAIL, PASSWORD, name="Olga Operator")


@pytest.fixture
def operator(olga: User) -> Client:
    """Olga's browser, signed in."""
    client = Client(HTTP_HOST=HOST)
    with context.directory():
        client.force_login(
            olga, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return client


@pytest.fixture
def market(north: EnterpriseRef, south: EnterpriseRef):
    """A match run over a mill that fits and one that is too small."""
    make.shop(north)
    make.listing(north)
    small = {"size_x_mm": 152.0, "size_y_mm": 190.5, "size_z_mm": 90.0}
    make.listing(north, offers=small, code="Hurco06", model="VM10")
    return make.matched(make.demand(south).pk)


@pytest.fixture
def failed(north: EnterpriseRef) -> Job:
    """A job of north that ended badly."""
    with context.jobs():
        return Job.objects.create(
            enterprise_id=north.id,
            kind="reports.render",
            state=JobState.FAILED,
            run_after=NOON,
            finished_at=NOON,
            attempts=5,
            error_code="failed",
            error="The chart could not be drawn.",
        )
