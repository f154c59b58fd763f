"""The pages of machines: who sees them, what they say, what they do."""

import re
from html import unescape

import pytest

from apps.capacity import services as calendars
from apps.capacity.types import CalendarLevel
from apps.machines import selectors
from apps.machines.models import Machine
from apps.machines.types import MachineState
from tenants import context
from tenants.types import SYSTEM, Role
from tests.factories import capacity
from tests.factories import machines as factory
from tests.support.budget import queries_of
from tests.support.world import NOON

READERS = [Role.OWNER, Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER]


@pytest.fixture
def hurco(in_north) -> Machine:
    return factory.complete_machine()


@pytest.fixture
def bare(in_north) -> Machine:
    return factory.machine(code="Hurco05", maker="")


def stored(machine: Machine) -> Machine:
    return selectors.machine_detail(machine.pk).machine


def text_of(response) -> str:
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


class TestWhoMayOpen:
    @pytest.fixture
    def paths(self, hurco) -> dict[str, str]:
        return {
            "list": "/machines/",
            "detail": f"/machines/{hurco.pk}/",
            "calendar": f"/machines/{hurco.pk}/calendar/",
            "sites": "/sites/",
            "certificates": "/certificates/",
            "capacity": "/capacity/",
            "shifts": "/capacity/shifts/",
        }

    @pytest.fixture
    def planners_paths(self, hurco) -> list[str]:
        return [
            "/machines/add/",
            "/machines/import/",
            f"/machines/{hurco.pk}/change/",
            f"/machines/{hurco.pk}/capabilities/",
            f"/machines/{hurco.pk}/capabilities/milling-3-axis/",
            f"/machines/{hurco.pk}/costs/",
            f"/machines/{hurco.pk}/alike/",
            f"/machines/{hurco.pk}/maintenance/",
            "/sites/add/",
            "/certificates/add/",
        ]

    def test_strangers_are_asked_to_sign_in(self, stranger, paths, planners_paths):
        for path in [*paths.values(), *planners_paths]:
            response = stranger.get(path)

            assert response.status_code == 302, path
            assert response["Location"].startswith("/account/login/?next="), path

    def test_members_of_others_find_nothing(
        self, member_of, north, south, paths, planners_paths
    ):
        outsider = member_of(south, at=north)

        for path in [*paths.values(), *planners_paths]:
            assert outsider.get(path).status_code == 404, path

    def test_buyers_are_refused(self, member_of, north, paths):
        buyer = member_of(north, Role.BUYER)

        for path in paths.values():
            assert buyer.get(path).status_code == 403, path

    @pytest.mark.parametrize("role", READERS)
    def test_the_others_read(self, member_of, north, paths, role):
        reader = member_of(north, role)

        for path in paths.values():
            assert reader.get(path).status_code == 200, path

    @pytest.mark.parametrize("role", [Role.SELLER, Role.OPERATOR, Role.VIEWER])
    def test_only_planners_and_owners_write(
        self, member_of, north, planners_paths, role
    ):
        reader = member_of(north, role)

        for path in planners_paths:
            assert reader.get(path).status_code == 403, path

    @pytest.mark.parametrize("role", [Role.PLANNER, Role.OWNER])
    def test_they_find_every_form(self, member_of, north, planners_paths, role):
        planner = member_of(north, role)

        for path in planners_paths:
            assert planner.get(path).status_code == 200, path

    @pytest.mark.parametrize(
        "action",
        [
            "publication/",
            "withdrawal/",
            "state/",
            "copy/",
            "capabilities/milling-3-axis/removal/",
        ],
    )
    def test_a_seller_cannot_act_and_changes_nothing(
        self, member_of, north, hurco, action
    ):
        response = member_of(north, Role.SELLER).post(f"/machines/{hurco.pk}/{action}")

        assert response.status_code == 403
        with context.enterprise(north):
            assert stored(hurco).version == hurco.version

    def test_a_machine_of_another_enterprise_is_not_there(
        self, member_of, south, hurco
    ):
        planner = member_of(south, Role.PLANNER)

        for path in ("", "change/", "capabilities/", "costs/", "calendar/"):
            assert planner.get(f"/machines/{hurco.pk}/{path}").status_code == 404
        for path in ("publication/", "withdrawal/", "state/", "copy/"):
            assert planner.post(f"/machines/{hurco.pk}/{path}").status_code == 404


class TestMachineList:
    def test_teaches_the_import(self, member_of, north):
        text = text_of(member_of(north, Role.PLANNER).get("/machines/"))

        assert "No machines yet" in text
        assert 'href="/machines/import/"' in text

    def test_says_what_is_missing_and_what_is_published(self, member_of, north, bare):
        with context.enterprise(north):
            factory.published_machine()

        text = text_of(member_of(north, Role.VIEWER).get("/machines/"))

        assert "maker, process, materials, envelope, tolerance, hourly rate" in text
        assert "Published" in text
        assert "3-axis milling" in text

    @pytest.mark.parametrize(
        ("query", "shown", "hidden"),
        [
            ("q=hurco05", "Hurco05", "Hurco04"),
            ("process=milling", "Hurco04", "Hurco05"),
            ("published=yes", "Hurco04", "Hurco05"),
            ("published=no", "Hurco05", "Hurco04"),
        ],
    )
    def test_keeps_filters_in_the_address(
        self, member_of, north, bare, query, shown, hidden
    ):
        with context.enterprise(north):
            factory.published_machine()

        text = text_of(member_of(north).get(f"/machines/?{query}"))

        assert f">{shown}</a>" in text
        assert f">{hidden}</a>" not in text

    def test_says_when_a_filter_leaves_nothing(self, member_of, north, hurco):
        text = text_of(member_of(north).get("/machines/?state=retired"))

        assert "No machine is like that" in text

    def test_costs_as_much_for_twenty_as_for_two(self, member_of, north):
        planner = member_of(north, Role.PLANNER)
        with context.enterprise(north):
            for number in range(2):
                factory.complete_machine(code=f"M{number:02}")
        planner.get("/machines/")
        with queries_of() as for_two:
            planner.get("/machines/")
        with context.enterprise(north):
            for number in range(2, 20):
                factory.complete_machine(code=f"M{number:02}")
        with queries_of() as for_twenty:
            text = text_of(planner.get("/machines/"))

        assert text.count(">M0") + text.count(">M1") == 20
        assert len(for_twenty) == len(for_two)


class TestMachinePage:
    def test_leads_to_each_missing_fact(self, member_of, north, bare):
        text = text_of(member_of(north, Role.PLANNER).get(f"/machines/{bare.pk}/"))

        assert "State the maker" in text
        assert f'href="/machines/{bare.pk}/change/"' in text
        assert f'href="/machines/{bare.pk}/capabilities/"' in text
        assert f'href="/machines/{bare.pk}/costs/"' in text
        assert "publication/" not in text

    def test_tells_a_viewer_without_leading_anywhere(self, member_of, north, bare):
        text = text_of(member_of(north, Role.VIEWER).get(f"/machines/{bare.pk}/"))

        assert "A planner still has to state: maker, process" in text
        assert f"/machines/{bare.pk}/change/" not in text

    def test_shows_every_figure(self, member_of, north, hurco):
        text = text_of(member_of(north).get(f"/machines/{hurco.pk}/"))

        for figure in (
            "610 × 508 × 610\xa0mm",
            "IT8",
            "1.6\xa0µm",
            "1,360\xa0kg",
            "€68.00 an hour",
            "45\xa0min",
            "€55.00 an hour",
            "1\xa0h 30\xa0min",
            "€72.00 an hour",
            "3\xa0min",
            "10%",
            "2%",
            "12%",
            "€150.00",
            "60\xa0cm³/min",
            "25\xa0cm²/min",
            "P: steel; N: non-ferrous metal",
        ):
            assert figure in text, figure

    def test_doubts_what_is_finer_than_usual(self, member_of, north, in_north):
        machine = factory.complete_machine(offers={"it_grade": 2})

        text = text_of(member_of(north).get(f"/machines/{machine.pk}/"))

        assert "The tolerance IT2 is finer than the process typically gives" in text

    def test_shows_what_is_reserved(self, member_of, north, hurco):
        with context.enterprise(north):
            capacity.early_shifts()

        text = text_of(member_of(north).get(f"/machines/{hurco.pk}/"))

        assert "Nothing is held or booked in the next 8 weeks." in text
        assert "Hours by week" in text
        assert "the enterprise's" in text

    def test_says_whose_calendar_holds_and_whose_holidays(
        self, member_of, north, hurco
    ):
        with context.enterprise(north):
            site = hurco.site
            capacity.early_shifts(holiday_country="CN")

            def said() -> tuple[str, ...]:
                text = text_of(member_of(north).get(f"/machines/{hurco.pk}/"))
                words = " ".join(unescape(re.sub("<[^>]*>", " ", text)).split())
                found = re.search(r"Whose (.*) Shifts.* Public holidays (\S+)", words)
                assert found
                return found.groups()

            # The enterprise says only that holidays are kept: the site is in Germany.
            assert said() == ("the enterprise's", "DE")
            calendars.set_shifts(
                level=CalendarLevel(site_id=site.pk),
                shifts=capacity.EARLY_SHIFTS,
                holiday_country="CN",
                by=SYSTEM,
                at=NOON,
            )
            assert said() == ("the site's", "CN")

    def test_warns_of_a_machine_without_shifts(self, member_of, north, hurco):
        text = text_of(member_of(north).get(f"/machines/{hurco.pk}/"))

        assert "It has no shifts" in text


class TestPublishing:
    def test_shows_a_complete_machine(self, member_of, north, hurco):
        planner = member_of(north, Role.PLANNER)
        assert "publication/" in text_of(planner.get(f"/machines/{hurco.pk}/"))

        response = planner.post(f"/machines/{hurco.pk}/publication/", follow=True)

        assert "Hurco04 is shown to buyers within seconds." in text_of(response)
        with context.enterprise(north):
            assert stored(hurco).is_published

    def test_refuses_one_that_says_too_little(self, member_of, north, bare):
        response = member_of(north, Role.PLANNER).post(
            f"/machines/{bare.pk}/publication/", follow=True
        )

        assert "does not say its maker, process" in text_of(response)
        with context.enterprise(north):
            assert not stored(bare).is_published

    def test_withdraws(self, member_of, north, in_north):
        machine = factory.published_machine()

        response = member_of(north, Role.PLANNER).post(
            f"/machines/{machine.pk}/withdrawal/", follow=True
        )

        assert "Hurco04 is out of the exchange." in text_of(response)
        with context.enterprise(north):
            assert not stored(machine).is_published


class TestChangingState:
    def test_takes_a_machine_out_of_service(self, member_of, north, hurco):
        response = member_of(north, Role.PLANNER).post(
            f"/machines/{hurco.pk}/state/",
            {"version": hurco.version, "state": "in_maintenance"},
            follow=True,
        )

        assert "Hurco04 is out of service." in text_of(response)
        with context.enterprise(north):
            assert stored(hurco).state == MachineState.IN_MAINTENANCE

    @pytest.mark.parametrize("version", ["0", "many", ""])
    def test_refuses_what_was_changed_meanwhile(self, member_of, north, hurco, version):
        response = member_of(north, Role.PLANNER).post(
            f"/machines/{hurco.pk}/state/",
            {"version": version, "state": "retired"},
            follow=True,
        )

        assert "Hurco04 was changed by someone else." in text_of(response)
        with context.enterprise(north):
            assert stored(hurco).state == MachineState.ACTIVE

    def test_refuses_a_state_that_is_none(self, member_of, north, hurco):
        response = member_of(north, Role.PLANNER).post(
            f"/machines/{hurco.pk}/state/",
            {"version": hurco.version, "state": "gone"},
            follow=True,
        )

        assert "cannot be gone" in text_of(response)
