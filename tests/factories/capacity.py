"""Makes working weeks and reservations as planners and buyers would."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from apps.capacity import services
from apps.capacity.models import Calendar, Reservation
from apps.capacity.types import ReservationKind, ReservationState, ShiftTime
from tenants.types import SYSTEM

# A Monday, and an hour after the early shift has begun in Augsburg (UTC+2).
MONDAY_7 = datetime(2030, 5, 6, 5, tzinfo=UTC)
SHIFT_START = MONDAY_7 - timedelta(hours=1)
EARLY = (time(6), time(14))
EARLY_SHIFTS = tuple(ShiftTime(weekday, *EARLY) for weekday in range(5))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
TWO_DAYS_ON = MONDAY_7 + 2 * DAY

QUOTE_ID = UUID("01960000-0000-7000-8000-0000000000c1")
ORDER_ID = UUID("01960000-0000-7000-8000-0000000000c2")


def early_shifts(machine_id: UUID | None = None, **facts: Any) -> Calendar:
    """Let the enterprise, or a machine, work Monday to Friday from 6 to 14."""
    return services.set_shifts(
        **{
            "machine_id": machine_id,
            "shifts": EARLY_SHIFTS,
            "time_zone": "Europe/Berlin",
            "holiday_country": "",
            "by": SYSTEM,
            "at": MONDAY_7,
            **facts,
        }
    )


def held(machine_id: UUID, **facts: Any) -> Reservation:
    """Hold three hours of a machine from Monday seven o'clock, for two days."""
    return services.hold(
        **{
            "machine_id": machine_id,
            "minutes": 180,
            "not_before": MONDAY_7,
            "expires_at": TWO_DAYS_ON,
            "quote_id": QUOTE_ID,
            "by": SYSTEM,
            "at": MONDAY_7,
            **facts,
        }
    )


def booked(machine_id: UUID, **facts: Any) -> Reservation:
    """Book three hours of a machine from Monday seven o'clock."""
    return services.book(
        reservation_id=held(machine_id, **facts).pk,
        order_id=ORDER_ID,
        by=SYSTEM,
        at=facts.get("at", MONDAY_7),
    )


def reservation_row(
    machine_id: UUID, start: datetime, length: timedelta = HOUR, **facts: Any
) -> Reservation:
    """Write a reservation past the services, as only the database can refuse it."""
    return Reservation.objects.create(
        **{
            "machine_id": machine_id,
            "during": DateTimeTZRange(start, start + length, "[)"),
            "minutes": 60,
            "state": ReservationState.BOOKED,
            "kind": ReservationKind.ORDER,
            "order_id": ORDER_ID,
            **facts,
        }
    )
