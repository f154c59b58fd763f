"""What may be asked about parts, requests, quotes and orders of this enterprise."""

from apps.orders.selectors.order import (
    OrderNotFound,
    late_orders,
    order_detail,
    orders,
)
from apps.orders.selectors.part import PartNotFound, part_detail, parts
from apps.orders.selectors.quote import (
    QuoteNotFound,
    has_lapsed_quotes,
    quote_detail,
    quotes,
    quotes_for_demand,
    quotes_to_compare,
)
from apps.orders.selectors.rfq import (
    RfqLineNotFound,
    RfqNotFound,
    draft_of,
    rfq_detail,
    rfq_line_detail,
    rfq_line_of_demand,
    rfqs,
)
from apps.orders.selectors.summary import open_counts, rfq_summary

__all__ = [
    "OrderNotFound",
    "PartNotFound",
    "QuoteNotFound",
    "RfqLineNotFound",
    "RfqNotFound",
    "draft_of",
    "has_lapsed_quotes",
    "late_orders",
    "open_counts",
    "order_detail",
    "orders",
    "part_detail",
    "parts",
    "quote_detail",
    "quotes",
    "quotes_for_demand",
    "quotes_to_compare",
    "rfq_detail",
    "rfq_line_detail",
    "rfq_line_of_demand",
    "rfq_summary",
    "rfqs",
]
