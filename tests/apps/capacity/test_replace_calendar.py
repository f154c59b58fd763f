"""A calendar changes in one go, and each change can be taken back."""

from dataclasses import replace
from datetime import time
from uuid import UUID

import pytest

from apps.audit import selectors as audit
from apps.capacity import selectors, services
from apps.capacity.models import Calendar, CalendarException, CalendarRevision
from apps.capacity.rules import limits
from apps.capacity.rules.drafts import draft_of_facts, facts_of_draft
from apps.capacity.types import (
    ENTERPRISE_LEVEL,
    NOTHING_SAID,
    CalendarDraft,
    CalendarLevel,
    PlannedException,
    ShiftTime,
)
from apps.kernel.errors import InvalidInput
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines import services as machine_services
from apps.machines.selectors import SiteNotFound, WorkCenterNotFound
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.capacity import (
    DAY,
    EARLY_SHIFTS,
    HOUR,
    MONDAY_7,
    SHIFT_START,
    early_shifts,
)

CLOSED = PlannedException(Period(SHIFT_START, SHIFT_START + DAY), False, "Stocktaking")
OPEN = PlannedException(
    Period(SHIFT_START + 5 * DAY, SHIFT_START + 5 * DAY + HOUR), True
)
FULL = CalendarDraft(
    shifts=(ShiftTime(0, time(22), time(6), 30, time(2)), *EARLY_SHIFTS[1:]),
    exceptions=(CLOSED, OPEN),
    time_zone="Asia/Shanghai",
    holiday_country="CN",
    keeps_exceptions=False,
    efficiency_percent=85,
)


def replace_with(
    planner: Actor, draft: CalendarDraft, version: int | None = None, **facts
) -> Calendar:
    return services.replace_calendar(
        **{
            "level": ENTERPRISE_LEVEL,
            "facts": draft,
            "version": version,
            "by": planner,
            "at": MONDAY_7,
            **facts,
        }
    )


def undo(planner: Actor, version: int | None = None, **facts) -> Calendar:
    return services.undo_calendar(
        **{
            "level": ENTERPRISE_LEVEL,
            "version": version,
            "by": planner,
            "at": MONDAY_7,
            **facts,
        }
    )


def said(level: CalendarLevel = ENTERPRISE_LEVEL) -> CalendarDraft:
    return selectors.calendar_link(level).draft


class TestReplaceCalendar:
    def test_lets_a_level_say_all_in_one_go(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        announced()

        calendar = replace_with(planner, FULL, version=0)

        assert calendar.version == 1
        assert said() == FULL
        assert announced() == [hurco]
        (event,) = audit.events_of(calendar)
        assert event.verb == "calendar.replaced"
        assert event.facts == {"version": 1, "shifts": 5, "exceptions": 2}

    def test_keeps_the_keys_of_exceptions_that_stay(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        replace_with(planner, FULL)
        before = [row.pk for row in CalendarException.objects.as_added()]
        added = replace(OPEN, reason="Rush")

        replace_with(planner, replace(FULL, exceptions=(CLOSED, OPEN, added)))
        grown = [row.pk for row in CalendarException.objects.as_added()]
        replace_with(planner, replace(FULL, exceptions=(OPEN, added)))

        assert grown[:2] == before
        assert [row.pk for row in CalendarException.objects.as_added()] == grown[1:]

    def test_keeps_the_order_of_exceptions(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        replace_with(planner, FULL)

        replace_with(planner, replace(FULL, exceptions=(OPEN, CLOSED)))

        assert said().exceptions == (OPEN, CLOSED)

    def test_has_nobody_look_at_what_stays_as_it_is(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        replace_with(planner, FULL)
        announced()

        replace_with(planner, FULL)

        assert announced() == []

    def test_refuses_what_somebody_else_has_changed(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        replace_with(planner, FULL)

        with pytest.raises(services.CalendarChanged):
            replace_with(planner, NOTHING_SAID, version=0)

        assert said() == FULL

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"holiday_country": "XX"}, "holiday_country"),
            ({"efficiency_percent": 0}, "efficiency_percent"),
            ({"efficiency_percent": 201}, "efficiency_percent"),
            ({"shifts": (ShiftTime(7, time(6), time(14)),)}, "weekday"),
            (
                {
                    "shifts": tuple(
                        ShiftTime(0, time(minute // 60, minute % 60), time(23))
                        for minute in range(limits.MOST_SHIFTS + 1)
                    )
                },
                "shifts",
            ),
            (
                {"exceptions": (CLOSED,) * (limits.MOST_EXCEPTIONS + 1)},
                "exceptions",
            ),
            (
                {"exceptions": (replace(CLOSED, period=Period(MONDAY_7, MONDAY_7)),)},
                "period",
            ),
            ({"exceptions": (replace(CLOSED, reason="x" * 201),)}, "reason"),
        ],
    )
    def test_refuses_what_cannot_be_meant_and_writes_nothing(
        self, in_north: EnterpriseRef, planner: Actor, facts, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            replace_with(planner, replace(FULL, **facts))

        assert refusal.value.field == field
        assert refusal.value.remedy
        assert Calendar.objects.count() == 0

    def test_does_not_see_the_site_of_another_tenant(
        self, in_north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        site = machines.site()
        center = machines.work_center()

        with context.enterprise(south):
            with pytest.raises(SiteNotFound):
                replace_with(planner, FULL, level=CalendarLevel(site_id=site.pk))
            with pytest.raises(WorkCenterNotFound):
                replace_with(
                    planner, FULL, level=CalendarLevel(work_center_id=center.pk)
                )


class TestUndoCalendar:
    def test_takes_back_and_does_again(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        replace_with(planner, FULL)
        replace_with(planner, NOTHING_SAID)
        announced()

        undone = undo(planner, version=2)
        after_undo = said()
        done_again = undo(planner, version=3)

        assert (undone.version, done_again.version) == (3, 4)
        assert after_undo == FULL
        assert said() == NOTHING_SAID
        assert announced() == [hurco]

    def test_takes_back_the_first_word(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        early_shifts()

        undo(planner, version=1)

        assert said() == NOTHING_SAID

    def test_goes_back_to_any_version_that_is_kept(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        for percent in (70, 80, 90):
            replace_with(planner, replace(FULL, efficiency_percent=percent))

        undo(planner, version=3, to_version=1)

        assert said().efficiency_percent == 70
        assert [
            (row.version, row.changed_by)
            for row in selectors.revisions_of(ENTERPRISE_LEVEL)
        ] == [*((version, planner.label) for version in (4, 3, 2, 1)), (0, "")]

    def test_takes_back_a_change_of_a_calendar_from_before_there_was_undo(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        replace_with(planner, FULL)
        CalendarRevision.objects.all().delete()
        replace_with(planner, NOTHING_SAID)

        undo(planner, version=2)

        assert said() == FULL

    def test_has_nothing_to_take_back_where_nobody_said_anything(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        with pytest.raises(services.NothingToUndo):
            undo(planner)
        replace_with(planner, FULL)
        with pytest.raises(services.NothingToUndo):
            undo(planner, to_version=7)

    def test_refuses_what_somebody_else_has_changed(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        replace_with(planner, FULL)

        with pytest.raises(services.CalendarChanged):
            undo(planner, version=0)

        assert said() == FULL

    def test_is_written_down(self, in_north: EnterpriseRef, planner: Actor) -> None:
        replace_with(planner, FULL)

        undone = undo(planner, version=1)

        events = {event.verb: event for event in audit.events_of(undone)}
        assert set(events) == {"calendar.replaced", "calendar.undone"}
        assert events["calendar.undone"].facts == {"version": 2, "restored": 0}

    def test_keeps_a_hundred_states(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        for round_ in range(limits.KEPT_REVISIONS + 5):
            replace_with(planner, replace(FULL, efficiency_percent=1 + round_))

        kept = [row.version for row in CalendarRevision.objects.newest_first()]
        assert kept == list(range(105, 5, -1))


class TestInheritWeek:
    def test_lets_the_week_above_hold_and_keeps_the_rest(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        early_shifts()
        level = CalendarLevel(machine_id=hurco)
        replace_with(planner, FULL, level=level)
        announced()

        services.inherit_week(level=level, by=planner, at=MONDAY_7)

        assert said(level) == replace(
            FULL, shifts=None, time_zone="", holiday_country=""
        )
        assert selectors.calendar_facts([hurco])[hurco].week.shifts == EARLY_SHIFTS
        assert announced() == [hurco]

    def test_refuses_a_level_without_a_week(self, hurco: UUID, planner: Actor) -> None:
        level = CalendarLevel(machine_id=hurco)
        services.set_efficiency(level=level, percent=90, by=planner, at=MONDAY_7)

        with pytest.raises(services.CalendarUnknown):
            services.inherit_week(level=level, by=planner, at=MONDAY_7)


class TestSetShifts:
    def test_of_a_site_keeps_the_clock_of_the_site_and_its_holidays(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        site = machines.site()

        calendar = services.set_shifts(
            level=CalendarLevel(site_id=site.pk),
            shifts=EARLY_SHIFTS,
            by=planner,
            at=MONDAY_7,
        )

        assert (calendar.time_zone, calendar.holiday_country) == ("", "DE")
        assert calendar.name == site.name


class TestFollowEnterpriseCalendar:
    def test_can_be_taken_back(self, hurco: UUID, planner: Actor) -> None:
        level = CalendarLevel(machine_id=hurco)
        replace_with(planner, FULL, level=level)

        services.follow_enterprise_calendar(machine_id=hurco, by=planner, at=MONDAY_7)
        gone = said(level)
        undo(planner, level=level)

        assert (gone, said(level)) == (NOTHING_SAID, FULL)


class TestDrop:
    def test_of_a_site_takes_its_calendar_with_it(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        site = machines.site()
        replace_with(planner, FULL, level=CalendarLevel(site_id=site.pk))

        machine_services.drop_site(site_id=site.pk, version=1, by=planner, at=MONDAY_7)

        assert Calendar.objects.count() == 0
        assert CalendarRevision.objects.count() == 0

    def test_of_a_work_center_lets_its_machines_follow_the_site(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        center = machines.work_center(code="MILL")
        machine = machines.published_machine(code="M1", work_center="MILL")
        replace_with(planner, FULL, level=CalendarLevel(work_center_id=center.pk))
        assert selectors.calendar_facts([machine.pk])[machine.pk].week.shifts

        machine_services.drop_work_center(
            work_center_id=center.pk,
            version=1,
            by=planner,
            at=MONDAY_7,
            machines_to="",
        )

        assert Calendar.objects.count() == 0
        assert selectors.calendar_facts([machine.pk])[machine.pk].week.shifts == ()


class TestFactsOfDraft:
    @pytest.mark.parametrize("draft", [FULL, NOTHING_SAID, CalendarDraft(shifts=())])
    def test_comes_back_as_it_was(self, draft: CalendarDraft) -> None:
        assert draft_of_facts(facts_of_draft(draft)) == draft


class TestAddException:
    def test_to_a_level_that_has_said_nothing_leaves_its_week_to_those_above(
        self, hurco: UUID, planner: Actor
    ) -> None:
        early_shifts()
        level = CalendarLevel(machine_id=hurco)

        services.add_exception(
            level=level, period=CLOSED.period, working=False, by=planner, at=MONDAY_7
        )

        assert said(level).shifts is None
        assert selectors.working_periods_of(hurco, CLOSED.period) == []

    def test_refuses_a_calendar_that_is_not_there(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        with pytest.raises(services.CalendarUnknown):
            services.add_exception(
                calendar_id=uuid7(),
                period=CLOSED.period,
                working=False,
                by=planner,
                at=MONDAY_7,
            )
