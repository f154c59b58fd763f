"""What the market does: publish, match, quote, award."""

from apps.capacity.services import CapacityConflict, HoldExpired, NoFreeTime
from apps.exchange.selectors import DemandNotFound
from apps.exchange.services.awarding import AlreadyAwarded, award, let_quotes_go
from apps.exchange.services.costing import (
    ListingDoesNotFit,
    ListingNotFound,
    NoCostModel,
)
from apps.exchange.services.idle_lots import (
    IdleLotOver,
    NotIdle,
    NotListed,
    follow_free_time,
    offer_idle_lot,
    withdraw_idle_lot,
)
from apps.exchange.services.matching import (
    DemandNotOpen,
    ask_for_run,
    is_open,
    match_demand,
    match_listing,
    tell_sellers,
)
from apps.exchange.services.ordering import NotYourStep, move_order
from apps.exchange.services.pairing import DemandBusy, EnterpriseGone
from apps.exchange.services.publishing import (
    is_behind_the_week,
    publish_demand,
    publish_machine,
    refresh_capacity,
    roll_weeks,
)
from apps.exchange.services.quoting import (
    AlreadyQuoted,
    TryAgain,
    ValidityTooLong,
    answer_demand,
    auto_quote,
    expire_quotes,
    preview_price,
    submit_quote,
    withdraw_quote,
)
from apps.exchange.services.rebooking import plan_maintenance, tell_replanned
from apps.exchange.services.routes import (
    EnterpriseElsewhere,
    RouteHeld,
    book_across,
    hold_across,
    promise_across,
    release_across,
)
from apps.exchange.services.showcase import show_documents

__all__ = [
    "AlreadyAwarded",
    "AlreadyQuoted",
    "CapacityConflict",
    "DemandBusy",
    "DemandNotFound",
    "DemandNotOpen",
    "EnterpriseElsewhere",
    "EnterpriseGone",
    "HoldExpired",
    "IdleLotOver",
    "ListingDoesNotFit",
    "ListingNotFound",
    "NoCostModel",
    "NoFreeTime",
    "NotIdle",
    "NotListed",
    "NotYourStep",
    "RouteHeld",
    "TryAgain",
    "ValidityTooLong",
    "answer_demand",
    "ask_for_run",
    "auto_quote",
    "award",
    "book_across",
    "expire_quotes",
    "follow_free_time",
    "hold_across",
    "is_behind_the_week",
    "is_open",
    "let_quotes_go",
    "match_demand",
    "match_listing",
    "move_order",
    "offer_idle_lot",
    "plan_maintenance",
    "preview_price",
    "promise_across",
    "publish_demand",
    "publish_machine",
    "refresh_capacity",
    "release_across",
    "roll_weeks",
    "show_documents",
    "submit_quote",
    "tell_replanned",
    "tell_sellers",
    "withdraw_idle_lot",
    "withdraw_quote",
]
