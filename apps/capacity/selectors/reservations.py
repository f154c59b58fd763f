"""What is reserved on a machine, and when it works at all."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from apps.capacity.models import Reservation, ReservationQuerySet
from apps.capacity.rules.load import Use
from apps.capacity.rules.spans import Spans
from apps.capacity.rules.working_time import working_periods
from apps.capacity.selectors.calendars import calendar_facts
from apps.capacity.types import ReservationKind, ReservationState
from apps.kernel.periods import Period


def reservations_of(
    machine_ids: Collection[UUID], period: Period, *, at: datetime
) -> ReservationQuerySet:
    """Return the live reservations of machines in a period, the earliest first."""
    return (
        Reservation.objects.of_machines(*machine_ids)
        .live(at)
        .overlapping(period)
        .order_by("during", "id")
    )


def find_reservation(reservation_id: UUID) -> Reservation | None:
    """Return a reservation of any state, or None."""
    return Reservation.objects.filter(pk=reservation_id).first()


def reserved_spans(
    machine_ids: Collection[UUID], period: Period, *, at: datetime
) -> Mapping[UUID, Mapping[Use, Spans]]:
    """Return the minutes that live reservations of machines take, by use.

    Minutes are counted in the database: reading thousands of ranges as pairs of
    datetimes takes longer than all the rest of a promise.
    """
    rows = (
        Reservation.objects.of_machines(*machine_ids)
        .live(at)
        .overlapping(period)
        .in_minutes()
        .values_list("machine_id", "state", "kind", "first_minute", "last_minute")
    )
    pairs: dict[UUID, dict[Use, list[tuple[int, int]]]] = {
        machine_id: {} for machine_id in machine_ids
    }
    for machine_id, state, kind, first, last in rows:
        pairs[machine_id].setdefault((state, kind), []).append((first, last))
    return {
        machine_id: {
            (ReservationState(state), ReservationKind(kind)): Spans.of(minutes)
            for (state, kind), minutes in uses.items()
        }
        for machine_id, uses in pairs.items()
    }


def working_periods_of(machine_id: UUID, period: Period) -> list[Period]:
    """Return when a machine works in a period, reserved or not."""
    calendar = calendar_facts([machine_id])[machine_id]
    return working_periods(calendar.week, calendar.exceptions, period)
