from decimal import Decimal

from apps.reports.rules import rfq_figures
from apps.reports.types import BuyerFacts, RefusalCount, SellerFacts
from tests.factories import reports


class TestOfBuyer:
    def test_counts_what_was_asked_and_what_came_back(self) -> None:
        figures = rfq_figures.of_buyer(reports.buyer_facts())
        assert (figures.rfqs, figures.lines) == (1, 2)
        assert (figures.considered, figures.fitting) == (410, 14)
        assert (figures.quotes, figures.lines_with_quote) == (2, 1)
        assert figures.quotes_of("RFQ-2030-000001", 2) == 0
        assert figures.cheapest_of("RFQ-2030-000001", 1) == Decimal("3941.25")
        assert figures.awards == 1
        assert figures.awarded == (("BRL", Decimal("5000.00")),)

    def test_orders_reasons_by_how_many_they_refused(self) -> None:
        figures = rfq_figures.of_buyer(reports.buyer_facts())
        assert figures.refusals == (
            RefusalCount("Process", first=240, only=160),
            RefusalCount("Envelope", first=152, only=24),
        )
        assert figures.refused == 392

    def test_never_adds_money_of_two_currencies(self) -> None:
        facts = reports.buyer_facts(
            quotes=(
                reports.won_quote(1),
                reports.won_quote(2, own_currency="EUR", own_total=Decimal("1.10")),
                reports.won_quote(3, own_currency="EUR", own_total=Decimal("2.20")),
            )
        )
        assert rfq_figures.of_buyer(facts).awarded == (
            ("BRL", Decimal("5000.00")),
            ("EUR", Decimal("3.30")),
        )

    def test_compares_only_where_there_is_a_choice(self) -> None:
        one = BuyerFacts(lines=(reports.line(),), quotes=(reports.quote(),))
        assert not rfq_figures.of_buyer(one).can_compare
        assert rfq_figures.of_buyer(reports.buyer_facts()).can_compare


class TestOfSeller:
    def test_counts_what_fitted_was_quoted_and_won(self) -> None:
        figures = rfq_figures.of_seller(reports.seller_facts())
        assert (figures.demands, figures.quoted) == (2, 1)
        assert (figures.quotes, figures.open) == (3, 1)
        assert (figures.won, figures.decided) == (1, 2)
        assert figures.win_rate == Decimal("50.0")
        assert figures.won_value == (("EUR", Decimal("800.00")),)
        assert sum(count for _label, count in figures.outcomes) == 3

    def test_has_no_win_rate_before_anything_is_decided(self) -> None:
        figures = rfq_figures.of_seller(SellerFacts(quotes=(reports.quote(),)))
        assert figures.win_rate is None
