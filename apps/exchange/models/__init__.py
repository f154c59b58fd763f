"""The rows of the market, and the views that strangers see of them."""

from apps.exchange.models.columns import TransactionIdField
from apps.exchange.models.counterparty import Counterparty
from apps.exchange.models.demand import Demand
from apps.exchange.models.idle_lot import IdleLot
from apps.exchange.models.listing import Listing
from apps.exchange.models.market import (
    MarketDemand,
    MarketIdleLot,
    MarketListing,
    MarketMatch,
    PublicListing,
)
from apps.exchange.models.match import Match, MatchRun
from apps.exchange.models.showcase_item import ShowcaseItem

__all__ = [
    "Counterparty",
    "Demand",
    "IdleLot",
    "Listing",
    "MarketDemand",
    "MarketIdleLot",
    "MarketListing",
    "MarketMatch",
    "Match",
    "MatchRun",
    "PublicListing",
    "ShowcaseItem",
    "TransactionIdField",
]
