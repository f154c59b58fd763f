"""The first page of the portal, and its notices."""

from datetime import UTC, datetime

import pytest

from apps.notify import services as notify
from tenants import context
from tenants.types import Role

YESTERDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def notice(in_north):
    return notify.notify(
        kind="exchange.demand_fits",
        title="A demand fits Hurco04",
        url="/notices/",
        roles=[Role.SELLER],
        at=YESTERDAY,
    )


class TestHome:
    def test_asks_a_stranger_to_sign_in(self, stranger):
        response = stranger.get("/")

        assert response.status_code == 302
        assert response["Location"] == "/account/login/?next=%2F"

    def test_is_not_there_for_members_of_others(self, member_of, north, south):
        assert member_of(south, at=north).get("/").status_code == 404

    @pytest.mark.parametrize("role", list(Role))
    def test_greets_every_role(self, member_of, north, role):
        response = member_of(north, role).get("/")

        assert response.status_code == 200
        assert f"Hello, {role.label} of north" in response.content.decode()

    def test_teaches_the_first_step(self, member_of, north):
        assert "No machines yet" in member_of(north).get("/").content.decode()

    def test_names_what_is_unread(self, member_of, north, notice):
        text = member_of(north, Role.SELLER).get("/").content.decode()

        assert "One thing to look at." in text
        assert "A demand fits Hurco04" in text
        assert "Notices, one unread" in text


class TestNotices:
    def test_are_for_their_role_only(self, member_of, north, notice):
        text = member_of(north, Role.PLANNER).get("/notices/").content.decode()

        assert "A demand fits Hurco04" not in text

    def test_are_read_by_following_them(self, member_of, north, notice):
        seller = member_of(north, Role.SELLER)

        response = seller.get(f"/notices/{notice.id}/")

        assert response["Location"] == "/notices/"
        assert "Notices, 0 unread" in seller.get("/").content.decode()

    def test_of_others_are_not_there(self, member_of, north, notice):
        planner = member_of(north, Role.PLANNER)

        assert planner.get(f"/notices/{notice.id}/").status_code == 404

    def test_of_another_enterprise_are_not_there(self, member_of, south, notice):
        assert member_of(south).get(f"/notices/{notice.id}/").status_code == 404

    def test_can_all_be_read_at_once(self, member_of, north, notice):
        seller = member_of(north, Role.SELLER)

        seller.post("/notices/read/")

        assert "Notices, 0 unread" in seller.get("/").content.decode()

    def test_lead_nowhere_outside(self, member_of, north, in_north):
        with context.enterprise(north):
            told = notify.notify(
                kind="tests.happened",
                title="x",
                url="https://evil.example/",
                roles=[Role.SELLER],
                at=YESTERDAY,
            )

        response = member_of(north, Role.SELLER).get(f"/notices/{told.id}/")

        assert response["Location"] == "/notices/"
