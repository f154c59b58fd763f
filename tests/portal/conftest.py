"""Browsers without a screen: one per host and person."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from tenants import context
from tenants.models import User
from tenants.registry.services import add_member
from tenants.types import EnterpriseRef, Role
from tests.support.world import PASSWORD

SignIn = Callable[..., Client]


@pytest.fixture
def public_site(db: None) -> Client:
    """A stranger on the public site."""
    return Client(HTTP_HOST=settings.DOMAIN)


@pytest.fixture
def stranger(north: EnterpriseRef) -> Client:
    """Somebody at north's portal who is not signed in."""
    return Client(HTTP_HOST=f"{north.slug}.{settings.DOMAIN}")


@pytest.fixture
def member_of(db: None) -> SignIn:
    """Sign in as a member of an enterprise in a role."""

    def sign_in(
        ref: EnterpriseRef, role: Role = Role.OWNER, at: EnterpriseRef | None = None
    ) -> Client:
        person = add_member(
            enterprise=ref,
            email=f"{role}.member@{ref.slug}.example",
            name=f"{role.label} of {ref.slug}",
            role=role,
            password=PASSWORD,
        )
        return signed_in(person, at or ref)

    return sign_in


def signed_in(person: User, at: EnterpriseRef) -> Client:
    client = Client(HTTP_HOST=f"{at.slug}.{settings.DOMAIN}")
    with context.directory():
        client.force_login(
            person, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    return client
