"""Figures as shapes."""

import pytest
from django.utils import translation

from apps.portal import charts


class TestBars:
    def test_stacks_series_from_the_baseline(self):
        chart = charts.bars(
            ["W1"],
            [
                charts.Series("Booked", "accent", [30]),
                charts.Series("Free", "free", [10]),
            ],
            unit="h",
        )

        booked, free = chart.columns[0].segments
        assert float(booked.y) + float(booked.height) == float(chart.baseline)
        assert float(free.y) + float(free.height) == pytest.approx(float(booked.y))
        assert float(booked.height) == pytest.approx(3 * float(free.height), abs=0.2)

    def test_says_each_column_in_words(self):
        chart = charts.bars(
            ["W1"],
            [
                charts.Series("Booked", "accent", [30]),
                charts.Series("Free", "free", [0]),
            ],
            unit="h",
        )

        assert chart.columns[0].summary == "W1: Booked 30\xa0h, Free 0\xa0h"
        assert len(chart.columns[0].segments) == 1

    def test_writes_coordinates_with_a_point_in_every_language(self):
        with translation.override("ru"):
            chart = charts.bars(
                ["1", "2", "3"], [charts.Series("a", "part", [1, 2, 3])]
            )

        assert chart.columns[0].left == "6.333%"

    @pytest.mark.parametrize(
        ("highest", "top"),
        [(0, "1"), (7, "8"), (96, "100"), (101, "150"), (525, "600")],
    )
    def test_ends_the_scale_at_a_round_number(self, highest, top):
        chart = charts.bars(["a"], [charts.Series("a", "part", [highest])])

        assert chart.ticks[-1].text == top

    def test_leaves_out_labels_that_would_collide(self):
        weeks = [f"W{number}" for number in range(26)]
        chart = charts.bars(weeks, [charts.Series("a", "part", [1] * 26)])

        assert sum(column.has_label for column in chart.columns) == 13
        shown_narrow = [
            c for c in chart.columns if c.has_label and not c.is_label_minor
        ]
        assert len(shown_narrow) <= 6

    def test_draws_nothing_of_nothing(self):
        assert charts.bars([], []).columns == []


class TestWaterfall:
    def test_lays_parts_end_to_end_and_sums_them(self):
        steps = charts.waterfall(
            [charts.Part("Price", 0.3, "0.30"), charts.Part("Lead time", 0.2, "0.20")],
            total_label="Score",
            total_text="0.50",
            whole=1,
        )

        assert [step.left for step in steps] == ["0.000%", "30.000%", "0%"]
        assert steps[-1].width == "50.000%"
        assert steps[-1].is_total

    def test_draws_a_loss_back_from_where_it_began(self):
        _gain, loss, _total = charts.waterfall(
            [charts.Part("Price", 100, "100"), charts.Part("Discount", -20, "-20")],
            total_label="Total",
            total_text="80",
        )

        assert loss.is_loss
        assert (loss.left, loss.width) == ("80.000%", "20.000%")


class TestHeatCell:
    @pytest.mark.parametrize(
        ("share", "shade"),
        [(0.0, "0"), (0.01, "1"), (0.5, "3"), (1.0, "6"), (1.4, "6")],
    )
    def test_shades_by_sixths(self, share, shade):
        assert charts.heat_cell(share).shade == shade

    def test_tells_the_unknown_from_nought(self):
        assert charts.heat_cell(None).shade == "off"
