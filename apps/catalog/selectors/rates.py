"""What money of one currency is in another, by the rate that a day knew."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.catalog import rules
from apps.catalog.models import ExchangeRate
from apps.catalog.types import CrossRate
from apps.kernel.errors import DomainError
from apps.kernel.money import Money, round_money


class NoExchangeRate(DomainError):
    """No rate of a currency is known for a day."""

    code = "no_exchange_rate"


def cross_rate(from_currency: str, to_currency: str, on: date) -> CrossRate:
    """Return the newest rate between two currencies that a day knew.

    :raises NoExchangeRate: if a currency has no rate on or before the day.
    """
    asked = {from_currency, to_currency} - {rules.EURO}
    newest = {
        row.currency: row
        for row in ExchangeRate.objects.filter(currency__in=asked, on__lte=on)
        .order_by("currency", "-on")
        .distinct("currency")
    }
    for currency in sorted(asked - newest.keys()):
        raise NoExchangeRate(
            _("There is no exchange rate of %(currency)s on or before %(on)s.")
            % {"currency": currency, "on": on.isoformat()},
            field="currency",
            value=currency,
            remedy=_("Use one of the currencies of the catalog."),
        )
    one = Decimal(1)
    per_euro = {currency: row.units_per_eur for currency, row in newest.items()}
    return CrossRate(
        rate=rules.cross_rate(
            per_euro.get(from_currency, one), per_euro.get(to_currency, one)
        )
        if from_currency != to_currency
        else one,
        on=min((row.on for row in newest.values()), default=on),
    )


def convert(money: Money, to_currency: str, on: date) -> tuple[Money, Decimal]:
    """Return an amount in another currency, to the cent, and the rate it was made at.

    :raises NoExchangeRate: if a currency has no rate on or before the day.
    """
    rate = cross_rate(money.currency, to_currency, on).rate
    return Money(round_money(money.amount * rate), to_currency), rate
