from uuid import UUID

import pytest

from apps.capacity import services
from apps.capacity.models import Reservation
from apps.capacity.types import ReservationKind, ReservationState
from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories.capacity import (
    MONDAY_7,
    ORDER_ID,
    QUOTE_ID,
    TWO_DAYS_ON,
    early_shifts,
    held,
)


@pytest.fixture
def hold(hurco: UUID) -> Reservation:
    early_shifts()
    return held(hurco)


class TestBook:
    def test_turns_the_hold_into_a_booking(
        self, hold: Reservation, planner: Actor
    ) -> None:
        services.book(
            reservation_id=hold.pk, order_id=ORDER_ID, by=planner, at=MONDAY_7
        )

        hold.refresh_from_db()
        assert hold.state == ReservationState.BOOKED
        assert hold.kind == ReservationKind.ORDER
        assert hold.order_id == ORDER_ID
        assert hold.quote_id == QUOTE_ID
        assert hold.expires_at is None
        assert hold.version == 2

    def test_refuses_a_hold_that_has_lapsed_unswept(
        self, hold: Reservation, planner: Actor
    ) -> None:
        with pytest.raises(services.HoldExpired) as refusal:
            services.book(
                reservation_id=hold.pk, order_id=ORDER_ID, by=planner, at=TWO_DAYS_ON
            )

        hold.refresh_from_db()
        assert refusal.value.status == 409
        assert hold.state == ReservationState.HELD

    def test_refuses_a_hold_that_has_been_swept(
        self, hold: Reservation, planner: Actor
    ) -> None:
        services.sweep_lapsed(at=TWO_DAYS_ON)

        with pytest.raises(services.HoldExpired):
            services.book(
                reservation_id=hold.pk, order_id=ORDER_ID, by=planner, at=MONDAY_7
            )

    def test_refuses_to_book_twice(self, hold: Reservation, planner: Actor) -> None:
        services.book(
            reservation_id=hold.pk, order_id=ORDER_ID, by=planner, at=MONDAY_7
        )

        with pytest.raises(services.ReservationNotLive, match="booked"):
            services.book(
                reservation_id=hold.pk, order_id=uuid7(), by=planner, at=MONDAY_7
            )

        hold.refresh_from_db()
        assert hold.order_id == ORDER_ID

    def test_refuses_what_has_been_released(
        self, hold: Reservation, planner: Actor
    ) -> None:
        services.release(reservation_id=hold.pk, by=planner, at=MONDAY_7)

        with pytest.raises(services.ReservationNotLive, match="released"):
            services.book(
                reservation_id=hold.pk, order_id=ORDER_ID, by=planner, at=MONDAY_7
            )

    def test_does_not_see_the_hold_of_another_tenant(
        self, hold: Reservation, south: EnterpriseRef, planner: Actor
    ) -> None:
        with context.enterprise(south), pytest.raises(services.ReservationUnknown):
            services.book(
                reservation_id=hold.pk, order_id=ORDER_ID, by=planner, at=MONDAY_7
            )

        hold.refresh_from_db()
        assert hold.state == ReservationState.HELD
