"""What an enterprise does as buyer and as seller, within its own schema.

A deal spans two enterprises: whoever acts for both (`apps.exchange`) enters each and
calls these services there.
"""

from apps.orders.services.moves import StateMoved, VersionMoved
from apps.orders.services.numbers import next_number
from apps.orders.services.orders import (
    OrderExists,
    QuoteNotAccepted,
    assign_machine,
    cancel_order,
    close_order,
    confirm_order,
    dispute_order,
    place_order,
    receive_order,
    ship_order,
    start_order,
)
from apps.orders.services.parts import (
    GeometryNotFailed,
    PartExists,
    PartNotNamed,
    read_geometry,
    read_geometry_again,
    upload_part,
)
from apps.orders.services.quotes import (
    LineAlreadyAwarded,
    QuoteExists,
    QuoteLapsed,
    QuoteNotSound,
    RfqNotTakingQuotes,
    accept_quote,
    decline_quote,
    expire_quotes,
    record_given_quote,
    record_received_quote,
    withdraw_quote,
)
from apps.orders.services.rfqs import (
    DemandAlreadyKnown,
    RfqIncomplete,
    RfqNotMeant,
    cancel_rfq,
    close_rfq,
    draft_rfq,
    mark_awarded,
    publish_rfq,
    record_demand,
    revise_rfq,
)

__all__ = [
    "DemandAlreadyKnown",
    "GeometryNotFailed",
    "LineAlreadyAwarded",
    "OrderExists",
    "PartExists",
    "PartNotNamed",
    "QuoteExists",
    "QuoteLapsed",
    "QuoteNotAccepted",
    "QuoteNotSound",
    "RfqIncomplete",
    "RfqNotMeant",
    "RfqNotTakingQuotes",
    "StateMoved",
    "VersionMoved",
    "accept_quote",
    "assign_machine",
    "cancel_order",
    "cancel_rfq",
    "close_order",
    "close_rfq",
    "confirm_order",
    "decline_quote",
    "dispute_order",
    "draft_rfq",
    "expire_quotes",
    "mark_awarded",
    "next_number",
    "place_order",
    "publish_rfq",
    "read_geometry",
    "read_geometry_again",
    "receive_order",
    "record_demand",
    "record_given_quote",
    "record_received_quote",
    "revise_rfq",
    "ship_order",
    "start_order",
    "upload_part",
    "withdraw_quote",
]
