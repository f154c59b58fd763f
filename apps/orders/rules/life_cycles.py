"""From which state a thing may go to which other."""

from collections.abc import Mapping

from apps.orders.types import OrderState, QuoteState, RfqState

RFQ: Mapping[str, frozenset[str]] = {
    RfqState.PUBLISHED: frozenset({RfqState.DRAFT}),
    RfqState.CLOSED: frozenset({RfqState.PUBLISHED}),
    RfqState.AWARDED: frozenset({RfqState.PUBLISHED, RfqState.CLOSED}),
    RfqState.CANCELLED: frozenset(
        {RfqState.DRAFT, RfqState.PUBLISHED, RfqState.CLOSED}
    ),
}
QUOTE: Mapping[str, frozenset[str]] = {
    QuoteState.SUBMITTED: frozenset({QuoteState.DRAFT}),
    QuoteState.ACCEPTED: frozenset({QuoteState.SUBMITTED}),
    QuoteState.DECLINED: frozenset({QuoteState.SUBMITTED}),
    QuoteState.WITHDRAWN: frozenset({QuoteState.DRAFT, QuoteState.SUBMITTED}),
    QuoteState.EXPIRED: frozenset({QuoteState.SUBMITTED}),
}
ORDER: Mapping[str, frozenset[str]] = {
    OrderState.CONFIRMED: frozenset({OrderState.PLACED}),
    OrderState.IN_PRODUCTION: frozenset({OrderState.CONFIRMED}),
    OrderState.SHIPPED: frozenset({OrderState.IN_PRODUCTION}),
    OrderState.RECEIVED: frozenset({OrderState.SHIPPED}),
    OrderState.CLOSED: frozenset({OrderState.RECEIVED, OrderState.DISPUTED}),
    # Once metal has been cut, the parties have to agree: that is a dispute.
    OrderState.CANCELLED: frozenset(
        {OrderState.PLACED, OrderState.CONFIRMED, OrderState.DISPUTED}
    ),
    OrderState.DISPUTED: frozenset(
        {
            OrderState.CONFIRMED,
            OrderState.IN_PRODUCTION,
            OrderState.SHIPPED,
            OrderState.RECEIVED,
        }
    ),
}
