from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.capacity.rules.load import (
    cumulative_free_minutes,
    minutes_by_week,
    monday_of,
    week_bounds,
    week_loads,
)
from apps.capacity.rules.promises import (
    earliest_stretch,
    finish_of,
    free_spans,
    promise_of,
)
from apps.capacity.rules.spans import NO_SPANS, Spans, minute_of, moment_of
from apps.capacity.rules.working_time import working_spans
from apps.capacity.types import (
    CalendarFacts,
    ReservationKind,
    ReservationState,
    ShiftTime,
    StepKind,
    WorkingWeek,
)
from apps.kernel.periods import Period
from tests.apps.capacity import minute_oracle as oracle
from tests.apps.capacity.drawn import calendars

HURCO = UUID("018f0000-0000-7000-8000-000000000004")
MONDAY_6 = datetime(2030, 5, 6, 6, tzinfo=UTC)
SIX = minute_of(MONDAY_6)
HOUR = 60
DAY = 24 * HOUR
WEEKDAYS = WorkingWeek(
    tuple(ShiftTime(day, time(6), time(14)) for day in range(5)), "UTC"
)


def two_weeks() -> Spans:
    return working_spans(CalendarFacts(WEEKDAYS), SIX - 6 * HOUR, SIX + 14 * DAY)


def promised(
    minutes: int, not_before: int, reserved: Spans = NO_SPANS
) -> tuple[int, int] | None:
    found = earliest_stretch(minutes, not_before, SIX + 14 * DAY, two_weeks(), reserved)
    return None if found is None else (found.start - SIX, found.finish - SIX)


class TestEarliestStretch:
    @settings(max_examples=150, deadline=None)
    @given(
        calendars(),
        st.integers(1, 900),
        st.integers(0, 3 * DAY),
        st.lists(st.tuples(st.integers(0, 4 * DAY), st.integers(1, 700)), max_size=8),
    )
    def test_is_what_trying_every_minute_finds(
        self,
        drawn: tuple[oracle.Scene, CalendarFacts],
        minutes: int,
        wait: int,
        blocks: list[tuple[int, int]],
    ) -> None:
        scene, calendar = drawn
        begin, end = scene.start_minute, scene.end_minute
        reserved = [(begin + at, begin + at + length) for at, length in blocks]

        found = earliest_stretch(
            minutes,
            begin + wait,
            end,
            working_spans(calendar, begin, end),
            Spans.of(reserved),
        )

        assert (None if found is None else (found.start, found.finish)) == (
            oracle.earliest(
                minutes,
                begin + wait,
                end,
                oracle.working_minutes(
                    scene, calendar.week.shifts, calendar.exceptions
                ),
                {m for start, stop in reserved for m in range(start, stop)},
            )
        )

    def test_ends_with_the_shift_when_the_work_fills_it(self) -> None:
        assert promised(8 * HOUR, SIX) == (0, 8 * HOUR)

    def test_goes_on_in_the_next_shift(self) -> None:
        assert promised(8 * HOUR + 1, SIX) == (0, DAY + 1)

    def test_starts_with_the_shift_when_asked_at_night(self) -> None:
        assert promised(HOUR, SIX + 10 * HOUR) == (DAY, DAY + HOUR)

    def test_passes_over_a_gap_that_is_one_minute_short(self) -> None:
        reserved = Spans.of([(SIX + HOUR, SIX + 2 * HOUR)])

        assert promised(HOUR, SIX, reserved) == (0, HOUR)
        assert promised(HOUR + 1, SIX, reserved) == (2 * HOUR, 3 * HOUR + 1)

    def test_does_not_step_over_a_reservation_in_a_closed_night(self) -> None:
        maintenance = Spans.of([(SIX + 20 * HOUR, SIX + 21 * HOUR)])

        assert promised(9 * HOUR, SIX, maintenance) == (DAY, 2 * DAY + HOUR)

    def test_starts_when_the_reservation_it_lands_in_ends(self) -> None:
        reserved = Spans.of([(SIX - HOUR, SIX + 90)])

        assert promised(HOUR, SIX + 30, reserved) == (90, 150)

    def test_is_none_when_the_calendar_has_too_little(self) -> None:
        assert promised(81 * HOUR, SIX) is None


class TestFinishOf:
    def test_counts_only_working_minutes(self) -> None:
        assert finish_of(9 * HOUR, SIX, two_weeks()) == SIX + DAY + HOUR

    def test_is_none_when_it_never_ends(self) -> None:
        assert finish_of(81 * HOUR, SIX, two_weeks()) is None


class TestFreeSpans:
    def test_is_working_time_less_what_is_reserved(self) -> None:
        reserved = Spans.of([(SIX + HOUR, SIX + DAY + HOUR)])

        free = free_spans(two_weeks(), reserved).within(SIX, SIX + 2 * DAY)

        assert free.pairs() == [(SIX, SIX + HOUR), (SIX + DAY + HOUR, SIX + DAY + 480)]


class TestPromiseOf:
    def test_says_what_was_taken_passed_over_and_used(self) -> None:
        reserved = Spans.of([(SIX + HOUR, SIX + 7 * HOUR)])
        working = two_weeks()
        stretch = earliest_stretch(2 * HOUR, SIX, SIX + 14 * DAY, working, reserved)
        assert stretch is not None

        promise = promise_of(
            HURCO, 2 * HOUR, SIX, stretch, working=working, reserved=reserved
        )

        assert promise.during == Period(
            MONDAY_6 + timedelta(hours=7), MONDAY_6 + timedelta(days=1, hours=1)
        )
        assert promise.working_minutes == 120
        assert promise.gaps_passed_over == 1
        assert [
            (step.kind, minute_of(step.period.start) - SIX, step.minutes)
            for step in promise.explanation
        ] == [
            (StepKind.TOO_SHORT, 0, 60),
            (StepKind.TAKEN, 60, 360),
            (StepKind.WORK, 7 * HOUR, 60),
            (StepKind.WORK, DAY, 60),
        ]

    def test_stays_short_on_a_crowded_machine(self) -> None:
        reserved = Spans.of([(SIX + 10 * n, SIX + 10 * n + 9) for n in range(400)])
        working = two_weeks()
        stretch = earliest_stretch(60, SIX, SIX + 14 * DAY, working, reserved)
        assert stretch is not None

        promise = promise_of(
            HURCO, 60, SIX, stretch, working=working, reserved=reserved
        )

        assert len(promise.explanation) <= 80
        assert promise.gaps_passed_over > 40


class TestWeekLoads:
    @settings(max_examples=60, deadline=None)
    @given(
        calendars(),
        st.lists(st.tuples(st.integers(0, 4 * DAY), st.integers(1, 700)), max_size=5),
    )
    def test_counts_what_looking_at_every_minute_counts(
        self,
        drawn: tuple[oracle.Scene, CalendarFacts],
        blocks: list[tuple[int, int]],
    ) -> None:
        scene, calendar = drawn
        begin = scene.start_minute
        monday = monday_of(scene.first)
        bounds = week_bounds(monday, 2, scene.time_zone)
        reserved = [(begin + at, begin + at + length) for at, length in blocks]
        working = working_spans(calendar, begin, scene.end_minute)

        loads = week_loads(
            monday,
            bounds,
            working,
            {(ReservationState.BOOKED, ReservationKind.ORDER): Spans.of(reserved)},
        )

        worked = oracle.working_minutes(
            scene, calendar.week.shifts, calendar.exceptions
        )
        taken = {m for start, stop in reserved for m in range(start, stop)}
        for load, (start, stop) in zip(loads, pairwise(bounds), strict=True):
            inside = {m for m in worked if start <= m < stop}
            assert load.total_minutes == len(inside)
            assert load.booked_minutes == len(inside & taken)
            assert load.free_minutes == len(inside - taken)

    def test_tells_holds_bookings_and_maintenance_apart(self) -> None:
        monday = MONDAY_6.date()
        hour = [(SIX, SIX + HOUR)]
        day = [(SIX + DAY, SIX + 2 * DAY)]
        night = [(SIX + 10 * HOUR, SIX + 12 * HOUR)]

        (load,) = week_loads(
            monday,
            week_bounds(monday, 1, "UTC"),
            two_weeks(),
            {
                (ReservationState.HELD, ReservationKind.QUOTE): Spans.of(hour),
                (ReservationState.BOOKED, ReservationKind.ORDER): Spans.of(day),
                (ReservationState.BOOKED, ReservationKind.MAINTENANCE): Spans.of(night),
            },
        )

        assert (load.held_minutes, load.booked_minutes) == (60, 480)
        assert load.maintenance_minutes == 0
        assert load.total_minutes == 2400
        assert load.reserved_minutes == 540
        assert load.free_minutes == 1860
        assert load.utilization_percent == 22.5

    def test_calls_a_week_without_working_time_unused(self) -> None:
        monday = MONDAY_6.date()

        (load,) = week_loads(monday, week_bounds(monday, 1, "UTC"), NO_SPANS, {})

        assert load.utilization_percent == 0.0


class TestWeekBounds:
    def test_has_a_short_week_in_spring_and_a_long_one_in_autumn(self) -> None:
        spring = week_bounds(
            datetime(2030, 3, 25, tzinfo=UTC).date(), 1, "Europe/Berlin"
        )
        autumn = week_bounds(
            datetime(2030, 10, 21, tzinfo=UTC).date(), 1, "Europe/Berlin"
        )

        assert spring[1] - spring[0] == 7 * DAY - HOUR
        assert autumn[1] - autumn[0] == 7 * DAY + HOUR


class TestCumulativeFreeMinutes:
    def test_adds_week_to_week_and_leaves_gone_minutes_out(self) -> None:
        bounds = week_bounds(MONDAY_6.date(), 3, "UTC")
        reserved = Spans.of([(SIX + 7 * DAY, SIX + 8 * DAY)])
        working = working_spans(
            CalendarFacts(WEEKDAYS), int(bounds[0]), int(bounds[-1])
        )

        found = cumulative_free_minutes(bounds, working, reserved, SIX + 2 * HOUR)

        assert found == [2280, 2280 + 1920, 2280 + 1920 + 2400]

    def test_is_nothing_when_all_weeks_are_gone(self) -> None:
        bounds = week_bounds(MONDAY_6.date(), 1, "UTC")

        found = cumulative_free_minutes(bounds, two_weeks(), NO_SPANS, int(bounds[-1]))

        assert found == [0]


class TestSpans:
    pairs = st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 20)).map(
            lambda drawn: (drawn[0], drawn[0] + drawn[1])
        ),
        max_size=8,
    )

    @given(pairs, pairs)
    def test_does_set_arithmetic(
        self, one: list[tuple[int, int]], two: list[tuple[int, int]]
    ) -> None:
        def minutes(pairs: list[tuple[int, int]]) -> set[int]:
            return {m for start, end in pairs for m in range(start, end)}

        mine, theirs = Spans.of(one), Spans.of(two)

        assert minutes(mine.pairs()) == minutes(one)
        assert minutes(mine.minus(theirs).pairs()) == minutes(one) - minutes(two)
        assert minutes(mine.meeting(theirs).pairs()) == minutes(one) & minutes(two)
        assert minutes(mine.plus(theirs).pairs()) == minutes(one) | minutes(two)
        assert minutes(mine.within(10, 30).pairs()) == minutes(one) & set(range(10, 30))

    @given(pairs)
    def test_keeps_its_stretches_apart_and_in_order(
        self, drawn: list[tuple[int, int]]
    ) -> None:
        edges = [edge for pair in Spans.of(drawn).pairs() for edge in pair]

        assert edges == sorted(set(edges))

    @given(pairs, st.integers(0, 90))
    def test_counts_the_minutes_before_a_moment(
        self, drawn: list[tuple[int, int]], moment: int
    ) -> None:
        spans = Spans.of(drawn)
        inside = {m for start, end in drawn for m in range(start, end)}
        bounds = week_bounds(MONDAY_6.date(), 1, "UTC")

        assert minutes_by_week(spans, bounds * 0 + [0, moment]).tolist() == [
            len({m for m in inside if m < moment})
        ]
        assert [
            spans.end_of_minute(count + 1) - 1 for count in range(spans.total)
        ] == sorted(inside)

    def test_rounds_periods_outwards_to_whole_minutes(self) -> None:
        seconds = timedelta(seconds=30)

        spans = Spans.of_periods([Period(MONDAY_6 + seconds, MONDAY_6 + 3 * seconds)])

        assert spans.pairs() == [(SIX, SIX + 2)]
        assert moment_of(SIX) == MONDAY_6
