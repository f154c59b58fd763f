"""How a shop answers a demand: by its cost model, or by hand."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from apps.capacity import services as capacity
from apps.catalog import selectors as catalog
from apps.exchange.models import Demand
from apps.exchange.rules.terms import terms_of
from apps.exchange.rules.verdict import judge
from apps.exchange.selectors import DemandNotFound, judging
from apps.exchange.services import telling
from apps.exchange.services.costing import (
    ListingDoesNotFit,
    ListingNotFound,
    Pair,
    no_such_demand,
    offer_of,
    paired,
    price_of,
)
from apps.exchange.services.matching import DemandNotOpen
from apps.exchange.services.pairing import (
    DemandBusy,
    EnterpriseGone,
    by_schema,
    in_turn,
    lock_audit_heads,
    lock_demand,
    trading_enterprise,
)
from apps.exchange.types import Outcome
from apps.kernel.errors import Conflict, DomainError, InvalidInput
from apps.kernel.identifiers import uuid7
from apps.kernel.money import Money, round_money
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.orders.rules import pricing
from apps.orders.types import (
    PriceBreakdown,
    QuoteFacts,
    QuoteOrigin,
    Side,
)
from tenants import context
from tenants.types import SYSTEM, Actor

if TYPE_CHECKING:
    from apps.capacity.models import Reservation
    from apps.orders.models import Quote

HOLD = timedelta(hours=48)
LONGEST_VALIDITY = timedelta(days=30)
UNNAMED = "spindle.exchange.unnamed_buyer"


class AlreadyQuoted(Conflict):
    """Raised when the enterprise has answered a demand before."""

    code = "already_quoted"


class ValidityTooLong(InvalidInput):
    """Raised when a quote would hold machine time for too long, or not at all."""

    code = "validity_out_of_range"


class TryAgain(RuntimeError):
    """Raised for a job to be done later; no refusal that a person could act upon."""


# Between the match and the answer the world has moved: nobody needs to be told.
NO_LONGER_ASKED = (
    AlreadyQuoted,
    DemandNotFound,
    DemandNotOpen,
    EnterpriseGone,
    ListingDoesNotFit,
    ListingNotFound,
)


@in_turn
def auto_quote(*, demand_id: UUID, listing_id: UUID, at: datetime) -> "Quote":
    """Answer a demand by a machine's cost model, and hold its time for 48 hours.

    Runs in the seller's name; both sides get the quote in one transaction. Returns
    the seller's.

    :raises DemandNotOpen: if the demand takes no answers any more.
    :raises ListingNotFound: if the machine is not published any more.
    :raises ListingDoesNotFit: if it does not fit for certain, or not any more.
    :raises AlreadyQuoted: if this enterprise has answered the demand before.
    :raises NoCostModel: if the machine's cost model does not suffice for a price.
    :raises NoFreeTime: if the machine has no time before the due date.
    :raises CapacityConflict: if others have reserved it.
    """
    pair = _pair(demand_id, listing_id, at)
    outcome = judge(judging.need_of(pair.demand), offer_of(pair), at.date()).outcome
    if outcome != Outcome.FITS or not pair.listing.auto_quote:
        raise ListingDoesNotFit(
            _("%(machine)s does not answer “%(title)s” by itself any more.")
            % {"machine": pair.listing.machine_label, "title": pair.demand.title}
        )
    # Withdrawn or declined answers count too: a person has had the last word.
    if orders.quotes_for_demand(demand_id).exists():
        raise AlreadyQuoted(
            _("“%(title)s” was answered before.") % {"title": pair.demand.title}
        )
    return _give(
        pair,
        price=price_of(pair, at),
        origin=QuoteOrigin.AUTO,
        valid_until_at=at + HOLD,
        note="",
        by=SYSTEM,
        at=at,
    )


def answer_demand(*, demand_id: UUID, listing_id: UUID, at: datetime) -> "Quote | None":
    """Answer a demand by itself, or tell the shop why its machine could not.

    Runs in the seller's name. Returns None if there is no answer.

    :raises TryAgain: if others were deciding on the demand for too long.
    """
    try:
        # A savepoint of its own: what was begun and refused leaves nothing behind.
        with transaction.atomic():
            return auto_quote(demand_id=demand_id, listing_id=listing_id, at=at)
    except DemandBusy as error:
        raise TryAgain(str(error)) from error
    except NO_LONGER_ASKED:
        return None
    except DomainError as refusal:
        telling.not_quoted(
            context.current(),
            demand_id=demand_id,
            reason=str(refusal),
            at=at,
        )
        return None


@in_turn
def submit_quote(
    *,
    demand_id: UUID,
    listing_id: UUID,
    unit_price: Decimal,
    by: Actor,
    at: datetime,
    machine_minutes: int | None = None,
    valid_until_at: datetime | None = None,
    note: str = "",
) -> "Quote":
    """Answer a demand by hand, and hold the machine's time while the quote is valid.

    Runs in the seller's name. Without `machine_minutes` the market's estimate is
    held; without `valid_until_at`, 48 hours. Returns the seller's quote.

    :raises DemandNotFound: if there is no such demand, or it does not ask this shop.
    :raises DemandNotOpen: if it takes no answers any more.
    :raises ListingNotFound: if the machine is not published here.
    :raises NotPriceable: if the price cannot be meant.
    :raises ValidityTooLong: if the quote would end at once or after 30 days.
    :raises QuoteExists: if this machine has an open answer to the demand.
    :raises NoFreeTime: if the machine has no time before the due date.
    :raises CapacityConflict: if others have reserved it.
    """
    until = valid_until_at or at + HOLD
    if not at < until <= at + LONGEST_VALIDITY:
        raise ValidityTooLong(
            _("A quote can be valid for up to 30 days."),
            field="valid_until_at",
            value=until.isoformat(),
            remedy=_("Choose an earlier end that is still to come."),
        )
    pair = _pair(demand_id, listing_id, at)
    minutes = machine_minutes or pair.demand.work_minutes
    if not minutes:
        raise InvalidInput(
            _("The machine time of this part is not known."),
            field="machine_minutes",
            remedy=_("Say how many minutes the batch takes."),
        )
    price = pricing.price_by_hand(
        unit_price=unit_price,
        quantity=pair.demand.quantity,
        currency=pair.seller.currency,
        machine_minutes=minutes,
    )
    return _give(
        pair,
        price=price,
        origin=QuoteOrigin.MANUAL,
        valid_until_at=until,
        note=note,
        by=by,
        at=at,
    )


def preview_price(*, demand_id: UUID, listing_id: UUID, at: datetime) -> PriceBreakdown:
    """Work out what the cost model would ask, without holding or sending anything.

    :raises DemandNotFound: if there is no such demand, or it does not ask this shop.
    :raises DemandNotOpen: if it takes no answers any more.
    :raises ListingNotFound: if the machine is not published here.
    :raises NoCostModel: if the machine's cost model does not suffice for a price.
    """
    # Nothing is promised, so nobody is kept waiting by a lock.
    with context.exchange():
        demand = Demand.objects.filter(pk=demand_id).first()
    if demand is None:
        raise no_such_demand(demand_id)
    return price_of(paired(demand, listing_id, at), at)


@in_turn
def withdraw_quote(
    *,
    quote_id: UUID,
    by: Actor,
    at: datetime,
    reason: str = "",
    version: int | None = None,
) -> "Quote":
    """Take a quote back on both sides, and free the time that it held.

    Runs in the seller's name.

    :raises QuoteNotFound: if this enterprise has given no such quote.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not open.
    """
    seller = context.current()
    quote = _given(quote_id)
    demand = lock_demand(quote.demand_id)
    # Read again under the lock: it may have been awarded just now.
    quote = _given(quote_id)
    buyer = trading_enterprise(demand.owner_id)
    if quote.is_open and quote.reservation_id is not None:
        let_time_go(quote.reservation_id, by=by, at=at)
    for side in by_schema([seller, buyer]):
        with context.enterprise(side):
            orders_services.withdraw_quote(
                quote_id=quote_id,
                by=by if side == seller else Actor(label=seller.name),
                at=at,
                reason=reason,
                version=version if side == seller else None,
            )
    telling.quote_withdrawn(
        buyer,
        quote_id=quote_id,
        rfq_id=demand.rfq_id,
        title=demand.title,
        seller=seller.name,
        at=at,
    )
    lock_audit_heads([seller, buyer])
    return _given(quote_id)


def expire_quotes(*, at: datetime) -> int:
    """Let this enterprise's quotes go whose validity has ended; return how many.

    Each side lets its own copy go, for both keep the same moment; the time that was
    held ends with it.
    """
    return len(orders_services.expire_quotes(at=at))


def let_time_go(reservation_id: UUID, *, by: Actor, at: datetime) -> None:
    """Free held time; what has lapsed or gone is free already."""
    try:
        capacity.release(reservation_id=reservation_id, by=by, at=at)
    except (capacity.ReservationNotLive, capacity.ReservationUnknown):
        return


def _pair(demand_id: UUID, listing_id: UUID, at: datetime) -> Pair:
    return paired(lock_demand(demand_id), listing_id, at)


def _given(quote_id: UUID) -> "Quote":
    quote = orders.quote_detail(quote_id)
    if quote.side != Side.SELLER:
        raise orders.QuoteNotFound
    return quote


# --- the quote itself


def _give(
    pair: Pair,
    *,
    price: PriceBreakdown,
    origin: QuoteOrigin,
    valid_until_at: datetime,
    note: str,
    by: Actor,
    at: datetime,
) -> "Quote":
    demand, listing = pair.demand, pair.listing
    quote_id = uuid7()
    held = _hold(pair, price.machine_minutes, quote_id, valid_until_at, by, at)
    rate = catalog.cross_rate(price.currency, demand.currency, at.date())
    finish_at = held.finish
    facts = QuoteFacts(
        id=quote_id,
        demand_id=demand.pk,
        listing_id=listing.pk,
        counterparty_id=None if demand.is_anonymous else pair.buyer.id,
        counterparty_name="" if demand.is_anonymous else pair.buyer.name,
        origin=origin,
        quantity=price.quantity,
        unit_price=price.unit_price,
        total=price.total,
        currency=price.currency,
        lines=price.lines,
        finish_at=finish_at,
        ship_on=finish_at.astimezone(ZoneInfo(pair.seller.time_zone)).date(),
        valid_until_at=valid_until_at,
        buyer_currency=demand.currency,
        exchange_rate=rate.rate,
        exchange_rate_on=rate.on,
        total_in_buyer_currency=round_money(price.total * rate.rate),
        title=demand.title,
        note=note,
        machine_minutes=price.machine_minutes,
    )
    for side in by_schema([pair.seller, pair.buyer]):
        with context.enterprise(side):
            if side == pair.seller:
                orders_services.record_given_quote(
                    facts=facts,
                    by=by,
                    at=at,
                    machine_id=listing.machine_id,
                    reservation_id=held.pk,
                )
            else:
                orders_services.record_received_quote(
                    facts=replace(
                        facts,
                        counterparty_id=pair.seller.id,
                        counterparty_name=pair.seller.name,
                    ),
                    rfq_line_id=demand.rfq_line_id,
                    by=Actor(label=pair.seller.name),
                    at=at,
                )
    _tell(pair, facts, at)
    lock_audit_heads([pair.seller, pair.buyer])
    return orders.quote_detail(quote_id)


def _hold(
    pair: Pair,
    minutes: int,
    quote_id: UUID,
    until: datetime,
    by: Actor,
    at: datetime,
) -> "Reservation":
    need = judging.need_of(pair.demand)
    transit = terms_of(need, offer_of(pair), at.date()).transit_days
    ready_by = pair.demand.due_on - timedelta(days=transit)
    return capacity.hold(
        machine_id=pair.listing.machine_id,
        minutes=minutes,
        # Work begins once the buyer has decided: time held before that would pass
        # while the quote is still open.
        not_before=until,
        due_before=datetime.combine(ready_by, time.min, UTC),
        quote_id=quote_id,
        counterparty_id=_known_as(pair),
        expires_at=until,
        by=by,
        at=at,
    )


def _known_as(pair: Pair) -> UUID:
    """Return by what the seller's quota counts a buyer.

    One that asks without its name is counted too, by a key that tells the seller
    nothing: it cannot be made from what a seller knows, and is another at each seller.
    """
    if not pair.demand.is_anonymous:
        return pair.buyer.id
    name = f"{pair.seller.id} {pair.buyer.id}"
    return UUID(salted_hmac(UNNAMED, name, algorithm="sha256").hexdigest()[:32])


def _tell(pair: Pair, facts: QuoteFacts, at: datetime) -> None:
    telling.quote_received(
        pair.buyer,
        quote_id=facts.id,
        rfq_id=pair.demand.rfq_id,
        title=facts.title,
        seller=pair.seller.name,
        total=str(Money(facts.total_in_buyer_currency, facts.buyer_currency)),
        at=at,
    )
    if facts.origin == QuoteOrigin.AUTO:
        telling.quote_given(
            pair.seller,
            quote_id=facts.id,
            title=facts.title,
            total=str(Money(facts.total, facts.currency)),
            at=at,
        )
