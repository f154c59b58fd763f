"""Every cent of a price is worked out again here, from its own words."""

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.kernel.money import Money
from apps.orders.rules.pricing import NotPriceable, price, price_by_hand, stock_form
from apps.orders.types import CostInputs, PartFacts, PriceBreakdown, StockForm

MILL = CostInputs(
    currency="EUR",
    hourly_rate=Decimal("95.00"),
    setup_minutes=Decimal(45),
    setup_rate=Decimal("60.00"),
    programming_hours=Decimal(3),
    programming_rate=Decimal("70.00"),
    inspection_minutes_per_part=Decimal("2.5"),
    material_markup_percent=Decimal(12),
    scrap_percent=Decimal(3),
    margin_percent=Decimal(15),
    minimum_charge=Decimal("250.00"),
    removal_cm3_per_min=Decimal(60),
    finishing_cm2_per_min=Decimal(120),
)
# The plate of NIST in 6061-T6.
PLATE = PartFacts(
    volume_mm3=Decimal("35223.4297"),
    area_mm2=Decimal("19920.5648"),
    size_x_mm=Decimal("120.000"),
    size_y_mm=Decimal("71.160"),
    size_z_mm=Decimal("5.000"),
    density_kg_m3=Decimal(2700),
    removal_factor=Decimal(1),
    material_price_per_kg=Money(Decimal("4.50"), "EUR"),
)


def quote(
    quantity: int = 40,
    cost: CostInputs = MILL,
    facts: PartFacts = PLATE,
    process: str = "milling-5-axis",
) -> PriceBreakdown:
    return price(cost, facts, quantity=quantity, process_code=process)


def amounts(found: PriceBreakdown) -> dict[str, str]:
    return {line.code: str(line.amount) for line in found.lines}


# --- working a line out again from its basis


def number(found: re.Match[str]) -> str:
    share = "/100" if found[2] == "%" else ""
    return f"(Fraction('{found[1]}'){share})"


def value_of(expression: str) -> Fraction:
    """Compute an expression such as `3 % × (3.65 EUR + 2.50 EUR)`, units left out."""
    plain = re.sub(r"(\d+(?:\.\d+)?)(?: (%|[A-Za-z][^\s)]*))?", number, expression)
    plain = plain.replace("×", "*").replace("÷", "/").replace("−", "-")
    found = eval(plain, {"__builtins__": {}, "Fraction": Fraction})
    assert isinstance(found, Fraction)
    return found


def rounded(value: Fraction, like: str) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(like), rounding=ROUND_HALF_UP)


def check_basis(found: PriceBreakdown) -> None:
    for line in found.lines:
        main, *steps = line.basis.split("; ")
        assert rounded(value_of(main), "0.01") == line.amount, line
        for step in steps:
            named, expression = step.split(" = ")
            number = named.split(" ")[0]
            places = "0.01" if named.endswith(found.currency) else "0.001"
            assert rounded(value_of(expression), places) == Decimal(number), step


class TestPrice:
    def test_prices_the_plate_line_by_line(self) -> None:
        found = quote()

        assert amounts(found) == {
            "programming": "210.00",
            "setup": "45.00",
            "material": "41.20",
            "machining": "146.00",
            "inspection": "100.00",
            "scrap": "7.20",
            "margin": "82.25",
        }
        assert str(found.total) == "631.65"
        assert (str(found.unit_price), str(found.remainder)) == ("15.79", "0.05")
        # 45 min + 41.2 pieces of 2.303 min = 139.88 min.
        assert found.machine_minutes == 140

    def test_says_in_numbers_how_the_machining_was_worked_out(self) -> None:
        machining = next(line for line in quote().lines if line.code == "machining")

        assert machining.basis == (
            "40 pcs × 3.65 EUR"
            "; 3.65 EUR = 2.303 min × 95 EUR/h ÷ 60 min/h"
            "; 2.303 min = (73.8 cm³ − 35.223 cm³) ÷ (60 cm³/min × 1)"
            " + 199.21 cm² ÷ 120 cm²/min"
        )

    @pytest.mark.parametrize(
        "process",
        ["milling-5-axis", "turning", "powder-bed-fusion-metal", "heat-treatment"],
    )
    def test_can_be_worked_out_again_from_its_own_words(self, process: str) -> None:
        found = quote(process=process)

        check_basis(found)
        assert sum(line.amount for line in found.lines) == found.total

    def test_fills_a_small_batch_up_to_the_minimum_charge(self) -> None:
        cheap = replace(MILL, programming_hours=Decimal(0))

        found = quote(quantity=1, cost=cheap)

        assert amounts(found)["minimum_charge"] == "189.79"
        assert str(found.total) == "250.00"
        assert found.lines[-1].basis == "250.00 EUR − 60.21 EUR"
        check_basis(found)

    def test_takes_round_bar_for_a_turned_part(self) -> None:
        shaft = replace(
            PLATE,
            size_x_mm=Decimal(20),
            size_y_mm=Decimal(100),
            size_z_mm=Decimal(20),
            volume_mm3=Decimal("31415.9"),
        )

        material = next(
            line
            for line in quote(facts=shaft, process="turning").lines
            if line.code == "material"
        )

        assert "23 mm × 23 mm × 103 mm ÷ 4" in material.basis

    def test_removes_a_tough_material_slower(self) -> None:
        inconel = replace(PLATE, removal_factor=Decimal("0.1"))

        # 45 min + 41.2 pieces of 8.09 min = 378.31 min.
        assert quote(facts=inconel).machine_minutes == 379

    @pytest.mark.parametrize(
        ("process", "form"),
        [
            ("milling", StockForm.BLOCK),
            ("wire-edm", StockForm.BLOCK),
            ("turn-mill", StockForm.BAR),
            ("injection-molding", StockForm.NET),
            ("anodizing", StockForm.NONE),
        ],
    )
    def test_knows_what_a_process_starts_from(
        self, process: str, form: StockForm
    ) -> None:
        assert stock_form(process) is form

    @pytest.mark.parametrize(
        ("cost", "facts", "quantity", "field"),
        [
            ({}, {}, 0, "quantity"),
            ({"removal_cm3_per_min": Decimal(0)}, {}, 1, "removal_cm3_per_min"),
            ({"margin_percent": Decimal(-1)}, {}, 1, "margin_percent"),
            ({}, {"volume_mm3": Decimal(0)}, 1, "volume_mm3"),
            (
                {},
                {"material_price_per_kg": Money(Decimal(4), "USD")},
                1,
                "currency",
            ),
        ],
    )
    def test_refuses_what_cannot_be_priced(
        self,
        cost: dict[str, Decimal],
        facts: dict[str, Decimal],
        quantity: int,
        field: str,
    ) -> None:
        with pytest.raises(NotPriceable) as refused:
            quote(quantity, replace(MILL, **cost), replace(PLATE, **facts))

        assert refused.value.field == field
        assert refused.value.remedy


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


COSTS = st.builds(
    CostInputs,
    currency=st.sampled_from(["EUR", "CNY", "RUB", "USD"]),
    hourly_rate=decimals(0, 500, 2),
    setup_minutes=decimals(0, 600, 1),
    setup_rate=decimals(0, 200, 2),
    programming_hours=decimals(0, 40, 2),
    programming_rate=decimals(0, 200, 2),
    inspection_minutes_per_part=decimals(0, 60, 2),
    material_markup_percent=decimals(0, 100, 1),
    scrap_percent=decimals(0, 50, 1),
    margin_percent=decimals(0, 100, 1),
    minimum_charge=decimals(0, 2000, 2),
    removal_cm3_per_min=decimals(1, 500, 1),
    finishing_cm2_per_min=decimals(1, 900, 1),
)


@st.composite
def facts_and_cost(draw: st.DrawFn) -> tuple[CostInputs, PartFacts]:
    cost = draw(COSTS)
    sides = [draw(decimals(1, 900, 3)) for _ in range(3)]
    box = sides[0] * sides[1] * sides[2]
    return cost, PartFacts(
        volume_mm3=box * draw(decimals(0, 1, 3)) + Decimal("0.5"),
        area_mm2=draw(decimals(1, 4_000_000, 2)),
        size_x_mm=sides[0],
        size_y_mm=sides[1],
        size_z_mm=sides[2],
        density_kg_m3=draw(decimals(900, 9000, 0)),
        removal_factor=draw(decimals(0, 2, 2)) + Decimal("0.05"),
        material_price_per_kg=Money(draw(decimals(0, 300, 2)), cost.currency),
    )


PROCESSES = st.sampled_from(
    ["milling-3-axis", "turning", "material-extrusion", "anodizing"]
)


class TestAnyPrice:
    @settings(max_examples=150, deadline=None)
    @given(facts_and_cost(), st.integers(1, 100_000), PROCESSES)
    def test_sums_exactly_and_can_be_worked_out_again(
        self, drawn: tuple[CostInputs, PartFacts], quantity: int, process: str
    ) -> None:
        cost, facts = drawn

        found = price(cost, facts, quantity=quantity, process_code=process)

        assert sum(line.amount for line in found.lines) == found.total
        assert all(line.amount > 0 for line in found.lines)
        assert found.unit_price * quantity + found.remainder == found.total
        assert 0 <= found.remainder < quantity * Decimal("0.01")
        assert found.currency == cost.currency
        assert all(
            re.search(r"\d [A-Z]{3}", line.basis) is None
            or f" {cost.currency}" in line.basis
            for line in found.lines
        )
        check_basis(found)

    @settings(max_examples=150, deadline=None)
    @given(
        facts_and_cost(),
        st.integers(1, 10_000),
        st.integers(1, 10_000),
        PROCESSES,
    )
    def test_never_costs_less_nor_more_a_piece_for_a_larger_batch(
        self,
        drawn: tuple[CostInputs, PartFacts],
        quantity: int,
        more: int,
        process: str,
    ) -> None:
        cost, facts = drawn

        small = price(cost, facts, quantity=quantity, process_code=process)
        large = price(cost, facts, quantity=quantity + more, process_code=process)

        assert large.total >= small.total
        assert large.machine_minutes >= small.machine_minutes
        assert large.unit_price <= small.unit_price
        assert Fraction(large.total) / large.quantity <= (
            Fraction(small.total) / small.quantity
        )


class TestPriceByHand:
    def test_is_one_line(self) -> None:
        found = price_by_hand(
            unit_price=Decimal("57.9"),
            quantity=40,
            currency="EUR",
            machine_minutes=300,
        )

        assert amounts(found) == {"price": "2316.00"}
        assert found.lines[0].basis == "40 pcs × 57.90 EUR"
        assert (found.total, found.remainder) == (Decimal("2316.00"), 0)
        assert found.machine_minutes == 300

    @pytest.mark.parametrize("wrong", ["0", "-1", "1.999"])
    def test_refuses_what_is_no_price(self, wrong: str) -> None:
        with pytest.raises(NotPriceable) as refused:
            price_by_hand(unit_price=Decimal(wrong), quantity=1, currency="EUR")

        assert refused.value.field == "unit_price"
