"""An order moves on both sides at once, or on neither."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.exchange.services.pairing import (
    by_schema,
    in_turn,
    lock_audit_heads,
    trading_enterprise,
)
from apps.kernel.errors import InvalidInput
from apps.orders import selectors as orders
from apps.orders import services
from apps.orders.types import OrderState, Side
from tenants import context
from tenants.types import Actor

if TYPE_CHECKING:
    from apps.orders.models import Order

# Whose word moves an order into a state; the other side's copy follows.
MOVES: dict[str, tuple[Side, Callable[..., Any]]] = {
    OrderState.CONFIRMED: (Side.SELLER, services.confirm_order),
    OrderState.IN_PRODUCTION: (Side.SELLER, services.start_order),
    OrderState.SHIPPED: (Side.SELLER, services.ship_order),
    OrderState.RECEIVED: (Side.BUYER, services.receive_order),
    OrderState.CLOSED: (Side.BUYER, services.close_order),
}


@in_turn
@transaction.atomic
def move_order(*, order_id: UUID, to: str, by: Actor, at: datetime) -> "Order":
    """Move an order to its next state, in both schemas.

    Runs in the name of either side. Returns this side's order.

    :raises OrderNotFound: if there is no such order here.
    :raises InvalidInput: if it is not for this side to say.
    :raises StateMoved: if the order is not in the state before.
    """
    order = orders.order_detail(order_id)
    side, move = MOVES.get(to, (None, None))
    if move is None or side != order.side:
        raise InvalidInput(
            _("“%(state)s” is not for this side to say.") % {"state": to},
            field="to",
            value=to,
            remedy=_("Wait for the other side, or choose another step."),
        )
    own = context.current()
    other = trading_enterprise(order.counterparty_id)
    # In one order of schemas: both sides may move at the same moment.
    for ref in by_schema([own, other]):
        with context.enterprise(ref):
            move(order_id=order_id, by=by, at=at)
    lock_audit_heads([own, other])
    return orders.order_detail(order_id)
