"""Quotes given and received, as pages and endpoints ask for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from apps.capacity import selectors as capacity
from apps.kernel.errors import NotFound
from apps.orders.models import Quote, QuoteLine, QuoteQuerySet
from apps.orders.types import QuoteState


class QuoteNotFound(NotFound):
    """There is no such quote in this enterprise."""

    code = "quote_not_found"

    def __init__(
        self, detail: object = _("There is no such quote."), **facts: Any
    ) -> None:
        super().__init__(detail, **facts)


def quotes(*, side: str = "", state: str = "", search: str = "") -> QuoteQuerySet:
    """Return quotes, newest first, received ones with their request and part."""
    found = Quote.objects.newest_first().select_related(
        "rfq_line__rfq", "rfq_line__part"
    )
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


def quotes_to_compare(rfq_line_id: UUID) -> QuoteQuerySet:
    """Return what may be chosen from for a line, cheapest first, with every amount."""
    return _with_lines(
        Quote.objects.filter(
            rfq_line_id=rfq_line_id,
            state__in=[QuoteState.SUBMITTED, QuoteState.ACCEPTED],
        )
    ).order_by("total_in_buyer_currency", "finish_at", "id")


def quotes_for_demand(demand_id: UUID) -> QuoteQuerySet:
    """Return our quotes, given or received, for one demand, newest first."""
    return _with_lines(Quote.objects.filter(demand_id=demand_id)).newest_first()


def quote_detail(quote_id: UUID) -> Quote:
    """Return a quote with its lines, in order, its request and its part.

    :raises QuoteNotFound: if there is no such quote here.
    """
    quote: Quote | None = (
        _with_lines(Quote.objects.filter(pk=quote_id))
        .select_related("rfq_line__rfq", "rfq_line__part")
        .first()
    )
    if quote is None:
        raise QuoteNotFound
    return quote


def _with_lines(found: QuoteQuerySet) -> QuoteQuerySet:
    return found.prefetch_related(Prefetch("lines", QuoteLine.objects.in_order()))


def has_lapsed_quotes(at: datetime) -> bool:
    """Say whether quotes are over that nobody has let go yet."""
    return Quote.objects.lapsed_at(capacity.by_database_clock(at)).exists()
