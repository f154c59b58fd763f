"""What an enterprise keeps of parts, requests, quotes and orders."""

from apps.orders.models.number_series import NumberSeries
from apps.orders.models.order import Order, OrderQuerySet
from apps.orders.models.part import Part, PartQuerySet
from apps.orders.models.quote import Quote, QuoteLine, QuoteQuerySet
from apps.orders.models.rfq import Rfq, RfqLine, RfqQuerySet

__all__ = [
    "NumberSeries",
    "Order",
    "OrderQuerySet",
    "Part",
    "PartQuerySet",
    "Quote",
    "QuoteLine",
    "QuoteQuerySet",
    "Rfq",
    "RfqLine",
    "RfqQuerySet",
]
