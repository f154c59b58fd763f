"""What the database refuses, whatever Python forgets."""

from datetime import time
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.capacity.models import (
    Calendar,
    CalendarException,
    CalendarRevision,
    Shift,
)
from apps.capacity.types import ReservationKind, ReservationState
from tests.factories import machines
from tests.factories.capacity import (
    HOUR,
    MONDAY_7,
    TWO_DAYS_ON,
    early_shifts,
    reservation_row,
)


def refuses(name: str) -> object:
    return pytest.raises(IntegrityError, match=name)


class TestReservation:
    def test_never_overlaps_another_live_one(self, hurco: UUID) -> None:
        reservation_row(hurco, MONDAY_7)

        with refuses("capacity_reservation_no_overlap"), transaction.atomic():
            reservation_row(
                hurco,
                MONDAY_7 + HOUR / 2,
                state=ReservationState.HELD,
                kind=ReservationKind.QUOTE,
                expires_at=TWO_DAYS_ON,
            )

    def test_may_touch_another(self, hurco: UUID) -> None:
        reservation_row(hurco, MONDAY_7)

        reservation_row(hurco, MONDAY_7 + HOUR)

    @pytest.mark.parametrize(
        "state", [ReservationState.RELEASED, ReservationState.EXPIRED]
    )
    def test_may_overlap_what_is_over(
        self, hurco: UUID, state: ReservationState
    ) -> None:
        reservation_row(hurco, MONDAY_7, state=state)

        reservation_row(hurco, MONDAY_7)

    def test_may_be_at_the_same_time_on_another_machine(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        reservation_row(hurco, MONDAY_7)

        reservation_row(mazak, MONDAY_7)

    @pytest.mark.parametrize(
        ("constraint", "facts"),
        [
            ("state_known", {"state": "lost"}),
            ("kind_known", {"kind": "fun"}),
            ("held_expires", {"state": ReservationState.HELD}),
            ("booked_for_something", {"order_id": None}),
            (
                "during_bounded",
                {"during": DateTimeTZRange(MONDAY_7, MONDAY_7, "[)")},
            ),
            ("during_bounded", {"during": DateTimeTZRange(MONDAY_7, None, "[)")}),
            ("during_bounded", {"during": DateTimeTZRange(None, MONDAY_7, "[)")}),
            (
                "during_bounded",
                {"during": DateTimeTZRange(MONDAY_7, TWO_DAYS_ON, "[]")},
            ),
            (
                "during_bounded",
                {"during": DateTimeTZRange(MONDAY_7, TWO_DAYS_ON, "()")},
            ),
        ],
    )
    def test_keeps_its_facts(self, hurco: UUID, constraint: str, facts) -> None:
        with refuses(f"capacity_reservation_{constraint}"), transaction.atomic():
            reservation_row(hurco, MONDAY_7, **facts)

    def test_is_booked_without_an_order_for_maintenance(self, hurco: UUID) -> None:
        reservation_row(
            hurco, MONDAY_7, order_id=None, kind=ReservationKind.MAINTENANCE
        )


class TestCalendar:
    @pytest.mark.parametrize("of_machine", [True, False])
    def test_is_the_only_one(self, hurco: UUID, of_machine: bool) -> None:
        machine_id = hurco if of_machine else None
        early_shifts(machine_id)

        with refuses("capacity_calendar_one_per_level"), transaction.atomic():
            Calendar.objects.create(
                name="Second", machine_id=machine_id, time_zone="UTC"
            )

    @pytest.mark.parametrize(
        ("constraint", "facts"),
        [
            ("efficiency_bounded", {"efficiency_percent": 0}),
            ("efficiency_bounded", {"efficiency_percent": 201}),
            ("holiday_country_coded", {"holiday_country": "de"}),
        ],
    )
    def test_keeps_its_facts(self, hurco: UUID, constraint: str, facts) -> None:
        with refuses(f"capacity_calendar_{constraint}"), transaction.atomic():
            Calendar.objects.create(**{"name": "Late", "time_zone": "UTC", **facts})

    def test_is_of_one_level_only(self, hurco: UUID) -> None:
        site = machines.site()

        with refuses("capacity_calendar_of_one_level"), transaction.atomic():
            Calendar.objects.create(name="Both", machine_id=hurco, site=site)

    def test_keeps_each_version_once(self, hurco: UUID) -> None:
        calendar = early_shifts()

        with (
            refuses("capacity_calendarrevision_version_once"),
            transaction.atomic(),
        ):
            CalendarRevision.objects.create(
                calendar=calendar, version=1, facts={}, changed_at=MONDAY_7
            )


class TestShift:
    @pytest.mark.parametrize(
        ("constraint", "facts"),
        [
            ("weekday_known", {"weekday": 7}),
            ("whole_minutes", {"starts": time(6, 0, 1)}),
            ("whole_minutes", {"ends": time(14, 0, 1)}),
            ("starts_once", {"weekday": 0, "starts": time(6)}),
        ],
    )
    def test_keeps_its_facts(self, hurco: UUID, constraint: str, facts) -> None:
        calendar = early_shifts()

        with refuses(f"capacity_shift_{constraint}"), transaction.atomic():
            Shift.objects.create(
                **{
                    "calendar": calendar,
                    "weekday": 6,
                    "starts": time(7),
                    "ends": time(14),
                    **facts,
                }
            )


class TestCalendarException:
    def test_has_a_start_and_a_later_end(self, hurco: UUID) -> None:
        calendar = early_shifts()

        with (
            refuses("capacity_calendarexception_period_bounded"),
            transaction.atomic(),
        ):
            CalendarException.objects.create(
                calendar=calendar, period=DateTimeTZRange(MONDAY_7, None, "[)")
            )
