"""When work is done, how full weeks are, and what can be promised."""

import pytest

from apps.machines.models import Machine
from apps.portal.calendar_forms import PRESETS, minutes_of
from tenants import context
from tenants.types import Role
from tests.factories import capacity
from tests.factories import machines as factory
from tests.support.budget import queries_of


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def hurco(in_north) -> Machine:
    return factory.complete_machine()


class TestPresets:
    @pytest.mark.parametrize(
        ("name", "hours"),
        [("one", 37.5), ("two", 75), ("three", 112.5), ("always", 168)],
    )
    def test_come_to_so_many_hours(self, name, hours):
        assert minutes_of(PRESETS[name][1]) == hours * 60


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
