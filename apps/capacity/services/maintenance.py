"""Maintenance: it beats holds, and asks about bookings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from apps.capacity import selectors
from apps.capacity.models import Reservation
from apps.capacity.rules.spans import minute_of, moment_of, next_minute_of
from apps.capacity.rules.wording import period_text
from apps.capacity.rules.working_time import working_spans
from apps.capacity.selectors import CapacityConflict
from apps.capacity.selectors.maintenance import latest_finish
from apps.capacity.services.reservations import check_in_service, record
from apps.capacity.services.routes import drop_route, take_machines
from apps.capacity.services.turns import announce, in_turn
from apps.capacity.types import (
    BookingsInTheWay,
    ReservationKind,
    ReservationState,
)
from apps.kernel.errors import InvalidInput
from apps.kernel.periods import Period
from tenants.types import Actor


@dataclass(frozen=True, slots=True)
class BookingMoved:
    """A booking that went elsewhere, with where and when it was."""

    reservation: Reservation
    was_machine_id: UUID
    was: Period

    @property
    def is_later(self) -> bool:
        """Whether it is done later than it was promised."""
        return self.reservation.finish > self.was.end


@dataclass(frozen=True, slots=True)
class MaintenanceTaken:
    """Time taken for maintenance, holds that made way, and bookings that moved."""

    reservation: Reservation
    released: tuple[Reservation, ...]
    moved: tuple[BookingMoved, ...] = ()


def take_maintenance(
    *,
    machine_id: UUID,
    period: Period,
    reason: str,
    by: Actor,
    at: datetime,
    bookings: BookingsInTheWay = BookingsInTheWay.REFUSE,
    moves: Mapping[UUID, UUID] | None = None,
) -> MaintenanceTaken:
    """Take a machine out of use for a period; holds make way, bookings are asked about.

    With `bookings` to be moved, `moves` says for each to which machine, its own or
    another: it is booked there at the first free time that is no earlier than before.

    :raises InvalidInput: if the period is empty or over.
    :raises MachineNotFound: if there is no such machine.
    :raises MachineNotInService: if one to be moved to is retired or in maintenance.
    :raises NoFreeTime: if a booking has no working time where it is to go.
    :raises CapacityConflict: if bookings lie in it that cannot move or are not to, or
        the machine is busy.
    """
    if period.start >= period.end or period.end <= at:
        raise InvalidInput(
            _("Maintenance cannot be planned in the past or for no time."),
            field="period",
            remedy=_("Give a start, and an end that is later and still to come."),
        )
    asked = moves or {}
    return in_turn(
        partial(
            _take_maintenance,
            machine_id=machine_id,
            # Whole minutes outwards: the machine is touched in both.
            period=Period(
                moment_of(minute_of(period.start)),
                moment_of(next_minute_of(period.end)),
            ),
            reason=reason,
            moves=dict(asked) if bookings == BookingsInTheWay.MOVE else {},
            by=by,
            at=at,
        )
    )


def _take_maintenance(
    *,
    machine_id: UUID,
    period: Period,
    reason: str,
    moves: Mapping[UUID, UUID],
    by: Actor,
    at: datetime,
) -> MaintenanceTaken:
    locked = take_machines(sorted({machine_id, *moves.values()}), at=at)
    machine = locked[machine_id]
    now = selectors.by_database_clock(at)
    in_the_way = list(selectors.reservations_of([machine_id], period, at=now))
    calendar = selectors.calendar_facts([machine_id])[machine_id]
    booked = [r for r in in_the_way if r.state == ReservationState.BOOKED]
    staying = [r for r in booked if r.pk not in moves or not _may_move(r, now)]
    if staying:
        raise _bookings_in_the_way(staying, calendar.week.time_zone)
    released = _released(
        [r for r in in_the_way if r.state == ReservationState.HELD], by, at
    )
    for target_id in sorted({moves[r.pk] for r in booked} - {machine_id}):
        check_in_service(locked[target_id])
    # Out of each other's way first: one may go where another still is.
    Reservation.objects.filter(pk__in=[r.pk for r in booked]).move(
        ReservationState.RELEASED
    )
    reservation = Reservation.objects.create(
        machine_id=machine_id,
        during=DateTimeTZRange(period.start, period.end, "[)"),
        minutes=working_spans(
            calendar, minute_of(period.start), minute_of(period.end)
        ).total,
        state=ReservationState.BOOKED,
        kind=ReservationKind.MAINTENANCE,
        reason=reason,
    )
    record("reservation.maintenance_taken", reservation, machine, by, at)
    moved = tuple(_moved(row, moves[row.pk], by=by, at=at, now=now) for row in booked)
    if machine.is_published:
        announce([machine_id])
    announce({row.reservation.machine_id for row in moved} - {machine_id})
    return MaintenanceTaken(reservation, released, moved)


def _may_move(row: Reservation, now: datetime) -> bool:
    # What is on the machine stays there; maintenance is put off by those who do it.
    return row.kind != ReservationKind.MAINTENANCE and row.start > now


def _released(
    holds: Collection[Reservation], by: Actor, at: datetime
) -> tuple[Reservation, ...]:
    """Let holds go, each with all of its route."""
    gone: dict[UUID, Reservation] = {}
    for row in holds:
        if row.pk in gone:
            continue
        if row.route_id is not None:
            gone |= {
                part.pk: part
                for part in drop_route(route_id=row.route_id, by=by, at=at)
            }
            continue
        Reservation.objects.filter(pk=row.pk).move(ReservationState.RELEASED)
        row.refresh_from_db()
        record("reservation.released", row, row.machine, by, at)
        gone[row.pk] = row
    return tuple(gone.values())


def _moved(
    row: Reservation, machine_id: UUID, *, by: Actor, at: datetime, now: datetime
) -> BookingMoved:
    was_machine_id, was = row.machine_id, Period(row.start, row.finish)
    promise = selectors.earliest_again(
        reservation=row,
        machine_id=machine_id,
        not_before=row.start,
        due_before=latest_finish(row),
        at=now,
    )
    Reservation.objects.filter(pk=row.pk).move(
        ReservationState.BOOKED,
        machine_id=machine_id,
        during=DateTimeTZRange(promise.start, promise.finish, "[)"),
        minutes=promise.working_minutes,
    )
    found = Reservation.objects.select_related("machine").get(pk=row.pk)
    record("reservation.moved", found, found.machine, by, at)
    return BookingMoved(found, was_machine_id, was)


def _bookings_in_the_way(
    bookings: Sequence[Reservation], time_zone: str
) -> CapacityConflict:
    return CapacityConflict(
        _("The machine is booked in this time: %(bookings)s.")
        % {
            "bookings": ", ".join(
                f"{booking.get_kind_display()}"
                f" {period_text(Period(booking.start, booking.finish), time_zone)}"
                for booking in bookings
            )
        },
        field="period",
        remedy=_("Choose another time, or move these first."),
        facts={
            "reservation_ids": [str(booking.pk) for booking in bookings],
            "order_ids": [str(b.order_id) for b in bookings if b.order_id],
        },
    )
