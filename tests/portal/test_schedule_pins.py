"""Pins: set from the chart, shown on it, refused with reasons, taken back."""

from datetime import timedelta

import pytest

from tenants.types import Role
from tests.factories.capacity import MONDAY_7
from tests.portal.planned_shop import MONDAY, PlannedShop

WEEK = {"from": MONDAY}


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def shop(in_north) -> PlannedShop:
    return PlannedShop()


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()
    return " ".join(response.content.decode().split())


class TestPins:
    def facts(self, shop, **more):
        return {
            "machine_id": str(shop.other.pk),
            "start": "2030-05-07T08:00",
            "version": shop.milling.version,
            "back": "from=2030-05-06&zoom=day",
            **more,
        }

    def test_are_set_by_a_planner_and_taken_back(self, planner, shop):
        path = f"/job-orders/{shop.milling.pk}"

        answer = planner.post(f"{path}/pin/", self.facts(shop), follow=True)

        assert answer.redirect_chain[0][0].startswith(
            "/schedule/?zoom=day&from=2030-05-06&undo="
        )
        text = text_of(answer)
        assert "Milling is pinned to MILL-2, 7 May 2030, 08:00." in text, text[
            text.find("pinned to") - 80 :
        ][:200]
        shop.milling.refresh_from_db()
        assert shop.milling.pinned_machine_id == shop.other.pk
        assert shop.milling.pinned_start_at == MONDAY_7 + timedelta(hours=25)

        undone = planner.post(
            "/schedule/pins/undo/", {"undo": answer.context["undo"]}, follow=True
        )

        assert "the last pin is undone" in text_of(undone)
        shop.milling.refresh_from_db()
        assert shop.milling.pinned_machine_id is None

    def test_are_shown_where_they_are_not_in_the_plan_yet(self, planner, shop):
        planner.post(f"/job-orders/{shop.milling.pk}/pin/", self.facts(shop))

        shown = planner.get("/schedule/", WEEK)

        (pin,) = shown.context["chart"].rows[2].pins
        assert pin.of_key == str(shop.milling.pk)

    def test_may_leave_the_time_open(self, planner, shop):
        planner.post(f"/job-orders/{shop.milling.pk}/pin/", self.facts(shop, start=""))

        shop.milling.refresh_from_db()
        assert shop.milling.pinned_machine_id == shop.other.pk
        assert shop.milling.pinned_start_at is None

    def test_are_refused_on_a_machine_that_cannot_do_it(self, planner, shop):
        answer = planner.post(
            f"/job-orders/{shop.milling.pk}/pin/",
            self.facts(shop, machine_id=str(shop.lathe.pk)),
            follow=True,
        )

        assert "notice-bad" in text_of(answer)
        shop.milling.refresh_from_db()
        assert shop.milling.pinned_machine_id is None

    def test_are_refused_where_someone_was_faster(self, planner, shop):
        path = f"/job-orders/{shop.milling.pk}"
        planner.post(f"{path}/pin/", self.facts(shop))

        late = planner.post(f"{path}/unpin/", {"version": "1"}, follow=True)

        assert "notice-bad" in text_of(late)

    @pytest.mark.parametrize("start", ["soon", "2030-13-01T00:00", "0"])
    def test_are_refused_at_no_time(self, planner, shop, start):
        answer = planner.post(
            f"/job-orders/{shop.milling.pk}/pin/",
            self.facts(shop, start=start),
            follow=True,
        )

        assert "is no time" in text_of(answer)

    def test_cannot_be_undone_with_a_word_of_ones_own(self, planner, shop):
        answer = planner.post("/schedule/pins/undo/", {"undo": "x"}, follow=True)

        assert "There is no pin to be undone." in text_of(answer)

    def test_are_a_planners_alone(self, member_of, north, south, shop):
        path = f"/job-orders/{shop.milling.pk}/pin/"

        assert member_of(north, Role.OPERATOR).post(path).status_code == 403
        assert member_of(south).post(path, self.facts(shop)).status_code == 404
