"""Before a calendar changes, everybody it hits can be named."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from apps.capacity import selectors, services
from apps.capacity.models import Calendar, CalendarRevision
from apps.capacity.types import (
    ENTERPRISE_LEVEL,
    NOTHING_SAID,
    CalendarDraft,
    CalendarLevel,
    PlannedException,
    ReservationKind,
    ShiftTime,
)
from apps.kernel.errors import InvalidInput
from apps.kernel.periods import Period
from apps.machines import services as machine_services
from apps.machines.types import MachineState
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.capacity import (
    DAY,
    EARLY_SHIFTS,
    HOUR,
    MONDAY_7,
    ORDER_ID,
    SHIFT_START,
    booked,
    early_shifts,
    held,
    reservation_row,
)
from tests.support.budget import queries_of

EARLY = CalendarDraft(shifts=EARLY_SHIFTS, time_zone="Europe/Berlin")
MONDAY_CLOSED = replace(
    EARLY,
    exceptions=(PlannedException(Period(SHIFT_START, SHIFT_START + DAY), False),),
)


def preview(draft: CalendarDraft, level: CalendarLevel = ENTERPRISE_LEVEL):
    return selectors.preview_calendar(level=level, draft=draft, at=MONDAY_7)


class TestPreviewCalendar:
    def test_counts_free_minutes_by_week_of_each_machine_and_of_all(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        early_shifts()
        held(hurco)

        effect = preview(MONDAY_CLOSED)

        of_hurco, of_mazak = effect.machines
        assert [one.code for one in effect.machines] == ["Hurco04", "Mazak01"]
        # An hour of Monday is over: seven are left, three of them held.
        assert (of_hurco.weeks[0].before, of_hurco.weeks[0].after) == (
            4 * 480 + 240,
            4 * 480,
        )
        assert (of_mazak.weeks[0].before, of_mazak.weeks[0].after) == (
            4 * 480 + 420,
            4 * 480,
        )
        assert len(effect.weeks) == 26
        assert effect.weeks[0].monday == date(2030, 5, 6)
        assert effect.weeks[0].change == -660
        assert [week.change for week in effect.weeks[1:]] == [0] * 25
        assert of_hurco.before - of_hurco.after == 240

    def test_names_exactly_the_machines_that_are_hit(
        self, hurco: UUID, mazak: UUID
    ) -> None:
        early_shifts()
        early_shifts(hurco)

        assert preview(EARLY).machines == ()
        assert [
            one.machine_id
            for one in preview(replace(EARLY, shifts=EARLY_SHIFTS[:3])).machines
        ] == [mazak]
        assert [
            one.machine_id
            for one in preview(
                replace(EARLY, efficiency_percent=50), CalendarLevel(machine_id=hurco)
            ).machines
        ] == [hurco]

    def test_leaves_retired_machines_out(
        self, hurco: UUID, mazak: UUID, planner: Actor
    ) -> None:
        early_shifts()
        machine_services.change_state(
            machine_id=mazak,
            version=1,
            state=MachineState.RETIRED,
            by=planner,
            at=MONDAY_7,
        )

        assert [one.machine_id for one in preview(MONDAY_CLOSED).machines] == [hurco]

    def test_names_published_machines(self, in_north: EnterpriseRef) -> None:
        early_shifts()
        published = machines.published_machine(code="P1")
        machines.machine(code="P2")

        effect = preview(MONDAY_CLOSED)

        assert len(effect.machines) == 2
        assert [one.machine_id for one in effect.published] == [published.pk]

    def test_names_reservations_that_come_short_and_orders_that_wait(
        self, hurco: UUID
    ) -> None:
        early_shifts()
        booking = booked(hurco)
        hold = held(hurco)

        effect = preview(MONDAY_CLOSED)

        first, second = effect.endangered
        assert (first.reservation.id, first.short_minutes) == (booking.pk, 180)
        assert first.reservation.order_id == ORDER_ID
        assert first.during == Period(MONDAY_7, MONDAY_7 + 3 * HOUR)
        # The work would be done on Tuesday from six to nine; the hold begins before.
        assert first.finishes_at == datetime(2030, 5, 7, 7, tzinfo=UTC)
        assert first.is_in_the_way
        assert (second.reservation.id, second.is_in_the_way) == (hold.pk, False)
        assert effect.promises == (first,)
        assert effect.holds == (second,)
        assert second.reservation.quote_id == hold.quote_id

    def test_counts_only_the_minutes_that_are_missing(self, hurco: UUID) -> None:
        early_shifts()
        booked(hurco)
        late = replace(
            EARLY,
            shifts=(ShiftTime(0, time(8), time(14)), *EARLY_SHIFTS[1:]),
        )

        (found,) = preview(late).endangered

        assert found.short_minutes == 60
        assert found.finishes_at == MONDAY_7 + 4 * HOUR
        assert not found.is_in_the_way

    def test_counts_what_a_lower_efficiency_takes(self, hurco: UUID) -> None:
        early_shifts()
        booked(hurco)

        (found,) = preview(replace(EARLY, efficiency_percent=75)).endangered

        assert found.short_minutes == 60

    def test_leaves_maintenance_and_what_came_short_before_alone(
        self, hurco: UUID
    ) -> None:
        early_shifts()
        reservation_row(hurco, MONDAY_7, kind=ReservationKind.MAINTENANCE)
        at_night = SHIFT_START + 12 * HOUR
        reservation_row(hurco, at_night)

        assert preview(MONDAY_CLOSED).endangered == ()

    def test_says_so_where_the_work_would_never_be_done(self, hurco: UUID) -> None:
        early_shifts()
        booked(hurco)

        (found,) = preview(CalendarDraft(shifts=())).endangered

        assert (found.short_minutes, found.finishes_at) == (180, None)

    def test_writes_nothing(self, hurco: UUID) -> None:
        early_shifts()

        preview(MONDAY_CLOSED, CalendarLevel(machine_id=hurco))

        assert Calendar.objects.count() == 1
        assert CalendarRevision.objects.count() == 2

    def test_comes_true(self, hurco: UUID, planner: Actor) -> None:
        early_shifts()
        effect = preview(MONDAY_CLOSED)

        services.replace_calendar(
            level=ENTERPRISE_LEVEL,
            facts=MONDAY_CLOSED,
            version=1,
            by=planner,
            at=MONDAY_7,
        )

        (load,) = selectors.week_load(
            machine_ids=[hurco], from_monday=date(2030, 5, 13), weeks=25, at=MONDAY_7
        )
        assert [week.free_minutes for week in load.weeks] == [
            week.after for week in effect.weeks[1:]
        ]

    @pytest.mark.parametrize("percent", [60, 100, 150])
    def test_is_what_is_published_to_the_minute(
        self, hurco: UUID, planner: Actor, percent: int
    ) -> None:
        early_shifts()
        held(hurco)
        said = replace(MONDAY_CLOSED, efficiency_percent=percent)

        (effect,) = preview(said).machines
        before = selectors.published_weeks(
            machine_id=hurco, from_monday=MONDAY_7.date(), at=MONDAY_7
        )
        services.replace_calendar(
            level=ENTERPRISE_LEVEL, facts=said, version=1, by=planner, at=MONDAY_7
        )
        after = selectors.published_weeks(
            machine_id=hurco, from_monday=MONDAY_7.date(), at=MONDAY_7
        )

        assert tuple(week.before for week in effect.weeks) == before.free_minutes
        assert tuple(week.after for week in effect.weeks) == after.free_minutes
        # Four days of eight hours, as far as the machine makes use of them.
        assert effect.weeks[0].after == min(4 * 480 * percent // 100, 4 * 480)

    def test_of_undo_says_whom_it_would_strand_and_comes_true(
        self, hurco: UUID, planner: Actor
    ) -> None:
        level = CalendarLevel(machine_id=hurco)
        for facts in (CalendarDraft(shifts=()), EARLY, NOTHING_SAID):
            services.replace_calendar(
                level=level, facts=facts, version=None, by=planner, at=MONDAY_7
            )
        booking = reservation_row(hurco, MONDAY_7)

        of_last = selectors.preview_undo(level=level, at=MONDAY_7)
        of_first = selectors.preview_undo(level=level, to_version=1, at=MONDAY_7)
        services.undo_calendar(level=level, version=3, by=planner, at=MONDAY_7)
        again = selectors.preview_undo(level=level, to_version=1, at=MONDAY_7)

        # Nobody says when the machine works any more, so nothing is lost by either.
        assert (of_last.endangered, of_first.endangered) == ((), ())
        assert of_last.machines[0].after - of_last.machines[0].before > 0
        assert [one.reservation.id for one in again.endangered] == [booking.pk]
        assert again.endangered[0].short_minutes == 60
        assert selectors.calendar_facts([hurco]) == of_last.calendars

    def test_of_undo_needs_something_to_go_back_to(self, hurco: UUID) -> None:
        with pytest.raises(services.NothingToUndo) as refused:
            selectors.preview_undo(
                level=CalendarLevel(machine_id=hurco), at=MONDAY_7, to_version=4
            )

        assert (refused.value.field, refused.value.value) == ("version", 4)
        assert refused.value.remedy

    def test_refuses_what_cannot_be_meant(self, in_north: EnterpriseRef) -> None:
        with pytest.raises(InvalidInput):
            preview(replace(EARLY, time_zone="Mars/Olympus"))

    def test_asks_as_often_for_many_machines_as_for_one(
        self, in_north: EnterpriseRef
    ) -> None:
        early_shifts()
        one = machines.machine(code="A").pk
        held(one)
        with queries_of() as of_one:
            preview(MONDAY_CLOSED)
        for code in "BCDE":
            held(machines.machine(code=code).pk)

        with queries_of() as of_all:
            preview(MONDAY_CLOSED)

        assert len(of_one) == len(of_all)
