"""Routes over machines of two enterprises: all held, or none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from apps.capacity import services as capacity
from apps.capacity.models import Reservation
from apps.capacity.services import CapacityConflict, NoFreeTime
from apps.capacity.types import RouteRequest
from apps.exchange import services
from apps.kernel.errors import InvalidInput
from apps.kernel.identifiers import uuid7
from apps.machines.selectors import MachineNotFound
from tenants import context
from tenants.models import Database, Enterprise
from tenants.registry.selectors import forget_enterprises
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.capacity import HOUR, MONDAY_7, TWO_DAYS_ON, early_shifts, held
from tests.factories.routes import route, step

BUYER = UUID("01960000-0000-7000-8000-0000000000b1")


@pytest.fixture
def mill(north: EnterpriseRef) -> UUID:
    with context.enterprise(north):
        early_shifts()
        return machines.machine(code="Hurco04").pk


@pytest.fixture
def oven(south: EnterpriseRef) -> UUID:
    with context.enterprise(south):
        early_shifts()
        return machines.machine(code="Oven1").pk


@pytest.fixture
def sellers(
    mill: UUID, oven: UUID, north: EnterpriseRef, south: EnterpriseRef
) -> dict[UUID, UUID]:
    return {mill: north.id, oven: south.id}


def hold(
    request: RouteRequest, sellers: dict[UUID, UUID], by: Actor, **facts: object
) -> services.RouteHeld:
    return services.hold_across(
        **{
            "request": request,
            "sellers": sellers,
            "counterparty_id": BUYER,
            "expires_at": TWO_DAYS_ON,
            "by": by,
            "at": MONDAY_7,
            **facts,
        }
    )


def states(*refs: EnterpriseRef) -> list[dict[str, int]]:
    found = []
    for ref in refs:
        with context.enterprise(ref):
            found.append(
                dict(Counter(Reservation.objects.values_list("state", flat=True)))
            )
    return found


def there_and_back(mill: UUID, oven: UUID) -> RouteRequest:
    return route(
        step(mill, transport_minutes=60),
        step(oven, transport_minutes=30),
        step(mill),
        quantity=4,
    )


class TestHoldAcross:
    def test_holds_what_was_promised_at_both(
        self, mill, oven, sellers, north, south, buyer
    ) -> None:
        asked = there_and_back(mill, oven)
        promised = services.promise_across(request=asked, sellers=sellers, at=MONDAY_7)

        found = hold(asked, sellers, buyer, arrives_by=promised.arrives_at)

        # An hour each, an hour there, half an hour back.
        assert [
            (lot.promise.machine_id, lot.promise.start - MONDAY_7)
            for lot in found.promise.lots
        ] == [(mill, 0 * HOUR), (oven, 2 * HOUR), (mill, 3.5 * HOUR)]
        assert found.promise == promised
        assert states(north, south) == [{"held": 2}, {"held": 1}]
        assert {
            (row.route_id, row.counterparty_id)
            for rows in found.reservations.values()
            for row in rows
        } == {(found.route_id, BUYER)}

    def test_counts_a_way_between_enterprises_as_one_between_sites(
        self, mill, oven, sellers
    ) -> None:
        direct = services.promise_across(
            request=route(step(mill, transport_minutes=60), step(mill), quantity=4),
            sellers=sellers,
            at=MONDAY_7,
        )

        assert direct.finishes_at == MONDAY_7 + 2 * HOUR

    def test_holds_nothing_anywhere_where_one_cannot(
        self, mill, oven, sellers, north, south, buyer
    ) -> None:
        with context.enterprise(south):
            held(oven, minutes=400)
        asked = replace(there_and_back(mill, oven), due_at=MONDAY_7 + 7 * HOUR)

        with pytest.raises(CapacityConflict, match="Step 2"):
            hold(asked, sellers, buyer)
        with context.enterprise(south):
            early_shifts(oven, shifts=())
        with pytest.raises(NoFreeTime, match="Step 2"):
            hold(asked, sellers, buyer)

        assert states(north, south) == [{}, {"held": 1}]

    def test_refuses_a_machine_of_somebody_else(
        self, mill, oven, sellers, north, south, buyer
    ) -> None:
        with pytest.raises(MachineNotFound):
            hold(route(step(mill), step(oven)), {**sellers, oven: north.id}, buyer)
        with pytest.raises(InvalidInput, match="Nobody is named"):
            hold(route(step(mill), step(oven)), {mill: north.id}, buyer)

        assert states(north, south) == [{}, {}]

    def test_refuses_an_enterprise_of_another_database(
        self, mill, oven, sellers, north, south, buyer
    ) -> None:
        with context.owner():
            Database.objects.create(code="second", cell_id="main")
            Enterprise.objects.filter(pk=south.id).update(database="second")
        forget_enterprises()

        with pytest.raises(services.EnterpriseElsewhere) as refused:
            hold(route(step(mill), step(oven)), sellers, buyer)

        assert str(refused.value) == (
            f"{south.name} is served from another database: one route cannot hold its"
            " machines together with others. Hold its part by itself, or choose another"
            " enterprise."
        )
        assert states(north) == [{}]

    def test_refuses_an_enterprise_that_does_not_trade(
        self, mill, sellers, north, buyer
    ) -> None:
        nobody = UUID("01960000-0000-7000-8000-00000000dead")

        with pytest.raises(services.EnterpriseGone):
            hold(route(step(mill)), {**sellers, mill: nobody}, buyer)


class TestBookAcross:
    def test_books_at_both_or_not_at_all(
        self, mill, oven, sellers, north, south, buyer
    ) -> None:
        ids: Sequence[UUID] = [north.id, south.id]
        one = hold(there_and_back(mill, oven), sellers, buyer)
        other = hold(there_and_back(mill, oven), sellers, buyer)

        services.book_across(
            route_id=one.route_id,
            seller_ids=ids,
            order_id=uuid7(),
            by=buyer,
            at=MONDAY_7,
        )
        with context.enterprise(south):
            Reservation.objects.filter(route_id=other.route_id).update(state="expired")
        with pytest.raises(services.HoldExpired):
            services.book_across(
                route_id=other.route_id,
                seller_ids=ids,
                order_id=uuid7(),
                by=buyer,
                at=MONDAY_7,
            )

        assert states(north, south) == [
            {"booked": 2, "held": 2},
            {"booked": 1, "expired": 1},
        ]

    def test_books_nothing_that_has_lapsed(
        self, mill, oven, sellers, north, south, buyer
    ) -> None:
        found = hold(there_and_back(mill, oven), sellers, buyer)

        with pytest.raises(services.HoldExpired):
            services.book_across(
                route_id=found.route_id,
                seller_ids=[north.id, south.id],
                order_id=uuid7(),
                by=buyer,
                at=TWO_DAYS_ON + timedelta(seconds=1),
            )


class TestReleaseAcross:
    def test_frees_both(self, mill, oven, sellers, north, south, buyer) -> None:
        found = hold(there_and_back(mill, oven), sellers, buyer)

        services.release_across(
            route_id=found.route_id,
            seller_ids=[north.id, south.id],
            by=buyer,
            at=MONDAY_7,
        )

        assert states(north, south) == [{"released": 2}, {"released": 1}]
        with pytest.raises(capacity.ReservationNotLive):
            services.release_across(
                route_id=found.route_id,
                seller_ids=[north.id, south.id],
                by=buyer,
                at=MONDAY_7,
            )
