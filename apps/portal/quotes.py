"""Quotes given and received, with every cent traced to its line."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.audit import selectors as audit
from apps.exchange import services as market
from apps.kernel.errors import DomainError
from apps.orders import selectors as orders
from apps.orders.types import QuoteState, Side
from apps.portal.access import MEMBERS, access
from apps.portal.paging import page_of
from tenants.middleware import actor_of
from tenants.types import Role


@access(*MEMBERS)
@require_safe
def quote_list(request: HttpRequest) -> HttpResponse:
    """List quotes, newest first."""
    side = request.GET.get("side", "")
    state = request.GET.get("state", "")
    page = page_of(request, orders.quotes(side=side, state=state))
    return render(
        request,
        "portal/quotes/list.html",
        {
            "page": page,
            "side": side,
            "state": state,
            "sides": Side.choices,
            "states": QuoteState.choices,
        },
    )


@access(*MEMBERS)
@require_safe
def quote(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    """Show a quote with the lines of its price."""
    try:
        found = orders.quote_detail(quote_id)
    except orders.QuoteNotFound as error:
        raise Http404 from error
    return render(
        request,
        "portal/quotes/detail.html",
        {
            "quote": found,
            "lines": sorted(found.lines.all(), key=lambda line: line.position),
            "events": audit.events_of(found),
        },
    )


@access(Role.SELLER)
@require_POST
def withdraw(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    """Take a quote back on both sides."""
    try:
        market.withdraw_quote(
            quote_id=quote_id, by=actor_of(request), at=timezone.now()
        )
    except orders.QuoteNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("portal:quote", quote_id)
