"""Quotes, as their seller and their buyer keep them, each in its own schema."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.capacity import selectors as capacity
from apps.kernel.errors import Conflict, InvalidInput
from apps.kernel.money import round_money
from apps.orders.models import Quote, QuoteLine, Rfq, RfqLine
from apps.orders.rules import life_cycles
from apps.orders.selectors.quote import QuoteNotFound
from apps.orders.selectors.rfq import RfqLineNotFound
from apps.orders.services import moves, numbers, rfqs
from apps.orders.types import QuoteFacts, QuoteState, Series, Side
from tenants import jobs
from tenants.types import SYSTEM, Actor


class QuoteNotSound(InvalidInput):
    """The quote's figures contradict each other."""

    code = "quote_not_sound"


class QuoteExists(Conflict):
    """This listing has answered this demand already."""

    code = "quote_exists"


class RfqNotTakingQuotes(Conflict):
    """The request takes no answers, or no more."""

    code = "rfq_not_taking_quotes"


class QuoteLapsed(Conflict):
    """The quote was valid until a moment that has passed."""

    code = "quote_lapsed"


class LineAlreadyAwarded(Conflict):
    """Another quote was accepted for the same line."""

    code = "line_already_awarded"


@transaction.atomic
def record_given_quote(
    *,
    facts: QuoteFacts,
    by: Actor,
    at: datetime,
    machine_id: UUID | None = None,
    reservation_id: UUID | None = None,
) -> Quote:
    """Keep a quote that this enterprise gives.

    :raises QuoteNotSound: if its figures contradict each other.
    :raises QuoteExists: if the same listing has an open answer to the demand.
    """
    return _record(
        facts,
        Side.SELLER,
        by=by,
        at=at,
        machine_id=machine_id,
        reservation_id=reservation_id,
    )


@transaction.atomic
def record_received_quote(
    *, facts: QuoteFacts, rfq_line_id: UUID, by: Actor, at: datetime
) -> Quote:
    """Keep a quote that this enterprise is given for a line of its request.

    `by` names the other enterprise: who there worked it out is its own affair.

    :raises RfqLineNotFound: if there is no such line here.
    :raises RfqNotTakingQuotes: if the request is not published, or its deadline past.
    :raises QuoteNotSound: if its figures contradict each other or the line.
    :raises QuoteExists: if the same listing has an open answer to the demand.
    """
    line = RfqLine.objects.filter(pk=rfq_line_id).first()
    if line is None:
        raise RfqLineNotFound
    # Lock before looking: the request may be closed at this moment.
    rfq = Rfq.objects.select_for_update(no_key=True).get(pk=line.rfq_id)
    deadline = rfq.response_deadline_at
    if not rfq.is_taking_quotes or deadline is None or deadline <= at:
        raise RfqNotTakingQuotes(
            _("%(rfq)s takes no more quotes.") % {"rfq": rfq.number},
            field="rfq_line_id",
            value=rfq_line_id,
        )
    if facts.quantity != line.quantity:
        raise _contradiction("quantity", facts.quantity, line.quantity)
    if facts.buyer_currency != rfq.currency:
        raise _contradiction("buyer_currency", facts.buyer_currency, rfq.currency)
    return _record(facts, Side.BUYER, by=by, at=at, rfq_line=line)


@transaction.atomic
def accept_quote(
    *,
    quote_id: UUID,
    by: Actor,
    at: datetime,
    version: int | None = None,
    counterparty_id: UUID | None = None,
    counterparty_name: str = "",
) -> Quote:
    """Accept a quote; on the buyer's side the request may be awarded by it.

    A seller learns here who an anonymous buyer is.

    :raises QuoteNotFound: if there is no such quote here.
    :raises QuoteLapsed: if it was valid until a moment that has passed.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not open.
    :raises LineAlreadyAwarded: if another quote was accepted for the same line.
    """
    known = Quote.objects.filter(pk=quote_id).first()
    now = capacity.by_database_clock(at)
    if known is not None and known.is_open and known.valid_until_at <= now:
        raise QuoteLapsed(
            _("%(quote)s was valid until %(until)s.")
            % {
                "quote": known.number,
                "until": f"{known.valid_until_at:%Y-%m-%d %H:%M} UTC",
            },
            field="valid_until_at",
            value=known.valid_until_at,
            remedy=_("Ask the seller for a new quote."),
        )
    changes: dict[str, object] = {}
    if counterparty_id is not None:
        changes = {
            "counterparty_id": counterparty_id,
            "counterparty_name": counterparty_name,
        }
    try:
        with transaction.atomic():
            quote = _decide(
                quote_id,
                QuoteState.ACCEPTED,
                by=by,
                at=at,
                version=version,
                changes=changes,
            )
    except IntegrityError as error:
        if "one_accepted_per" not in str(error):
            raise
        raise LineAlreadyAwarded(
            _("Another quote was accepted already."), field="quote_id", value=quote_id
        ) from error
    if quote.rfq_line is not None:
        rfqs.mark_awarded(rfq_id=quote.rfq_line.rfq_id, by=by, at=at)
    moves.record("quote.accepted", quote, by=by, at=at, total=quote.total)
    return quote


@transaction.atomic
def decline_quote(
    *,
    quote_id: UUID,
    by: Actor,
    at: datetime,
    reason: str = "",
    version: int | None = None,
) -> Quote:
    """Decline a quote.

    :raises QuoteNotFound: if there is no such quote here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not open.
    """
    quote = _decide(
        quote_id, QuoteState.DECLINED, by=by, at=at, version=version, reason=reason
    )
    moves.record("quote.declined", quote, by=by, at=at, reason=reason)
    return quote


@transaction.atomic
def withdraw_quote(
    *,
    quote_id: UUID,
    by: Actor,
    at: datetime,
    reason: str = "",
    version: int | None = None,
) -> Quote:
    """Take a quote back.

    :raises QuoteNotFound: if there is no such quote here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not open.
    """
    quote = _decide(
        quote_id, QuoteState.WITHDRAWN, by=by, at=at, version=version, reason=reason
    )
    moves.record("quote.withdrawn", quote, by=by, at=at, reason=reason)
    return quote


@transaction.atomic
def expire_quotes(*, at: datetime) -> list[Quote]:
    """Let go of the quotes whose validity has ended; return them."""
    expired = []
    # As with the time that is held for them, by the clock that all share: no worker
    # whose own is ahead takes an offer back that still stands.
    lapsed = Quote.objects.lapsed_at(capacity.by_database_clock(at))
    # Rows that someone is deciding on at this moment are left to the next sweep.
    lapsed = lapsed.select_for_update(skip_locked=True)
    for quote_id in list(lapsed.values_list("pk", flat=True)):
        quote = _decide(quote_id, QuoteState.EXPIRED, by=SYSTEM, at=at, version=None)
        moves.record("quote.expired", quote, by=SYSTEM, at=at)
        expired.append(quote)
    return expired


def _decide(
    quote_id: UUID,
    state: QuoteState,
    *,
    by: Actor,
    at: datetime,
    version: int | None,
    reason: str = "",
    changes: dict[str, object] | None = None,
) -> Quote:
    return moves.swap(
        quote_id,
        Quote.objects.select_related("rfq_line"),
        states=life_cycles.QUOTE[state],
        version=version,
        at=at,
        missing=QuoteNotFound,
        changes={
            "state": state,
            "decided_at": at,
            "decided_by": by.label,
            "decision_reason": reason[:300],
            **(changes or {}),
        },
    )


# --- records


def _record(
    facts: QuoteFacts,
    side: Side,
    *,
    by: Actor,
    at: datetime,
    rfq_line: RfqLine | None = None,
    machine_id: UUID | None = None,
    reservation_id: UUID | None = None,
) -> Quote:
    _check(facts, at=at)
    quote = Quote(
        id=facts.id,
        side=side,
        rfq_line=rfq_line,
        demand_id=facts.demand_id,
        listing_id=facts.listing_id,
        counterparty_id=facts.counterparty_id,
        counterparty_name=facts.counterparty_name,
        machine_id=machine_id,
        title=facts.title,
        state=QuoteState.SUBMITTED,
        origin=facts.origin,
        quantity=facts.quantity,
        unit_price=facts.unit_price,
        total=facts.total,
        currency=facts.currency,
        buyer_currency=facts.buyer_currency,
        exchange_rate=facts.exchange_rate,
        exchange_rate_on=facts.exchange_rate_on,
        total_in_buyer_currency=facts.total_in_buyer_currency,
        machine_minutes=facts.machine_minutes,
        finish_at=facts.finish_at,
        ship_on=facts.ship_on,
        valid_until_at=facts.valid_until_at,
        reservation_id=reservation_id,
        note=facts.note,
        submitted_at=at,
        submitted_by=by.label,
    )
    if _is_known(quote):
        raise _exists(quote)
    try:
        with transaction.atomic():
            quote.number = numbers.next_number(series=Series.QUOTE, at=at)
            quote.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_per_listing" in str(error) or "quote_pkey" in str(error):
            raise _exists(quote) from error
        raise
    QuoteLine.objects.bulk_create(
        QuoteLine(
            quote=quote,
            position=position,
            code=line.code,
            label=line.label,
            basis=line.basis,
            amount=line.amount,
        )
        for position, line in enumerate(facts.lines, start=1)
    )
    verb = "quote.given" if side is Side.SELLER else "quote.received"
    moves.record(verb, quote, by=by, at=at, total=facts.total, currency=facts.currency)
    # By name: what ends with a quote on the market is the exchange's to know.
    jobs.enqueue_when_due("exchange.expire_quotes", due_at=facts.valid_until_at)
    return quote


def _is_known(quote: Quote) -> bool:
    open_states = [QuoteState.DRAFT, QuoteState.SUBMITTED]
    return (
        Quote.objects.filter(pk=quote.pk).exists()
        or Quote.objects.filter(
            demand_id=quote.demand_id,
            listing_id=quote.listing_id,
            state__in=open_states,
        ).exists()
    )


def _exists(quote: Quote) -> QuoteExists:
    return QuoteExists(
        _("There is an open quote from this machine for this demand already."),
        field="listing_id",
        value=quote.listing_id,
        remedy=_("Withdraw that quote first."),
    )


def _check(facts: QuoteFacts, *, at: datetime) -> None:
    if facts.quantity < 1:
        raise _contradiction("quantity", facts.quantity, "≥ 1")
    lines = _sum(line.amount for line in facts.lines)
    if not facts.lines or lines != facts.total:
        raise _contradiction("total", facts.total, lines)
    unit_price = facts.unit_price
    if not (
        unit_price * facts.quantity
        <= facts.total
        < (unit_price + Decimal("0.01")) * facts.quantity
    ):
        raise _contradiction(
            "unit_price", unit_price, f"{facts.total} ÷ {facts.quantity}"
        )
    converted = round_money(facts.total * facts.exchange_rate)
    if facts.total_in_buyer_currency != converted:
        raise _contradiction(
            "total_in_buyer_currency", facts.total_in_buyer_currency, converted
        )
    if facts.valid_until_at <= at:
        raise _contradiction("valid_until_at", facts.valid_until_at, f"> {at}")


def _contradiction(field: str, value: object, expected: object) -> QuoteNotSound:
    return QuoteNotSound(
        _("The quote's %(field)s is %(value)s and must be %(expected)s.")
        % {"field": field, "value": value, "expected": expected},
        field=field,
        value=value,
        remedy=_("Work the quote out again."),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
