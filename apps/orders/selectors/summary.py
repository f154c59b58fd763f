"""Figures over many requests, quotes and orders."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from statistics import median

from django.db.models import Count, Prefetch

from apps.kernel.money import round_money
from apps.orders.models import Order, Quote, Rfq, RfqLine
from apps.orders.types import (
    QuoteState,
    RfqLineSummary,
    RfqState,
    RfqSummary,
    Side,
    StateCount,
)

PRICED = (QuoteState.SUBMITTED, QuoteState.ACCEPTED, QuoteState.DECLINED)


def rfq_summary(*, start: datetime, end: datetime) -> RfqSummary:
    """Return what was asked for from `start` to `end`, excluded, and what came back."""
    asked = Rfq.objects.filter(drafted_at__gte=start, drafted_at__lt=end)
    answered = Quote.objects.received().filter(
        rfq_line__rfq__drafted_at__gte=start, rfq_line__rfq__drafted_at__lt=end
    )
    found = (
        RfqLine.objects.filter(
            rfq__drafted_at__gte=start,
            rfq__drafted_at__lt=end,
            rfq__published_at__isnull=False,
        )
        .select_related("rfq", "part")
        .prefetch_related(
            Prefetch("quotes", Quote.objects.order_by("submitted_at", "id"))
        )
        .in_order()
    )
    lines = tuple(_summary_of(line) for line in found)
    first = [
        line.first_answer_minutes
        for line in lines
        if line.first_answer_minutes is not None
    ]
    return RfqSummary(
        rfqs=_counts(
            RfqState.values, asked.values_list("state").annotate(n=Count("pk"))
        ),
        quotes=_counts(
            QuoteState.values, answered.values_list("state").annotate(n=Count("pk"))
        ),
        lines=lines,
        answered_lines=sum(1 for line in lines if line.quotes),
        median_first_answer_minutes=median(first) if first else None,
    )


def open_counts() -> dict[str, int]:
    """Return how much waits on either side: for the first page of the portal."""
    counts = (
        Rfq.objects.filter(state__in=[RfqState.DRAFT, RfqState.PUBLISHED])
        .values_list("state")
        .annotate(n=Count("pk"))
    )
    found = {f"rfqs_{state}": number for state, number in counts}
    quotes = (
        Quote.objects.filter(state=QuoteState.SUBMITTED)
        .values_list("side")
        .annotate(n=Count("pk"))
    )
    found |= {f"quotes_{side}": number for side, number in quotes}
    orders = (
        Order.objects.exclude(state__in=["closed", "cancelled"])
        .values_list("side")
        .annotate(n=Count("pk"))
    )
    found |= {f"orders_{side}": number for side, number in orders}
    return {
        name: found.get(name, 0)
        for name in (
            "rfqs_draft",
            "rfqs_published",
            *(f"quotes_{side}" for side in Side.values),
            *(f"orders_{side}" for side in Side.values),
        )
    }


def _summary_of(line: RfqLine) -> RfqLineSummary:
    quotes = list(line.quotes.all())
    totals = sorted(
        quote.total_in_buyer_currency for quote in quotes if quote.state in PRICED
    )
    accepted = [
        quote.total_in_buyer_currency
        for quote in quotes
        if quote.state == QuoteState.ACCEPTED
    ]
    published = line.rfq.published_at
    waits = [
        (quote.submitted_at - published).total_seconds() / 60
        for quote in quotes
        if quote.submitted_at and published
    ]
    return RfqLineSummary(
        rfq_id=line.rfq_id,
        rfq_number=line.rfq.number,
        rfq_title=line.rfq.title,
        rfq_state=line.rfq.state,
        line_id=line.pk,
        position=line.position,
        part_number=str(line.part),
        quantity=line.quantity,
        currency=line.rfq.currency,
        published_at=published,
        quotes=len(quotes),
        lowest_total=totals[0] if totals else None,
        median_total=_median(totals),
        highest_total=totals[-1] if totals else None,
        accepted_total=accepted[0] if accepted else None,
        first_answer_minutes=min(waits) if waits else None,
        median_answer_minutes=median(waits) if waits else None,
    )


def _median(totals: list[Decimal]) -> Decimal | None:
    return round_money(median(totals)) if totals else None


def _counts(
    states: Iterable[str], found: Iterable[tuple[str, int]]
) -> tuple[StateCount, ...]:
    by_state = dict(found)
    return tuple(StateCount(state, by_state.get(state, 0)) for state in states)
