"""Orders, as their seller and their buyer keep them, each in its own schema."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict
from apps.orders.models import Order, Quote
from apps.orders.rules import life_cycles
from apps.orders.selectors.order import OrderNotFound
from apps.orders.selectors.quote import QuoteNotFound
from apps.orders.services import moves, numbers
from apps.orders.types import OrderFacts, OrderState, QuoteState, Series, Side
from tenants.types import Actor


class OrderExists(Conflict):
    """The quote has led to an order already."""

    code = "order_exists"


class QuoteNotAccepted(Conflict):
    """An order needs an accepted quote."""

    code = "quote_not_accepted"


@transaction.atomic
def place_order(
    *,
    facts: OrderFacts,
    by: Actor,
    at: datetime,
    machine_id: UUID | None = None,
    reservation_id: UUID | None = None,
) -> Order:
    """Make the order of an accepted quote, on the side that the quote is on.

    :raises QuoteNotFound: if there is no such quote here.
    :raises QuoteNotAccepted: if it has not been accepted.
    :raises OrderExists: if it has led to an order already.
    """
    quote = Quote.objects.select_for_update().filter(pk=facts.quote_id).first()
    if quote is None:
        raise QuoteNotFound
    if quote.state != QuoteState.ACCEPTED:
        raise QuoteNotAccepted(
            _("%(quote)s has not been accepted.") % {"quote": quote.number},
            field="quote_id",
            value=facts.quote_id,
            remedy=_("Award the quote first."),
        )
    if Order.objects.filter(quote_id=quote.pk).exists():
        raise _exists(quote)
    order = Order(
        id=facts.id,
        side=Side(quote.side),
        quote=quote,
        rfq_line_id=quote.rfq_line_id,
        counterparty_id=facts.counterparty_id,
        counterparty_name=facts.counterparty_name,
        title=facts.title,
        quantity=facts.quantity,
        total=facts.total,
        currency=facts.currency,
        due_on=facts.due_on,
        promised_at=facts.promised_at,
        machine_id=machine_id,
        reservation_id=reservation_id,
        placed_at=at,
        placed_by=by.label,
    )
    try:
        with transaction.atomic():
            order.number = numbers.next_number(series=Series.ORDER, at=at)
            order.save(force_insert=True)
    except IntegrityError as error:
        if "orders_order_pkey" in str(error):
            raise _exists(quote) from error
        raise
    moves.record(
        "order.placed", order, by=by, at=at, total=order.total, currency=order.currency
    )
    return order


@transaction.atomic
def assign_machine(
    *, order_id: UUID, machine_id: UUID, by: Actor, at: datetime
) -> Order:
    """Say that another machine makes the order; its state and its date stay.

    :raises OrderNotFound: if there is no such order here.
    """
    order = Order.objects.select_for_update(of=("self",)).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    order.machine_id = machine_id
    order.version += 1
    order.save(update_fields=["machine_id", "version", "updated_at"])
    moves.record("order.machine_assigned", order, by=by, at=at)
    return order


@transaction.atomic
def confirm_order(
    *, order_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> Order:
    """Confirm that the order will be made as placed.

    :raises OrderNotFound: if there is no such order here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not placed.
    """
    return _move(order_id, OrderState.CONFIRMED, by=by, at=at, version=version)


@transaction.atomic
def start_order(
    *, order_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> Order:
    """Begin to make the order.

    :raises OrderNotFound: if there is no such order here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not confirmed.
    """
    return _move(order_id, OrderState.IN_PRODUCTION, by=by, at=at, version=version)


@transaction.atomic
def ship_order(
    *, order_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> Order:
    """Send the order on its way.

    :raises OrderNotFound: if there is no such order here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not in production.
    """
    return _move(order_id, OrderState.SHIPPED, by=by, at=at, version=version)


@transaction.atomic
def receive_order(
    *, order_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> Order:
    """Take the order in.

    :raises OrderNotFound: if there is no such order here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not shipped.
    """
    return _move(order_id, OrderState.RECEIVED, by=by, at=at, version=version)


@transaction.atomic
def close_order(
    *, order_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> Order:
    """Settle the order: nothing remains to be done.

    :raises OrderNotFound: if there is no such order here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is neither received nor disputed.
    """
    return _move(order_id, OrderState.CLOSED, by=by, at=at, version=version)


@transaction.atomic
def cancel_order(
    *, order_id: UUID, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Order:
    """Call the order off, before it is in production or after a dispute.

    :raises OrderNotFound: if there is no such order here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it can no longer be called off.
    """
    return _move(
        order_id, OrderState.CANCELLED, by=by, at=at, version=version, reason=reason
    )


@transaction.atomic
def dispute_order(
    *, order_id: UUID, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Order:
    """Say that the order is not as agreed.

    :raises OrderNotFound: if there is no such order here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not under way.
    """
    return _move(
        order_id, OrderState.DISPUTED, by=by, at=at, version=version, reason=reason
    )


def _move(
    order_id: UUID,
    state: OrderState,
    *,
    by: Actor,
    at: datetime,
    version: int | None,
    reason: str = "",
) -> Order:
    order = moves.swap(
        order_id,
        Order.objects.all(),
        states=life_cycles.ORDER[state],
        version=version,
        at=at,
        missing=OrderNotFound,
        changes={
            "state": state,
            "moved_at": at,
            "moved_by": by.label,
            **({"reason": reason[:300]} if reason else {}),
        },
    )
    facts = {"reason": reason} if reason else {}
    moves.record(f"order.{state.value}", order, by=by, at=at, **facts)
    return order


def _exists(quote: Quote) -> OrderExists:
    return OrderExists(
        _("%(quote)s has led to an order already.") % {"quote": quote.number},
        field="quote_id",
        value=quote.pk,
    )
