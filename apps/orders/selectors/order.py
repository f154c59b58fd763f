"""Orders bought and sold, as pages and endpoints ask for them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import NotFound
from apps.orders.models import Order, OrderQuerySet, QuoteLine
from apps.orders.types import OrderState

FINISHED = [OrderState.RECEIVED, OrderState.CLOSED, OrderState.CANCELLED]


class OrderNotFound(NotFound):
    """There is no such order in this enterprise."""

    code = "order_not_found"

    def __init__(
        self, detail: object = _("There is no such order."), **facts: Any
    ) -> None:
        super().__init__(detail, **facts)


def orders(*, side: str = "", state: str = "", search: str = "") -> OrderQuerySet:
    """Return orders, newest first."""
    found = Order.objects.newest_first().select_related("rfq_line__part")
    if side:
        found = found.filter(side=side)
    if state:
        found = found.filter(state=state)
    for word in search.split():
        found = found.filter(
            Q(number__icontains=word)
            | Q(title__icontains=word)
            | Q(counterparty_name__icontains=word)
        )
    return found


def late_orders(*, on: date) -> OrderQuerySet:
    """Return orders that were due before a day and have not arrived."""
    return (
        Order.objects.filter(due_on__lt=on)
        .exclude(state__in=FINISHED)
        .order_by("due_on", "id")
    )


def order_detail(order_id: UUID) -> Order:
    """Return an order with its quote's lines, its request and its part.

    :raises OrderNotFound: if there is no such order here.
    """
    order: Order | None = (
        Order.objects.select_related("quote", "rfq_line__rfq", "rfq_line__part")
        .prefetch_related(Prefetch("quote__lines", QuoteLine.objects.in_order()))
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        raise OrderNotFound
    return order
