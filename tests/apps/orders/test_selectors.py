from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.kernel.identifiers import uuid7
from apps.orders import selectors, services
from apps.orders.types import OrderState, RfqState, Side, StateCount
from tenants import context
from tenants.isolation import ForeignInstance
from tenants.types import Actor, EnterpriseRef
from tests.factories import orders as make
from tests.support.world import NOON

pytestmark = pytest.mark.usefixtures("in_south")


def statements(captured: CaptureQueriesContext) -> int:
    """Count what was asked, without the plumbing of role and search path."""
    return sum(
        1 for query in captured.captured_queries if query["sql"].startswith("SELECT")
    )


class TestParts:
    def test_are_found_by_words_of_number_or_name(self) -> None:
        bracket = make.part(number="BR-100", name="Bracket, left")
        make.part(number="BR-200", name="Plate")

        assert list(selectors.parts(search="br left")) == [bracket]
        assert selectors.parts(search="BR-").count() == 2
        assert not selectors.parts(geometry_state="failed")

    def test_come_newest_first(self) -> None:
        old, new = make.part(), make.part()

        assert list(selectors.parts()) == [new, old]


class TestRfqs:
    def test_count_their_lines_and_open_answers(self, buyer: Actor) -> None:
        part = make.part()
        rfq = make.published_rfq(make.line_draft(part.pk), make.line_draft(part.pk))
        line = make.first_line(rfq)
        make.received_quote(line, "630.60")
        make.received_quote(line, "500.00")
        cheapest = make.received_quote(line, "400.00")
        services.withdraw_quote(quote_id=cheapest.pk, by=buyer, at=NOON)

        (found,) = selectors.rfqs(state="published", search="plates")

        assert (found.line_count, found.quote_count) == (2, 2)
        assert found.best_total == Decimal("3125.00")

    def test_cost_the_same_for_two_and_for_twenty(self) -> None:
        counts = []
        for more in (2, 18):
            for _ in range(more):
                make.received_quote(make.first_line(make.published_rfq()))
            with CaptureQueriesContext(connection) as captured:
                assert all(rfq.quote_count == 1 for rfq in selectors.rfqs())
            counts.append(statements(captured))

        assert counts == [1, 1]

    def test_refuse_to_be_read_in_another_enterprise(
        self, north: EnterpriseRef
    ) -> None:
        make.drafted_rfq()
        ours = selectors.rfqs()

        with context.enterprise(north), pytest.raises(ForeignInstance):
            list(ours)

    def test_details_come_with_lines_and_parts_in_two_queries(self) -> None:
        part = make.part()
        rfq = make.drafted_rfq(*[make.line_draft(part.pk) for _ in range(5)])

        with CaptureQueriesContext(connection) as captured:
            found = selectors.rfq_detail(rfq.pk)
            names = [line.part.name for line in found.lines.all()]

        assert names == ["Plate"] * 5
        assert statements(captured) == 2

    def test_details_of_what_is_not_here_are_refused(self) -> None:
        with pytest.raises(selectors.RfqNotFound):
            selectors.rfq_detail(uuid7())
        with pytest.raises(selectors.RfqLineNotFound):
            selectors.rfq_line_detail(uuid7())
        with pytest.raises(selectors.RfqLineNotFound):
            selectors.rfq_line_of_demand(uuid7())

    def test_a_line_comes_with_its_request_and_part(self) -> None:
        line = make.first_line(make.drafted_rfq())

        with CaptureQueriesContext(connection) as captured:
            found = selectors.rfq_line_detail(line.pk)
            assert (found.rfq.number, found.part.name) == ("RFQ-2030-000001", "Plate")

        assert statements(captured) == 1


class TestQuotes:
    def test_are_compared_cheapest_first(self, buyer: Actor) -> None:
        line = make.first_line(make.published_rfq())
        dear = make.received_quote(line, "900.00")
        cheap = make.received_quote(line, "500.00")
        gone = make.received_quote(line, "100.00")
        services.withdraw_quote(quote_id=gone.pk, by=buyer, at=NOON)

        with CaptureQueriesContext(connection) as captured:
            found = list(selectors.quotes_to_compare(line.pk))
            amounts = [[row.amount for row in quote.lines.all()] for quote in found]

        assert found == [cheap, dear]
        assert amounts == [[Decimal("500.00")], [Decimal("900.00")]]
        assert statements(captured) == 2

    def test_are_found_by_side_state_and_words(self) -> None:
        quote = make.received_quote(make.first_line(make.published_rfq()))

        assert list(selectors.quotes(side=Side.BUYER, search="nordlicht")) == [quote]
        assert not selectors.quotes(side=Side.SELLER)
        assert not selectors.quotes(state="expired")
        assert list(selectors.quotes_for_demand(quote.demand_id)) == [quote]

    def test_details_of_what_is_not_here_are_refused(self) -> None:
        with pytest.raises(selectors.QuoteNotFound):
            selectors.quote_detail(uuid7())


class TestOrders:
    def test_are_found_by_side_state_and_words(self) -> None:
        order = make.placed_order(
            make.received_quote(make.first_line(make.published_rfq()))
        )

        assert list(selectors.orders(side=Side.BUYER, search="plates nord")) == [order]
        assert not selectors.orders(state=OrderState.SHIPPED)

    def test_details_come_with_the_quotes_lines(self) -> None:
        order = make.placed_order()

        with CaptureQueriesContext(connection) as captured:
            found = selectors.order_detail(order.pk)
            codes = [line.code for line in found.quote.lines.all()]

        assert codes == ["setup", "machining"]
        assert statements(captured) == 2

    def test_details_of_what_is_not_here_are_refused(self) -> None:
        with pytest.raises(selectors.OrderNotFound):
            selectors.order_detail(uuid7())

    def test_are_late_from_the_day_after_they_were_due(self) -> None:
        order = make.placed_order()

        assert not selectors.late_orders(on=make.DUE_ON)
        assert list(selectors.late_orders(on=date(2030, 6, 18))) == [order]


class TestRfqSummary:
    def test_says_what_was_asked_and_what_came_back(self, buyer: Actor) -> None:
        answered = make.published_rfq()
        make.drafted_rfq()
        unanswered = make.published_rfq()
        line = make.first_line(answered)
        late = {"at": NOON + timedelta(minutes=90)}
        chosen = make.received_quote(line, "600.00", at=NOON + timedelta(minutes=30))
        make.received_quote(line, "500.00", **late)
        refused = make.received_quote(line, "900.00", **late)
        services.decline_quote(quote_id=refused.pk, by=buyer, at=NOON)
        services.accept_quote(quote_id=chosen.pk, by=buyer, at=NOON)

        found = selectors.rfq_summary(start=NOON, end=NOON + timedelta(days=1))

        assert {row.state: row.count for row in found.rfqs if row.count} == {
            RfqState.AWARDED: 1,
            RfqState.DRAFT: 1,
            RfqState.PUBLISHED: 1,
        }
        assert StateCount("declined", 1) in found.quotes
        assert found.answered_lines == 1
        assert found.median_first_answer_minutes == 30
        first, second = found.lines
        assert (first.rfq_number, first.quotes) == (answered.number, 3)
        assert (first.lowest_total, first.median_total, first.highest_total) == (
            Decimal("3125.00"),
            Decimal("3750.00"),
            Decimal("5625.00"),
        )
        assert first.accepted_total == Decimal("3750.00")
        assert (first.first_answer_minutes, first.median_answer_minutes) == (30, 90)
        assert (second.rfq_number, second.quotes) == (unanswered.number, 0)
        assert second.lowest_total is None
        assert second.first_answer_minutes is None

    def test_leaves_other_times_out(self) -> None:
        make.published_rfq()

        found = selectors.rfq_summary(start=NOON - timedelta(days=1), end=NOON)

        assert found.lines == ()
        assert sum(row.count for row in found.rfqs) == 0
        assert found.median_first_answer_minutes is None


class TestOpenCounts:
    def test_counts_what_waits_on_either_side(self, buyer: Actor) -> None:
        make.drafted_rfq()
        line = make.first_line(make.published_rfq())
        make.received_quote(line)
        make.given_quote()
        make.placed_order()

        assert selectors.open_counts() == {
            "rfqs_draft": 1,
            "rfqs_published": 1,
            "quotes_buyer": 1,
            "quotes_seller": 1,
            "orders_buyer": 0,
            "orders_seller": 1,
        }
