"""Maintenance asks about bookings: where each could go, and lets them go there."""

from uuid import UUID

import pytest

from apps.capacity import selectors, services
from apps.capacity.models import Reservation
from apps.capacity.services import CapacityConflict, NoFreeTime
from apps.capacity.types import BookingsInTheWay
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from tenants.types import Actor
from tests.factories import machines
from tests.factories.capacity import (
    DAY,
    HOUR,
    MONDAY_7,
    ORDER_ID,
    booked,
    early_shifts,
    held,
)
from tests.factories.routes import route, route_held, step

# Booked is Monday from 9 to 12; the shift ends at 14.
NINE = MONDAY_7 + 2 * HOUR
REPAIR = Period(NINE + HOUR, NINE + 2 * HOUR)


@pytest.fixture(autouse=True)
def _shifts(hurco: UUID, mazak: UUID) -> None:
    early_shifts()
    for machine_id in (hurco, mazak):
        machines.capability(machine_id)


@pytest.fixture
def booking(hurco: UUID) -> Reservation:
    return booked(hurco, not_before=NINE)


def maintain(
    machine_id: UUID, planner: Actor, **facts: object
) -> services.MaintenanceTaken:
    return services.take_maintenance(
        **{
            "machine_id": machine_id,
            "period": REPAIR,
            "reason": "Bearing",
            "by": planner,
            "at": MONDAY_7,
            "bookings": BookingsInTheWay.MOVE,
            **facts,
        }
    )


class TestPreviewMaintenance:
    def test_says_what_makes_way_and_where_bookings_could_go(
        self, hurco: UUID, mazak: UUID, booking: Reservation
    ) -> None:
        hold = held(hurco, minutes=60, not_before=NINE + 3 * HOUR)
        held(mazak, minutes=300)

        preview = selectors.preview_maintenance(
            machine_id=hurco, period=Period(NINE + HOUR, NINE + 4 * HOUR), at=MONDAY_7
        )

        assert [row.pk for row in preview.holds] == [hold.pk]
        (found,) = preview.bookings
        assert found.reservation.pk == booking.pk
        assert found.reservation.order_id == ORDER_ID
        assert [
            (
                place.machine_id,
                place.promise.start,
                place.promise.finish,
                place.is_later,
            )
            for place in found.places
        ] == [
            # An hour is left today, two are for tomorrow.
            (hurco, NINE + 4 * HOUR, NINE + 23 * HOUR, True),
            (mazak, NINE + 3 * HOUR, NINE + 22 * HOUR, True),
        ]

    def test_offers_no_place_to_work_in_progress_nor_to_maintenance(
        self, hurco: UUID, booking: Reservation, planner: Actor
    ) -> None:
        maintain(hurco, planner, period=Period(NINE + 3 * HOUR, NINE + 4 * HOUR))

        preview = selectors.preview_maintenance(
            machine_id=hurco, period=Period(NINE, NINE + DAY), at=NINE
        )

        assert [row.places for row in preview.bookings] == [(), ()]

    def test_is_empty_for_free_time(self, hurco: UUID) -> None:
        preview = selectors.preview_maintenance(
            machine_id=hurco, period=REPAIR, at=MONDAY_7
        )

        assert preview == selectors.MaintenancePreview((), ())


class TestTakeMaintenance:
    def test_moves_a_booking_to_later_on_the_machine(
        self, hurco: UUID, booking: Reservation, planner: Actor
    ) -> None:
        taken = maintain(hurco, planner, moves={booking.pk: hurco})

        (moved,) = taken.moved
        assert moved.reservation.pk == booking.pk
        assert moved.was == Period(NINE, NINE + 3 * HOUR)
        assert moved.is_later
        booking.refresh_from_db()
        assert (booking.state, booking.kind, booking.order_id) == (
            "booked",
            "order",
            ORDER_ID,
        )
        # Three hours after the repair end with the shift.
        assert booking.start == REPAIR.end
        assert booking.finish == REPAIR.end + 3 * HOUR

    def test_moves_a_booking_to_another_machine_in_time(
        self, hurco: UUID, mazak: UUID, booking: Reservation, planner: Actor
    ) -> None:
        taken = maintain(hurco, planner, moves={booking.pk: mazak})

        assert [row.is_later for row in taken.moved] == [False]
        booking.refresh_from_db()
        assert (booking.machine_id, booking.start) == (mazak, NINE)

    def test_lets_bookings_change_places(
        self, hurco: UUID, booking: Reservation, planner: Actor
    ) -> None:
        second = booked(hurco, minutes=60, not_before=NINE + 3 * HOUR)

        maintain(
            hurco,
            planner,
            period=Period(NINE + HOUR, NINE + 4 * HOUR),
            moves={booking.pk: hurco, second.pk: hurco},
        )

        booking.refresh_from_db()
        second.refresh_from_db()
        assert booking.start == NINE + 4 * HOUR
        assert second.start == booking.finish

    def test_moves_nothing_unless_every_booking_is_named(
        self, hurco: UUID, booking: Reservation, planner: Actor
    ) -> None:
        second = booked(hurco, minutes=60, not_before=NINE + 3 * HOUR)
        before = list(Reservation.objects.order_by("id").values())

        with pytest.raises(CapacityConflict) as refused:
            maintain(
                hurco,
                planner,
                period=Period(NINE, NINE + 4 * HOUR),
                moves={booking.pk: hurco},
            )

        assert refused.value.facts["reservation_ids"] == [str(second.pk)]
        assert list(Reservation.objects.order_by("id").values()) == before

    def test_moves_nothing_when_it_is_to_refuse(
        self, hurco: UUID, booking: Reservation, planner: Actor
    ) -> None:
        with pytest.raises(CapacityConflict, match="is booked in this time"):
            maintain(
                hurco,
                planner,
                bookings=BookingsInTheWay.REFUSE,
                moves={booking.pk: hurco},
            )

    def test_leaves_work_in_progress_where_it_is(
        self, hurco: UUID, booking: Reservation, planner: Actor
    ) -> None:
        with pytest.raises(CapacityConflict, match="is booked in this time"):
            maintain(hurco, planner, moves={booking.pk: hurco}, at=NINE)

    def test_moves_nothing_to_where_no_work_is_done(
        self, hurco: UUID, mazak: UUID, booking: Reservation, planner: Actor
    ) -> None:
        early_shifts(mazak, shifts=())

        with pytest.raises(NoFreeTime):
            maintain(hurco, planner, moves={booking.pk: mazak})

        booking.refresh_from_db()
        assert (booking.state, booking.start) == ("booked", NINE)

    def test_keeps_the_next_step_of_a_route_waiting_for_nothing(
        self, hurco: UUID, mazak: UUID, planner: Actor
    ) -> None:
        rows = route_held(route(step(hurco), step(mazak), release_at=NINE))
        services.book_route(
            route_id=rows[0].route_id, order_id=uuid7(), by=planner, at=MONDAY_7
        )

        # What comes before may not be later, what comes last may.
        with pytest.raises((NoFreeTime, CapacityConflict)):
            maintain(hurco, planner, moves={rows[0].pk: hurco})
        maintain(
            mazak,
            planner,
            period=Period(NINE + 3 * HOUR, NINE + 4 * HOUR),
            moves={rows[1].pk: mazak},
        )

        assert Reservation.objects.get(pk=rows[0].pk).start == NINE
        assert Reservation.objects.get(pk=rows[1].pk).start == NINE + 4 * HOUR
