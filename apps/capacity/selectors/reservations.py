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


def reserved_spans(
    machine_ids: Collection[UUID], period: Period, *, at: datetime
) -> Mapping[UUID, Mapping[Use, Spans]]:
    """Return the minutes that live reservations of machines take, by use.

    The database counts the minutes and hands them over in two lists: reading thousands
    of ranges row by row takes longer than all the rest of a promise.
    """
    rows = (
        Reservation.objects.of_machines(*machine_ids)
        .live(at)
        .overlapping(period)
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
    return Reservation.objects.lapsed(at).exists()
