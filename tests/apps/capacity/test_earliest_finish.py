from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from apps.capacity import selectors, services
from apps.capacity.rules.wording import step_text
from apps.capacity.types import CalendarLevel, Promise, ShiftTime, StepKind
from apps.kernel.periods import Period
from tenants.types import Actor
from tests.factories.capacity import (
    DAY,
    HOUR,
    MONDAY_7,
    SHIFT_START,
    WEEK,
    booked,
    early_shifts,
    held,
)


@pytest.fixture(autouse=True)
def _shifts(hurco: UUID) -> None:
    early_shifts()


def promise(machine_id: UUID, minutes: int, **facts) -> Promise:
    return selectors.earliest_finish(
        **{
            "machine_id": machine_id,
            "minutes": minutes,
            "not_before": MONDAY_7,
            "at": MONDAY_7,
            **facts,
        }
    )


class TestEarliestFinish:
    def test_is_exact_to_the_minute(self, hurco: UUID) -> None:
        booked(hurco)

        found = promise(hurco, 241)

        assert found.during == Period(
            MONDAY_7 + 3 * HOUR, SHIFT_START + DAY + timedelta(minutes=1)
        )

    def test_counts_the_short_night_of_spring_at_its_efficiency(
        self, hurco: UUID, planner: Actor
    ) -> None:
        nights = tuple(ShiftTime(day, time(22), time(6)) for day in (5, 6))
        early_shifts(hurco, shifts=nights, version=None)
        services.set_efficiency(
            level=CalendarLevel(machine_id=hurco), percent=80, by=planner, at=MONDAY_7
        )

        # In Augsburg 30 March 2031 has no hour from two to three.
        eve = datetime(2031, 3, 29, 12, tzinfo=UTC)
        found = promise(hurco, 400, not_before=eve)

        # 400 / 0.8 = 500 minutes: 420 in the short night, 80 in the next.
        assert found.working_minutes == 500
        assert found.during == Period(
            datetime(2031, 3, 29, 21, tzinfo=UTC),
            datetime(2031, 3, 30, 21, 20, tzinfo=UTC),
        )

    def test_explains_itself(self, hurco: UUID) -> None:
        booked(hurco)
        held(hurco, minutes=60, during=Period(MONDAY_7 + 6 * HOUR, MONDAY_7 + 7 * HOUR))

        found = promise(hurco, 181)

        assert [step_text(step, "Europe/Berlin") for step in found.explanation] == [
            "2030-05-06 07:00 – 10:00: 180 min are already reserved",
            "2030-05-06 10:00 – 13:00: 180 min are free, too few",
            "2030-05-06 13:00 – 14:00: 60 min are already reserved",
            "2030-05-07 06:00 – 09:01: 181 min of the work",
        ]
        assert [step.kind for step in found.explanation] == [
            StepKind.TAKEN,
            StepKind.TOO_SHORT,
            StepKind.TAKEN,
            StepKind.WORK,
        ]
        assert found.gaps_passed_over == 1

    def test_is_what_a_hold_gets(self, hurco: UUID) -> None:
        found = promise(hurco, 500)

        hold = held(hurco, minutes=500)

        assert Period(hold.start, hold.finish) == found.during

    def test_does_not_see_lapsed_holds(self, hurco: UUID) -> None:
        held(hurco, expires_at=MONDAY_7 + HOUR)

        assert promise(hurco, 60).start == MONDAY_7 + 3 * HOUR
        assert promise(hurco, 60, at=MONDAY_7 + HOUR).start == MONDAY_7 + HOUR

    def test_looks_further_when_the_next_weeks_are_full(self, hurco: UUID) -> None:
        for week in range(14):
            held(
                hurco,
                minutes=40 * 60,
                not_before=SHIFT_START
                + week * WEEK
                + (HOUR if week == 0 else 0 * HOUR),
            )

        assert promise(hurco, 8 * 60).finish > MONDAY_7 + 13 * WEEK

    def test_is_one_and_the_same_with_more_reservations_ahead(
        self, hurco: UUID, django_assert_num_queries
    ) -> None:
        with django_assert_num_queries(5):
            promise(hurco, 60)
        for week in range(1, 20):
            held(hurco, not_before=MONDAY_7 + week * WEEK)

        with django_assert_num_queries(5):
            assert promise(hurco, 60).start == MONDAY_7

    def test_refuses_what_is_due_too_soon(self, hurco: UUID) -> None:
        with pytest.raises(selectors.NoFreeTime):
            promise(hurco, 61, due_before=MONDAY_7 + HOUR)

    def test_refuses_what_is_due_before_it_may_start(self, hurco: UUID) -> None:
        with pytest.raises(selectors.NoFreeTime):
            promise(hurco, 1, due_before=MONDAY_7 - DAY)

    def test_refuses_what_others_have(self, hurco: UUID) -> None:
        held(hurco)

        with pytest.raises(selectors.CapacityConflict):
            promise(hurco, 60, due_before=MONDAY_7 + HOUR)

    def test_finds_what_is_due_to_the_minute(self, hurco: UUID) -> None:
        found = promise(hurco, 60, due_before=MONDAY_7 + HOUR)

        assert found.finish == MONDAY_7 + HOUR
