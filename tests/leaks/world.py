"""Who attacks: strangers of every sort, each with a browser and a token."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client

from tenants import context
from tenants.models import Enterprise, User
from tenants.registry import clients
from tenants.registry.selectors import forget_enterprises
from tenants.registry.services import (
    add_member,
    create_operator,
    remove_member,
    sign_up,
)
from tenants.types import EnterpriseRef, Role
from tests.factories import machines as make_machines
from tests.factories import orders as make_orders
from tests.factories import scheduling as make_plans
from tests.leaks.resources import CANARIES, Resources
from tests.support.api import HOST as API_HOST
from tests.support.api import Partner, partner_of
from tests.support.world import NOON, PASSWORD

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CONSOLE_HOST = f"console.{settings.DOMAIN}"


def host_of(slug: str) -> str:
    return f"{slug}.{settings.DOMAIN}"


def browser(host: str, person: User | None = None, **headers: str) -> Client:
    """A browser at a host, signed in as a person or not at all."""
    made = Client(raise_request_exception=False, HTTP_HOST=host, **headers)
    if person is not None:
        with context.directory():
            made.force_login(person, backend=BACKEND)
    return made


@dataclass
class World:
    """Enterprises, people and things of one run of a surface."""

    north: EnterpriseRef
    south: EnterpriseRef
    east: EnterpriseRef = field(init=False)
    west: EnterpriseRef = field(init=False)

    def __post_init__(self) -> None:
        self.east, self.easts_owner = self._signed_up("east", "PL", "PLN")
        self.west, self.wests_owner = self._signed_up("west", "FR", "EUR")
        self.resources = Resources(self.north, self.south)
        self.ids = self.resources.ids
        self.own = {ref.slug: self._own(ref) for ref in (self.east, self.south)}
        # A demand that strangers may answer, and one that only those invited may.
        self.own["east"]["demand_id"] = self.ids["public_demand_id"]
        self._people()
        self._partners()
        with context.directory():
            Enterprise.objects.filter(pk=self.west.id).update(
                suspended_at=NOON, suspended_by=self.operator
            )
        forget_enterprises()
        self._browsers()

    def _browsers(self) -> None:
        """Open a browser for everyone who has no business with north's things."""
        north, east, south, west = (
            host_of(slug) for slug in ("north", "east", "south", "west")
        )
        token = {"HTTP_AUTHORIZATION": f"Bearer {self.easts_system.token}"}
        self.strangers = {
            "anonymous": browser(north),
            "owner of another enterprise": browser(east, self.easts_owner),
            "the same, at north's host": browser(north, self.easts_owner),
            "the same, by a forwarded host": browser(
                east, self.easts_owner, HTTP_X_FORWARDED_HOST=north
            ),
            "member of another enterprise": browser(east, self.easts_member),
            "API client of another enterprise": browser(north, **token),
            "removed member": self.removed_browser,
            "counterparty of an award": browser(south, self.souths_owner),
            "platform operator": browser(north, self.operator),
            "owner of a suspended enterprise": browser(west, self.wests_owner),
            "the same suspended, at north's host": browser(north, self.wests_owner),
        }
        self.norths_browser = browser(north, self.norths_owner)
        self.colleagues = {
            role: browser(north, self.member(self.north, role))
            for role in Role
            if role != Role.OWNER
        }

    def _signed_up(self, slug: str, country: str, currency: str) -> tuple[Any, User]:
        return sign_up(
            name=f"{slug.title()}wind",
            slug=slug,
            country=country,
            language="en",
            currency=currency,
            time_zone="Europe/Warsaw",
            email=f"owner@{slug}.example",
            person_name=f"{slug.title()} Owner",
            password=PASSWORD,
            at=NOON,
        )

    def _own(self, ref: EnterpriseRef) -> dict[str, str]:
        """Give a stranger things that it may name, beside the one that it may not."""
        with context.enterprise(ref):
            site = make_machines.site(name=f"Site of {ref.slug}")
            machine = make_machines.machine(site_id=site.pk, code=f"M-{ref.slug}")
            other = make_machines.machine(site_id=site.pk, code=f"N-{ref.slug}")
            table = make_machines.table_import()
            job = make_plans.only_job(make_plans.work_request(machine.pk))
            draft = make_orders.drafted_rfq()
            part_id = draft.lines.get().part_id
        return {
            "site_id": str(site.pk),
            "machine_id": str(machine.pk),
            "other_machine_id": str(other.pk),
            "table_import_id": str(table.pk),
            "job_order_id": str(job.pk),
            "rfq_id": str(draft.pk),
            "part_id": str(part_id),
        }

    def _people(self) -> None:
        self.operator = create_operator(
            email="olga@spindle.example", name="Olga Operator", password=PASSWORD
        )
        self.removed_operator = create_operator(
            email="otto@spindle.example", name="Otto Former", password=PASSWORD
        )
        with context.directory():
            self.norths_owner = User.objects.get(email="owner@north.example")
            self.souths_owner = User.objects.get(email="owner@south.example")
        self.easts_member = self.member(self.east, Role.BUYER)
        removed = self.member(self.north, Role.PLANNER, name="removed")
        self.removed_browser = browser(host_of("north"), removed)
        remove_member(enterprise=self.north, user_id=removed.pk, at=NOON)
        self.former_operators_browser = browser(CONSOLE_HOST, self.removed_operator)
        with context.directory():
            User.objects.filter(pk=self.removed_operator.pk).update(is_operator=False)

    def member(self, ref: EnterpriseRef, role: Role, *, name: str = "") -> User:
        """Give an enterprise a member in a role."""
        name = name or f"{role}-here"
        return add_member(
            enterprise=ref,
            email=f"{name}@{ref.slug}.example",
            name=f"{name} of {ref.slug}",
            role=role,
            password=PASSWORD,
        )

    def _partners(self) -> None:
        self.norths_system = partner_of(self.north)
        self.easts_system = partner_of(self.east)
        self.souths_system = partner_of(self.south)
        self.wests_system = partner_of(self.west)
        self.lesser = {
            scope: partner_of(
                self.north, *[one for one in clients.SCOPES if one != scope]
            )
            for scope in clients.SCOPES
        }
        # Who is signed in at a portal, and has no token.
        self.easts_session = Partner(client=browser(API_HOST, self.easts_owner))
        self.operators_session = Partner(client=browser(API_HOST, self.operator))
        self.revoked_system = partner_of(self.north)
        newest = clients.clients_of(self.north.id)[0]
        clients.revoke_client(
            enterprise=self.north,
            client_id=newest.client_id,
            by_user_id=self.norths_owner.pk,
            at=NOON,
        )

    def system_without(self, scope: str) -> Partner:
        """North's own system with every scope but one."""
        return self.lesser[scope]


def canaries_in(text: bytes | str) -> list[str]:
    """Name the canaries that a text holds."""
    found = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [name for name, canary in CANARIES.items() if canary in found]


def heard(answer: Any, *, but: tuple[str, ...] = ()) -> str | None:
    """Say which of north's secrets an answer holds, in its head or its body."""
    body = b"" if answer.streaming else answer.content
    told = canaries_in(body) + canaries_in(str(dict(answer.headers)))
    told = [name for name in told if name not in but]
    return f"tells {', '.join(sorted(set(told)))}" if told else None
