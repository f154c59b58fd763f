from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.exchange.rules import terms
from apps.exchange.rules.score import (
    PRESETS,
    certificate_headroom,
    distance_value,
    lead_time_value,
    price_value,
    rank_key,
    record_value,
    roughness_headroom,
    score,
    tolerance_headroom,
    weights_of,
)
from apps.exchange.types import Outcome, PartName, Weights
from tests.factories import exchange as make

TODAY = make.TODAY
BALANCED = PRESETS["balanced"]


class TestValues:
    @pytest.mark.parametrize(
        ("price", "reference", "value"),
        [
            (500.0, 1000.0, 1.0),
            (400.0, 1000.0, 1.0),
            (1000.0, 1000.0, 0.5),
            (1250.0, 1000.0, 0.25),
            (1500.0, 1000.0, 0.0),
            (9000.0, 1000.0, 0.0),
            (None, 1000.0, 0.0),
            (500.0, None, 0.0),
            (500.0, 0.0, 0.0),
        ],
    )
    def test_value_a_price_against_the_reference(self, price, reference, value) -> None:
        assert price_value(price, reference) == value

    @pytest.mark.parametrize(
        ("days", "there", "value"),
        [(0, 40, 1.0), (10, 40, 0.75), (40, 40, 0.0), (50, 40, 0.0), (None, 40, 0.0)],
    )
    def test_value_the_days_left_on_arrival(self, days, there, value) -> None:
        assert lead_time_value(days, there) == value

    def test_value_no_lead_time_once_the_due_date_has_come(self) -> None:
        assert lead_time_value(-3, 0) == 0.0

    def test_start_a_newcomer_at_the_mean_of_the_trade(self) -> None:
        assert record_value(0, 0) == pytest.approx(0.85)
        assert record_value(20, 20) == pytest.approx(0.925)
        assert record_value(20, 0) == pytest.approx(0.425)

    def test_value_what_is_finer_than_asked(self) -> None:
        assert tolerance_headroom(8, 6) == 0.5
        assert tolerance_headroom(8, 3) == 1.0
        assert tolerance_headroom(None, None) == 1.0
        assert tolerance_headroom(8, None) == 0.0
        assert roughness_headroom(1.6, 0.4) == 0.75
        assert roughness_headroom(1.6, 3.2) == 0.0
        assert roughness_headroom(None, None) == 1.0
        assert roughness_headroom(1.6, None) == 0.0
        assert roughness_headroom(0.0, 0.0) == 0.0

    def test_value_a_certificate_that_is_valid_on_the_due_date(self) -> None:
        due_on = date(2030, 6, 17)

        assert certificate_headroom({"iso-9001": due_on}, due_on) == 1.0
        assert certificate_headroom({"iso-9001": None}, due_on) == 1.0
        ended = {"iso-9001": due_on - timedelta(days=1)}
        assert certificate_headroom(ended, due_on) == 0.0
        assert certificate_headroom({}, due_on) == 0.0

    def test_value_the_distance(self) -> None:
        assert distance_value(0) == 1.0
        assert distance_value(2500) == 0.5
        assert distance_value(12_000) == 0.0
        assert distance_value(None) == 0.0


class TestTerms:
    def test_measure_the_great_circle_in_steps_of_ten_kilometres(self) -> None:
        # Augsburg to Warsaw: 832 km by the haversine formula.
        assert terms.distance_km(make.need(), make.offer()) == 840

    def test_measure_nothing_between_places_that_are_not_stated(self) -> None:
        assert terms.distance_km(make.need(latitude=None), make.offer()) is None
        assert terms.distance_km(make.need(), make.offer(longitude=None)) is None

    @pytest.mark.parametrize(
        ("km", "customs", "days"),
        [
            (0, False, 1),
            (10, False, 2),
            (700, False, 2),
            (710, False, 3),
            (20_000, False, 14),
            (None, False, 14),
            (0, True, 4),
        ],
    )
    def test_count_days_on_the_road(self, km, customs, days) -> None:
        assert terms.transit_days(km, customs=customs) == days

    @pytest.mark.parametrize(
        ("one", "other", "crosses"),
        [
            ("DE", "PL", False),
            ("DE", "CN", True),
            ("CN", "CN", False),
            ("", "DE", True),
            ("", "", True),
        ],
    )
    def test_clear_goods_between_customs_territories(self, one, other, crosses) -> None:
        assert terms.crosses_customs(one, other) is crosses

    def test_estimate_material_and_hours_at_the_published_rate(self) -> None:
        found = terms.terms_of(make.need(), make.offer(), TODAY)

        # 300 EUR of material and 20 h at 60 EUR.
        assert found.price_eur == 1500.0
        # One week of work, 3 days of transport.
        assert found.arrival_on == TODAY + timedelta(days=10)


class TestScore:
    def test_is_the_weighted_mean_of_its_parts(self) -> None:
        found = score(make.need(), make.offer(), BALANCED, TODAY)

        values = {part.name: part.value for part in found.parts}
        assert values[PartName.PRICE] == 0.75
        assert values[PartName.LEAD_TIME] == pytest.approx(32 / 42)
        assert values[PartName.DISTANCE] == pytest.approx(1 - 840 / 5000)
        assert values[PartName.QUALITY] == pytest.approx(
            0.7 * 0.85 + 0.3 * (0.25 + 0.5 + 1) / 3
        )
        assert found.total == pytest.approx(
            0.40 * values[PartName.PRICE]
            + 0.25 * values[PartName.LEAD_TIME]
            + 0.25 * values[PartName.QUALITY]
            + 0.10 * values[PartName.DISTANCE]
        )

    def test_shows_the_input_of_each_part(self) -> None:
        found = score(make.need(), make.offer(), BALANCED, TODAY)

        assert [(part.measure, part.unit, part.reference) for part in found.parts] == [
            (1500.0, "EUR", 2000.0),
            (10, "d", 42),
            (0, "deliveries", 20),
            (840, "km", 5000.0),
        ]

    def test_survives_storage(self) -> None:
        part = score(make.need(), make.offer(), BALANCED, TODAY).parts[0]

        assert type(part).from_json(part.as_json()) == part

    @given(
        rate=st.floats(1, 400),
        cheaper=st.floats(0, 1),
        weekly=st.integers(100, 3000),
        more=st.integers(0, 3000),
        north=st.floats(48.4, 80),
    )
    @settings(max_examples=200, deadline=None)
    def test_never_falls_for_a_better_offer(
        self, rate, cheaper, weekly, more, north
    ) -> None:
        def total(rate: float, weekly: int, latitude: float) -> float:
            weeks = tuple(weekly * week for week in range(1, 27))
            mill = make.offer(rate_eur_hour=rate, free_minutes=weeks, latitude=latitude)
            return score(make.need(longitude=21.0), mill, BALANCED, TODAY).total

        middle = (north + 48.4) / 2
        assert total(rate * cheaper, weekly, north) >= total(rate, weekly, north)
        assert total(rate, weekly + more, north) >= total(rate, weekly, north)
        assert total(rate, weekly, middle) >= total(rate, weekly, north)

    @given(rate=st.floats(0, 1e6), km=st.floats(-90, 90), late=st.integers(-30, 300))
    @settings(deadline=None)
    def test_stays_between_nought_and_one(self, rate, km, late) -> None:
        due = make.need(due_on=TODAY + timedelta(days=late))
        found = score(due, make.offer(rate_eur_hour=rate, latitude=km), BALANCED, TODAY)

        assert 0.0 <= found.total <= 1.0
        assert all(0.0 <= part.value <= 1.0 for part in found.parts)


class TestWeightsOf:
    def test_reads_a_preset(self) -> None:
        assert weights_of({"preset": "fastest"}) == PRESETS["fastest"]

    @pytest.mark.parametrize("stored", [None, {}, {"preset": "unheard-of"}])
    def test_falls_back_to_the_balanced_preset(self, stored) -> None:
        assert weights_of(stored) == BALANCED

    def test_reads_numbers_and_leaves_out_what_is_not_named(self) -> None:
        assert weights_of({"price": "3", "distance": 1}) == Weights(3.0, 0.0, 0.0, 1.0)

    def test_falls_back_when_every_weight_is_nought(self) -> None:
        assert weights_of({"price": 0}) == BALANCED

    def test_presets_add_up_to_one(self) -> None:
        for preset in PRESETS.values():
            assert sum(preset.as_json().values()) == pytest.approx(1.0)


class TestRankKey:
    def test_puts_known_before_unknown_then_better_then_the_id(self) -> None:
        low, high = UUID(int=1), UUID(int=2)
        keys = [
            rank_key(Outcome.UNKNOWN, 0.9, low),
            rank_key(Outcome.FITS, 0.2, low),
            rank_key(Outcome.FITS, 0.5, high),
            rank_key(Outcome.FITS, 0.5, low),
        ]

        assert sorted(keys) == [keys[3], keys[2], keys[1], keys[0]]
