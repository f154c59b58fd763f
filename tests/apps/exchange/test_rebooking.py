"""Maintenance that moves an order: what is booked, and who is told."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.capacity.models import Reservation
from apps.capacity.types import BookingsInTheWay
from apps.exchange import services
from apps.kernel.periods import Period
from apps.notify.models import Notice
from apps.orders.models import Order
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import exchange as make
from tests.factories import machines


@pytest.fixture
def order(mill, brackets, shop: EnterpriseRef, south: EnterpriseRef, buyer: Actor):
    """What south has ordered of north, as its seller keeps it."""
    quote = make.auto_quoted(shop, brackets.pk, mill.pk)
    with context.enterprise(south):
        placed = services.award(quote_id=quote.pk, by=buyer, at=make.NOON)
    with context.enterprise(shop):
        return Order.objects.get(pk=placed.pk)


def told(ref: EnterpriseRef) -> list[tuple[str, list[str]]]:
    with context.enterprise(ref):
        rows = Notice.objects.filter(kind="exchange.finish_moved")
        return [(row.title, row.roles) for row in rows]


def maintain(order: Order, machine_id, by: Actor) -> Reservation:
    kept = make.reservation_of(order)
    taken = services.plan_maintenance(
        machine_id=kept.machine_id,
        period=Period(kept.start, kept.start + timedelta(hours=2)),
        reason="Bearing",
        bookings=BookingsInTheWay.MOVE,
        moves={kept.pk: machine_id},
        by=by,
        at=make.NOON,
    )
    return taken.moved[0].reservation


class TestPlanMaintenance:
    def test_tells_both_sides_of_a_later_finish(
        self, order, shop, south, planner
    ) -> None:
        with context.enterprise(shop):
            moved = maintain(order, order.machine_id, planner)
            order.refresh_from_db()

        assert moved.finish > order.promised_at
        day = moved.finish.astimezone(ZoneInfo(south.time_zone))
        assert told(south) == [
            (f"“{order.title}” will be finished on {day:%Y-%m-%d %H:%M}", ["buyer"])
        ]
        assert [roles for _title, roles in told(shop)] == [["planner", "seller"]]

    def test_tells_nobody_of_another_machine_in_time(
        self, order, shop, south, planner
    ) -> None:
        with context.enterprise(shop):
            other = machines.machine(code="Hurco05")
            moved = maintain(order, other.pk, planner)
            order.refresh_from_db()

        assert moved.finish == order.promised_at
        assert order.machine_id == moved.machine_id == other.pk
        assert told(south) == told(shop) == []
