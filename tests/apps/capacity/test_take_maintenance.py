from datetime import timedelta
from uuid import UUID

import pytest

from apps.capacity import services
from apps.capacity.models import Reservation
from apps.capacity.types import ReservationKind, ReservationState
from apps.kernel.errors import InvalidInput
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines.selectors import MachineNotFound
from apps.machines.services import publish_machine
from tenants.types import Actor
from tests.factories import machines
from tests.factories.capacity import (
    DAY,
    HOUR,
    MONDAY_7,
    ORDER_ID,
    SHIFT_START,
    booked,
    early_shifts,
    held,
)

MORNING = Period(MONDAY_7 + HOUR, MONDAY_7 + 3 * HOUR)


@pytest.fixture(autouse=True)
def _shifts(hurco: UUID) -> None:
    early_shifts()


def take(
    machine_id: UUID, planner: Actor, period: Period = MORNING
) -> services.MaintenanceTaken:
    return services.take_maintenance(
        machine_id=machine_id,
        period=period,
        reason="Spindle bearing",
        by=planner,
        at=MONDAY_7,
    )


class TestTakeMaintenance:
    def test_books_the_period_for_maintenance(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        machines.capability(hurco)
        machines.cost_model(hurco)
        publish_machine(machine_id=hurco, by=planner, at=MONDAY_7)
        announced()

        taken = take(hurco, planner)

        row = Reservation.objects.get(pk=taken.reservation.pk)
        assert Period(row.start, row.finish) == MORNING
        assert row.kind == ReservationKind.MAINTENANCE
        assert row.state == ReservationState.BOOKED
        assert row.minutes == 120
        assert row.reason == "Spindle bearing"
        assert taken.released == ()
        assert announced() == [hurco]
        assert held(hurco).start == MORNING.end

    def test_tells_nobody_of_a_machine_that_is_not_shown(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        announced()

        take(hurco, planner)

        assert announced() == []

    def test_may_lie_outside_of_working_time(self, hurco: UUID, planner: Actor) -> None:
        night = Period(MONDAY_7 + 10 * HOUR, MONDAY_7 + 12 * HOUR)

        assert take(hurco, planner, night).reservation.minutes == 0

    def test_covers_every_minute_it_touches(self, hurco: UUID, planner: Actor) -> None:
        half_a_minute = timedelta(seconds=30)

        reservation = take(
            hurco,
            planner,
            Period(MORNING.start + half_a_minute, MORNING.end - half_a_minute),
        ).reservation

        assert Period(reservation.start, reservation.finish) == MORNING

    def test_makes_holds_give_way_and_names_them(
        self, hurco: UUID, planner: Actor
    ) -> None:
        first = held(hurco)
        tomorrow = held(hurco, not_before=SHIFT_START + DAY)

        taken = take(hurco, planner)

        tomorrow.refresh_from_db()
        assert [(r.pk, r.state) for r in taken.released] == [
            (first.pk, ReservationState.RELEASED)
        ]
        assert tomorrow.state == ReservationState.HELD

    def test_does_not_name_holds_that_have_lapsed(
        self, hurco: UUID, planner: Actor
    ) -> None:
        before = MONDAY_7 - DAY
        lapsed = held(hurco, at=before, expires_at=MONDAY_7)

        assert take(hurco, planner).released == ()

        lapsed.refresh_from_db()
        assert lapsed.state == ReservationState.EXPIRED

    def test_does_not_push_bookings_away_and_changes_nothing(
        self, hurco: UUID, planner: Actor
    ) -> None:
        booking = booked(hurco)
        hold = held(hurco)

        with pytest.raises(services.CapacityConflict) as refusal:
            take(hurco, planner, Period(MONDAY_7, MONDAY_7 + DAY))

        hold.refresh_from_db()
        assert refusal.value.facts == {
            "reservation_ids": [str(booking.pk)],
            "order_ids": [str(ORDER_ID)],
        }
        assert "Order 2030-05-06 07:00 – 10:00" in str(refusal.value)
        assert hold.state == ReservationState.HELD
        assert Reservation.objects.count() == 2

    def test_is_let_go_like_any_reservation(self, hurco: UUID, planner: Actor) -> None:
        taken = take(hurco, planner)

        services.release(reservation_id=taken.reservation.pk, by=planner, at=MONDAY_7)

        assert held(hurco).start == MONDAY_7

    @pytest.mark.parametrize(
        "period",
        [
            Period(MORNING.start, MORNING.start),
            Period(MONDAY_7 - DAY, MONDAY_7),
        ],
        ids=["empty", "over"],
    )
    def test_refuses_a_period_that_cannot_be_meant(
        self, hurco: UUID, planner: Actor, period: Period
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            take(hurco, planner, period)

        assert refusal.value.field == "period"

    def test_refuses_a_machine_that_is_not_there(self, planner: Actor) -> None:
        with pytest.raises(MachineNotFound):
            take(uuid7(), planner)
