"""What one currency is worth in another, by way of the euro."""

from decimal import ROUND_HALF_UP, Decimal

EURO = "EUR"
RATE_STEP = Decimal("0.00000001")


def cross_rate(from_per_eur: Decimal, to_per_eur: Decimal) -> Decimal:
    """Return units of one currency for one unit of another, to eight places."""
    return (to_per_eur / from_per_eur).quantize(RATE_STEP, rounding=ROUND_HALF_UP)
