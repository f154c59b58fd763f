"""A route over the machines of several enterprises: all of it is held, or none.

The caller acts for those who have agreed to the route. All in one transaction, in the
order of every deal: machines by their keys, whosesoever they are, then each
enterprise's own rows, and the heads of the audit chains last.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from apps.capacity import selectors as capacity
from apps.capacity import services as capacity_services
from apps.capacity.rules.route_checks import check_route
from apps.capacity.types import RoutePromise, RouteRequest
from apps.exchange.services.pairing import (
    by_schema,
    lock_audit_heads,
    trading_enterprise,
)
from apps.kernel.errors import Conflict, DomainError, InvalidInput
from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.registry import selectors as enterprises
from tenants.types import Actor, EnterpriseRef

if TYPE_CHECKING:
    from apps.capacity.models import Reservation
    from apps.capacity.rules.routes import MachineTime
    from apps.machines.models import Machine


class EnterpriseElsewhere(Conflict):
    """Raised when an enterprise is served from another database than this route."""

    code = "enterprise_elsewhere"


@dataclass(frozen=True, slots=True)
class RouteHeld:
    """A route that is held: its promise, and each seller's reservations."""

    route_id: UUID
    promise: RoutePromise
    reservations: Mapping[UUID, tuple["Reservation", ...]]


Result = TypeVar("Result")
Sellers = Mapping[UUID, EnterpriseRef]
"""Whose each machine is, by the machine's key."""


def promise_across(
    *, request: RouteRequest, sellers: Mapping[UUID, UUID], at: datetime
) -> RoutePromise:
    """Work out the earliest way through machines of several enterprises.

    `sellers` says whose each machine is. Nothing is held.

    :raises InvalidInput: if the route cannot be meant, or a machine is nobody's.
    :raises EnterpriseElsewhere: if an enterprise is served from another database.
    :raises EnterpriseGone: if one does not trade at present.
    :raises MachineNotFound: if a machine is not its enterprise's.
    :raises NoFreeTime: if the calendars have too few working minutes before it is due.
    :raises CapacityConflict: if they had enough, but they are reserved.
    """
    check_route(request, at)
    return _promised(request, _owners(request, sellers), at)


def hold_across(
    *,
    request: RouteRequest,
    sellers: Mapping[UUID, UUID],
    counterparty_id: UUID,
    expires_at: datetime,
    by: Actor,
    at: datetime,
    arrives_by: datetime | None = None,
) -> RouteHeld:
    """Hold the earliest way through machines of several enterprises, all or none.

    :raises InvalidInput: if the route or the expiry cannot be meant.
    :raises EnterpriseElsewhere: if an enterprise is served from another database.
    :raises EnterpriseGone: if one does not trade at present.
    :raises MachineNotFound: if a machine is not its enterprise's.
    :raises MachineNotInService: if all machines of a step are out of service.
    :raises HoldQuotaReached: if the buyer has all holds it may have at one of them.
    :raises NoFreeTime: if the calendars have too few working minutes before it is due.
    :raises CapacityConflict: if the time is others', later than shown, or the machines
        are busy.
    """
    check_route(request, at)
    owners = _owners(request, sellers)
    return _in_turn(
        partial(
            _hold_across,
            request=request,
            owners=owners,
            counterparty_id=counterparty_id,
            expires_at=expires_at,
            arrives_by=arrives_by,
            by=by,
            at=at,
        )
    )


def book_across(
    *,
    route_id: UUID,
    seller_ids: Iterable[UUID],
    order_id: UUID,
    by: Actor,
    at: datetime,
) -> None:
    """Book all of a route at all enterprises that hold a part of it, or none.

    :raises EnterpriseElsewhere: if an enterprise is served from another database.
    :raises EnterpriseGone: if one does not trade at present.
    :raises ReservationUnknown: if one of them knows no such route.
    :raises HoldExpired: if a hold of it has lapsed, whether swept or not.
    :raises ReservationNotLive: if it is held no more.
    """
    refs = [_served(seller_id) for seller_id in seller_ids]
    _in_turn(
        partial(
            _at_each,
            refs,
            partial(
                capacity_services.book_route,
                route_id=route_id,
                order_id=order_id,
                by=by,
                at=at,
            ),
        )
    )


def release_across(
    *, route_id: UUID, seller_ids: Iterable[UUID], by: Actor, at: datetime
) -> None:
    """Let all of a route go at all enterprises.

    :raises EnterpriseElsewhere: if an enterprise is served from another database.
    :raises EnterpriseGone: if one does not trade at present.
    :raises ReservationUnknown: if one of them knows no such route.
    :raises ReservationNotLive: if it has been let go already.
    :raises CapacityConflict: if others keep the machines busy for too long.
    """
    refs = [_served(seller_id) for seller_id in seller_ids]
    _in_turn(partial(_release_across, refs, route_id=route_id, by=by, at=at))


def _in_turn(deal: Callable[[], Result]) -> Result:
    # In the market's name, until each machine is asked in that of its enterprise.
    with context.exchange():
        return capacity_services.in_turn(deal)


def _release_across(
    refs: Iterable[EnterpriseRef], *, route_id: UUID, by: Actor, at: datetime
) -> None:
    sides = by_schema(refs)
    owners: dict[UUID, EnterpriseRef] = {}
    for side in sides:
        with context.enterprise(side):
            owners |= {
                row.machine_id: side for row in capacity.route_reservations(route_id)
            }
    _take(owners, at)
    _at_each(
        sides,
        partial(capacity_services.drop_route, route_id=route_id, by=by, at=at),
    )


def _at_each(refs: Iterable[EnterpriseRef], deed: Callable[[], object]) -> None:
    sides = by_schema(refs)
    for side in sides:
        with context.enterprise(side):
            deed()
    lock_audit_heads(sides)


def _take(owners: Sellers, at: datetime) -> "dict[UUID, Machine]":
    """Lock machines in the order of their keys, each in the name of its enterprise."""
    locked: dict[UUID, Machine] = {}
    for machine_id in sorted(owners):
        with context.enterprise(owners[machine_id]):
            locked |= capacity_services.take_machines([machine_id], at=at)
    return locked


def _hold_across(
    *,
    request: RouteRequest,
    owners: Sellers,
    counterparty_id: UUID,
    expires_at: datetime,
    arrives_by: datetime | None,
    by: Actor,
    at: datetime,
) -> RouteHeld:
    asked = capacity.machines_of(request)
    locked = _take({machine_id: owners[machine_id] for machine_id in asked}, at)
    request = capacity_services.in_service(request, locked)
    promise = _promised(request, owners, capacity.by_database_clock(at))
    capacity_services.check_arrival(promise, arrives_by)
    route_id = uuid7()
    sides = by_schema(owners[lot.promise.machine_id] for lot in promise.lots)
    held = {}
    for side in sides:
        with context.enterprise(side):
            held[side.id] = capacity_services.hold_lots(
                [lot for lot in promise.lots if owners[lot.promise.machine_id] == side],
                route_id=route_id,
                expires_at=expires_at,
                counterparty_id=counterparty_id,
                quote_id=None,
                by=by,
                at=at,
            )
    lock_audit_heads(sides)
    return RouteHeld(route_id, promise, held)


def _promised(request: RouteRequest, owners: Sellers, at: datetime) -> RoutePromise:
    refusal: DomainError | None = None
    for first, until in capacity.horizons(request, at):
        times = _times(request, owners, first, until, at)
        found = capacity.promise_within(request, times, first, until)
        if isinstance(found, RoutePromise):
            return found
        refusal = found
    if refusal is None:
        raise capacity.NoFreeTime(
            _("Transport alone takes longer than there is until it is due."),
            field="due_at",
            remedy=_("Allow a later date."),
        )
    raise refusal


def _times(
    request: RouteRequest, owners: Sellers, first: int, until: int, at: datetime
) -> dict[UUID, "MachineTime"]:
    times: dict[UUID, MachineTime] = {}
    wanted = capacity.machines_of(request)
    for side in by_schema(owners[machine_id] for machine_id in wanted):
        theirs = [key for key in wanted if owners[key] == side]
        with context.enterprise(side):
            found = capacity.machine_times(theirs, first, until, at=at)
        times |= {
            key: replace(time, site=(side.id, time.site)) for key, time in found.items()
        }
    return times


def _owners(request: RouteRequest, sellers: Mapping[UUID, UUID]) -> Sellers:
    refs = {seller_id: _served(seller_id) for seller_id in set(sellers.values())}
    for machine_id in capacity.machines_of(request):
        if machine_id not in sellers:
            raise InvalidInput(
                _("Nobody is named as the owner of a machine of the route."),
                field="sellers",
                value=str(machine_id),
                remedy=_("Say whose it is."),
            )
    return {machine_id: refs[seller_id] for machine_id, seller_id in sellers.items()}


def _served(seller_id: UUID) -> EnterpriseRef:
    found = enterprises.enterprise_in_any_tier(seller_id)
    if found is not None and found.schema and not enterprises.is_served_here(found):
        raise EnterpriseElsewhere(
            _(
                "%(name)s is served from another database: one route cannot hold its"
                " machines together with others."
            )
            % {"name": found.name},
            field="sellers",
            value=str(seller_id),
            remedy=_("Hold its part by itself, or choose another enterprise."),
        )
    return trading_enterprise(seller_id)
