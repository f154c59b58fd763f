"""What may be done with a machine's time: hold it, book it, let it go."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity import selectors
from apps.capacity.models import Reservation
from apps.capacity.rules import limits
from apps.capacity.rules.wording import moment_text
from apps.capacity.services.quotas import check_quota, check_share
from apps.capacity.services.turns import (
    announce,
    in_turn,
    lock_idle_machines,
    lock_machine,
)
from apps.capacity.types import LIVE_STATES, ReservationKind, ReservationState
from apps.kernel.errors import Conflict, InvalidInput, NotFound
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


class PartOfRoute(Conflict):
    """Raised when one reservation of a route is to go without the others."""

    code = "part_of_route"


class MachineNotInService(Conflict):
    """Raised when a machine is retired or in maintenance."""

    code = "machine_not_in_service"


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
    counterparty_id: UUID | None = None,
) -> Reservation:
    """Hold the earliest stretch that fits, or exactly `during`, until it expires.

    `minutes` is the work itself; a machine of less efficiency is held for longer.

    :raises InvalidInput: if minutes, dates or expiry cannot be meant.
    :raises MachineNotFound: if there is no such machine.
    :raises MachineNotInService: if it is retired or in maintenance.
    :raises HoldQuotaReached: if the enterprise or the buyer has all holds it may have.
    :raises NoFreeTime: if the calendar has too few working minutes before it is due.
    :raises CapacityConflict: if the time is somebody else's, or the machine is busy.
    """
    check_expiry(expires_at, at)
    return in_turn(
        partial(
            _hold,
            machine_id=machine_id,
            minutes=minutes,
            not_before=not_before,
            due_before=due_before,
            during=during,
            quote_id=quote_id,
            counterparty_id=counterparty_id,
            expires_at=expires_at,
            by=by,
            at=at,
        )
    )


def check_expiry(expires_at: datetime, at: datetime) -> None:
    """Make sure that a hold ends, and not at once.

    :raises InvalidInput: if it would.
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


def _hold(
    *,
    machine_id: UUID,
    minutes: int,
    not_before: datetime,
    due_before: datetime | None,
    during: Period | None,
    quote_id: UUID | None,
    counterparty_id: UUID | None,
    expires_at: datetime,
    by: Actor,
    at: datetime,
) -> Reservation:
    # Lock before reading: two buyers may ask for the last hour at once.
    machine = lock_machine(machine_id)
    check_in_service(machine)
    now = selectors.by_database_clock(at)
    let_lapsed_go([machine_id], now)
    check_quota(counterparty_id=counterparty_id, more=1, at=now)
    if during is None:
        promise = selectors.earliest_finish(
            machine_id=machine_id,
            minutes=minutes,
            not_before=not_before,
            due_before=due_before,
            at=now,
        )
        during, minutes = promise.during, promise.working_minutes
    else:
        minutes = selectors.check_window(
            machine_id=machine_id, minutes=minutes, during=during, at=now
        )
    check_share(
        machine_id=machine_id,
        counterparty_id=counterparty_id,
        minutes=minutes,
        start=during.start,
        at=now,
    )
    reservation = Reservation.objects.create(
        machine_id=machine_id,
        during=DateTimeTZRange(during.start, during.end, "[)"),
        minutes=minutes,
        state=ReservationState.HELD,
        kind=ReservationKind.QUOTE,
        expires_at=expires_at,
        quote_id=quote_id,
        counterparty_id=counterparty_id,
    )
    record("reservation.held", reservation, machine, by, at)
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
    :raises PartOfRoute: if it is held together with others.
    """
    # No lock of the machine: a hold already keeps its time from everyone else.
    changed = Reservation.objects.filter(
        pk=reservation_id,
        state=ReservationState.HELD,
        expires_at__gt=selectors.by_database_clock(at),
        route_id__isnull=True,
    ).move(
        ReservationState.BOOKED,
        kind=ReservationKind.ORDER,
        order_id=order_id,
        expires_at=None,
    )
    reservation = _found(reservation_id)
    if not changed:
        _check_whole(reservation)
        if reservation.state in {ReservationState.HELD, ReservationState.EXPIRED}:
            raise hold_expired(reservation_id)
        raise not_live(reservation)
    record("reservation.booked", reservation, reservation.machine, by, at)
    return reservation


def release(*, reservation_id: UUID, by: Actor, at: datetime) -> Reservation:
    """Let a hold or a booking go, so that others can have the time.

    :raises ReservationUnknown: if there is no such reservation.
    :raises ReservationNotLive: if it has been let go already.
    :raises PartOfRoute: if it is held together with others.
    :raises CapacityConflict: if others keep the machine busy for too long.
    """
    return in_turn(partial(_release, reservation_id=reservation_id, by=by, at=at))


def _release(*, reservation_id: UUID, by: Actor, at: datetime) -> Reservation:
    machine_id = _found(reservation_id).machine_id
    machine = lock_machine(machine_id)
    _check_whole(_found(reservation_id))
    changed = Reservation.objects.filter(pk=reservation_id, state__in=LIVE_STATES).move(
        ReservationState.RELEASED
    )
    reservation = _found(reservation_id)
    if not changed:
        raise not_live(reservation)
    record("reservation.released", reservation, machine, by, at)
    announce([machine_id])
    return reservation


@transaction.atomic
def sweep_lapsed(*, at: datetime) -> list[Reservation]:
    """Let the holds go that have lapsed, and return them.

    A machine at which somebody is at work is left for the next time: its lapsed holds
    block nobody, and whoever is at work lets them go.
    """
    at = selectors.by_database_clock(at)
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


def check_in_service(machine: "Machine") -> None:
    """Make sure that a machine is in use.

    :raises MachineNotInService: if it is retired or in maintenance.
    """
    if machine.state != MachineState.ACTIVE:
        raise MachineNotInService(
            _("%(machine)s is out of service.") % {"machine": machine},
            field="machine",
            value=machine.state,
            remedy=_("Ask another machine."),
        )


def let_lapsed_go(machine_ids: Collection[UUID], at: datetime) -> None:
    """Let lapsed holds of locked machines go."""
    # The exclusion constraint does not know the time, so it still sees them.
    Reservation.objects.of_machines(*machine_ids).lapsed(at).move(
        ReservationState.EXPIRED
    )


def hold_expired(reservation_id: UUID) -> HoldExpired:
    """Return the refusal of a hold that has lapsed."""
    return HoldExpired(
        _("The hold of this machine time has expired."),
        field="reservation",
        value=str(reservation_id),
        remedy=_("Ask for a new quote."),
    )


def _check_whole(reservation: Reservation) -> None:
    if reservation.route_id is not None:
        raise PartOfRoute(
            _("This time is part of a route, which goes as a whole."),
            field="reservation",
            value=str(reservation.pk),
            remedy=_("Book or release the route."),
            facts={"route_id": str(reservation.route_id)},
        )


def _found(reservation_id: UUID) -> Reservation:
    reservation = Reservation.objects.filter(pk=reservation_id).first()
    if reservation is None:
        raise ReservationUnknown(
            _("There is no such reservation."), field="reservation"
        )
    return reservation


def not_live(reservation: Reservation) -> ReservationNotLive:
    """Return the refusal to change what is not live any more."""
    return ReservationNotLive(
        _("The reservation is %(state)s, so it cannot be changed.")
        % {"state": reservation.get_state_display().lower()},
        field="reservation",
        value=reservation.state,
        remedy=_("Ask for a new quote."),
    )


def record(
    verb: str, reservation: Reservation, machine: "Machine", by: Actor, at: datetime
) -> None:
    """Record what happened to a reservation."""
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
