"""RFQ lines with what was found for them, and quotes on either side."""

from apps.kernel.periods import Period
from apps.reports.types import BuyerFacts, SellerFacts


def buyer_facts(period: Period) -> BuyerFacts:
    return BuyerFacts()


def seller_facts(period: Period) -> SellerFacts:
    return SellerFacts()
