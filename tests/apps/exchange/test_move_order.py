from datetime import timedelta

import pytest

from apps.exchange import services
from apps.exchange.models import Demand, Listing
from apps.notify.models import Notice
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.orders.models import Order
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import exchange as make

NOON = make.NOON


@pytest.fixture
def order(
    mill: Listing,
    brackets: Demand,
    north: EnterpriseRef,
    south: EnterpriseRef,
    buyer: Actor,
) -> Order:
    """What south has ordered from north."""
    quote = make.auto_quoted(north, brackets.pk, mill.pk)
    with context.enterprise(south):
        return services.award(quote_id=quote.pk, by=buyer, at=NOON)


def states(order: Order, *refs: EnterpriseRef) -> list[str]:
    found = []
    for ref in refs:
        with context.enterprise(ref):
            found.append(orders.order_detail(order.pk).state)
    return found


def move(
    ref: EnterpriseRef, order: Order, to: str, by: Actor, **facts: object
) -> Order:
    with context.enterprise(ref):
        return services.move_order(
            **{"order_id": order.pk, "to": to, "by": by, "at": NOON, **facts}
        )


class TestMoveOrder:
    def test_leads_from_placed_to_closed_on_both_sides(
        self,
        order: Order,
        north: EnterpriseRef,
        south: EnterpriseRef,
        seller: Actor,
        buyer: Actor,
    ) -> None:
        for state in ("confirmed", "in_production", "shipped"):
            assert move(north, order, state, seller).state == state
            assert states(order, north, south) == [state, state]
        for state in ("received", "closed"):
            assert move(south, order, state, buyer).state == state
            assert states(order, north, south) == [state, state]

    def test_shows_the_other_side_the_enterprise_and_not_the_person(
        self, order: Order, north: EnterpriseRef, south: EnterpriseRef, seller: Actor
    ) -> None:
        own = move(north, order, "confirmed", seller)
        with context.enterprise(south):
            theirs = orders.order_detail(order.pk)
            notice = Notice.objects.get(kind="exchange.order_moved")

        assert own.moved_by == "Selma Seller"
        assert theirs.moved_by == north.name
        assert notice.title == "“Wheel brackets”: Confirmed"

    @pytest.mark.parametrize(("days", "on_time"), [(0, 1), (42, 1), (43, 0)])
    def test_counts_what_is_received_for_the_shops_record(
        self,
        order: Order,
        mill: Listing,
        north: EnterpriseRef,
        south: EnterpriseRef,
        seller: Actor,
        buyer: Actor,
        days: int,
        on_time: int,
    ) -> None:
        for state in ("confirmed", "in_production", "shipped"):
            move(north, order, state, seller)
        move(south, order, "received", buyer, at=NOON + timedelta(days=days))
        with context.exchange():
            listing = Listing.objects.get(pk=mill.pk)

        assert (listing.deliveries, listing.deliveries_on_time) == (1, on_time)

    def test_frees_the_machine_when_it_is_called_off(
        self, order: Order, north: EnterpriseRef, south: EnterpriseRef, buyer: Actor
    ) -> None:
        move(south, order, "cancelled", buyer, reason="Budget")
        with context.enterprise(north):
            sold = orders.order_detail(order.pk)
            reservation = make.reservation_of(sold)

        assert (sold.state, sold.reason) == ("cancelled", "Budget")
        assert reservation.state == "released"

    @pytest.mark.parametrize("to", ["received", "closed", "placed", "eaten"])
    def test_refuses_the_seller_what_is_not_its_step(
        self,
        order: Order,
        north: EnterpriseRef,
        south: EnterpriseRef,
        seller: Actor,
        to: str,
    ) -> None:
        with pytest.raises(services.NotYourStep):
            move(north, order, to, seller)

        assert states(order, north, south) == ["placed", "placed"]

    def test_refuses_a_step_out_of_order_and_changes_nothing(
        self, order: Order, north: EnterpriseRef, south: EnterpriseRef, seller: Actor
    ) -> None:
        with pytest.raises(orders_services.StateMoved):
            move(north, order, "shipped", seller)

        assert states(order, north, south) == ["placed", "placed"]

    def test_refuses_another_version_and_changes_nothing(
        self, order: Order, north: EnterpriseRef, south: EnterpriseRef, seller: Actor
    ) -> None:
        with pytest.raises(orders_services.VersionMoved):
            move(north, order, "confirmed", seller, version=9)

        assert states(order, north, south) == ["placed", "placed"]
