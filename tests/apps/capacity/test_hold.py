from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from apps.audit.models import AuditEvent
from apps.capacity import services
from apps.capacity.models import Reservation
from apps.capacity.rules import limits
from apps.capacity.types import ReservationKind, ReservationState
from apps.kernel.errors import InvalidInput
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines.selectors import MachineNotFound
from apps.machines.services import change_state
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories.capacity import (
    DAY,
    HOUR,
    MONDAY_7,
    QUOTE_ID,
    SHIFT_START,
    TWO_DAYS_ON,
    booked,
    early_shifts,
    held,
    reservation_row,
)


@pytest.fixture(autouse=True)
def _shifts(hurco: UUID) -> None:
    early_shifts()


def holds() -> int:
    return Reservation.objects.filter(state=ReservationState.HELD).count()


class TestHold:
    def test_takes_the_earliest_stretch_to_the_minute(self, hurco: UUID) -> None:
        reservation = held(hurco, minutes=7 * 60 + 1)

        reservation.refresh_from_db()
        assert reservation.start == MONDAY_7
        assert reservation.finish == SHIFT_START + DAY + timedelta(minutes=1)
        assert reservation.minutes == 421
        assert reservation.state == ReservationState.HELD
        assert reservation.kind == ReservationKind.QUOTE
        assert reservation.expires_at == TWO_DAYS_ON
        assert reservation.quote_id == QUOTE_ID

    def test_begins_with_the_next_whole_minute(self, hurco: UUID) -> None:
        reservation = held(hurco, not_before=MONDAY_7 + timedelta(seconds=1))

        assert reservation.start == MONDAY_7 + timedelta(minutes=1)

    def test_never_begins_in_the_past(self, hurco: UUID) -> None:
        assert held(hurco, not_before=MONDAY_7 - DAY).start == MONDAY_7

    def test_goes_behind_what_is_held_and_booked(self, hurco: UUID) -> None:
        booked(hurco)
        held(hurco, minutes=60)

        assert held(hurco).start == MONDAY_7 + 4 * HOUR

    def test_leaves_other_machines_alone(self, hurco: UUID, mazak: UUID) -> None:
        held(mazak)

        assert held(hurco).start == MONDAY_7

    def test_takes_exactly_the_window_promised(self, hurco: UUID) -> None:
        window = Period(MONDAY_7 + HOUR, MONDAY_7 + 4 * HOUR)

        reservation = held(hurco, during=window)

        assert Period(reservation.start, reservation.finish) == window

    def test_lets_a_lapsed_hold_go_that_nobody_has_swept(self, hurco: UUID) -> None:
        lapsed = held(hurco, expires_at=MONDAY_7 + HOUR)
        later = MONDAY_7 + HOUR

        reservation = held(hurco, at=later, not_before=MONDAY_7)

        lapsed.refresh_from_db()
        assert reservation.start == later
        assert lapsed.state == ReservationState.EXPIRED
        assert lapsed.version == 2

    def test_leaves_the_patience_of_its_caller_as_it_was(self, hurco: UUID) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '7s'")
            held(hurco)
            cursor.execute("SHOW lock_timeout")

            assert cursor.fetchone() == ("7s",)

    def test_has_the_market_look_again(self, hurco: UUID, announced) -> None:
        announced()

        held(hurco)

        assert announced() == [hurco]

    def test_is_written_into_the_audit(self, hurco: UUID, planner: Actor) -> None:
        reservation = held(hurco, by=planner)

        event = AuditEvent.objects.get(verb="reservation.held")
        assert event.subject_id == str(reservation.pk)
        assert event.by_id == planner.user_id
        assert event.facts["machine_id"] == str(hurco)

    def test_refuses_a_window_that_is_taken_and_changes_nothing(
        self, hurco: UUID, announced
    ) -> None:
        taken = held(hurco)
        announced()

        with pytest.raises(services.CapacityConflict) as refusal:
            held(hurco, during=Period(MONDAY_7 + 2 * HOUR, MONDAY_7 + 5 * HOUR))

        assert refusal.value.code == "capacity_conflict"
        assert refusal.value.status == 409
        assert refusal.value.facts == {"reservation_ids": [str(taken.pk)]}
        assert "2030-05-06 07:00 – 10:00 is reserved" in str(refusal.value)
        assert holds() == 1
        assert announced() == []

    def test_refuses_a_window_that_has_begun(self, hurco: UUID) -> None:
        with pytest.raises(services.CapacityConflict, match="has begun"):
            held(
                hurco,
                during=Period(SHIFT_START, SHIFT_START + 3 * HOUR),
                not_before=SHIFT_START,
            )

        assert holds() == 0

    def test_refuses_a_window_without_the_working_time(self, hurco: UUID) -> None:
        with pytest.raises(services.NoFreeTime) as refusal:
            held(hurco, during=Period(MONDAY_7 + 5 * HOUR, MONDAY_7 + 8 * HOUR))

        assert "has 120 working minutes, 180 are needed" in str(refusal.value)
        assert holds() == 0

    def test_refuses_what_the_calendar_cannot_do_in_time(self, hurco: UUID) -> None:
        with pytest.raises(services.NoFreeTime) as refusal:
            held(hurco, minutes=421, due_before=MONDAY_7 + 20 * HOUR)

        assert refusal.value.status == 422
        assert str(refusal.value) == (
            "The machine works 420 minutes until 2030-05-07 03:00, 421 are needed."
            " Allow a later date, or add a shift."
        )
        assert holds() == 0

    def test_refuses_what_others_have_taken(self, hurco: UUID) -> None:
        booked(hurco)

        with pytest.raises(services.CapacityConflict, match="240 minutes are free"):
            held(hurco, minutes=241, due_before=MONDAY_7 + 20 * HOUR)

        assert holds() == 0

    def test_refuses_a_machine_without_shifts(self, hurco: UUID) -> None:
        services.set_shifts(
            machine_id=hurco, shifts=(), by=Actor(label="Paula"), at=MONDAY_7
        )

        with pytest.raises(services.NoFreeTime, match="Set the shifts"):
            held(hurco)

    @pytest.mark.parametrize("state", ["in_maintenance", "retired"])
    def test_refuses_a_machine_out_of_service(
        self, hurco: UUID, planner: Actor, state: str
    ) -> None:
        change_state(machine_id=hurco, version=1, state=state, by=planner, at=MONDAY_7)

        with pytest.raises(services.MachineNotInService, match="out of service"):
            held(hurco)

        assert holds() == 0

    def test_refuses_a_machine_that_is_not_there(self) -> None:
        with pytest.raises(MachineNotFound):
            held(uuid7())

    def test_does_not_see_the_machine_of_another_tenant(
        self, hurco: UUID, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south), pytest.raises(MachineNotFound):
            held(hurco)

    @pytest.mark.parametrize("minutes", [0, -1, 366 * 24 * 60 + 1])
    def test_refuses_minutes_that_cannot_be_meant(
        self, hurco: UUID, minutes: int
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            held(hurco, minutes=minutes)

        assert refusal.value.field == "minutes"

    def test_refuses_a_start_too_far_ahead(self, hurco: UUID) -> None:
        with pytest.raises(InvalidInput) as refusal:
            held(hurco, not_before=MONDAY_7 + 11 * 366 * DAY)

        assert refusal.value.field == "not_before"

    @pytest.mark.parametrize("lasting", [timedelta(0), limits.LONGEST_HOLD + HOUR])
    def test_refuses_an_expiry_that_cannot_be_meant(
        self, hurco: UUID, lasting: timedelta
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            held(hurco, expires_at=MONDAY_7 + lasting)

        assert refusal.value.field == "expires_at"

    def test_stops_at_the_quota_of_the_enterprise(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        for n in range(limits.HOLDS_AT_ONCE - 1):
            reservation_row(
                mazak,
                MONDAY_7 + n * HOUR,
                state=ReservationState.HELD,
                kind=ReservationKind.QUOTE,
                expires_at=TWO_DAYS_ON,
            )
        last = held(hurco)

        with pytest.raises(services.HoldQuotaReached) as refusal:
            held(hurco)

        assert refusal.value.code == "hold_quota_reached"
        assert holds() == limits.HOLDS_AT_ONCE
        services.release(reservation_id=last.pk, by=Actor(label="Paula"), at=MONDAY_7)
        assert held(hurco).state == ReservationState.HELD

    def test_does_not_count_lapsed_holds_towards_the_quota(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        for n in range(limits.HOLDS_AT_ONCE):
            reservation_row(
                mazak,
                MONDAY_7 + n * HOUR,
                state=ReservationState.HELD,
                kind=ReservationKind.QUOTE,
                expires_at=MONDAY_7,
            )

        assert held(hurco).state == ReservationState.HELD
