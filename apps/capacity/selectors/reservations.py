"""What is reserved on a machine, and when it works at all."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg

from apps.capacity.models import Reservation, ReservationQuerySet
from apps.capacity.rules.load import Use
from apps.capacity.rules.spans import Spans
from apps.capacity.rules.working_time import working_periods
from apps.capacity.selectors.calendars import calendar_facts
from apps.capacity.selectors.clocks import by_database_clock
from apps.capacity.types import ReservationKind, ReservationState
from apps.kernel.periods import Period


def reservation(reservation_id: UUID) -> Reservation:
    """Return a reservation.

    :raises DoesNotExist: if there is none; who asks has its key from a row that keeps it.
    """
    return Reservation.objects.get(pk=reservation_id)


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


def reserved_spans(
    machine_ids: Collection[UUID],
    period: Period,
    *,
    at: datetime,
    besides: Collection[UUID] = (),
) -> Mapping[UUID, Mapping[Use, Spans]]:
    """Return the minutes that live reservations of machines take, by use.

    Reservations that are about to go elsewhere are named in `besides`.

    The database counts the minutes and hands them over in two lists: reading thousands
    of ranges row by row takes longer than all the rest of a promise.
    """
    rows = (
        Reservation.objects.of_machines(*machine_ids)
        .live(at)
        .overlapping(period)
        .exclude(pk__in=besides)
        .in_minutes()
        .values_list("machine_id", "state", "kind")
        .annotate(starts=ArrayAgg("first_minute"), ends=ArrayAgg("last_minute"))
    )
    spans: dict[UUID, dict[Use, Spans]] = {machine_id: {} for machine_id in machine_ids}
    for machine_id, state, kind, starts, ends in rows:
        use = (ReservationState(state), ReservationKind(kind))
        spans[machine_id][use] = Spans.merged(
            np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
        )
    return spans


def working_periods_of(machine_id: UUID, period: Period) -> list[Period]:
    """Return when a machine works in a period, reserved or not."""
    calendar = calendar_facts([machine_id])[machine_id]
    return working_periods(calendar.week, calendar.exceptions, period)


def has_lapsed_holds(at: datetime) -> bool:
    """Say whether holds have lapsed that nobody has let go yet."""
    return Reservation.objects.lapsed(by_database_clock(at)).exists()


def open_holds(
    *, counterparty_id: UUID | None = None, machine_id: UUID | None = None, at: datetime
) -> ReservationQuerySet:
    """Return live holds, of one buyer or on one machine where these are named."""
    rows = Reservation.objects.live(at).filter(state=ReservationState.HELD)
    if counterparty_id is not None:
        rows = rows.filter(counterparty_id=counterparty_id)
    return rows if machine_id is None else rows.of_machines(machine_id)


def route_reservations(route_id: UUID) -> ReservationQuerySet:
    """Return what belongs to a route, whatever has become of it, the earliest first."""
    return Reservation.objects.filter(route_id=route_id).order_by("during", "id")
