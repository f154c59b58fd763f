from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.audit import selectors as audit
from apps.kernel.identifiers import uuid7
from apps.orders import selectors, services
from apps.orders.models import Rfq, RfqLine
from apps.orders.types import GeometryState, RfqState
from tenants import context
from tenants.models import Job
from tenants.types import Actor, EnterpriseRef
from tests.factories import orders as make
from tests.support.world import NOON

LATER = NOON + timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("in_south")


def demand_jobs() -> list[dict[str, Any]]:
    found = Job.objects.filter(kind="exchange.publish_demand").order_by("id")
    return [job.args for job in found]


def verbs(rfq: Rfq) -> list[str]:
    return [event.verb for event in audit.events_of(rfq)]


class TestDraftRfq:
    def test_keeps_what_is_asked(self, buyer: Actor) -> None:
        part = make.part()
        draft = make.draft(
            make.line_draft(part.pk, target_unit_price=Decimal("120.50")),
            allowed_countries=("DE", "BR", "DE"),
        )

        rfq = services.draft_rfq(draft=draft, by=buyer, at=NOON)

        assert rfq.number == "RFQ-2030-000001"
        assert (rfq.state, rfq.version) == (RfqState.DRAFT, 1)
        assert (rfq.drafted_at, rfq.drafted_by) == (NOON, "Bruno Buyer")
        assert rfq.allowed_countries == ["BR", "DE"]
        line = make.first_line(rfq)
        assert (line.position, line.quantity, line.it_grade) == (1, 40, 8)
        assert line.process_codes == ["milling-3-axis", "milling-5-axis"]
        assert line.target_unit_price == Decimal("120.50")
        assert verbs(rfq) == ["rfq.drafted"]
        assert demand_jobs() == []

    def test_takes_an_incomplete_draft(self, buyer: Actor) -> None:
        draft = replace(make.draft(), due_on=None, delivery_country="")

        rfq = services.draft_rfq(draft=draft, by=buyer, at=NOON)

        assert rfq.due_on is None
        assert not rfq.lines.exists()

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"title": " "}, "title"),
            ({"title": "x" * 161}, "title"),
            ({"currency": "reais"}, "currency"),
            ({"audience": "friends"}, "audience"),
            ({"delivery_country": "Brazil"}, "delivery_country"),
            ({"latitude": None}, "latitude"),
            ({"latitude": 91.0}, "latitude"),
            ({"longitude": -181.0}, "longitude"),
            ({"allowed_countries": ("de",)}, "allowed_countries"),
            (
                {"allowed_countries": ("DE",), "excluded_countries": ("DE",)},
                "excluded_countries",
            ),
            ({"weights": {"beauty": 1.0}}, "weights"),
            ({"weights": {"price": -1.0}}, "weights"),
            ({"certificate_codes": ("iso-0",)}, "certificate_codes"),
        ],
    )
    def test_refuses_what_cannot_be_meant_and_keeps_nothing(
        self, buyer: Actor, facts: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(services.RfqNotMeant) as refused:
            services.draft_rfq(draft=make.draft(**facts), by=buyer, at=NOON)

        assert [error["field"] for error in refused.value.facts["errors"]] == [field]
        assert not Rfq.objects.exists()
        assert services.draft_rfq(draft=make.draft(), by=buyer, at=NOON).number == (
            "RFQ-2030-000001"
        )

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"quantity": 0}, "lines.0.quantity"),
            ({"it_grade": 19}, "lines.0.it_grade"),
            ({"roughness_um": 0.0}, "lines.0.roughness_um"),
            ({"target_unit_price": Decimal("1.005")}, "lines.0.target_unit_price"),
            ({"process_codes": ("whittling",)}, "lines.0.process_codes"),
            ({"material_code": "unobtainium"}, "lines.0.material_code"),
        ],
    )
    def test_refuses_a_line_that_cannot_be_meant(
        self, buyer: Actor, facts: dict[str, Any], field: str
    ) -> None:
        line = make.line_draft(make.part().pk, **facts)

        with pytest.raises(services.RfqNotMeant) as refused:
            services.draft_rfq(draft=make.draft(line), by=buyer, at=NOON)

        assert refused.value.field == field

    def test_refuses_a_part_of_another_enterprise(
        self, buyer: Actor, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            theirs = make.part()
        line = make.line_draft(theirs.pk)

        with pytest.raises(selectors.PartNotFound) as refused:
            services.draft_rfq(draft=make.draft(line), by=buyer, at=NOON)

        assert refused.value.field == "lines.0.part_id"


class TestReviseRfq:
    def test_replaces_the_draft_and_its_lines(self, buyer: Actor) -> None:
        rfq = make.drafted_rfq()
        part = make.part()
        changed = make.draft(
            make.line_draft(part.pk, quantity=7),
            make.line_draft(part.pk, quantity=70),
            title="Plates, thinner",
        )

        revised = services.revise_rfq(
            rfq_id=rfq.pk, draft=changed, version=1, by=buyer, at=LATER
        )

        assert (revised.title, revised.version) == ("Plates, thinner", 2)
        assert revised.number == rfq.number
        lines = revised.lines.order_by("position")
        assert [(line.position, line.quantity) for line in lines] == [(1, 7), (2, 70)]
        assert verbs(rfq) == ["rfq.revised", "rfq.drafted"]

    def test_gives_back_what_was_put_in(self, buyer: Actor) -> None:
        draft = make.draft(make.line_draft(make.part().pk))
        rfq = services.draft_rfq(draft=draft, by=buyer, at=NOON)

        assert selectors.draft_of(selectors.rfq_detail(rfq.pk)) == draft

    def test_refuses_a_version_that_is_not_the_last(self, buyer: Actor) -> None:
        rfq = make.drafted_rfq()
        draft = make.draft(title="First")
        services.revise_rfq(rfq_id=rfq.pk, draft=draft, version=1, by=buyer, at=LATER)

        with pytest.raises(services.VersionMoved) as refused:
            services.revise_rfq(
                rfq_id=rfq.pk,
                draft=make.draft(title="Second"),
                version=1,
                by=buyer,
                at=LATER,
            )

        assert str(refused.value.detail) == (
            "RFQ-2030-000001 was changed meanwhile: it is at version 2, not 1."
        )
        rfq.refresh_from_db()
        assert rfq.title == "First"

    def test_refuses_a_published_request(self, buyer: Actor) -> None:
        rfq = make.published_rfq()

        with pytest.raises(services.StateMoved) as refused:
            services.revise_rfq(
                rfq_id=rfq.pk, draft=make.draft(), version=None, by=buyer, at=LATER
            )

        assert str(refused.value) == (
            "RFQ-2030-000001 is in state “Published”."
            " This can be done only in state: Draft."
        )
        assert rfq.lines.count() == 1

    def test_refuses_a_request_of_another_enterprise(
        self, buyer: Actor, north: EnterpriseRef
    ) -> None:
        rfq = make.drafted_rfq()

        with context.enterprise(north), pytest.raises(selectors.RfqNotFound):
            services.revise_rfq(
                rfq_id=rfq.pk, draft=make.draft(), version=1, by=buyer, at=LATER
            )


class TestPublishRfq:
    def test_sends_each_line_to_the_exchange(self, buyer: Actor) -> None:
        part = make.part()
        rfq = make.drafted_rfq(make.line_draft(part.pk), make.line_draft(part.pk))

        published = services.publish_rfq(rfq_id=rfq.pk, by=buyer, at=LATER)

        assert published.state == RfqState.PUBLISHED
        assert (published.published_at, published.published_by) == (
            LATER,
            "Bruno Buyer",
        )
        assert published.is_taking_quotes
        lines = rfq.lines.order_by("position")
        assert demand_jobs() == [{"rfq_line_id": str(line.pk)} for line in lines]
        assert verbs(rfq) == ["rfq.published", "rfq.drafted"]

    def test_names_every_field_that_is_missing_and_changes_nothing(
        self, buyer: Actor
    ) -> None:
        unread = make.unread_part(number="PL-7", revision="A")
        failed = make.unread_part(
            number="PL-8",
            revision="B",
            geometry_state=GeometryState.FAILED,
            geometry_error="plate.step is not a closed solid.",
        )
        rfq = make.drafted_rfq(
            make.line_draft(unread.pk, process_codes=()),
            make.line_draft(failed.pk, material_code=""),
            due_on=None,
            response_deadline_at=None,
            delivery_country="",
            audience="invited",
        )

        with pytest.raises(services.RfqIncomplete) as refused:
            services.publish_rfq(rfq_id=rfq.pk, by=buyer, at=NOON)

        assert {
            error["field"]: error["message"] for error in refused.value.facts["errors"]
        } == {
            "delivery_country": "Say in which country it is delivered.",
            "due_on": "Say when the parts are due.",
            "response_deadline_at": "Say until when sellers may answer.",
            "invited_enterprise_ids": (
                "Invite at least one enterprise, or widen the audience."
            ),
            "lines.0.process_codes": "Choose at least one process.",
            "lines.0.part": "PL-7 A is still being read. Try again in a moment.",
            "lines.1.material_code": "Choose the material.",
            "lines.1.part": (
                "PL-8 B could not be read. plate.step is not a closed solid."
            ),
        }
        rfq.refresh_from_db()
        assert (rfq.state, rfq.version) == (RfqState.DRAFT, 1)
        assert demand_jobs() == []
        assert verbs(rfq) == ["rfq.drafted"]

    def test_asks_for_a_line(self, buyer: Actor) -> None:
        rfq = services.draft_rfq(draft=make.draft(), by=buyer, at=NOON)

        with pytest.raises(services.RfqIncomplete) as refused:
            services.publish_rfq(rfq_id=rfq.pk, by=buyer, at=NOON)

        assert refused.value.facts == {
            "errors": [{"field": "lines", "message": "Add at least one part."}]
        }

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"due_on": date(2030, 5, 6)}, "due_on"),
            ({"response_deadline_at": NOON}, "response_deadline_at"),
            (
                {"response_deadline_at": datetime(2030, 6, 18, tzinfo=UTC)},
                "response_deadline_at",
            ),
        ],
    )
    def test_refuses_dates_that_are_past_or_crossed(
        self, buyer: Actor, facts: dict[str, Any], field: str
    ) -> None:
        rfq = make.drafted_rfq(**facts)

        with pytest.raises(services.RfqIncomplete) as refused:
            services.publish_rfq(rfq_id=rfq.pk, by=buyer, at=NOON)

        assert refused.value.field == field

    def test_refuses_to_publish_twice(self, buyer: Actor) -> None:
        rfq = make.published_rfq()

        with pytest.raises(services.StateMoved):
            services.publish_rfq(rfq_id=rfq.pk, by=buyer, at=LATER)

        assert len(demand_jobs()) == 1

    def test_refuses_a_version_that_is_not_the_last(self, buyer: Actor) -> None:
        rfq = make.drafted_rfq()

        with pytest.raises(services.VersionMoved):
            services.publish_rfq(rfq_id=rfq.pk, by=buyer, at=NOON, version=2)

        assert demand_jobs() == []

    def test_refuses_a_request_of_another_enterprise(
        self, buyer: Actor, north: EnterpriseRef
    ) -> None:
        rfq = make.drafted_rfq()

        with context.enterprise(north), pytest.raises(selectors.RfqNotFound):
            services.publish_rfq(rfq_id=rfq.pk, by=buyer, at=NOON)

        rfq.refresh_from_db()
        assert rfq.state == RfqState.DRAFT


class TestCloseRfq:
    def test_takes_no_more_answers(self, buyer: Actor) -> None:
        rfq = make.published_rfq()

        closed = services.close_rfq(rfq_id=rfq.pk, by=buyer, at=LATER)

        assert (closed.state, closed.closed_at) == (RfqState.CLOSED, LATER)
        assert not closed.is_taking_quotes
        # Published once, and told once more that it is closed.
        assert len(demand_jobs()) == 2
        assert verbs(rfq)[0] == "rfq.closed"

    def test_refuses_a_draft(self, buyer: Actor) -> None:
        rfq = make.drafted_rfq()

        with pytest.raises(services.StateMoved):
            services.close_rfq(rfq_id=rfq.pk, by=buyer, at=LATER)


class TestCancelRfq:
    @pytest.mark.parametrize("make_rfq", [make.drafted_rfq, make.published_rfq])
    def test_gives_a_request_up(self, buyer: Actor, make_rfq: Any) -> None:
        rfq = make_rfq()

        cancelled = services.cancel_rfq(
            rfq_id=rfq.pk, by=buyer, at=LATER, reason="Not needed."
        )

        assert cancelled.state == RfqState.CANCELLED
        assert (cancelled.cancelled_by, cancelled.cancel_reason) == (
            "Bruno Buyer",
            "Not needed.",
        )
        assert demand_jobs()[-1] == {"rfq_line_id": str(make.first_line(rfq).pk)}
        assert verbs(rfq)[0] == "rfq.cancelled"

    def test_refuses_to_cancel_twice(self, buyer: Actor) -> None:
        rfq = make.drafted_rfq()
        services.cancel_rfq(rfq_id=rfq.pk, by=buyer, at=LATER)

        with pytest.raises(services.StateMoved):
            services.cancel_rfq(rfq_id=rfq.pk, by=buyer, at=LATER)

    def test_refuses_a_request_that_is_not_here(self, buyer: Actor) -> None:
        with pytest.raises(selectors.RfqNotFound):
            services.cancel_rfq(rfq_id=uuid7(), by=buyer, at=LATER)


class TestRecordDemand:
    def test_remembers_the_demand_and_repeats_without_harm(self) -> None:
        line = make.first_line(make.published_rfq())
        demand_id = uuid7()

        services.record_demand(rfq_line_id=line.pk, demand_id=demand_id)
        services.record_demand(rfq_line_id=line.pk, demand_id=demand_id)

        assert selectors.rfq_line_of_demand(demand_id).pk == line.pk

    def test_refuses_a_second_demand(self) -> None:
        line = make.first_line(make.published_rfq())
        services.record_demand(rfq_line_id=line.pk, demand_id=uuid7())

        with pytest.raises(services.DemandAlreadyKnown):
            services.record_demand(rfq_line_id=line.pk, demand_id=uuid7())

    def test_refuses_a_line_that_is_not_here(self) -> None:
        with pytest.raises(selectors.RfqLineNotFound):
            services.record_demand(rfq_line_id=uuid7(), demand_id=uuid7())


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"state": "lost"}, "orders_rfq_(state_known|published_once_out)"),
            ({"audience": "friends"}, "orders_rfq_audience_known"),
            ({"currency": "reais"[:3]}, "orders_rfq_currency_is_code"),
            ({"delivery_country": "br"}, "orders_rfq_delivery_country_is_code"),
            ({"latitude": None}, "orders_rfq_place_on_earth"),
            ({"state": "published"}, "orders_rfq_published_once_out"),
            ({"published_at": NOON}, "orders_rfq_published_at_by"),
            ({"closed_by": "Bruno"}, "orders_rfq_closed_at_by"),
            ({"awarded_at": NOON}, "orders_rfq_awarded_at_by"),
            ({"cancelled_at": NOON}, "orders_rfq_cancelled_at_by"),
            (
                {"published_at": NOON, "published_by": "Bruno", "due_on": None},
                "orders_rfq_published_has_dates",
            ),
            ({"drafted_by": ""}, "orders_rfq_drafted_by_someone"),
        ],
    )
    def test_remembers_what_a_request_is(
        self, changes: dict[str, Any], constraint: str
    ) -> None:
        rfq = make.drafted_rfq()

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Rfq.objects.filter(pk=rfq.pk).update(**changes)

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"quantity": 0}, "orders_rfqline_quantity_above_zero"),
            ({"it_grade": 0}, "orders_rfqline_it_grade_1_to_18"),
            ({"roughness_um": 0.0}, "orders_rfqline_roughness_above_zero"),
            ({"target_unit_price": Decimal(0)}, "orders_rfqline_target_above_zero"),
        ],
    )
    def test_remembers_what_a_line_is(
        self, changes: dict[str, Any], constraint: str
    ) -> None:
        line = make.first_line(make.drafted_rfq())

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            RfqLine.objects.filter(pk=line.pk).update(**changes)

    def test_gives_a_number_once(self) -> None:
        make.drafted_rfq()
        other = make.drafted_rfq()

        with (
            pytest.raises(IntegrityError, match="orders_rfq_number_unique"),
            transaction.atomic(),
        ):
            Rfq.objects.filter(pk=other.pk).update(number="RFQ-2030-000001")
