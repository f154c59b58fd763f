"""Putting work where a plan says: many reservations at once, or none of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from apps.capacity import selectors
from apps.capacity.models import Reservation
from apps.capacity.selectors import CapacityConflict
from apps.capacity.services.reservations import check_in_service, not_live, record
from apps.capacity.services.routes import take_machines
from apps.capacity.services.turns import announce, in_turn
from apps.capacity.types import ReservationKind, ReservationState
from apps.kernel.periods import Period
from tenants.types import Actor


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """Where a piece of work is to be: in the place of a booking, or for the first time.

    `minutes` is its working time there.
    """

    machine_id: UUID
    during: Period
    minutes: int
    reservation_id: UUID | None = None


def place_work(
    *, planned: Sequence[PlannedTime], by: Actor, at: datetime
) -> tuple[Reservation, ...]:
    """Book or move machine time for work, all of it or none; return it in that order.

    A booking that moves stays the same row, so whoever keeps its key finds it.

    :raises MachineNotInService: if a machine is retired or in maintenance.
    :raises ReservationNotLive: if a booking to be moved is none any more.
    :raises CapacityConflict: if some of the time is somebody else's.
    """
    return in_turn(partial(_place_work, planned=tuple(planned), by=by, at=at))


def _place_work(
    *, planned: tuple[PlannedTime, ...], by: Actor, at: datetime
) -> tuple[Reservation, ...]:
    known = [one.reservation_id for one in planned if one.reservation_id is not None]
    before = Reservation.objects.in_bulk(known)
    machine_ids = {one.machine_id for one in planned}
    machine_ids |= {row.machine_id for row in before.values()}
    # Lock before reading what decides: another may book the same time.
    machines = take_machines(sorted(machine_ids), at=at)
    for machine_id in sorted({one.machine_id for one in planned}):
        check_in_service(machines[machine_id])
    moving = Reservation.objects.filter(pk__in=known, state=ReservationState.BOOKED)
    # Out of each other's way first: one may go where another still is.
    if moving.move(ReservationState.RELEASED) != len(known):
        rows = Reservation.objects.in_bulk(known).values()
        # Those that were booked are released for the moment; the rest never were.
        raise not_live(
            next((row for row in rows if row.version == before[row.pk].version), None)
            or next(iter(rows))
        )
    now = selectors.by_database_clock(at)
    _check_free(planned, at=now)
    done = tuple(_placed(one) for one in planned)
    for row, one in zip(done, planned, strict=True):
        was = before.get(row.pk)
        if was is None:
            record("reservation.planned", row, machines[row.machine_id], by, at)
        elif (was.machine_id, was.start, was.finish) != (
            one.machine_id,
            one.during.start,
            one.during.end,
        ):
            record("reservation.moved", row, machines[row.machine_id], by, at)
    announce(machine_ids)
    return done


def _check_free(planned: Iterable[PlannedTime], *, at: datetime) -> None:
    """Name what is in the way; the exclusion constraint would only refuse."""
    for one in planned:
        taken = selectors.reservations_of([one.machine_id], one.during, at=at).first()
        if taken is not None:
            raise CapacityConflict(
                _("%(machine)s is reserved from %(start)s by now.")
                % {
                    "machine": taken.machine,
                    "start": f"{taken.start:%Y-%m-%d %H:%M} UTC",
                },
                field="machine",
                value=str(one.machine_id),
                remedy=_("Have a new plan worked out."),
                facts={"reservation_ids": [str(taken.pk)]},
            )


def _placed(one: PlannedTime) -> Reservation:
    during = DateTimeTZRange(one.during.start, one.during.end, "[)")
    if one.reservation_id is None:
        return Reservation.objects.create(
            machine_id=one.machine_id,
            during=during,
            minutes=one.minutes,
            state=ReservationState.BOOKED,
            kind=ReservationKind.WORK,
        )
    Reservation.objects.filter(pk=one.reservation_id).move(
        ReservationState.BOOKED,
        machine_id=one.machine_id,
        during=during,
        minutes=one.minutes,
    )
    return Reservation.objects.get(pk=one.reservation_id)
