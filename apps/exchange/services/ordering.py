"""An order on its way from placed to closed: one step, on both sides at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from apps.exchange.models import Listing
from apps.exchange.services import telling
from apps.exchange.services.masking import note_counterparties
from apps.exchange.services.pairing import (
    by_schema,
    in_turn,
    lock_audit_heads,
    lock_demand,
    trading_enterprise,
)
from apps.exchange.services.quoting import let_time_go
from apps.kernel.errors import InvalidInput
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.orders.types import OrderState, Side
from apps.scheduling import services as scheduling
from tenants import context
from tenants.types import Actor, EnterpriseRef

if TYPE_CHECKING:
    from apps.orders.models import Order

# What each side may do; to call off or to dispute is open to both.
STEPS: Mapping[OrderState, Callable[..., "Order"]] = {
    OrderState.CONFIRMED: orders_services.confirm_order,
    OrderState.IN_PRODUCTION: orders_services.start_order,
    OrderState.SHIPPED: orders_services.ship_order,
    OrderState.RECEIVED: orders_services.receive_order,
    OrderState.CLOSED: orders_services.close_order,
    OrderState.CANCELLED: orders_services.cancel_order,
    OrderState.DISPUTED: orders_services.dispute_order,
}
WHOSE: Mapping[OrderState, Side] = {
    OrderState.CONFIRMED: Side.SELLER,
    OrderState.IN_PRODUCTION: Side.SELLER,
    OrderState.SHIPPED: Side.SELLER,
    OrderState.RECEIVED: Side.BUYER,
    OrderState.CLOSED: Side.BUYER,
}
WITH_REASON = frozenset({OrderState.CANCELLED, OrderState.DISPUTED})


class NotYourStep(InvalidInput):
    """Raised when a step is the other side's to take, or there is no such step."""

    code = "not_your_step"


@in_turn
def move_order(
    *,
    order_id: UUID,
    to: str,
    by: Actor,
    at: datetime,
    reason: str = "",
    version: int | None = None,
) -> "Order":
    """Take an order one step further on both sides; return this side's.

    Calling it off frees the machine. What is received counts for the shop's record of
    deliveries, by which its listings are scored.

    :raises OrderNotFound: if there is no such order here.
    :raises NotYourStep: if the step is the other side's to take.
    :raises VersionMoved: if the order was changed since it was read.
    :raises StateMoved: if the order is not in a state that the step starts from.
    :raises EnterpriseGone: if the other side does not trade at present.
    """
    own = context.current()
    order = orders.order_detail(order_id)
    state = _step(to, Side(order.side))
    quote = order.quote
    # The first lock, as in every deal: both sides may move the order at once.
    lock_demand(quote.demand_id)
    other = trading_enterprise(order.counterparty_id)
    seller = own if order.side == Side.SELLER else other
    if state in {OrderState.CANCELLED, OrderState.SHIPPED}:
        # Work before machines: accepting a plan locks them in this order too.
        with context.enterprise(seller):
            scheduling.end_work_of_order(
                order_id=order_id, is_done=state == OrderState.SHIPPED, by=by, at=at
            )
    if state == OrderState.CANCELLED:
        _free_machine(seller, order_id, by=by, at=at)
    for side in by_schema([own, other]):
        with context.enterprise(side):
            step = partial(STEPS[state], order_id=order_id, at=at)
            if state in WITH_REASON:
                step = partial(step, reason=reason)
            if side == own:
                step(by=by, version=version)
            else:
                step(by=Actor(label=own.name))
    # Orders placed before this was kept make it known with their next step.
    note_counterparties(own.id, other.id)
    if state == OrderState.RECEIVED:
        _count_delivery(quote.listing_id, in_time=at.date() <= order.due_on)
    telling.order_moved(
        other, order_id=order_id, title=order.title, who=own.name, state=state, at=at
    )
    lock_audit_heads([own, other])
    return orders.order_detail(order_id)


def _step(to: str, side: Side) -> OrderState:
    if to in STEPS and WHOSE.get(OrderState(to), side) == side:
        return OrderState(to)
    raise NotYourStep(
        _("This step of the order is not yours to take."),
        field="to",
        value=to,
        remedy=_("The other side takes it when it is due."),
    )


def _free_machine(
    seller: EnterpriseRef, order_id: UUID, *, by: Actor, at: datetime
) -> None:
    with context.enterprise(seller):
        reservation_id = orders.order_detail(order_id).reservation_id
        if reservation_id is not None:
            let_time_go(reservation_id, by=by, at=at)


def _count_delivery(listing_id: UUID, *, in_time: bool) -> None:
    with context.exchange():
        Listing.objects.filter(pk=listing_id).update(
            deliveries=F("deliveries") + 1,
            deliveries_on_time=F("deliveries_on_time") + int(in_time),
        )
