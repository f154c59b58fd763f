"""Finding words in the catalog, and turning money into other money."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import rules, selectors
from apps.catalog.selectors import (
    NoExchangeRate,
    UnknownCertificateKind,
    UnknownMaterial,
    UnknownProcess,
)
from apps.catalog.types import CrossRate
from apps.kernel.money import Money
from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import catalog as made
from tests.factories.catalog import NEW_YEARS_EVE

TODAY = date(2030, 5, 6)


@pytest.fixture(autouse=True)
def in_directory(db: None) -> Iterator[None]:
    selectors.forget()
    with context.directory():
        yield
    selectors.forget()


class TestProcessTree:
    def test_gives_each_parent_before_its_children(self) -> None:
        seen: set[str | None] = {None}

        for node in selectors.process_tree():
            assert node.parent in seen
            seen.add(node.code)

        assert len(seen) == 336

    def test_knows_children_and_depth(self) -> None:
        milling = selectors.process_by_code("milling")

        assert milling.children == (
            "milling-3-axis",
            "milling-4-axis",
            "milling-5-axis",
            "portal-milling",
        )
        assert milling.depth == 2

    def test_is_read_once(self) -> None:
        selectors.process_tree()

        with CaptureQueriesContext(connection) as asked:
            selectors.process_tree()
            selectors.leaf_codes_below(["cutting"])
            selectors.accepted_materials("c45")
            selectors.certificate_kinds()

        assert len(asked) == 0

    def test_is_read_again_when_it_is_told_to(self) -> None:
        selectors.process_tree()
        made.process()

        selectors.forget()

        assert (
            selectors.process_by_code("milling-6-axis").name_ru
            == "6-осевое фрезерование"
        )

    def test_can_be_read_in_every_name(self, in_north: EnterpriseRef) -> None:
        for enter in (context.directory, context.exchange, context.operator):
            selectors.forget()
            with enter():
                assert len(selectors.process_tree()) == 335
        selectors.forget()
        with context.enterprise(in_north):
            assert len(selectors.process_tree()) == 335


class TestProcessByCode:
    def test_refuses_a_code_that_is_not_there(self) -> None:
        with pytest.raises(UnknownProcess) as refusal:
            selectors.process_by_code("juggling")

        assert refusal.value.value == "juggling"


class TestLeafCodesBelow:
    @pytest.mark.parametrize(
        ("codes", "found"),
        [
            ([], set()),
            (["milling-5-axis"], {"milling-5-axis"}),
            (
                ["turning"],
                {
                    "turning",
                    "turn-mill",
                    "swiss-turning",
                    "vertical-turning",
                    "hard-turning",
                    "diamond-turning",
                },
            ),
            (
                ["edm", "wire-edm"],
                {"edm", "wire-edm", "sinker-edm", "edm-drilling"},
            ),
            (["juggling"], {"juggling"}),
        ],
    )
    def test_holds_the_codes_and_all_below(
        self, codes: list[str], found: set[str]
    ) -> None:
        assert selectors.leaf_codes_below(codes) == found


class TestLabel:
    @pytest.mark.parametrize(
        ("language", "name"),
        [
            ("en", "5-axis milling"),
            ("en-gb", "5-axis milling"),
            ("zh-hans", "五轴铣削"),
            ("zh_CN", "五轴铣削"),
            ("ru", "5-осевое фрезерование"),
            ("de-AT", "5-Achs-Fräsen"),
            ("fr", "5-axis milling"),
            ("", "5-axis milling"),
        ],
    )
    def test_is_in_the_readers_language(self, language: str, name: str) -> None:
        assert selectors.label("milling-5-axis", language) == name

    def test_of_an_unknown_code_is_the_code(self) -> None:
        assert selectors.label("juggling", "ru") == "juggling"


class TestSearchProcesses:
    @pytest.mark.parametrize(
        ("words", "language", "first"),
        [
            ("milling", "en", "milling"),
            ("5-axis", "en", "milling-5-axis"),
            ("axis 5 milling", "en", "milling-5-axis"),
            ("фрезерование", "ru", "milling"),
            ("ФРЕЗЕР", "ru", "milling"),
            ("五轴联动", "zh", "milling-5-axis"),
            ("五轴", "zh-hans", "milling-5-axis"),
            ("Drahterodieren", "de", "wire-edm"),
            ("慢走丝", "en", "wire-edm"),
            ("DMLS", "en", "powder-bed-fusion-metal"),
            ("氩弧焊", "zh", "tig-welding"),
            ("Eloxieren", "de", "anodizing"),
            ("течеискание", "ru", "leak-testing"),
            ("литье под давлением", "ru", "die-casting"),
            ("TVAC", "en", "thermal-vacuum-test"),
        ],
    )
    def test_finds_first_what_is_meant(
        self, words: str, language: str, first: str
    ) -> None:
        assert selectors.search_processes(words, language)[0].code == first

    @pytest.mark.parametrize("words", ["", "   ", "qwertz", "milling juggling"])
    def test_finds_nothing_where_there_is_nothing(self, words: str) -> None:
        assert selectors.search_processes(words, "en") == []

    def test_returns_no_more_than_was_asked_for(self) -> None:
        assert len(selectors.search_processes("welding", "en", limit=3)) == 3


class TestMaterials:
    @pytest.mark.parametrize(
        ("words", "first"),
        [
            ("6061", "en-aw-6061-t6"),
            ("EN AW-7075 T6", "en-aw-7075-t6"),
            ("1.4301", "x5crni18-10"),
            ("304", "x5crni18-10"),
            ("S30400", "uns-s30400"),
            ("08Х18Н10", "gost-08kh18n10"),
            ("TC4", "gb-tc4"),
            ("45号钢", "c45"),
            ("Inconel 718", "inconel-718"),
            ("латунь", "cuzn39pb3"),
        ],
    )
    def test_are_found_by_any_of_their_names(self, words: str, first: str) -> None:
        assert selectors.search_materials(words)[0].code == first

    def test_are_not_found_by_nothing(self) -> None:
        assert selectors.search_materials(" ") == []

    def test_are_refused_where_there_is_none(self) -> None:
        with pytest.raises(UnknownMaterial):
            selectors.material_by_code("unobtainium")

    def test_are_grouped(self) -> None:
        assert {grade.group for grade in selectors.materials_in_group("K")} == {"K"}
        assert selectors.materials_in_group("X") == ()


class TestAcceptedMaterials:
    def test_are_the_grade_and_those_identical_to_it(self) -> None:
        family = {
            "en-aw-6061-t6",
            "uns-a96061-t6",
            "gb-6061-t6",
            "jis-a6061-t6",
        }

        for code in family:
            assert selectors.accepted_materials(code) == family

    def test_leave_out_what_is_only_near(self) -> None:
        assert selectors.accepted_materials("x5crni18-10") == {"x5crni18-10"}

    def test_of_an_unknown_grade_are_that_grade(self) -> None:
        assert selectors.accepted_materials("unobtainium") == {"unobtainium"}


class TestCertificateCodesHeldBy:
    @pytest.mark.parametrize(
        ("code", "held"),
        [
            ("as9100d", {"as9100d", "iso-9001"}),
            ("iatf-16949", {"iatf-16949", "iso-9001"}),
            ("iso-13485", {"iso-13485"}),
            ("gb-t-19001", {"gb-t-19001"}),
            ("gold-star", {"gold-star"}),
        ],
    )
    def test_hold_what_the_certificate_includes(
        self, code: str, held: set[str]
    ) -> None:
        assert selectors.certificate_codes_held_by(code) == held

    def test_refuse_a_kind_that_is_not_there(self) -> None:
        with pytest.raises(UnknownCertificateKind):
            selectors.certificate_kind_by_code("gold-star")


class TestConvert:
    @pytest.mark.parametrize(
        ("amount", "currency", "to", "converted", "rate"),
        [
            ("100.00", "EUR", "EUR", "100.00", "1"),
            ("100.00", "EUR", "USD", "103.89", "1.03890000"),
            ("100.00", "USD", "EUR", "96.26", "0.96255655"),
            ("1000.00", "CNY", "RUB", "13991.64", "13.99163952"),
            ("0.00", "CNY", "RUB", "0.00", "13.99163952"),
            ("50.00", "TRY", "TRY", "50.00", "1"),
        ],
    )
    def test_gives_the_amount_to_the_cent_and_the_rate(
        self, amount: str, currency: str, to: str, converted: str, rate: str
    ) -> None:
        assert selectors.convert(Money(Decimal(amount), currency), to, TODAY) == (
            Money(Decimal(converted), to),
            Decimal(rate),
        )

    def test_takes_the_newest_rate_that_the_day_knew(self) -> None:
        made.exchange_rate(on=date(2030, 5, 6), units_per_eur=Decimal("1.1000"))
        made.exchange_rate(on=date(2030, 5, 7), units_per_eur=Decimal("1.2000"))

        assert selectors.cross_rate("EUR", "USD", TODAY) == CrossRate(
            Decimal("1.10000000"), TODAY
        )

    def test_dates_a_cross_rate_by_the_older_of_its_two(self) -> None:
        made.exchange_rate(on=TODAY, units_per_eur=Decimal("1.1000"))

        assert selectors.cross_rate("USD", "CNY", TODAY).on == NEW_YEARS_EVE

    @pytest.mark.parametrize(
        ("currency", "on"), [("XXX", TODAY), ("USD", date(2024, 12, 30))]
    )
    def test_refuses_a_currency_or_a_day_without_a_rate(
        self, currency: str, on: date
    ) -> None:
        with pytest.raises(NoExchangeRate) as refusal:
            selectors.convert(Money(Decimal(1), "EUR"), currency, on)

        assert refusal.value.value == currency

    def test_asks_the_database_once(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            selectors.convert(Money(Decimal(1), "CNY"), "USD", TODAY)

        assert len(asked) == 1


class TestRules:
    def test_refuse_parents_that_lead_in_a_circle(self) -> None:
        with pytest.raises(ValueError, match="in a circle"):
            rules.path_of("a", {"a": "b", "b": "a"})
