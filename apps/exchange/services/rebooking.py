"""Booked orders that maintenance or a plan moves: both sides hear of a later finish."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from apps.capacity import services as capacity
from apps.capacity.types import BookingsInTheWay
from apps.exchange.services import telling
from apps.exchange.services.pairing import lock_audit_heads
from apps.kernel.periods import Period
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.scheduling import selectors as scheduling
from tenants import context
from tenants.registry import selectors as enterprises
from tenants.types import Actor, EnterpriseRef

if TYPE_CHECKING:
    from apps.orders.models import Order


@dataclass(frozen=True, slots=True)
class _Moved:
    """A booked order that goes elsewhere."""

    order: "Order"
    buyer: EnterpriseRef | None
    finish: datetime
    is_later: bool


@transaction.atomic
def plan_maintenance(
    *,
    machine_id: UUID,
    period: Period,
    reason: str,
    by: Actor,
    at: datetime,
    bookings: BookingsInTheWay = BookingsInTheWay.REFUSE,
    moves: Mapping[UUID, UUID] | None = None,
) -> capacity.MaintenanceTaken:
    """Take a machine out of use, move bookings if asked, and tell whom it concerns.

    Runs in the seller's name. What was promised to the buyer stays on record; the
    buyer, and those who sell, are told of each order that finishes later than it was
    booked for.

    :raises InvalidInput: if the period is empty or over.
    :raises MachineNotFound: if there is no such machine.
    :raises MachineNotInService: if one to be moved to is retired or in maintenance.
    :raises NoFreeTime: if a booking has no working time where it is to go.
    :raises CapacityConflict: if bookings lie in it that cannot move or are not to, or
        the machine is busy.
    """
    seller = context.current()
    taken = capacity.take_maintenance(
        machine_id=machine_id,
        period=period,
        reason=reason,
        bookings=bookings,
        moves=moves,
        by=by,
        at=at,
    )
    moved = [found for one in taken.moved if (found := _order_moved(one, by, at))]
    for one in moved:
        if one.is_later:
            telling.finish_moved(
                seller,
                one.buyer,
                order_id=one.order.pk,
                title=one.order.title,
                finish=one.finish,
                was=one.order.promised_at,
                at=at,
            )
    lock_audit_heads([seller])
    return taken


@transaction.atomic
def tell_replanned(*, schedule_id: UUID, by: Actor, at: datetime) -> int:
    """Follow a plan that was put in force: orders name their machine, sides are told.

    Runs in the seller's name, by a job. Returns how many orders finish later than
    they were booked for; what was promised to the buyer stays on record.
    """
    seller = context.current()
    later = 0
    for moved in scheduling.orders_replanned(schedule_id):
        order = orders.orders().filter(pk=moved.order_id).first()
        if order is None:
            continue
        if order.machine_id != moved.machine_id:
            orders_services.assign_machine(
                order_id=order.pk, machine_id=moved.machine_id, by=by, at=at
            )
        if moved.was_finishes_at is None or moved.finishes_at <= moved.was_finishes_at:
            continue
        later += 1
        telling.finish_moved(
            seller,
            enterprises.enterprise_by_id(order.counterparty_id),
            order_id=order.pk,
            title=order.title,
            finish=moved.finishes_at,
            was=order.promised_at,
            at=at,
        )
    lock_audit_heads([seller])
    return later


def _order_moved(
    moved: capacity.BookingMoved, by: Actor, at: datetime
) -> _Moved | None:
    order_id = moved.reservation.order_id
    order = order_id and orders.orders().filter(pk=order_id).first()
    if not order:
        # Booked for something that is no order of the market's.
        return None
    if order.machine_id != moved.reservation.machine_id:
        orders_services.assign_machine(
            order_id=order.pk, machine_id=moved.reservation.machine_id, by=by, at=at
        )
    return _Moved(
        order=order,
        buyer=enterprises.enterprise_by_id(order.counterparty_id),
        finish=moved.reservation.finish,
        is_later=moved.is_later,
    )
