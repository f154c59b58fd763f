from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from apps.capacity import selectors, services
from apps.capacity.types import CalendarLevel, WeekLoad
from apps.kernel.periods import Period
from apps.machines.models import Machine
from apps.machines.selectors import machines_of
from tenants import context
from tenants.types import SYSTEM, Actor, EnterpriseRef
from tests.factories import machines
from tests.factories.capacity import (
    DAY,
    EARLY_SHIFTS,
    HOUR,
    MONDAY_7,
    SHIFT_START,
    booked,
    early_shifts,
    held,
)

MONDAY = date(2030, 5, 6)
NEXT_MONDAY = date(2030, 5, 13)
THURSDAY = date(2030, 5, 9)


def maintain(machine_id: UUID, planner: Actor) -> None:
    services.take_maintenance(
        machine_id=machine_id,
        period=Period(SHIFT_START + 2 * DAY, SHIFT_START + 2 * DAY + HOUR),
        reason="Coolant",
        by=planner,
        at=MONDAY_7,
    )


class TestWeekLoad:
    def test_counts_what_each_week_is_given_to(
        self, hurco: UUID, mazak: UUID, planner: Actor
    ) -> None:
        early_shifts()
        booked(hurco)
        held(hurco, minutes=60)
        maintain(hurco, planner)

        loads = selectors.week_load(
            machine_ids=[mazak, hurco], from_monday=THURSDAY, weeks=2, at=MONDAY_7
        )

        assert [load.machine_id for load in loads] == [mazak, hurco]
        assert loads[0].weeks == (
            WeekLoad(MONDAY, 2400),
            WeekLoad(NEXT_MONDAY, 2400),
        )
        assert loads[1].weeks == (
            WeekLoad(MONDAY, 2400, 60, 180, 60),
            WeekLoad(NEXT_MONDAY, 2400),
        )
        assert loads[1].weeks[0].free_minutes == 2100
        assert loads[1].weeks[0].utilization_percent == 10.0

    def test_leaves_lapsed_holds_out(self, hurco: UUID) -> None:
        early_shifts()
        held(hurco, expires_at=MONDAY_7 + HOUR)

        (load,) = selectors.week_load(
            machine_ids=[hurco], from_monday=MONDAY, weeks=1, at=MONDAY_7 + HOUR
        )

        assert load.weeks[0].held_minutes == 0

    def test_asks_as_often_for_one_machine_as_for_many(
        self, hurco: UUID, mazak: UUID, django_assert_num_queries
    ) -> None:
        early_shifts()
        early_shifts(mazak)
        held(hurco)

        with django_assert_num_queries(5):
            selectors.week_load(
                machine_ids=[hurco], from_monday=MONDAY, weeks=2, at=MONDAY_7
            )
        with django_assert_num_queries(5):
            selectors.week_load(
                machine_ids=[hurco, mazak], from_monday=MONDAY, weeks=2, at=MONDAY_7
            )

    def test_is_empty_for_no_machine(self, in_north: EnterpriseRef) -> None:
        assert (
            selectors.week_load(
                machine_ids=[], from_monday=MONDAY, weeks=2, at=MONDAY_7
            )
            == []
        )

    def test_has_no_working_time_without_a_calendar(self, hurco: UUID) -> None:
        (load,) = selectors.week_load(
            machine_ids=[hurco], from_monday=MONDAY, weeks=1, at=MONDAY_7
        )

        assert load.weeks == (WeekLoad(MONDAY, 0),)

    def test_of_another_tenant_sees_none_of_it(
        self, hurco: UUID, south: EnterpriseRef
    ) -> None:
        early_shifts()
        held(hurco)

        with context.enterprise(south):
            (load,) = selectors.week_load(
                machine_ids=[hurco], from_monday=MONDAY, weeks=1, at=MONDAY_7
            )

        assert load.weeks == (WeekLoad(MONDAY, 0),)


class TestTotalWeekLoad:
    def test_adds_machines_up(self, hurco: UUID, mazak: UUID, planner: Actor) -> None:
        early_shifts()
        booked(hurco)
        maintain(mazak, planner)

        weeks = selectors.total_week_load(
            machine_ids=[hurco, mazak], from_monday=MONDAY, weeks=1, at=MONDAY_7
        )

        assert weeks == (WeekLoad(MONDAY, 4800, 0, 180, 60),)


class TestCumulativeFreeMinutes:
    def test_leaves_out_what_is_reserved_or_gone(self, hurco: UUID) -> None:
        early_shifts()
        booked(hurco)

        found = selectors.cumulative_free_minutes(
            machine_id=hurco, from_monday=MONDAY, at=MONDAY_7
        )

        # Of Monday an hour is gone and three are booked.
        assert found == [2160 + 2400 * week for week in range(26)]


class TestFleetWeekLoad:
    def test_is_the_sum_of_all_machines(self, in_north: EnterpriseRef) -> None:
        """Places, own calendars, reservations, maintenance: each counted once."""
        rng = Random(5)
        early_shifts()
        sites = [
            machines.site(name=name, time_zone=zone)
            for name, zone in (("A", "Europe/Berlin"), ("B", "Asia/Shanghai"))
        ]
        made = [
            machines.complete_machine(code=f"M{n:02}", site_id=rng.choice(sites).pk)
            for n in range(14)
        ]
        services.set_efficiency(
            level=CalendarLevel(machine_id=made[0].pk),
            percent=80,
            by=SYSTEM,
            at=MONDAY_7,
        )
        early_shifts(made[1].pk, shifts=EARLY_SHIFTS[:2])
        for machine in made[1:4]:
            held(machine.pk)
        every = [machine.pk for machine in made]
        weeks: dict[str, Any] = {"from_monday": MONDAY, "weeks": 12, "at": MONDAY_7}

        whole = selectors.fleet_week_load(found=Machine.objects.all(), **weeks)

        assert whole == selectors.total_week_load(machine_ids=every, **weeks)
        assert sum(week.held_minutes for week in whole) == 3 * 180
        some = Machine.objects.filter(pk__in=every[:7])
        assert selectors.fleet_week_load(found=some, **weeks) == (
            selectors.total_week_load(machine_ids=every[:7], **weeks)
        )
        none = Machine.objects.none()
        assert selectors.fleet_week_load(found=none, **weeks) == ()

    def test_counts_a_machine_of_several_processes_once(
        self, in_north: EnterpriseRef
    ) -> None:
        early_shifts()
        machine = machines.complete_machine()
        machines.capability(machine.pk, process_code="milling-5-axis")
        weeks: dict[str, Any] = {"from_monday": MONDAY, "weeks": 1, "at": MONDAY_7}

        (week,) = selectors.fleet_week_load(
            found=machines_of(process_code="milling"), **weeks
        )

        assert week.total_minutes == 2400
