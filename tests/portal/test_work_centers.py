"""The pages of work centers: listed, read, written, dropped; machines put into them."""

import pytest

from apps.machines import selectors, services
from apps.machines.models import Machine, WorkCenter
from tenants import context
from tenants.types import SYSTEM, Role
from tests.factories import machines as factory
from tests.support.world import NOON


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def augsburg(in_north):
    return factory.site()


@pytest.fixture
def milling(augsburg) -> WorkCenter:
    return factory.work_center(site=augsburg)


@pytest.fixture
def facts(augsburg) -> dict[str, str]:
    return {
        "code": "WC-TURN",
        "name": "Turning",
        "site_id": str(augsburg.pk),
        "description": "Hall 1",
    }


def text_of(response) -> str:
    assert response.status_code == 200, response.content.decode()
    return " ".join(response.content.decode().split())


def put_in(machine: Machine, center: WorkCenter) -> None:
    machine.work_center = center
    machine.save()


class TestList:
    def test_counts_machines_and_leads_to_them(self, planner, in_north, milling):
        put_in(factory.machine(), milling)

        text = text_of(planner.get("/work-centers/"))

        assert f'href="/work-centers/{milling.pk}/">WC-MILL</a>' in text
        assert f'href="/machines/?center={milling.pk}">1</a>' in text

    def test_shows_those_of_one_site(self, planner, in_north, milling):
        munich = factory.site(name="Munich")
        factory.work_center(code="WC-FAR", site=munich)

        text = text_of(planner.get("/work-centers/", {"site": munich.pk}))

        assert ">WC-FAR</a>" in text
        assert ">WC-MILL</a>" not in text

    def test_teaches_the_next_step_when_there_is_none(self, planner, in_north):
        assert "No work centers yet" in text_of(planner.get("/work-centers/"))
        nowhere = factory.site(name="Munich").pk
        assert "No work center at this site" in text_of(
            planner.get("/work-centers/", {"site": nowhere})
        )

    def test_is_reached_from_machines_and_sites(self, planner, milling):
        for page in ("/machines/", "/sites/"):
            assert 'href="/work-centers/"' in text_of(planner.get(page))
        assert f'href="/work-centers/{milling.pk}/"' in text_of(
            planner.get(f"/sites/{milling.site_id}/")
        )


class TestDetail:
    def test_shows_its_machines(self, planner, in_north, milling):
        put_in(factory.machine(), milling)

        text = text_of(planner.get(f"/work-centers/{milling.pk}/"))

        assert ">Hurco04</a>" in text
        assert "Show it in the list" in text

    def test_is_named_by_its_machines(self, planner, in_north, milling):
        machine = factory.machine()
        put_in(machine, milling)

        text = text_of(planner.get(f"/machines/{machine.pk}/"))

        assert f'href="/work-centers/{milling.pk}/">WC-MILL</a>' in text

    def test_is_not_there_for_others(self, member_of, south, milling):
        outsider = member_of(south)

        for page in ("", "change/"):
            found = outsider.get(f"/work-centers/{milling.pk}/{page}")
            assert found.status_code == 404
        assert outsider.post(f"/work-centers/{milling.pk}/removal/").status_code == 404


class TestWrite:
    def test_adds_one_at_a_site(self, planner, north, facts):
        response = planner.post("/work-centers/add/", facts)

        with context.enterprise(north):
            (made,) = selectors.work_centers()
        assert response["Location"] == f"/work-centers/{made.pk}/"
        assert (made.code, made.site.name) == ("WC-TURN", "Augsburg")

    def test_changes_it_as_it_was_seen(self, planner, in_north, facts, milling):
        page = f"/work-centers/{milling.pk}/change/"
        assert 'name="version" value="1"' in text_of(planner.get(page))

        first = planner.post(page, {**facts, "version": "1"})
        late = planner.post(page, {**facts, "name": "Late", "version": "1"})

        assert (first.status_code, late.status_code) == (302, 422)
        assert "was changed by someone else" in late.content.decode()
        milling.refresh_from_db()
        assert milling.name == "Turning"
        assert "Work center changed" in text_of(
            planner.get(f"/work-centers/{milling.pk}/")
        )

    def test_refuses_a_code_that_is_taken_beside_it(self, planner, facts, milling):
        response = planner.post("/work-centers/add/", {**facts, "code": "WC-MILL"})

        assert response.status_code == 422
        assert response.context["form"].errors["code"] == [
            "There is a work center WC-MILL already. Choose another code."
        ]

    def test_does_not_leave_its_machines_behind(
        self, planner, in_north, facts, milling
    ):
        put_in(factory.machine(), milling)
        munich = factory.site(name="Munich")

        response = planner.post(
            f"/work-centers/{milling.pk}/change/",
            {**facts, "site_id": munich.pk, "version": "1"},
        )

        assert response.status_code == 422
        (said,) = response.context["form"].errors["site_id"]
        assert "1 machine belongs to it" in said

    def test_asks_for_a_site_first(self, planner, in_north):
        assert "Add the site first" in text_of(planner.get("/work-centers/add/"))

    def test_is_for_planners(self, member_of, north, milling):
        viewer = member_of(north, Role.VIEWER)

        assert viewer.get(f"/work-centers/{milling.pk}/").status_code == 200
        assert viewer.get(f"/work-centers/{milling.pk}/change/").status_code == 403
        assert viewer.post(f"/work-centers/{milling.pk}/removal/").status_code == 403


class TestDrop:
    def test_takes_an_empty_one_out(self, planner, in_north, milling):
        response = planner.post(f"/work-centers/{milling.pk}/removal/", {"version": 1})

        assert response["Location"] == "/work-centers/"
        assert not WorkCenter.objects.exists()

    @pytest.mark.parametrize("version", ["2", "", "x", "²"])
    def test_keeps_one_that_was_changed_meanwhile(self, planner, milling, version):
        response = planner.post(
            f"/work-centers/{milling.pk}/removal/", {"version": version}
        )

        assert response["Location"] == f"/work-centers/{milling.pk}/"
        assert "was changed by someone else" in text_of(
            planner.get(response["Location"])
        )

    @pytest.mark.parametrize("said", [{}, {"machines_to": "-"}])
    def test_keeps_one_that_has_machines_and_says_why(
        self, planner, in_north, milling, said
    ):
        put_in(factory.machine(), milling)

        response = planner.post(
            f"/work-centers/{milling.pk}/removal/", {"version": "1", **said}
        )

        assert "1 machine belongs to it" in text_of(planner.get(response["Location"]))
        assert WorkCenter.objects.exists()

    @pytest.mark.parametrize("code", ["", "WC-TURN"])
    def test_lets_its_machines_go_where_it_is_said(
        self, planner, in_north, milling, code
    ):
        factory.work_center(code="WC-TURN", site=milling.site)
        machine = factory.machine()
        put_in(machine, milling)

        planner.post(
            f"/work-centers/{milling.pk}/removal/",
            {"version": "1", "machines_to": code},
        )

        assert [one.code for one in WorkCenter.objects.all()] == ["WC-TURN"]
        found = selectors.machine_detail(machine.pk).machine
        assert found.work_center_code == code


class TestMachineForm:
    def write(self, planner, machine, **facts):
        page = f"/machines/{machine.pk}/change/"
        form = planner.get(page).context["form"]
        sent = {
            name: form[name].value()
            for name in form.fields
            if form[name].value() not in (None, False)
        }
        return planner.post(page, {**sent, **facts})

    def found(self, machine) -> Machine:
        return selectors.machine_detail(machine.pk).machine

    def test_keeps_the_work_center_that_nobody_touched(
        self, planner, in_north, milling
    ):
        machine = factory.machine()
        put_in(machine, milling)

        response = self.write(planner, machine, name="Renamed")

        assert response.status_code == 302, response.content.decode()
        found = self.found(machine)
        assert (found.name, found.work_center_code) == ("Renamed", "WC-MILL")

    def test_puts_a_machine_into_one_of_its_site(self, planner, in_north, milling):
        machine = factory.machine()

        self.write(planner, machine, work_center="WC-MILL")

        assert self.found(machine).work_center_code == "WC-MILL"

    def test_lets_a_machine_that_moves_leave_it(self, planner, in_north, milling):
        machine = factory.machine()
        put_in(machine, milling)
        munich = factory.site(name="Munich")

        response = self.write(planner, machine, site_id=munich.pk)

        assert response.status_code == 302
        found = self.found(machine)
        assert (found.site.name, found.work_center_code) == ("Munich", "")

    def test_refuses_one_of_another_site_beside_it(self, planner, in_north, milling):
        factory.work_center(code="WC-FAR", site=factory.site(name="Munich"))
        machine = factory.machine()

        response = self.write(planner, machine, work_center="WC-FAR")

        assert response.status_code == 422
        assert response.context["form"].errors["work_center"] == [
            (
                "Work center WC-FAR is at Munich, the machine stands at Augsburg."
                " Choose a work center of the machine's site, or none."
            )
        ]

    def test_says_nothing_of_them_where_there_are_none(
        self, planner, in_north, augsburg
    ):
        assert 'name="work_center"' not in text_of(planner.get("/machines/add/"))


def test_history_names_the_work_center(planner, in_north, milling, north):
    machine = factory.machine()
    with context.enterprise(north):
        services.assign_work_center(
            machine_id=machine.pk,
            version=machine.version,
            work_center="WC-MILL",
            by=SYSTEM,
            at=NOON,
        )

    assert "Work center set" in text_of(planner.get(f"/machines/{machine.pk}/"))
