from datetime import UTC, datetime, time
from uuid import UUID

import pytest

from apps.capacity import selectors, services
from apps.capacity.models import Calendar, Shift
from apps.capacity.types import ShiftTime
from apps.kernel.errors import InvalidInput
from apps.kernel.identifiers import uuid7
from apps.kernel.periods import Period
from apps.machines.selectors import MachineNotFound
from tenants import context
from tenants.types import Actor, EnterpriseRef
from tests.factories.capacity import EARLY_SHIFTS, MONDAY_7, early_shifts, held

A_MONDAY = Period(datetime(2030, 5, 6, tzinfo=UTC), datetime(2030, 5, 7, tzinfo=UTC))
LATE = (ShiftTime(0, time(14), time(22), 30, time(18)),)


def set_shifts(planner: Actor, **facts) -> Calendar:
    return services.set_shifts(
        **{"shifts": EARLY_SHIFTS, "by": planner, "at": MONDAY_7, **facts}
    )


class TestSetShifts:
    def test_makes_the_calendar_of_the_enterprise(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        calendar = set_shifts(planner)

        calendar.refresh_from_db()
        assert calendar.machine_id is None
        assert calendar.time_zone == "Europe/Berlin"
        assert calendar.holiday_country == "DE"
        assert Shift.objects.filter(calendar=calendar).count() == 5

    def test_makes_the_calendar_of_a_machine_in_the_zone_of_its_site(
        self, hurco: UUID, planner: Actor
    ) -> None:
        calendar = set_shifts(planner, machine_id=hurco)

        assert calendar.machine_id == hurco
        assert calendar.time_zone == "Europe/Berlin"

    def test_goes_before_the_calendar_of_the_enterprise(
        self, hurco: UUID, mazak: UUID, planner: Actor
    ) -> None:
        early_shifts()
        early_shifts(hurco, shifts=LATE)

        assert selectors.working_periods_of(mazak, A_MONDAY) == [
            Period(
                datetime(2030, 5, 6, 4, tzinfo=UTC),
                datetime(2030, 5, 6, 12, tzinfo=UTC),
            )
        ]
        assert selectors.working_periods_of(hurco, A_MONDAY) == [
            Period(
                datetime(2030, 5, 6, 12, tzinfo=UTC),
                datetime(2030, 5, 6, 16, tzinfo=UTC),
            ),
            Period(
                datetime(2030, 5, 6, 16, 30, tzinfo=UTC),
                datetime(2030, 5, 6, 20, tzinfo=UTC),
            ),
        ]

    def test_replaces_the_week_and_keeps_what_is_not_given(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        first = set_shifts(planner, time_zone="Asia/Shanghai", holiday_country="CN")

        second = set_shifts(planner, shifts=LATE)

        assert second.pk == first.pk
        assert second.version == first.version + 1
        assert (second.time_zone, second.holiday_country) == ("Asia/Shanghai", "CN")
        assert [shift.starts for shift in Shift.objects.all()] == [time(14)]

    def test_leaves_reservations_where_they_are(
        self, hurco: UUID, planner: Actor
    ) -> None:
        early_shifts()
        hold = held(hurco)

        set_shifts(planner, shifts=())

        hold.refresh_from_db()
        assert hold.start == MONDAY_7

    def test_of_the_enterprise_has_the_market_look_at_those_that_follow_it(
        self, hurco: UUID, mazak: UUID, planner: Actor, announced
    ) -> None:
        early_shifts(hurco)
        announced()

        set_shifts(planner)

        assert announced() == [mazak]

    def test_of_a_machine_has_the_market_look_at_it(
        self, hurco: UUID, mazak: UUID, planner: Actor, announced
    ) -> None:
        announced()

        set_shifts(planner, machine_id=hurco)

        assert announced() == [hurco]

    def test_refuses_what_somebody_else_has_changed_and_changes_nothing(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        seen = set_shifts(planner).version
        set_shifts(planner, shifts=LATE)

        with pytest.raises(services.CalendarChanged) as refusal:
            set_shifts(planner, shifts=(), version=seen)

        assert refusal.value.status == 409
        assert Shift.objects.count() == 1

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"holiday_country": "XX"}, "holiday_country"),
            ({"shifts": [ShiftTime(7, time(6), time(14))]}, "weekday"),
            ({"shifts": [ShiftTime(0, time(6, 0, 30), time(14))]}, "starts"),
            ({"shifts": [ShiftTime(0, time(6), time(14, 0, 1))]}, "ends"),
            ({"shifts": [ShiftTime(0, time(6), time(7), 60)]}, "break_minutes"),
            ({"shifts": [ShiftTime(0, time(6), time(7), -1)]}, "break_minutes"),
            (
                {"shifts": [ShiftTime(0, time(6), time(14), 30, time(13, 45))]},
                "break_minutes",
            ),
            (
                {"shifts": [ShiftTime(0, time(6), time(14), 30, time(5))]},
                "break_minutes",
            ),
            (
                {
                    "shifts": [
                        ShiftTime(0, time(6), time(14)),
                        ShiftTime(0, time(6), time(12)),
                    ]
                },
                "starts",
            ),
        ],
    )
    def test_refuses_what_cannot_be_meant_and_changes_nothing(
        self, in_north: EnterpriseRef, planner: Actor, facts, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            set_shifts(planner, **facts)

        assert refusal.value.field == field
        assert refusal.value.remedy
        assert Calendar.objects.count() == 0

    def test_lets_a_shift_last_the_whole_day(self, hurco: UUID, planner: Actor) -> None:
        set_shifts(planner, shifts=[ShiftTime(0, time(), time(), 30)], time_zone="UTC")

        assert sum(
            p.minutes for p in selectors.working_periods_of(hurco, A_MONDAY)
        ) == (24 * 60 - 30)

    def test_refuses_a_machine_that_is_not_there(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        with pytest.raises(MachineNotFound):
            set_shifts(planner, machine_id=uuid7())

    def test_does_not_see_the_machine_of_another_tenant(
        self, hurco: UUID, south: EnterpriseRef, planner: Actor
    ) -> None:
        with context.enterprise(south):
            with pytest.raises(MachineNotFound):
                set_shifts(planner, machine_id=hurco)
            assert Calendar.objects.count() == 0


class TestFollowEnterpriseCalendar:
    def test_drops_the_calendar_of_the_machine(
        self, hurco: UUID, planner: Actor, announced
    ) -> None:
        enterprise = early_shifts()
        early_shifts(hurco, shifts=LATE)
        announced()

        services.follow_enterprise_calendar(machine_id=hurco, by=planner, at=MONDAY_7)

        assert selectors.calendar_of(hurco) == enterprise
        assert announced() == [hurco]

    def test_refuses_a_machine_that_follows_it_already(
        self, hurco: UUID, planner: Actor
    ) -> None:
        early_shifts()

        with pytest.raises(services.CalendarUnknown):
            services.follow_enterprise_calendar(
                machine_id=hurco, by=planner, at=MONDAY_7
            )

        assert Calendar.objects.count() == 1
