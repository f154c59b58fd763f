"""Routes: what several machines do for one promise is held, booked, let go together."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from apps.capacity import selectors
from apps.capacity.models import Reservation
from apps.capacity.rules.route_checks import check_route
from apps.capacity.rules.wording import moment_text
from apps.capacity.selectors import CapacityConflict
from apps.capacity.services.quotas import check_quota, check_share
from apps.capacity.services.reservations import (
    MachineNotInService,
    ReservationUnknown,
    check_expiry,
    check_in_service,
    hold_expired,
    let_lapsed_go,
    not_live,
    record,
)
from apps.capacity.services.turns import announce, in_turn, lock_machines
from apps.capacity.types import (
    LIVE_STATES,
    LotPromise,
    ReservationKind,
    ReservationState,
    RoutePromise,
    RouteRequest,
)
from apps.kernel.identifiers import uuid7
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from tenants import jobs
from tenants.types import Actor

if TYPE_CHECKING:
    from apps.machines.models import Machine


def hold_route(
    *,
    request: RouteRequest,
    expires_at: datetime,
    by: Actor,
    at: datetime,
    arrives_by: datetime | None = None,
    counterparty_id: UUID | None = None,
    quote_id: UUID | None = None,
) -> tuple[Reservation, ...]:
    """Hold the earliest way through all steps, all lots of it or none.

    With `arrives_by`, what was shown to somebody, it is refused if it would be later.
    Machines out of service are left out where a step has others.

    :raises InvalidInput: if quantity, times, lots, dates or expiry cannot be meant.
    :raises MachineNotFound: if there is no such machine.
    :raises MachineNotInService: if all machines of a step are out of service.
    :raises HoldQuotaReached: if the enterprise or the buyer has all holds it may have.
    :raises NoFreeTime: if the calendars have too few working minutes before it is due.
    :raises CapacityConflict: if the time is others', later than shown, or the machines
        are busy.
    """
    check_expiry(expires_at, at)
    check_route(request, at)
    return in_turn(
        partial(
            _hold_route,
            request=request,
            expires_at=expires_at,
            arrives_by=arrives_by,
            counterparty_id=counterparty_id,
            quote_id=quote_id,
            by=by,
            at=at,
        )
    )


def _hold_route(
    *,
    request: RouteRequest,
    expires_at: datetime,
    arrives_by: datetime | None,
    counterparty_id: UUID | None,
    quote_id: UUID | None,
    by: Actor,
    at: datetime,
) -> tuple[Reservation, ...]:
    # All machines that it may need, before it is known which: so nobody who holds the
    # same machines in another order waits for this one while it waits for them.
    locked = take_machines(selectors.machines_of(request), at=at)
    request = in_service(request, locked)
    promise = selectors.promise_route(
        request=request, at=selectors.by_database_clock(at)
    )
    check_arrival(promise, arrives_by)
    return hold_lots(
        promise.lots,
        route_id=uuid7(),
        expires_at=expires_at,
        counterparty_id=counterparty_id,
        quote_id=quote_id,
        by=by,
        at=at,
    )


def take_machines(
    machine_ids: Collection[UUID], *, at: datetime
) -> dict[UUID, "Machine"]:
    """Lock machines in the order of their keys, and let their lapsed holds go.

    :raises MachineNotFound: if one is not the enterprise's.
    """
    locked = lock_machines(machine_ids)
    for machine_id in machine_ids:
        if machine_id not in locked:
            raise machines.machine_not_found(machine_id)
    let_lapsed_go(machine_ids, selectors.by_database_clock(at))
    return locked


def in_service(request: RouteRequest, locked: Mapping[UUID, "Machine"]) -> RouteRequest:
    """Leave machines out that are out of service.

    :raises MachineNotInService: if none is left for a step.
    """
    steps = []
    for number, step in enumerate(request.steps, start=1):
        able = tuple(
            option
            for option in step.options
            if locked[option.machine_id].state == MachineState.ACTIVE
        )
        if not able:
            if len(step.options) == 1:
                check_in_service(locked[step.options[0].machine_id])
            raise MachineNotInService(
                _("All machines of step %(step)d are out of service.")
                % {"step": number},
                field="machines",
                remedy=_("Ask other machines."),
            )
        steps.append(replace(step, options=able))
    return replace(request, steps=tuple(steps))


def check_arrival(promise: RoutePromise, arrives_by: datetime | None) -> None:
    """Make sure that what is held is no later than what was shown.

    :raises CapacityConflict: if it would be.
    """
    if arrives_by is not None and promise.arrives_at > arrives_by:
        raise CapacityConflict(
            _("Others have taken time meanwhile: now it would be %(then)s.")
            % {"then": moment_text(promise.arrives_at, "UTC")},
            field="arrives_by",
            value=arrives_by.isoformat(),
            remedy=_("Work it out again."),
        )


def hold_lots(
    lots: Iterable[LotPromise],
    *,
    route_id: UUID,
    expires_at: datetime,
    counterparty_id: UUID | None,
    quote_id: UUID | None,
    by: Actor,
    at: datetime,
) -> tuple[Reservation, ...]:
    """Hold lots on machines that the caller has taken, as one route.

    :raises HoldQuotaReached: if the enterprise or the buyer has all holds it may have.
    """
    lots = list(lots)
    now = selectors.by_database_clock(at)
    check_quota(counterparty_id=counterparty_id, more=len(lots), at=now)
    held = []
    for lot in lots:
        check_share(
            machine_id=lot.promise.machine_id,
            counterparty_id=counterparty_id,
            minutes=lot.promise.working_minutes,
            start=lot.promise.start,
            at=now,
        )
        reservation = Reservation.objects.create(
            machine_id=lot.promise.machine_id,
            during=DateTimeTZRange(lot.promise.start, lot.promise.finish, "[)"),
            minutes=lot.promise.working_minutes,
            state=ReservationState.HELD,
            kind=ReservationKind.QUOTE,
            expires_at=expires_at,
            quote_id=quote_id,
            counterparty_id=counterparty_id,
            route_id=route_id,
        )
        record("reservation.held", reservation, reservation.machine, by, at)
        held.append(reservation)
    jobs.enqueue_when_due("capacity.sweep_lapsed", due_at=expires_at)
    announce(reservation.machine_id for reservation in held)
    return tuple(held)


@transaction.atomic
def book_route(
    *, route_id: UUID, order_id: UUID, by: Actor, at: datetime
) -> tuple[Reservation, ...]:
    """Turn all holds of a route into bookings for an order, or none.

    :raises ReservationUnknown: if there is no such route.
    :raises HoldExpired: if a hold of it has lapsed, whether swept or not.
    :raises ReservationNotLive: if it is held no more.
    """
    # No lock of machines: holds already keep their time from everyone else.
    rows = _locked_route(route_id)
    now = selectors.by_database_clock(at)
    for row in rows:
        if row.state == ReservationState.EXPIRED or (
            row.state == ReservationState.HELD
            and row.expires_at is not None
            and row.expires_at <= now
        ):
            raise hold_expired(row.pk)
        if row.state != ReservationState.HELD:
            raise not_live(row)
    Reservation.objects.filter(route_id=route_id).move(
        ReservationState.BOOKED,
        kind=ReservationKind.ORDER,
        order_id=order_id,
        expires_at=None,
    )
    return _recorded("reservation.booked", route_id, by, at)


def release_route(
    *, route_id: UUID, by: Actor, at: datetime
) -> tuple[Reservation, ...]:
    """Let all of a route go, held or booked.

    :raises ReservationUnknown: if there is no such route.
    :raises ReservationNotLive: if it has been let go already.
    :raises CapacityConflict: if others keep the machines busy for too long.
    """
    return in_turn(partial(_release_route, route_id=route_id, by=by, at=at))


def _release_route(
    *, route_id: UUID, by: Actor, at: datetime
) -> tuple[Reservation, ...]:
    machine_ids = set(
        selectors.route_reservations(route_id).values_list("machine_id", flat=True)
    )
    lock_machines(machine_ids)
    return drop_route(route_id=route_id, by=by, at=at)


def drop_route(*, route_id: UUID, by: Actor, at: datetime) -> tuple[Reservation, ...]:
    """Let all of a route go, without a look at its machines.

    :raises ReservationUnknown: if there is no such route.
    :raises ReservationNotLive: if it has been let go already.
    """
    rows = _locked_route(route_id)
    live = [row.pk for row in rows if row.state in LIVE_STATES]
    if not live:
        raise not_live(rows[0])
    Reservation.objects.filter(pk__in=live).move(ReservationState.RELEASED)
    announce(row.machine_id for row in rows)
    return _recorded("reservation.released", route_id, by, at)


def _locked_route(route_id: UUID) -> list[Reservation]:
    rows = list(
        Reservation.objects.filter(route_id=route_id)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if not rows:
        raise ReservationUnknown(
            _("There is no such route."), field="route_id", value=str(route_id)
        )
    return rows


def _recorded(
    verb: str, route_id: UUID, by: Actor, at: datetime
) -> tuple[Reservation, ...]:
    rows = tuple(selectors.route_reservations(route_id).select_related("machine"))
    for row in rows:
        record(verb, row, row.machine, by, at)
    return rows
