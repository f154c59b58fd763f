"""What may be done with a machine's time: hold it, book it, let it go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity import selectors
from apps.capacity.models import Reservation
from apps.capacity.rules import limits
from apps.capacity.rules.spans import (
    minute_of,
    moment_of,
    next_minute_of,
)
from apps.capacity.rules.wording import moment_text, period_text
from apps.capacity.rules.working_time import working_spans
from apps.capacity.selectors import CapacityConflict
from apps.capacity.services.turns import (
    announce,
    in_turn,
    lock_idle_machines,
    lock_machine,
)
from apps.capacity.types import LIVE_STATES, ReservationKind, ReservationState
from apps.kernel.errors import Conflict, DomainError, InvalidInput, NotFound
from apps.kernel.periods import Period
from apps.machines.types import MachineState
from tenants import jobs
from tenants.types import Actor

if TYPE_CHECKING:
    from apps.machines.models import Machine


class ReservationUnknown(NotFound):
    """Raised when the enterprise has no such reservation."""

    code = "reservation_unknown"


class ReservationNotLive(Conflict):
    """Raised when a reservation is no longer what it must be to be changed."""

    code = "reservation_not_live"


class HoldExpired(Conflict):
    """Raised when a hold has lapsed before it was booked."""

    code = "hold_expired"


class HoldQuotaReached(DomainError):
    """Raised when the enterprise has as many holds as it may."""

    code = "hold_quota_reached"
    status = 409


class MachineNotInService(Conflict):
    """Raised when a machine is retired or in maintenance."""

    code = "machine_not_in_service"


@dataclass(frozen=True, slots=True)
class MaintenanceTaken:
    """Time taken for maintenance, and the holds that had to make way."""

    reservation: Reservation
    released: tuple[Reservation, ...]


def hold(
    *,
    machine_id: UUID,
    minutes: int,
    not_before: datetime,
    expires_at: datetime,
    by: Actor,
    at: datetime,
    due_before: datetime | None = None,
    during: Period | None = None,
    quote_id: UUID | None = None,
) -> Reservation:
    """Hold the earliest stretch that fits, or exactly `during`, until it expires.

    :raises InvalidInput: if minutes, dates or expiry cannot be meant.
    :raises MachineNotFound: if there is no such machine.
    :raises MachineNotInService: if it is retired or in maintenance.
    :raises HoldQuotaReached: if the enterprise has as many holds as it may.
    :raises NoFreeTime: if the calendar has too few working minutes before it is due.
    :raises CapacityConflict: if the time is somebody else's, or the machine is busy.
    """
    if not at < expires_at <= at + limits.LONGEST_HOLD:
        raise InvalidInput(
            _("A hold cannot last until %(end)s.")
            % {"end": moment_text(expires_at, "UTC")},
            field="expires_at",
            value=expires_at.isoformat(),
            remedy=_("Let it expire within %(days)d days.")
            % {"days": limits.LONGEST_HOLD.days},
        )
    return in_turn(
        partial(
            _hold,
            machine_id=machine_id,
            minutes=minutes,
            not_before=not_before,
            due_before=due_before,
            during=during,
            quote_id=quote_id,
            expires_at=expires_at,
            by=by,
            at=at,
        )
    )


def _hold(
    *,
    machine_id: UUID,
    minutes: int,
    not_before: datetime,
    due_before: datetime | None,
    during: Period | None,
    quote_id: UUID | None,
    expires_at: datetime,
    by: Actor,
    at: datetime,
) -> Reservation:
    # Lock before reading: two buyers may ask for the last hour at once.
    machine = _locked_in_service(machine_id)
    _let_lapsed_go(machine_id, at)
    _check_quota(at)
    if during is None:
        during = selectors.earliest_finish(
            machine_id=machine_id,
            minutes=minutes,
            not_before=not_before,
            due_before=due_before,
            at=at,
        ).during
    else:
        selectors.check_window(
            machine_id=machine_id, minutes=minutes, during=during, at=at
        )
    reservation = Reservation.objects.create(
        machine_id=machine_id,
        during=DateTimeTZRange(during.start, during.end, "[)"),
        minutes=minutes,
        state=ReservationState.HELD,
        kind=ReservationKind.QUOTE,
        expires_at=expires_at,
        quote_id=quote_id,
    )
    _record("reservation.held", reservation, machine, by, at)
    jobs.enqueue_when_due("capacity.sweep_lapsed", due_at=expires_at)
    announce([machine_id])
    return reservation


@transaction.atomic
def book(
    *, reservation_id: UUID, order_id: UUID, by: Actor, at: datetime
) -> Reservation:
    """Turn a hold into a booking for an order.

    :raises ReservationUnknown: if there is no such reservation.
    :raises HoldExpired: if the hold has lapsed, whether swept or not.
    :raises ReservationNotLive: if it is no hold any more.
    """
    # No lock of the machine: a hold already keeps its time from everyone else.
    changed = Reservation.objects.filter(
        pk=reservation_id, state=ReservationState.HELD, expires_at__gt=at
    ).move(
        ReservationState.BOOKED,
        kind=ReservationKind.ORDER,
        order_id=order_id,
        expires_at=None,
    )
    reservation = _found(reservation_id)
    if not changed:
        if reservation.state in {ReservationState.HELD, ReservationState.EXPIRED}:
            raise HoldExpired(
                _("The hold of this machine time has expired."),
                field="reservation",
                value=str(reservation_id),
                remedy=_("Ask for a new quote."),
            )
        raise _not_live(reservation)
    _record("reservation.booked", reservation, reservation.machine, by, at)
    return reservation


def release(*, reservation_id: UUID, by: Actor, at: datetime) -> Reservation:
    """Let a hold or a booking go, so that others can have the time.

    :raises ReservationUnknown: if there is no such reservation.
    :raises ReservationNotLive: if it has been let go already.
    :raises CapacityConflict: if others keep the machine busy for too long.
    """
    return in_turn(partial(_release, reservation_id=reservation_id, by=by, at=at))


def _release(*, reservation_id: UUID, by: Actor, at: datetime) -> Reservation:
    machine_id = _found(reservation_id).machine_id
    machine = lock_machine(machine_id)
    changed = Reservation.objects.filter(pk=reservation_id, state__in=LIVE_STATES).move(
        ReservationState.RELEASED
    )
    reservation = _found(reservation_id)
    if not changed:
        raise _not_live(reservation)
    _record("reservation.released", reservation, machine, by, at)
    announce([machine_id])
    return reservation


@transaction.atomic
def sweep_lapsed(*, at: datetime) -> list[Reservation]:
    """Let the holds go that have lapsed, and return them.

    A machine at which somebody is at work is left for the next time: its lapsed holds
    block nobody, and whoever is at work lets them go.
    """
    lapsed = Reservation.objects.lapsed(at)
    machine_ids = set(lapsed.values_list("machine_id", flat=True))
    # The quiet minute is the common one: no lock and no write for nothing.
    idle = lock_idle_machines(machine_ids) if machine_ids else []
    gone = list(
        Reservation.objects.lapsed(at)
        .of_machines(*idle)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    Reservation.objects.filter(pk__in=[r.pk for r in gone]).move(
        ReservationState.EXPIRED
    )
    announce(reservation.machine_id for reservation in gone)
    return list(Reservation.objects.filter(pk__in=[r.pk for r in gone]).order_by("pk"))


def take_maintenance(
    *, machine_id: UUID, period: Period, reason: str, by: Actor, at: datetime
) -> MaintenanceTaken:
    """Take a machine out of use for a period; holds make way, bookings do not.

    :raises InvalidInput: if the period is empty or over.
    :raises MachineNotFound: if there is no such machine.
    :raises CapacityConflict: if bookings lie in it, or the machine is busy.
    """
    if period.start >= period.end or period.end <= at:
        raise InvalidInput(
            _("Maintenance cannot be planned in the past or for no time."),
            field="period",
            remedy=_("Give a start, and an end that is later and still to come."),
        )
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
            by=by,
            at=at,
        )
    )


def _take_maintenance(
    *, machine_id: UUID, period: Period, reason: str, by: Actor, at: datetime
) -> MaintenanceTaken:
    machine = lock_machine(machine_id)
    _let_lapsed_go(machine_id, at)
    in_the_way = list(selectors.reservations_of([machine_id], period, at=at))
    calendar = selectors.calendar_facts([machine_id])[machine_id]
    bookings = [r for r in in_the_way if r.state == ReservationState.BOOKED]
    if bookings:
        raise _bookings_in_the_way(bookings, calendar.week.time_zone)
    released = tuple(
        _release(reservation_id=reservation.pk, by=by, at=at)
        for reservation in in_the_way
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
    _record("reservation.maintenance_taken", reservation, machine, by, at)
    if machine.is_published:
        announce([machine_id])
    return MaintenanceTaken(reservation, released)


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


def _locked_in_service(machine_id: UUID) -> "Machine":
    machine = lock_machine(machine_id)
    if machine.state != MachineState.ACTIVE:
        raise MachineNotInService(
            _("%(machine)s is out of service.") % {"machine": machine},
            field="machine",
            value=machine.state,
            remedy=_("Ask another machine."),
        )
    return machine


def _let_lapsed_go(machine_id: UUID, at: datetime) -> None:
    # The exclusion constraint does not know the time, so it still sees them.
    Reservation.objects.of_machines(machine_id).lapsed(at).move(
        ReservationState.EXPIRED
    )


def _check_quota(at: datetime) -> None:
    holds = Reservation.objects.live(at).filter(state=ReservationState.HELD)
    if holds.count() < limits.HOLDS_BEFORE_COUNTING_IN_TURN:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock("
            "hashtext('capacity.holds'), hashtext(current_schema()))"
        )
    if holds.count() >= limits.HOLDS_AT_ONCE:
        raise HoldQuotaReached(
            _("%(holds)d holds are open, and no more may be.")
            % {"holds": limits.HOLDS_AT_ONCE},
            remedy=_(
                "Let holds go that are no longer needed, or wait for some to end."
            ),
        )


def _found(reservation_id: UUID) -> Reservation:
    reservation = Reservation.objects.filter(pk=reservation_id).first()
    if reservation is None:
        raise ReservationUnknown(
            _("There is no such reservation."), field="reservation"
        )
    return reservation


def _not_live(reservation: Reservation) -> ReservationNotLive:
    return ReservationNotLive(
        _("The reservation is %(state)s, so it cannot be changed.")
        % {"state": reservation.get_state_display().lower()},
        field="reservation",
        value=reservation.state,
        remedy=_("Ask for a new quote."),
    )


def _record(
    verb: str, reservation: Reservation, machine: "Machine", by: Actor, at: datetime
) -> None:
    audit.record(
        verb=verb,
        subject=reservation,
        by=by,
        at=at,
        facts={
            "machine": str(machine),
            "machine_id": str(reservation.machine_id),
            "from": reservation.start.isoformat(),
            "to": reservation.finish.isoformat(),
        },
    )
