"""When work is done, how full weeks are, and what can be promised."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from apps.capacity import selectors
from apps.kernel.periods import Period
from apps.machines.models import Machine
from apps.portal.calendar_forms import PRESETS, minutes_of
from tenants import context
from tenants.types import Role
from tests.factories import capacity
from tests.factories import machines as factory
from tests.support.budget import queries_of

EARLY: dict[str, Any] = {
    "slots": "2",
    "time_zone": "Europe/Berlin",
    "holiday_country": "",
    **{f"d{day}_s0_starts": "06:00" for day in range(5)},
    **{f"d{day}_s0_ends": "14:00" for day in range(5)},
    **{f"d{day}_s0_break": "30" for day in range(5)},
}
# Far ahead, so that the clock of the test run plays no part.
MONDAY = "2035-05-07T06:00"
MAY_2035 = Period(datetime(2035, 5, 1, tzinfo=UTC), datetime(2035, 6, 1, tzinfo=UTC))


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def hurco(in_north) -> Machine:
    return factory.complete_machine()


def shifts_of(north, machine_id=None) -> list[tuple[int, time, time, int]]:
    with context.enterprise(north):
        calendar = selectors.calendar_of(machine_id)
        assert calendar is not None
        return [
            (shift.weekday, shift.starts, shift.ends, shift.break_minutes)
            for shift in calendar.shifts.all()
        ]


class TestPresets:
    @pytest.mark.parametrize(
        ("name", "hours"),
        [("one", 37.5), ("two", 75), ("three", 112.5), ("always", 168)],
    )
    def test_come_to_so_many_hours(self, name, hours):
        assert minutes_of(PRESETS[name][1]) == hours * 60


class TestWeek:
    def test_is_set_for_the_enterprise(self, planner, north):
        response = planner.post("/capacity/shifts/week/", EARLY, follow=True)

        text = response.content.decode()
        assert "37\xa0h 30\xa0min a week are set." in text
        assert shifts_of(north) == [(day, time(6), time(14), 30) for day in range(5)]

    def test_is_set_for_one_machine_and_dropped_again(self, planner, north, hurco):
        with context.enterprise(north):
            capacity.early_shifts()
        path = f"/machines/{hurco.pk}/calendar/"
        shown = planner.get(path).content.decode()
        assert "It follows the enterprise's week" in shown

        planner.post(
            f"{path}week/", EARLY | {"d5_s0_starts": "06:00", "d5_s0_ends": "12:00"}
        )
        assert len(shifts_of(north, hurco.pk)) == 6
        assert len(shifts_of(north)) == 5

        planner.post(f"{path}removal/")
        assert len(shifts_of(north, hurco.pk)) == 5
        assert planner.post(f"{path}removal/").status_code == 404

    def test_fills_in_a_preset_without_saving(self, planner, north):
        text = planner.get("/capacity/shifts/?preset=three").content.decode()

        assert "Not saved yet" in text
        assert "Shift 3" in text
        assert "112\xa0h" in text or "113\xa0h" in text
        with context.enterprise(north):
            assert selectors.calendar_of(None) is None

    def test_previews_the_hours_without_saving(self, planner, north):
        response = planner.post("/capacity/shifts/week/", EARLY | {"preview": "1"})

        assert response.status_code == 200
        assert "<strong>37\xa0h 30\xa0min</strong>" in response.content.decode()
        with context.enterprise(north):
            assert selectors.calendar_of(None) is None

    @pytest.mark.parametrize(
        ("answers", "said"),
        [
            ({"d0_s0_ends": ""}, "The shift has no end."),
            ({"d6_s1_ends": "12:00"}, "The shift has no start."),
            ({"d0_s0_starts": "six"}, "“six” is not a time."),
            ({"d0_s0_break": "480"}, "A break of 480 minutes does not fit"),
        ],
    )
    def test_refuses_half_a_shift(self, planner, north, answers, said):
        response = planner.post("/capacity/shifts/week/", EARLY | answers)

        assert response.status_code == 422
        assert said in response.content.decode()
        with context.enterprise(north):
            assert selectors.calendar_of(None) is None

    def test_does_not_overwrite_another_planners_change(self, planner, north):
        with context.enterprise(north):
            capacity.early_shifts()

        response = planner.post("/capacity/shifts/week/", EARLY | {"version": "0"})

        assert response.status_code == 422
        assert "Somebody else has changed this calendar." in response.content.decode()

    def test_keeps_when_a_break_starts(self, planner, north):
        shift = capacity.ShiftTime(0, time(6), time(14), 30, time(9))
        with context.enterprise(north):
            calendar = capacity.early_shifts(shifts=(shift,))

        planner.post(
            "/capacity/shifts/week/",
            {
                "time_zone": "Europe/Berlin",
                "version": str(calendar.version),
                "d0_s0_starts": "06:00",
                "d0_s0_ends": "14:00",
                "d0_s0_break": "30",
            },
        )

        with context.enterprise(north):
            kept = selectors.calendar_of(None)
            assert [row.break_starts for row in kept.shifts.all()] == [time(9)]

    def test_is_shown_to_viewers_without_buttons(self, member_of, north):
        text = member_of(north, Role.VIEWER).get("/capacity/shifts/").content.decode()

        assert "Save the week" not in text


class TestExceptions:
    @pytest.fixture
    def calendar(self, in_north):
        return capacity.early_shifts()

    def test_are_added_on_the_calendars_clock_and_removed(
        self, planner, north, calendar
    ):
        response = planner.post(
            "/capacity/shifts/exceptions/",
            {
                "kind": "closed",
                "starts_at": "2035-08-06T00:00",
                "ends_at": "2035-08-13T00:00",
                "reason": "Company holidays",
            },
            follow=True,
        )

        text = response.content.decode()
        assert "Company holidays" in text
        assert "6 Aug 2035, 00:00" in text
        with context.enterprise(north):
            row = selectors.calendar_of(None).exceptions.get()
        assert row.period.lower.isoformat() == "2035-08-05T22:00:00+00:00"

        planner.post(f"/capacity/exceptions/{row.pk}/removal/")
        with context.enterprise(north):
            assert list(selectors.calendar_of(None).exceptions.all()) == []
        assert (
            planner.post(f"/capacity/exceptions/{row.pk}/removal/").status_code == 404
        )

    def test_refuse_to_end_before_they_begin(self, planner, north, calendar):
        response = planner.post(
            "/capacity/shifts/exceptions/",
            {
                "kind": "open",
                "starts_at": "2035-08-06T00:00",
                "ends_at": "2035-08-06T00:00",
            },
        )

        assert response.status_code == 422
        assert "It ends before it begins." in response.content.decode()

    def test_are_not_added_to_the_enterprises_week_from_a_machine(
        self, planner, calendar, hurco
    ):
        response = planner.post(
            f"/machines/{hurco.pk}/calendar/exceptions/",
            {"kind": "closed", "starts_at": MONDAY, "ends_at": "2035-05-08T06:00"},
        )

        assert response.status_code == 404

    def test_of_another_enterprise_are_not_there(
        self, member_of, south, planner, north, calendar
    ):
        planner.post(
            "/capacity/shifts/exceptions/",
            {"kind": "closed", "starts_at": MONDAY, "ends_at": "2035-05-08T06:00"},
        )
        with context.enterprise(north):
            row = selectors.calendar_of(None).exceptions.get()

        other = member_of(south, Role.PLANNER)
        assert other.post(f"/capacity/exceptions/{row.pk}/removal/").status_code == 404


class TestCapacityPage:
    def test_teaches_the_first_step(self, planner):
        assert "No machines yet" in planner.get("/capacity/").content.decode()

    def test_warns_when_there_are_no_shifts(self, planner, hurco):
        text = planner.get("/capacity/").content.decode()

        assert "No shifts are set" in text
        assert "no shifts" in text

    def test_titles_each_week_of_each_machine(self, planner, north, hurco):
        with context.enterprise(north):
            capacity.early_shifts()

        text = planner.get("/capacity/").content.decode()

        assert text.count("40\xa0h free, 0\xa0min reserved of 40\xa0h") == 12
        assert text.count('class="heat-cell heat-0"') == 12
        assert text.count(f'href="/machines/{hurco.pk}/"') == 1
        assert text.count(f'href="/machines/{hurco.pk}/week/?from=') == 12

    @pytest.mark.parametrize(
        ("query", "is_shown"), [("process=milling", True), ("process=turning", False)]
    )
    def test_is_filtered_by_process(self, planner, hurco, query, is_shown):
        text = planner.get(f"/capacity/?{query}").content.decode()

        assert ("Load by week" in text) is is_shown

    def test_costs_as_much_for_twenty_as_for_two(self, planner, north):
        with context.enterprise(north):
            capacity.early_shifts()
            for number in range(2):
                factory.complete_machine(code=f"M{number:02}")
        planner.get("/capacity/")
        with queries_of() as for_two:
            planner.get("/capacity/")
        with context.enterprise(north):
            for number in range(2, 20):
                factory.complete_machine(code=f"M{number:02}")
        with queries_of() as for_twenty:
            planner.get("/capacity/")

        assert len(for_twenty) == len(for_two)
