"""What may be asked of the market."""

from apps.exchange.selectors.market import (
    DemandNotFound,
    DirectoryEntry,
    enterprise_directory,
    listings_of_machine,
    market_demand,
    market_demands,
    market_listings,
    own_listings,
)
from apps.exchange.selectors.matches import (
    InboxEntry,
    MatchView,
    counts_of_run,
    demand_of,
    inbox,
    inbox_entry,
    matches_of,
    own_matches,
    refusal_counts,
    run_of,
    runs,
)

__all__ = [
    "DemandNotFound",
    "DirectoryEntry",
    "InboxEntry",
    "MatchView",
    "counts_of_run",
    "demand_of",
    "enterprise_directory",
    "inbox",
    "inbox_entry",
    "listings_of_machine",
    "market_demand",
    "market_demands",
    "market_listings",
    "matches_of",
    "own_listings",
    "own_matches",
    "refusal_counts",
    "run_of",
    "runs",
]
