"""The geometry of a plan over time: days of the reader's clock, shares, ticks."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.kernel.periods import Period
from apps.portal import gantt

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2030, 5, 6)


@pytest.fixture(autouse=True)
def in_berlin():
    with timezone.override(BERLIN):
        yield


def on(hour: int, minute: int = 0) -> datetime:
    return datetime(2030, 5, 6, hour, minute, tzinfo=BERLIN)


class TestWindow:
    @pytest.mark.parametrize(
        ("zoom", "last"),
        [("day", "2030-05-07"), ("week", "2030-05-13"), ("month", "2030-06-03")],
    )
    def test_shows_whole_days_of_the_readers_clock(self, zoom, last):
        window = gantt.window_of(zoom, "2030-05-06", MONDAY)

        assert window.start == datetime(2030, 5, 5, 22, tzinfo=UTC)
        assert window.last.isoformat() == last

    @pytest.mark.parametrize("first", ["", "yesterday", "2030-13-01"])
    def test_is_the_week_from_today_if_nothing_else_is_asked(self, first):
        window = gantt.window_of("century", first, MONDAY)

        assert (window.zoom, window.first) == (gantt.Zoom.WEEK, MONDAY)

    @pytest.mark.parametrize("first", ["0001-01-01", "9999-12-31"])
    def test_stays_where_days_can_be_turned_over(self, first):
        window = gantt.window_of("month", first, MONDAY)

        assert window.start < window.end

    def test_measures_a_day_that_loses_an_hour_by_the_hours_it_has(self):
        short = gantt.Window(gantt.Zoom.DAY, date(2030, 3, 31))
        noon = datetime(2030, 3, 31, 12, tzinfo=BERLIN)

        assert short.share(noon) == pytest.approx(100 * 11 / 23)
        assert [tick.label for tick in gantt.ticks_of(short)][:3] == [
            "00:00",
            "",
            "03:00",
        ]
        assert len(gantt.ticks_of(short)) == 23

    def test_shows_the_hour_twice_that_comes_twice(self):
        long = gantt.Window(gantt.Zoom.DAY, date(2030, 10, 27))

        assert len(gantt.ticks_of(long)) == 25


class TestStretches:
    def test_lie_where_their_time_is(self):
        day = gantt.Window(gantt.Zoom.DAY, MONDAY)

        found = gantt.stretch(day, on(6), on(12))

        assert (found.x, found.width) == ("25.000%", "25.000%")

    def test_are_cut_at_the_edges_and_never_too_narrow_to_be_seen(self):
        day = gantt.Window(gantt.Zoom.DAY, MONDAY)
        before = datetime(2030, 5, 5, 20, tzinfo=BERLIN)

        assert gantt.stretch(day, before, on(12)).width == "50.000%"
        assert gantt.stretch(day, on(12), on(12, 1)).width == "0.250%"

    def test_of_no_work_are_what_shifts_leave(self):
        day = gantt.Window(gantt.Zoom.DAY, MONDAY)
        shifts = [Period(on(6), on(12)), Period(on(15), on(18))]

        found = gantt.closed_stretches(day, shifts)

        assert [(one.x, one.width) for one in found] == [
            ("0.000%", "25.000%"),
            ("50.000%", "12.500%"),
            ("75.000%", "25.000%"),
        ]

    def test_of_no_work_are_the_whole_window_without_shifts(self):
        day = gantt.Window(gantt.Zoom.DAY, MONDAY)

        (found,) = gantt.closed_stretches(day, [])

        assert (found.x, found.width) == ("0.000%", "100.000%")


def test_ticks_name_days_of_a_week_and_mondays_of_a_month():
    week = gantt.ticks_of(gantt.Window(gantt.Zoom.WEEK, MONDAY))
    month = gantt.ticks_of(gantt.Window(gantt.Zoom.MONTH, MONDAY))

    assert [tick.label for tick in week][:2] == ["Mon 6 May", "Tue 7 May"]
    assert [tick.label for tick in month if tick.label] == [
        "Mon 6 May",
        "Mon 13 May",
        "Mon 20 May",
        "Mon 27 May",
    ]
