"""Who may do what: scopes, and what of others cannot even be guessed."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile

from apps.capacity import services as capacity
from apps.capacity.types import CalendarLevel
from apps.exchange import services as exchange
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines import services as machine_services
from apps.machines.types import DisclosedFact
from apps.reports import services as reports
from tenants import context
from tenants.registry.clients import SCOPES
from tenants.registry.services import sign_up
from tenants.types import SYSTEM, Actor, Circle, EnterpriseRef
from tests.api.operations import NOTHING, OPERATIONS, Operation
from tests.factories import exchange as make
from tests.factories import routes as make_routes
from tests.factories import scheduling as plans
from tests.support.api import Partner, partner_of
from tests.support.world import NOON, PASSWORD

pytestmark = pytest.mark.usefixtures("db")

EVIDENCE = {"document_id": str(NOTHING), "kind": "photo"}
# A body that is well formed, so that the resource itself is what is missing.
BODIES: dict[str, Any] = {
    "/v1/orders/<uuid:order_id>/steps": {"to": "confirmed"},
    "/v1/holds/<uuid:route_id>/booking": {"order_id": str(NOTHING)},
    "/v1/machines/<uuid:machine_id>/maintenance": {
        "starts_at": "2035-05-07T06:00:00Z",
        "ends_at": "2035-05-07T08:00:00Z",
    },
    "/v1/machines/<uuid:machine_id>/evidence": EVIDENCE,
    "/v1/certificates/<uuid:certificate_id>/evidence": EVIDENCE,
    "/v1/calendars/<uuid:subject_id>/readings": {
        "file": ContentFile(b"BEGIN:VCALENDAR", "week.ics")
    },
    "/v1/demands/<uuid:demand_id>/quotes": {
        "listing_id": str(NOTHING),
        "unit_price": "1.00",
        "machine_minutes": 5,
    },
}


@pytest.fixture
def east(db: None) -> EnterpriseRef:
    """A shop that has nothing to do with north and south."""
    ref, _user = sign_up(
        name="Ostwind",
        slug="east",
        country="PL",
        language="en",
        currency="PLN",
        time_zone="Europe/Warsaw",
        email="owner@east.example",
        person_name="Ewa Ostrowska",
        password=PASSWORD,
        at=NOON,
    )
    return ref


@pytest.fixture
def foreign(
    north: EnterpriseRef, south: EnterpriseRef, buyer: Actor
) -> dict[str, UUID]:
    """What north and south have between them, by the name of its id in paths."""
    make.shop(north)
    listing = make.listing(north)
    demand = make.demand(south)
    quote = make.auto_quoted(north, demand.pk, listing.pk)
    with context.enterprise(south):
        order = exchange.award(quote_id=quote.pk, by=buyer, at=NOON)
        line = quote_line = order.quote.rfq_line
        report = reports.request_report(kind="rfq_summary", by=buyer, at=NOON)
    with context.enterprise(north):
        machine = machines.machine_detail(listing.machine_id).machine
        table = make.machines.table_import()
        center = make.machines.work_center(site=machine.site)
        work = plans.work_request(machine.pk)
        job = plans.only_job(work)
        schedule = plans.schedule()
        closing = capacity.add_exception(
            level=CalendarLevel(machine_id=machine.pk),
            period=Period(NOON, NOON + timedelta(days=1)),
            working=False,
            by=SYSTEM,
            at=NOON,
        )
        machine_services.choose_circles(
            choices={DisclosedFact.FREE_CAPACITY: Circle.COUNTERPARTY},
            by=SYSTEM,
            at=NOON,
            machine_id=machine.pk,
        )
        exchange.publish_machine(machine_id=machine.pk, at=NOON)
        evidence = make.machines.evidence(
            certificate=make.machines.certificate(number="DE-777")
        )
        (held,) = make_routes.route_held(
            make_routes.route(make_routes.step(machine.pk))
        )
    lot = make.idle_lot(
        north,
        machine.pk,
        starts_at=NOON + timedelta(weeks=13, hours=-12),
        ends_at=NOON + timedelta(weeks=13, hours=12),
    )
    return {
        "listing_id": listing.pk,
        "idle_lot_id": lot.pk,
        "machine_id": machine.pk,
        "subject_id": machine.pk,
        "exception_id": closing.pk,
        "work_request_id": work.pk,
        "job_order_id": job.pk,
        "schedule_id": schedule.pk,
        "route_id": held.route_id,
        "table_import_id": table.pk,
        "site_id": machine.site_id,
        "work_center_id": center.pk,
        "document_id": evidence.document_id,
        "evidence_id": evidence.pk,
        "certificate_id": evidence.certificate_id,
        "part_id": quote_line.part_id,
        "rfq_id": line.rfq_id,
        "rfq_line_id": line.pk,
        "demand_id": demand.pk,
        "quote_id": quote.pk,
        "order_id": order.pk,
        "report_id": report.pk,
        "file_id": NOTHING,
        "job_id": report.job_id,
    }


class TestScope:
    @pytest.mark.parametrize("scope", SCOPES)
    def test_opens_its_own_operations_and_no_others(
        self, scope: str, north: EnterpriseRef
    ) -> None:
        partner = partner_of(north, scope)

        answers = {
            # Without a key or a version nothing is done, but the door is passed.
            operation: operation.call(partner, key=None).status_code  # type: ignore[attr-defined]
            for operation in OPERATIONS
        }

        opened = {operation for operation, status in answers.items() if status != 403}
        assert opened == {each for each in OPERATIONS if each.scope == scope}
        assert all(status < 500 for status in answers.values())

    def test_is_declared_by_every_operation(self) -> None:
        assert {each.scope for each in OPERATIONS} == set(SCOPES)

    @pytest.mark.parametrize("operation", OPERATIONS, ids=str)
    def test_needs_a_token_first(self, operation: Operation) -> None:
        answer: Any = operation.call(Partner())

        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"


class TestForeign:
    def test_has_something_to_look_for(
        self,
        foreign: dict[str, UUID],
        south: EnterpriseRef,
        north: EnterpriseRef,
    ) -> None:
        """The ids are real: their owners do see what is behind them."""
        owners = {
            "machine_id": north,
            "route_id": north,
            "table_import_id": north,
            "site_id": north,
            "work_center_id": north,
            "subject_id": north,
            "work_request_id": north,
            "job_order_id": north,
            "schedule_id": north,
            "listing_id": north,
            "idle_lot_id": north,
            "document_id": north,
            "evidence_id": north,
            "certificate_id": north,
            "demand_id": None,
            "file_id": None,
        }
        seen = {
            operation.id_name: operation.call(
                partner_of(owners.get(operation.id_name, south)),  # type: ignore[arg-type]
                foreign[operation.id_name],
            ).status_code  # type: ignore[attr-defined]
            for operation in OPERATIONS
            if operation.method == "GET"
            and operation.id_name
            and owners.get(operation.id_name, south)
        }

        assert set(seen.values()) == {200}

    def test_cannot_be_told_from_what_does_not_exist(
        self, foreign: dict[str, UUID], east: EnterpriseRef
    ) -> None:
        partner = partner_of(east)
        told = {}
        for operation in OPERATIONS:
            if not operation.id_name:
                continue
            rest: dict[str, Any] = {}
            if operation.method == "POST":
                rest["body"] = BODIES.get(operation.route, {})
            if operation.method == "PUT":
                rest["If-Match"] = "*"
            others = said(operation.call(partner, foreign[operation.id_name], **rest))
            nobodys = said(operation.call(partner, NOTHING, **rest))
            if others != nobodys or others[0] != 404:
                told[str(operation)] = (others, nobodys)

        assert told == {}


def said(answer: Any) -> Any:
    """What an answer says, without what names the one request."""
    headers = dict(answer.headers)
    headers.pop("X-Request-Id")
    body = json.loads(answer.content)
    body.pop("trace_id")
    body.pop("instance")
    return answer.status_code, headers, body
