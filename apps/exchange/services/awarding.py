"""The buyer's choice: one quote becomes an order, the others are let go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.capacity import services as capacity
from apps.exchange.models import Demand, Listing
from apps.exchange.services import telling
from apps.exchange.services.masking import note_counterparties
from apps.exchange.services.matching import DemandNotOpen
from apps.exchange.services.pairing import (
    by_schema,
    in_turn,
    lock_audit_heads,
    lock_demand,
    trading_enterprise,
)
from apps.exchange.services.quoting import let_time_go
from apps.exchange.types import DemandState
from apps.kernel.errors import Conflict
from apps.kernel.identifiers import uuid7
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.orders.types import OrderFacts, QuoteState, Side
from apps.scheduling import services as scheduling
from tenants import context
from tenants.registry import selectors as enterprises
from tenants.types import SYSTEM, Actor, EnterpriseRef

if TYPE_CHECKING:
    from apps.orders.models import Order, Quote


NOT_CHOSEN = gettext_lazy("Another quote was chosen.")


class AlreadyAwarded(Conflict):
    """Raised when another quote was chosen for the same demand, or this one already."""

    code = "already_awarded"


@dataclass(frozen=True, slots=True)
class _Answer:
    """A quote for a demand with its seller, and the machine time that it holds."""

    quote_id: UUID
    seller: EnterpriseRef
    machine_id: UUID
    reservation_id: UUID | None


@in_turn
def award(
    *, quote_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> "Order":
    """Accept a quote: its held time is booked, both sides get the order, others go.

    Runs in the buyer's name, in one transaction over all enterprises concerned.
    Returns the buyer's order.

    :raises QuoteNotFound: if this enterprise has received no such quote.
    :raises AlreadyAwarded: if another quote was chosen, or this one already.
    :raises DemandNotOpen: if the request was cancelled.
    :raises HoldExpired: if the machine time is no longer held; nothing is changed.
    :raises QuoteLapsed: if the quote was valid until a moment that has passed.
    :raises VersionMoved: if the quote was changed since it was read.
    :raises StateMoved: if it was withdrawn, declined or expired.
    :raises EnterpriseGone: if the seller does not trade at present.
    """
    buyer = context.current()
    demand = lock_demand(_received(quote_id).demand_id)
    # Read again under the lock: it may have been withdrawn or awarded just now.
    quote = _received(quote_id)
    _check_undecided(demand)
    if not quote.is_open or version not in {None, quote.version}:
        # Refused by the quote itself, in the words of its own state.
        orders_services.accept_quote(quote_id=quote_id, by=by, at=at, version=version)
    seller = trading_enterprise(quote.counterparty_id)
    answers = _answers(_open_quotes(demand.pk))
    order_id = uuid7()
    _settle_time(answers, quote_id, order_id, buyer, at=at)
    # Only now, after the machines: others may wait for these rows while they hold one.
    for side in by_schema([buyer, *(answer.seller for answer in answers)]):
        with context.enterprise(side):
            if side == buyer:
                _decide_as_buyer(quote, demand, answers, order_id, by=by, at=at)
            for answer in answers:
                if answer.seller == side:
                    _decide_as_seller(answer, quote, demand, order_id, buyer, at=at)
    note_counterparties(buyer.id, seller.id)
    with context.exchange():
        demand.state = DemandState.AWARDED
        demand.version += 1
        demand.save(update_fields=["state", "version", "updated_at"])
    _tell(answers, quote_id, order_id, demand, buyer, at)
    lock_audit_heads([buyer, *(answer.seller for answer in answers)])
    return orders.order_detail(order_id)


def let_quotes_go(*, demand: Demand, reason: object, by: Actor, at: datetime) -> int:
    """Decline all open quotes of a demand on both sides, and free their time.

    Runs in the buyer's name, within its transaction. Returns how many there were.
    """
    buyer = context.current()
    answers = _answers(_open_quotes(demand.pk))
    for answer in answers:
        with context.enterprise(answer.seller):
            if answer.reservation_id is not None:
                let_time_go(answer.reservation_id, by=SYSTEM, at=at)
    for side in by_schema([buyer, *(answer.seller for answer in answers)]):
        with context.enterprise(side):
            for answer in answers:
                if side in (buyer, answer.seller):
                    _decline(
                        answer,
                        reason=reason,
                        by=by if side == buyer else SYSTEM,
                        at=at,
                    )
    for answer in answers:
        telling.quote_declined(
            answer.seller, quote_id=answer.quote_id, title=demand.title, at=at
        )
    lock_audit_heads([buyer, *(answer.seller for answer in answers)])
    return len(answers)


def _received(quote_id: UUID) -> "Quote":
    quote = orders.quote_detail(quote_id)
    if quote.side != Side.BUYER:
        raise orders.QuoteNotFound
    return quote


def _check_undecided(demand: Demand) -> None:
    if demand.state == DemandState.AWARDED:
        raise AlreadyAwarded(
            _("“%(title)s” has been awarded already.") % {"title": demand.title},
            field="quote_id",
        )
    if demand.state == DemandState.CANCELLED:
        raise DemandNotOpen(
            _("“%(title)s” was cancelled.") % {"title": demand.title},
            field="quote_id",
            remedy=_("Publish a new request."),
        )


def _open_quotes(demand_id: UUID) -> list["Quote"]:
    return list(
        orders.quotes_for_demand(demand_id).filter(
            side=Side.BUYER, state=QuoteState.SUBMITTED
        )
    )


def _answers(quotes: Iterable["Quote"]) -> list[_Answer]:
    """Find who gave each quote and what it holds, in the order of the machines."""
    found = []
    quotes = list(quotes)
    with context.exchange():
        listings = Listing.objects.in_bulk([quote.listing_id for quote in quotes])
    for quote in quotes:
        seller = quote.counterparty_id and enterprises.enterprise_by_id(
            quote.counterparty_id
        )
        if not seller:
            continue
        with context.enterprise(seller):
            given = orders.quote_detail(quote.pk)
        found.append(
            _Answer(
                quote_id=quote.pk,
                seller=seller,
                machine_id=listings[quote.listing_id].machine_id,
                reservation_id=given.reservation_id,
            )
        )
    return sorted(found, key=lambda answer: (answer.machine_id, answer.quote_id))


def _settle_time(
    answers: Iterable[_Answer],
    chosen_id: UUID,
    order_id: UUID,
    buyer: EnterpriseRef,
    *,
    at: datetime,
) -> None:
    for answer in answers:
        if answer.reservation_id is None:
            continue
        with context.enterprise(answer.seller):
            if answer.quote_id == chosen_id:
                capacity.book(
                    reservation_id=answer.reservation_id,
                    order_id=order_id,
                    by=Actor(label=buyer.name),
                    at=at,
                )
            else:
                # Who the buyer is, only the winner learns.
                let_time_go(answer.reservation_id, by=SYSTEM, at=at)


def _decide_as_buyer(
    quote: "Quote",
    demand: Demand,
    answers: Iterable[_Answer],
    order_id: UUID,
    *,
    by: Actor,
    at: datetime,
) -> None:
    orders_services.accept_quote(quote_id=quote.pk, by=by, at=at, version=quote.version)
    for answer in answers:
        if answer.quote_id != quote.pk:
            _decline(answer, reason=NOT_CHOSEN, by=by, at=at)
    orders_services.place_order(
        facts=_order_facts(
            quote,
            demand,
            order_id,
            counterparty_id=quote.counterparty_id,
            counterparty_name=quote.counterparty_name,
        ),
        by=by,
        at=at,
    )


def _decide_as_seller(
    answer: _Answer,
    quote: "Quote",
    demand: Demand,
    order_id: UUID,
    buyer: EnterpriseRef,
    *,
    at: datetime,
) -> None:
    if answer.quote_id != quote.pk:
        _decline(answer, reason=NOT_CHOSEN, by=SYSTEM, at=at)
        return
    orders_services.accept_quote(
        quote_id=quote.pk,
        by=Actor(label=buyer.name),
        at=at,
        counterparty_id=buyer.id,
        counterparty_name=buyer.name,
    )
    orders_services.place_order(
        facts=_order_facts(
            quote,
            demand,
            order_id,
            counterparty_id=buyer.id,
            counterparty_name=buyer.name,
        ),
        by=Actor(label=buyer.name),
        at=at,
        machine_id=answer.machine_id,
        reservation_id=answer.reservation_id,
    )
    if answer.reservation_id is not None:
        scheduling.ensure_work_of_order(
            order_id=order_id,
            title=demand.title,
            part_label="",
            quantity=quote.quantity,
            reservation_id=answer.reservation_id,
            # Later than this it is late for the buyer.
            due_at=quote.finish_at,
            process_code="",
            by=Actor(label=buyer.name),
            at=at,
        )


def _decline(answer: _Answer, *, reason: object, by: Actor, at: datetime) -> None:
    # Each side keeps the reason in its own language.
    with translation.override(context.current().language):
        orders_services.decline_quote(
            quote_id=answer.quote_id, by=by, at=at, reason=str(reason)
        )


def _order_facts(
    quote: "Quote",
    demand: Demand,
    order_id: UUID,
    *,
    counterparty_id: UUID | None,
    counterparty_name: str,
) -> OrderFacts:
    if counterparty_id is None:
        msg = f"quote {quote.pk} names no seller"
        raise ValueError(msg)
    return OrderFacts(
        id=order_id,
        quote_id=quote.pk,
        counterparty_id=counterparty_id,
        counterparty_name=counterparty_name,
        title=demand.title,
        quantity=quote.quantity,
        total=quote.total,
        currency=quote.currency,
        due_on=demand.due_on,
        promised_at=quote.finish_at,
    )


def _tell(
    answers: Iterable[_Answer],
    chosen_id: UUID,
    order_id: UUID,
    demand: Demand,
    buyer: EnterpriseRef,
    at: datetime,
) -> None:
    for answer in answers:
        if answer.quote_id == chosen_id:
            telling.order_won(
                answer.seller,
                order_id=order_id,
                title=demand.title,
                buyer=buyer.name,
                at=at,
            )
        else:
            telling.quote_declined(
                answer.seller, quote_id=answer.quote_id, title=demand.title, at=at
            )
