"""Exact amounts with their currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact decimal amount in an ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """Give amount and currency as people write them in a log."""
        return f"{self.amount:.2f} {self.currency}"


def round_money(amount: Decimal) -> Decimal:
    """Round half up to the cent, as invoices do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
