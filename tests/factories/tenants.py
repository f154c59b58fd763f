"""Enterprises, people and work, made through the doors that the project uses."""

from typing import Any
from uuid import UUID

from tenants import context, jobs
from tenants.models import ApiClient, Enterprise, Job, Membership, Slot, Template, User
from tenants.provisioning import selectors, services
from tenants.registry.clients import create_client
from tenants.registry.services import add_member, create_operator, sign_up
from tenants.types import SYSTEM, EnterpriseRef, Role
from tests.support.work import KIND
from tests.support.world import NOON, PASSWORD


def enterprise(**facts: Any) -> Enterprise:
    """Sign up Westwind Forge, a Polish shop."""
    ref, _owner = sign_up(
        **{
            "name": "Westwind Forge",
            "slug": "westwind-forge",
            "country": "PL",
            "language": "en",
            "currency": "PLN",
            "time_zone": "Europe/Warsaw",
            "email": "owner@westwind-forge.example",
            "person_name": "Wanda West",
            "password": PASSWORD,
            "at": NOON,
            **facts,
        }
    )
    with context.directory():
        return Enterprise.objects.get(pk=ref.id)


def operator(**facts: Any) -> User:
    """Write the platform's operator."""
    return create_operator(
        **{
            "email": "olga@spindle.example",
            "name": "Olga Operator",
            "password": PASSWORD,
            **facts,
        }
    )


def membership(ref: EnterpriseRef, role: Role = Role.PLANNER) -> Membership:
    """Give the enterprise a member in a role."""
    person = add_member(
        enterprise=ref,
        email=f"{role}@{ref.slug}.example",
        name=f"{role.label} of {ref.slug}",
        role=role,
        password=PASSWORD,
    )
    with context.directory():
        return Membership.objects.get(user=person, enterprise_id=ref.id)


def api_client(ref: EnterpriseRef, *scopes: str) -> ApiClient:
    """Register an ERP system that may read machines, or what it is told."""
    made, _secret = create_client(
        enterprise=ref, name="ERP", scopes=scopes or ("machines:read",), by=SYSTEM
    )
    return made


def template() -> Template:
    """Render the template, as `manage.py prepare` does."""
    return services.render_template()


def free_slot() -> Slot:
    """Make a schema ahead."""
    with context.directory():
        current = selectors.current_template()
        assert current is not None
        return Slot.objects.get(pk=services.make_slot(current))


def job(ref: EnterpriseRef, **args: Any) -> Job:
    """Write work for the enterprise: one notice."""
    with context.enterprise(ref):
        job_id: UUID = jobs.enqueue(KIND, **{"number": 1, **args})
    with context.jobs():
        return Job.objects.get(pk=job_id)
