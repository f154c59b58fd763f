"""RFQ lines with what was found for them, and quotes on either side."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.exchange.types import RunState
from apps.kernel.periods import Period
from apps.orders import selectors as orders
from apps.orders.types import QuoteOrigin, QuoteState, RfqState
from apps.reports.types import (
    BuyerFacts,
    DemandFact,
    LineFact,
    QuoteFact,
    RefusalCount,
    SellerFacts,
    Side,
)
from tenants import context


def buyer_facts(period: Period) -> BuyerFacts:
    """Return the RFQs published in a period, with their matches and quotes."""
    rfqs = list(
        orders.rfqs()
        .filter(published_at__gte=period.start, published_at__lt=period.end)
        .prefetch_related("lines__part")
        .order_by("published_at", "id")
    )
    quotes = list(
        orders.quotes(side=Side.BUYER)
        .filter(rfq_line__rfq_id__in=[rfq.pk for rfq in rfqs])
        .exclude(state=QuoteState.DRAFT)
        .order_by("rfq_line__rfq__number", "rfq_line__position", "submitted_at", "id")
    )
    numbers = _order_numbers(quotes)
    lines = [
        (rfq, line)
        for rfq in rfqs
        for line in sorted(rfq.lines.all(), key=lambda each: each.position)
    ]
    runs = _latest_runs([line.pk for _rfq, line in lines])
    return BuyerFacts(
        lines=tuple(_line(rfq, line, runs.get(line.pk)) for rfq, line in lines),
        quotes=tuple(
            _quote_for(quote.rfq_line, quote, numbers.get(quote.pk, ""))
            for quote in quotes
        ),
    )


def seller_facts(period: Period) -> SellerFacts:
    """Return the demands of a period that we fit, and the quotes we gave in it."""
    quotes = list(
        orders.quotes(side=Side.SELLER)
        .filter(submitted_at__gte=period.start, submitted_at__lt=period.end)
        .exclude(state=QuoteState.DRAFT)
        .order_by("submitted_at", "id")
    )
    numbers = _order_numbers(quotes)
    return SellerFacts(
        demands=tuple(_demand(entry) for entry in _fitting_demands(period)),
        quotes=tuple(
            _quote(
                quote,
                about=quote.title,
                position=1,
                due_on=None,
                order_number=numbers.get(quote.pk, ""),
            )
            for quote in quotes
        ),
    )


def _latest_runs(rfq_line_ids: list[UUID]) -> dict[UUID, Any]:
    """Return the latest finished match run of each line, in one query for all."""
    rows = (
        exchange.runs()
        .filter(demand__rfq_line_id__in=rfq_line_ids, state=RunState.FINISHED)
        .select_related(None)
        .select_related("demand")
    )
    found: dict[UUID, Any] = {}
    for run in rows:
        found.setdefault(run.demand.rfq_line_id, run)
    return found


def _fitting_demands(period: Period) -> list[exchange.InboxEntry]:
    return [
        entry
        for entry in exchange.inbox()
        if entry.best.fits and period.start <= entry.demand.published_at < period.end
    ]


def _demand(entry: exchange.InboxEntry) -> DemandFact:
    demand, best = entry.demand, entry.best
    return DemandFact(
        title=demand.title,
        process=", ".join(_processes([best.process_code])),
        material=_material(demand.material_code),
        country=demand.delivery_country,
        quantity=demand.quantity,
        due_on=demand.due_on,
        deadline_at=demand.response_deadline_at,
        machine=best.machine_label,
        score=Decimal(f"{100 * best.score:.1f}"),
        has_quote=entry.is_answered,
    )


def _line(rfq: Any, line: Any, run: Any | None) -> LineFact:
    return LineFact(
        rfq_number=rfq.number,
        rfq_title=rfq.title,
        rfq_state=str(RfqState(rfq.state).label),
        position=line.position,
        part=str(line.part),
        processes=", ".join(_processes(line.process_codes)),
        material=_material(line.material_code),
        quantity=line.quantity,
        due_on=rfq.due_on,
        published_at=rfq.published_at,
        considered=run.considered if run else 0,
        fitting=run.fitting if run else 0,
        unclear=run.unknown if run else 0,
        refusals=tuple(
            RefusalCount(str(count.reason.label), count.first, count.only)
            for count in (exchange.counts_of_run(run) if run else ())
        ),
    )


def _quote_for(line: Any, quote: Any, order_number: str) -> QuoteFact:
    return _quote(
        quote,
        about=line.rfq.number,
        position=line.position,
        due_on=line.rfq.due_on,
        order_number=order_number,
    )


def _quote(
    quote: Any, *, about: str, position: int, due_on: date | None, order_number: str
) -> QuoteFact:
    return QuoteFact(
        number=quote.number,
        about=about,
        position=position,
        counterparty=quote.counterparty_name,
        origin=str(QuoteOrigin(quote.origin).label),
        state=quote.state,
        state_label=str(QuoteState(quote.state).label),
        quantity=quote.quantity,
        unit_price=quote.unit_price,
        total=quote.total,
        currency=quote.currency,
        own_total=quote.total_in_buyer_currency,
        own_currency=quote.buyer_currency,
        exchange_rate=quote.exchange_rate,
        exchange_rate_on=quote.exchange_rate_on,
        finish_on=_local_day(quote.finish_at),
        due_on=due_on,
        submitted_at=quote.submitted_at,
        order_number=order_number,
    )


def _order_numbers(quotes: Iterable[Any]) -> dict[UUID, str]:
    keys = [quote.pk for quote in quotes]
    rows = orders.orders().filter(quote_id__in=keys).select_related(None)
    return dict(rows.values_list("quote_id", "number"))


def _processes(codes: Iterable[str]) -> list[str]:
    return [catalog.label(code, get_language() or "en") for code in codes]


def _material(code: str) -> str:
    return catalog.material_by_code(code).label if code else ""


def _local_day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(context.current().time_zone)).date()
