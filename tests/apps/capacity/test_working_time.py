from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.capacity.rules.public_holidays import is_known, year_of_days
from apps.capacity.rules.spans import minute_of
from apps.capacity.rules.working_time import minute_at, working_periods, working_spans
from apps.capacity.types import (
    CalendarFacts,
    ShiftTime,
    WorkingException,
    WorkingWeek,
)
from apps.kernel.periods import Period
from tests.apps.capacity import minute_oracle as oracle
from tests.apps.capacity.drawn import calendars

EVERY_DAY = range(7)
MONDAY, TUESDAY, WEDNESDAY, _, FRIDAY, SATURDAY, SUNDAY = EVERY_DAY


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def week(*shifts: ShiftTime, zone: str = "UTC", country: str = "") -> WorkingWeek:
    return WorkingWeek(shifts, zone, country)


class TestWorkingSpans:
    @settings(max_examples=150, deadline=None)
    @given(calendars())
    def test_agrees_with_a_clock_on_the_wall_minute_by_minute(
        self, drawn: tuple[oracle.Scene, CalendarFacts]
    ) -> None:
        scene, calendar = drawn

        spans = working_spans(calendar, scene.start_minute, scene.end_minute)

        expected = oracle.working_minutes(
            scene, calendar.week.shifts, calendar.exceptions
        )
        found = {m for start, end in spans.pairs() for m in range(start, end)}
        assert found == expected
        assert spans.total == len(expected)

    @settings(max_examples=100, deadline=None)
    @given(calendars(), st.data())
    def test_is_the_same_in_two_windows_as_in_one(
        self, drawn: tuple[oracle.Scene, CalendarFacts], data: st.DataObject
    ) -> None:
        scene, calendar = drawn
        middle = data.draw(st.integers(scene.start_minute, scene.end_minute))

        whole = working_spans(calendar, scene.start_minute, scene.end_minute)
        before = working_spans(calendar, scene.start_minute, middle)
        after = working_spans(calendar, middle, scene.end_minute)

        assert before.plus(after).pairs() == whole.pairs()

    def test_is_empty_without_shifts(self) -> None:
        assert working_spans(CalendarFacts(week()), 0, 10_000).pairs() == []

    def test_is_empty_in_an_empty_window(self) -> None:
        around_the_clock = week(*(ShiftTime(d, time(), time()) for d in EVERY_DAY))

        assert working_spans(CalendarFacts(around_the_clock), 500, 500).pairs() == []


class TestWorkingPeriods:
    def test_leaves_the_break_out(self) -> None:
        early = ShiftTime(MONDAY, time(6), time(14), 30, time(9))

        found = working_periods(
            week(early), (), Period(utc(2030, 5, 6), utc(2030, 5, 7))
        )

        assert found == [
            Period(utc(2030, 5, 6, 6), utc(2030, 5, 6, 9)),
            Period(utc(2030, 5, 6, 9, 30), utc(2030, 5, 6, 14)),
        ]

    def test_puts_a_break_without_a_start_in_the_middle(self) -> None:
        early = ShiftTime(MONDAY, time(6), time(14), 30)

        found = working_periods(
            week(early), (), Period(utc(2030, 5, 6), utc(2030, 5, 7))
        )

        assert found == [
            Period(utc(2030, 5, 6, 6), utc(2030, 5, 6, 9, 45)),
            Period(utc(2030, 5, 6, 10, 15), utc(2030, 5, 6, 14)),
        ]

    def test_joins_shifts_that_follow_or_overlap_each_other(self) -> None:
        early = ShiftTime(MONDAY, time(6), time(14, 30))
        late = ShiftTime(MONDAY, time(14), time(22))
        night = ShiftTime(MONDAY, time(22), time(6))

        found = working_periods(
            week(early, late, night), (), Period(utc(2030, 5, 6), utc(2030, 5, 8))
        )

        assert found == [Period(utc(2030, 5, 6, 6), utc(2030, 5, 7, 6))]

    def test_sees_a_night_shift_that_began_before_the_window(self) -> None:
        night = ShiftTime(SUNDAY, time(22), time(6))

        found = working_periods(
            week(night), (), Period(utc(2030, 5, 6), utc(2030, 5, 7))
        )

        assert found == [Period(utc(2030, 5, 6), utc(2030, 5, 6, 6))]

    def test_sees_the_night_shift_of_new_year_s_eve(self) -> None:
        night = ShiftTime(SUNDAY, time(22), time(6))

        found = working_periods(
            week(night), (), Period(utc(2035, 1, 1), utc(2035, 1, 1, 12))
        )

        assert found == [Period(utc(2035, 1, 1), utc(2035, 1, 1, 6))]

    def test_does_not_work_before_a_shift_whose_start_is_skipped(self) -> None:
        # Half past two does not come: the shift begins an hour from half past one,
        # when the clock shows 3:30. Its break at 3:00 is over by then.
        dawn = ShiftTime(SUNDAY, time(2, 30), time(6), 15, time(3))

        found = working_periods(
            week(dawn, zone="Europe/Berlin"),
            (),
            Period(utc(2030, 3, 31), utc(2030, 4, 1)),
        )

        assert found == [Period(utc(2030, 3, 31, 1, 30), utc(2030, 3, 31, 4))]

    @pytest.mark.parametrize(
        ("evening", "hours"),
        [(date(2030, 3, 30), 7), (date(2030, 4, 6), 8), (date(2030, 10, 26), 9)],
        ids=["clocks go forward", "ordinary", "clocks go back"],
    )
    def test_gives_a_night_shift_the_hours_that_the_night_has(
        self, evening: date, hours: int
    ) -> None:
        night = ShiftTime(SATURDAY, time(22), time(6))
        noon = datetime.combine(evening, time(12), tzinfo=UTC)

        (found,) = working_periods(
            week(night, zone="Europe/Berlin"),
            (),
            Period(noon, noon + timedelta(days=1)),
        )

        assert found.length == timedelta(hours=hours)

    def test_lets_the_exception_added_last_hold(self) -> None:
        shutdown = WorkingException(
            Period(utc(2030, 5, 6), utc(2030, 5, 13)), working=False
        )
        saturday = WorkingException(
            Period(utc(2030, 5, 11, 8), utc(2030, 5, 11, 12)), working=True
        )
        everyday = week(*(ShiftTime(d, time(6), time(14)) for d in EVERY_DAY))
        window = Period(utc(2030, 5, 6), utc(2030, 5, 13))

        opened = working_periods(everyday, (shutdown, saturday), window)
        closed = working_periods(everyday, (saturday, shutdown), window)

        assert opened == [saturday.period]
        assert closed == []

    def test_has_no_shift_on_a_holiday_but_lets_the_night_before_end(self) -> None:
        night = tuple(ShiftTime(d, time(22), time(6)) for d in EVERY_DAY)

        found = working_periods(
            week(*night, zone="Europe/Berlin", country="DE"),
            (),
            Period(utc(2030, 12, 24, 12), utc(2030, 12, 27, 12)),
        )

        assert found == [Period(utc(2030, 12, 24, 21), utc(2030, 12, 25, 5))]

    def test_works_a_make_up_sunday_like_the_monday_it_pays_for(self) -> None:
        # 26 January 2025 was worked for Monday 3 February (State Council, 2024).
        monday = ShiftTime(MONDAY, time(8), time(16))
        tuesday = ShiftTime(TUESDAY, time(10), time(12))
        plan = week(monday, tuesday, zone="Asia/Shanghai", country="CN")

        sunday_worked = working_periods(
            plan, (), Period(utc(2025, 1, 25, 16), utc(2025, 1, 26, 16))
        )
        monday_off = working_periods(
            plan, (), Period(utc(2025, 2, 2, 16), utc(2025, 2, 3, 16))
        )

        assert sunday_worked == [Period(utc(2025, 1, 26), utc(2025, 1, 26, 8))]
        assert monday_off == []


class TestMinuteAt:
    def test_means_the_first_of_two(self) -> None:
        found = minute_at(date(2030, 10, 27), time(2, 30), ZoneInfo("Europe/Berlin"))

        assert found == minute_of(utc(2030, 10, 27, 0, 30))

    def test_counts_a_skipped_time_with_the_offset_before_the_gap(self) -> None:
        found = minute_at(date(2030, 3, 31), time(2, 30), ZoneInfo("Europe/Berlin"))

        assert found == minute_of(utc(2030, 3, 31, 1, 30))


class TestYearOfDays:
    def test_knows_the_weekend_days_that_china_works(self) -> None:
        made_up = year_of_days("CN", 2026).made_up

        assert dict(made_up) == {
            date(2026, 1, 4): FRIDAY,
            date(2026, 2, 14): FRIDAY,
            date(2026, 2, 28): MONDAY,
            date(2026, 5, 9): TUESDAY,
            date(2026, 9, 20): TUESDAY,
            date(2026, 10, 10): WEDNESDAY,
        }

    def test_has_the_breaks_off_that_the_state_council_planned_for_2026(self) -> None:
        # Notice of the General Office of the State Council, 4 November 2025.
        breaks = [
            (date(2026, 1, 1), 3),
            (date(2026, 2, 15), 9),
            (date(2026, 4, 4), 3),
            (date(2026, 5, 1), 5),
            (date(2026, 6, 19), 3),
            (date(2026, 9, 25), 3),
            (date(2026, 10, 1), 7),
        ]

        assert sorted(year_of_days("CN", 2026).days_off) == [
            first + timedelta(days=n) for first, length in breaks for n in range(length)
        ]

    def test_has_a_break_off_that_begins_in_the_year_before(self) -> None:
        # 30 December 2018 to 1 January 2019; Saturday 29 was worked.
        assert sorted(year_of_days("CN", 2018).days_off)[-2:] == [
            date(2018, 12, 30),
            date(2018, 12, 31),
        ]

    def test_finds_december_days_that_pay_for_january(self) -> None:
        assert date(2011, 12, 31) in year_of_days("CN", 2011).made_up

    def test_knows_the_saturday_that_russia_works(self) -> None:
        assert dict(year_of_days("RU", 2025).made_up) == {date(2025, 11, 1): MONDAY}

    def test_is_empty_without_a_country(self) -> None:
        assert year_of_days("", 2030).days_off == frozenset()

    def test_keeps_to_its_year(self) -> None:
        assert {day.year for day in year_of_days("CN", 2025).days_off} == {2025}


class TestIsKnown:
    @pytest.mark.parametrize(
        "country", ["CN", "RU", "DE", "PL", "TR", "IN", "US", "BR"]
    )
    def test_knows_the_countries_of_the_demo(self, country: str) -> None:
        assert is_known(country)

    def test_does_not_know_nowhere(self) -> None:
        assert not is_known("XX")
