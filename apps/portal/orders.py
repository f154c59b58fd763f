"""Orders, bought and sold, from the award to the closing."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from apps.audit import selectors as audit
from apps.exchange import services as market
from apps.kernel.errors import DomainError
from apps.orders import selectors as orders
from apps.orders.types import OrderState, Side
from apps.portal.access import MEMBERS, access
from apps.portal.paging import page_of
from tenants.middleware import actor_of
from tenants.types import Role

# What each side may do next, by state.
NEXT = {
    (Side.SELLER, OrderState.PLACED): (OrderState.CONFIRMED, _("Confirm")),
    (Side.SELLER, OrderState.CONFIRMED): (
        OrderState.IN_PRODUCTION,
        _("Start production"),
    ),
    (Side.SELLER, OrderState.IN_PRODUCTION): (
        OrderState.SHIPPED,
        _("Mark as shipped"),
    ),
    (Side.BUYER, OrderState.SHIPPED): (OrderState.RECEIVED, _("Mark as received")),
    (Side.BUYER, OrderState.RECEIVED): (OrderState.CLOSED, _("Close")),
}


@access(*MEMBERS)
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """List orders, newest first."""
    side = request.GET.get("side", "")
    state = request.GET.get("state", "")
    page = page_of(request, orders.orders(side=side, state=state))
    return render(
        request,
        "portal/orders/list.html",
        {
            "page": page,
            "side": side,
            "state": state,
            "sides": Side.choices,
            "states": OrderState.choices,
        },
    )


@access(*MEMBERS)
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show an order with what may be done next."""
    try:
        found = orders.order_detail(order_id)
    except orders.OrderNotFound as error:
        raise Http404 from error
    following = NEXT.get((Side(found.side), OrderState(found.state)))
    return render(
        request,
        "portal/orders/detail.html",
        {
            "order": found,
            "move": following[0] if following else "",
            "move_label": following[1] if following else "",
            "events": audit.events_of(found),
        },
    )


@access(Role.BUYER, Role.SELLER, Role.PLANNER)
@require_POST
def move(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Move an order to its next state, on both sides."""
    try:
        market.move_order(
            order_id=order_id,
            to=request.POST.get("to", ""),
            by=actor_of(request),
            at=timezone.now(),
        )
    except orders.OrderNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("portal:order", order_id)
