from uuid import UUID

import pytest

from apps.capacity import services
from apps.capacity.types import ReservationState
from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories.capacity import MONDAY_7, booked, early_shifts, held


@pytest.fixture(autouse=True)
def _shifts(hurco: UUID) -> None:
    early_shifts()


class TestRelease:
    @pytest.mark.parametrize("make", [held, booked])
    def test_lets_holds_and_bookings_go(
        self, hurco: UUID, planner: Actor, announced, make
    ) -> None:
        reservation = make(hurco)
        announced()

        released = services.release(
            reservation_id=reservation.pk, by=planner, at=MONDAY_7
        )

        assert released.state == ReservationState.RELEASED
        assert announced() == [hurco]
        assert held(hurco).start == reservation.start

    def test_refuses_what_is_released_already(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        reservation = held(hurco)
        services.release(reservation_id=reservation.pk, by=planner, at=MONDAY_7)
        announced()

        with pytest.raises(services.ReservationNotLive):
            services.release(reservation_id=reservation.pk, by=planner, at=MONDAY_7)

        assert announced() == []

    def test_refuses_what_is_not_there(self, planner: Actor) -> None:
        with pytest.raises(services.ReservationUnknown):
            services.release(reservation_id=uuid7(), by=planner, at=MONDAY_7)

    def test_does_not_see_the_hold_of_another_tenant(
        self, hurco: UUID, south: EnterpriseRef, planner: Actor
    ) -> None:
        hold = held(hurco)

        with context.enterprise(south), pytest.raises(services.ReservationUnknown):
            services.release(reservation_id=hold.pk, by=planner, at=MONDAY_7)

        hold.refresh_from_db()
        assert hold.state == ReservationState.HELD
