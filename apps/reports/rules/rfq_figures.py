"""Counts and sums of RFQs, matches and quotes; money is never added over currencies."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from apps.reports.rules import formats
from apps.reports.types import BuyerFacts, RefusalCount, SellerFacts

ACCEPTED = "accepted"
SUBMITTED = "submitted"
DECIDED = frozenset(("accepted", "declined", "expired"))

Sums: TypeAlias = tuple[tuple[str, Decimal], ...]
LineKey: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class BuyerFigures:
    """What a buyer asked for, and what came of it."""

    rfqs: int
    lines: int
    considered: int
    fitting: int
    unclear: int
    refusals: tuple[RefusalCount, ...]
    quotes: int
    quotes_by_line: dict[LineKey, int]
    cheapest_by_line: dict[LineKey, Decimal]
    awards: int
    awarded: Sums

    @property
    def refused(self) -> int:
        """Listings refused, over all lines."""
        return sum(each.first for each in self.refusals)

    @property
    def lines_with_quote(self) -> int:
        """Lines for which a quote came in."""
        return len(self.quotes_by_line)

    @property
    def can_compare(self) -> bool:
        """Say whether any line has two quotes to choose between."""
        return any(count > 1 for count in self.quotes_by_line.values())

    def quotes_of(self, number: str, position: int) -> int:
        """Count the quotes for one RFQ line."""
        return self.quotes_by_line.get((number, position), 0)

    def cheapest_of(self, number: str, position: int) -> Decimal | None:
        """Return the lowest total quoted for one RFQ line."""
        return self.cheapest_by_line.get((number, position))


@dataclass(frozen=True, slots=True)
class SellerFigures:
    """What a seller could do, offered and won."""

    demands: int
    quoted: int
    quotes: int
    open: int
    won: int
    decided: int
    won_value: Sums
    outcomes: tuple[tuple[str, int], ...]

    @property
    def win_rate(self) -> Decimal | None:
        """Share of the decided quotes that were accepted, in percent."""
        return formats.share(self.won, self.decided)


def of_buyer(facts: BuyerFacts) -> BuyerFigures:
    """Add a buyer's facts up."""
    cheapest: dict[LineKey, Decimal] = {}
    for quote in facts.quotes:
        key = (quote.about, quote.position)
        cheapest[key] = min(cheapest.get(key, quote.own_total), quote.own_total)
    won = [quote for quote in facts.quotes if quote.state == ACCEPTED]
    return BuyerFigures(
        rfqs=len({line.rfq_number for line in facts.lines}),
        lines=len(facts.lines),
        considered=sum(line.considered for line in facts.lines),
        fitting=sum(line.fitting for line in facts.lines),
        unclear=sum(line.unclear for line in facts.lines),
        refusals=_refusals(facts),
        quotes=len(facts.quotes),
        quotes_by_line=dict(
            Counter((each.about, each.position) for each in facts.quotes)
        ),
        cheapest_by_line={key: total for key, total in cheapest.items() if total > 0},
        awards=len(won),
        awarded=_sums((each.own_currency, each.own_total) for each in won),
    )


def of_seller(facts: SellerFacts) -> SellerFigures:
    """Add a seller's facts up."""
    won = [quote for quote in facts.quotes if quote.state == ACCEPTED]
    outcomes = Counter(quote.state_label for quote in facts.quotes)
    return SellerFigures(
        demands=len(facts.demands),
        quoted=sum(demand.has_quote for demand in facts.demands),
        quotes=len(facts.quotes),
        open=sum(quote.state == SUBMITTED for quote in facts.quotes),
        won=len(won),
        decided=sum(quote.state in DECIDED for quote in facts.quotes),
        won_value=_sums((each.currency, each.total) for each in won),
        outcomes=tuple(outcomes.most_common()),
    )


def _refusals(facts: BuyerFacts) -> tuple[RefusalCount, ...]:
    first: Counter[str] = Counter()
    only: Counter[str] = Counter()
    for line in facts.lines:
        for each in line.refusals:
            first[each.reason] += each.first
            only[each.reason] += each.only
    # By count, then by name, so that the same figures make the same page.
    ordered = sorted(first, key=lambda reason: (-first[reason], reason))
    return tuple(
        RefusalCount(reason, first[reason], only[reason]) for reason in ordered
    )


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> Sums:
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return tuple(sorted(sums.items()))
