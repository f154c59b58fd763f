"""Many machines are changed at once: ticked, looked at, changed, taken back."""

import html
import re

import pytest

from apps.machines import selectors, services
from apps.machines.models import Machine
from tenants import context, jobs
from tenants.models import Job
from tenants.types import SYSTEM, Role
from tests.factories import machines as factory
from tests.factories.machines import NOON

BULK = "/machines/bulk/"


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def hurco(in_north):
    return factory.published_machine()


@pytest.fixture
def bare(in_north):
    return factory.machine(code="Bare01")


def text_of(response, status=200) -> str:
    assert response.status_code == status, response.content.decode()
    return " ".join(response.content.decode().split())


def items_of(text: str) -> str:
    return html.unescape(re.search(r'name="items" value="([^"]+)"', text)[1])


def begin(planner, *chosen) -> str:
    """Tick machines, and return what the next page has to send."""
    ticked = "&".join(f"machine={machine.pk}" for machine in chosen)
    return items_of(text_of(planner.get(f"{BULK}?scope=chosen&{ticked}")))


def stored(machine) -> Machine:
    return selectors.machine_detail(machine.pk).machine


class TestChoosing:
    def test_asks_what_the_ticked_ones_are_to_be(self, planner, hurco, bare):
        text = text_of(planner.get(f"{BULK}?machine={hurco.pk}&machine={bare.pk}"))

        assert "Change 2 machines" in text
        assert "Bare01, Hurco04" in text

    def test_takes_all_that_a_filter_keeps(self, planner, hurco, bare):
        text = text_of(planner.get(f"{BULK}?scope=all&published=no"))

        assert "Change 1 machine" in text
        assert "Bare01" in text
        assert "Hurco04" not in text

    @pytest.mark.parametrize("query", ["", "?scope=chosen", "?machine=x"])
    def test_says_when_nothing_is_ticked(self, planner, hurco, query):
        response = planner.get(f"{BULK}{query}", follow=True)

        assert "No machine is ticked." in text_of(response)

    @pytest.mark.parametrize("items", ["", "forged", "a:b:c"])
    def test_takes_only_what_it_wrote_itself(self, planner, hurco, items):
        response = planner.post(
            BULK, {"items": items, "state": "retired", "apply": "1"}, follow=True
        )

        assert "No machine is ticked." in text_of(response)
        assert stored(hurco).state == "active"

    @pytest.mark.parametrize("role", [Role.SELLER, Role.OPERATOR, Role.VIEWER])
    def test_is_for_planners(self, member_of, north, hurco, role):
        assert member_of(north, role).get(f"{BULK}?scope=all").status_code == 403

    def test_finds_no_machine_of_another_enterprise(self, member_of, south, hurco):
        response = member_of(south).get(f"{BULK}?machine={hurco.pk}", follow=True)

        assert "No machine is ticked." in text_of(response)


class TestPreview:
    def test_says_from_what_to_what_and_what_is_refused(self, planner, hurco, bare):
        sent = {
            "items": begin(planner, hurco, bare),
            "state": "in_maintenance",
            "hourly_rate_percent": "10",
            "preview": "1",
        }

        text = text_of(planner.post(BULK, sent))

        assert "1 machine would change" in text
        assert "State: Active" in text
        assert "<strong>In maintenance</strong>" in text
        assert "Machine hour: 68.00 " in text
        assert "<strong>74.80</strong>" in text
        assert "1 machine is left as it is" in text
        assert "Bare01 has no hourly rate." in text
        assert "Give it a rate first." in text
        assert stored(hurco).state == "active"

    def test_refuses_what_cannot_be_meant(self, planner, hurco):
        sent = {"items": begin(planner, hurco), "preview": "1"}

        assert "Nothing is to be changed." in text_of(planner.post(BULK, sent), 422)
        twice = {**sent, "hourly_rate": "5", "hourly_rate_percent": "5"}
        assert "The hourly rate is said twice." in text_of(
            planner.post(BULK, twice), 422
        )
        assert "is not a number" in text_of(
            planner.post(BULK, {**sent, "hourly_rate": "dear"}), 422
        )

    def test_leads_back_to_the_form_as_it_was_filled_in(self, planner, hurco):
        sent = {"items": begin(planner, hurco), "batch_min": "7", "edit": "1"}

        text = text_of(planner.post(BULK, sent))

        assert 'value="7"' in text
        assert "Show what would change" in text


class TestChanging:
    def change(self, planner, *chosen, **facts):
        sent = {"items": begin(planner, *chosen), **facts, "apply": "1"}
        return planner.post(BULK, sent, follow=True)

    def test_shows_what_was_done_and_takes_it_back(self, planner, hurco, bare):
        factory.work_center()

        text = text_of(
            self.change(planner, hurco, bare, work_center="WC-MILL", is_published="yes")
        )

        assert "1 machine is changed" in text
        assert "Work center: –" in text
        assert "<strong>WC-MILL</strong>" in text
        assert "Bare01 cannot be shown to others" in text
        assert ">Bare01<" in text
        assert stored(hurco).work_center.code == "WC-MILL"
        undo = re.search(r'action="(/machines/bulk/[^"]+/undo/)"', text)[1]

        text = text_of(planner.post(undo, follow=True))

        assert "An earlier change is taken back" in text
        assert stored(hurco).work_center is None
        again = text_of(planner.post(undo, follow=True))
        assert "The change is taken back already." in again

    def test_takes_machines_out_of_work_centers(self, planner, in_north):
        center = factory.work_center()
        made = factory.machine(work_center=center.code)

        self.change(planner, made, work_center="-")

        assert stored(made).work_center is None

    def test_refuses_what_was_changed_since_the_preview(self, planner, hurco, bare):
        items = begin(planner, hurco, bare)
        services.withdraw_machine(machine_id=hurco.pk, by=SYSTEM, at=NOON)

        response = planner.post(
            BULK, {"items": items, "auto_quote": "yes", "apply": "1"}, follow=True
        )

        text = text_of(response)
        assert "Hurco04 was changed by someone else." in text
        assert "1 machine is changed" in text
        assert not stored(hurco).auto_quote
        assert stored(bare).auto_quote

    def test_leaves_many_to_a_job_and_shows_how_far_it_is(
        self, planner, in_north, north
    ):
        site = factory.site()
        for number in range(201):
            Machine.objects.create(site=site, code=f"M{number:03}", name="M")
        items = items_of(text_of(planner.get(f"{BULK}?scope=all")))
        sent = {"items": items, "auto_quote": "yes"}
        assert "in the background" in text_of(
            planner.post(BULK, {**sent, "preview": "1"})
        )

        response = planner.post(BULK, {**sent, "apply": "1"})

        waiting = response["Location"]
        assert "the work goes on" in text_of(planner.get(waiting))
        part = planner.get(waiting, headers={"HX-Request": "true"})
        assert "<html" not in text_of(part)
        with context.jobs():
            job_id = Job.objects.get(kind="machines.change_machines").pk
        jobs.run_job(job_id)
        done = planner.get(waiting, headers={"HX-Request": "true"})
        assert done["HX-Refresh"] == "true"
        assert "201 machines are changed" in text_of(planner.get(waiting))

    def test_shows_no_change_of_another_enterprise(
        self, planner, member_of, south, hurco
    ):
        response = self.change(planner, hurco, auto_quote="yes")
        address = response.redirect_chain[-1][0]
        other = member_of(south)

        assert other.get(address).status_code == 404
        assert other.post(f"{address}undo/").status_code == 404
        assert stored(hurco).auto_quote
