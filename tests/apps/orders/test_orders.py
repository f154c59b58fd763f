from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.audit import selectors as audit
from apps.kernel.identifiers import uuid7
from apps.orders import selectors, services
from apps.orders.models import Order
from apps.orders.rules import life_cycles
from apps.orders.types import OrderState, Side
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import orders as make
from tests.support.world import NOON

LATER = NOON + timedelta(hours=1)

MOVES: dict[str, Any] = {
    OrderState.CONFIRMED: services.confirm_order,
    OrderState.IN_PRODUCTION: services.start_order,
    OrderState.SHIPPED: services.ship_order,
    OrderState.RECEIVED: services.receive_order,
    OrderState.CLOSED: services.close_order,
    OrderState.CANCELLED: services.cancel_order,
    OrderState.DISPUTED: services.dispute_order,
}


def move(order: Order, state: str, by: Actor, **facts: Any) -> Order:
    if state in {OrderState.CANCELLED, OrderState.DISPUTED}:
        facts = {"reason": "Agreed by phone.", **facts}
    moved: Order = MOVES[state](order_id=order.pk, by=by, at=LATER, **facts)
    return moved


@pytest.mark.usefixtures("in_north")
class TestPlaceOrder:
    def test_makes_the_order_of_an_accepted_quote(self, seller: Actor) -> None:
        quote = make.given_quote()
        services.accept_quote(quote_id=quote.pk, by=seller, at=NOON)
        facts = make.order_facts(quote)
        machine_id, reservation_id = uuid7(), uuid7()

        order = services.place_order(
            facts=facts,
            by=seller,
            at=NOON,
            machine_id=machine_id,
            reservation_id=reservation_id,
        )

        assert order.pk == facts.id
        assert order.number == "ORD-2030-000001"
        assert (order.side, order.state) == (Side.SELLER, OrderState.PLACED)
        assert (order.quote_id, order.rfq_line_id) == (quote.pk, None)
        assert (order.machine_id, order.reservation_id) == (machine_id, reservation_id)
        assert (order.placed_at, order.placed_by) == (NOON, "Selma Seller")
        assert [event.verb for event in audit.events_of(order)] == ["order.placed"]

    def test_takes_the_buyers_side_from_its_quote(
        self, south: EnterpriseRef, buyer: Actor
    ) -> None:
        with context.enterprise(south):
            line = make.first_line(make.published_rfq())

            order = make.placed_order(make.received_quote(line))

        assert (order.side, order.rfq_line_id) == (Side.BUYER, line.pk)

    def test_refuses_a_quote_that_is_not_accepted(self, seller: Actor) -> None:
        quote = make.given_quote()

        with pytest.raises(services.QuoteNotAccepted):
            services.place_order(facts=make.order_facts(quote), by=seller, at=NOON)

        assert not Order.objects.exists()

    def test_refuses_a_second_order(self, seller: Actor) -> None:
        quote = make.given_quote()
        make.placed_order(quote)

        with pytest.raises(services.OrderExists):
            services.place_order(facts=make.order_facts(quote), by=seller, at=NOON)

        assert Order.objects.count() == 1

    def test_refuses_a_quote_of_another_enterprise(
        self, south: EnterpriseRef, seller: Actor
    ) -> None:
        facts = make.order_facts(make.given_quote())

        with context.enterprise(south), pytest.raises(selectors.QuoteNotFound):
            services.place_order(facts=facts, by=seller, at=NOON)


@pytest.mark.usefixtures("in_north")
class TestMoveOrder:
    def test_goes_from_placed_to_closed(self, seller: Actor) -> None:
        order = make.placed_order()

        for state in list(MOVES)[:5]:
            order = move(order, state, seller)
            assert order.state == state
            assert (order.moved_at, order.moved_by) == (LATER, "Selma Seller")

        assert order.version == 6
        assert [event.verb for event in audit.events_of(order)] == [
            "order.closed",
            "order.received",
            "order.shipped",
            "order.in_production",
            "order.confirmed",
            "order.placed",
        ]

    @pytest.mark.parametrize("target", list(MOVES))
    @pytest.mark.parametrize("state", OrderState.values)
    def test_goes_only_where_its_life_cycle_leads(
        self, seller: Actor, state: str, target: OrderState
    ) -> None:
        order = make.placed_order()
        Order.objects.filter(pk=order.pk).update(state=state)

        if state in life_cycles.ORDER[target]:
            assert move(order, target, seller).state == target
        else:
            with pytest.raises(services.StateMoved):
                move(order, target, seller)
            order.refresh_from_db()
            assert (order.state, order.version) == (state, 1)

    def test_says_why_it_was_called_off(self, seller: Actor) -> None:
        order = make.placed_order()

        cancelled = services.cancel_order(
            order_id=order.pk, reason="Drawing withdrawn.", by=seller, at=LATER
        )

        assert cancelled.reason == "Drawing withdrawn."
        assert audit.events_of(order)[0].facts == {"reason": "Drawing withdrawn."}

    @pytest.mark.parametrize("state", list(MOVES))
    def test_refuses_a_version_that_is_not_the_last(
        self, seller: Actor, state: str
    ) -> None:
        order = make.placed_order()

        with pytest.raises(services.VersionMoved):
            move(order, state, seller, version=2)

    @pytest.mark.parametrize("state", list(MOVES))
    def test_refuses_an_order_of_another_enterprise(
        self, south: EnterpriseRef, seller: Actor, state: str
    ) -> None:
        order = make.placed_order()

        with context.enterprise(south), pytest.raises(selectors.OrderNotFound):
            move(order, state, seller)

        order.refresh_from_db()
        assert order.state == OrderState.PLACED


@pytest.mark.usefixtures("in_north")
class TestTheDatabase:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"state": "lost"}, "orders_order_state_known"),
            ({"side": "broker"}, "orders_order_(side_known|bought_for_a_line)"),
            ({"side": "buyer"}, "orders_order_bought_for_a_line"),
            ({"quantity": 0}, "orders_order_quantity_above_zero"),
            ({"total": -1}, "orders_order_total_not_negative"),
            ({"currency": "eur"}, "orders_order_currency_is_code"),
            ({"moved_by": "Selma"}, "orders_order_moved_at_by"),
            ({"placed_by": ""}, "orders_order_placed_by_someone"),
        ],
    )
    def test_remembers_what_an_order_is(
        self, changes: dict[str, Any], constraint: str
    ) -> None:
        order = make.placed_order()

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**changes)
