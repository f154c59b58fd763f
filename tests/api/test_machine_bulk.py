"""A partner's program lists machines in any way, and changes many at once."""

from typing import Any

import pytest

from apps.machines import selectors
from apps.machines.models import Machine
from tenants.types import EnterpriseRef
from tests.factories import machines as factory
from tests.support.api import Partner, partner_of

BULK = "/v1/machines/bulk-changes"


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "machines:read", "machines:write")


@pytest.fixture
def hurco(in_north: EnterpriseRef) -> Machine:
    return factory.published_machine()


@pytest.fixture
def bare(in_north: EnterpriseRef) -> Machine:
    return factory.machine(code="Bare01", maker="Mazak")


def change(machine: Machine, **facts: Any) -> dict[str, Any]:
    return {"machine_id": str(machine.pk), "version": machine.version, **facts}


def stored(machine: Machine) -> Machine:
    return selectors.machine_detail(machine.pk).machine


class TestChanges:
    def test_tell_of_each_machine_what_came_of_it(
        self, shop: Partner, hurco: Machine, bare: Machine
    ) -> None:
        answer = shop.post(
            BULK,
            {
                "items": [
                    change(hurco, state="in_maintenance", hourly_rate_percent="10.00"),
                    change(bare, is_published=True),
                ]
            },
        )

        assert answer.status_code == 207, answer.content
        done, refused = answer.json()["items"]
        assert done == {
            "machine_id": str(hurco.pk),
            "status": 200,
            "version": hurco.version + 1,
            "changed": {
                "hourly_rate": ["68.00", "74.80"],
                "state": ["active", "in_maintenance"],
            },
            "problem": None,
        }
        assert (refused["status"], refused["changed"]) == (409, {})
        assert refused["problem"]["code"] == "machine_incomplete"
        assert "does not say its" in refused["problem"]["detail"]
        assert stored(hurco).state == "in_maintenance"
        assert stored(bare).version == 1

    def test_are_all_done_or_none_where_that_is_preferred(
        self, shop: Partner, hurco: Machine, bare: Machine
    ) -> None:
        items = [change(hurco, auto_quote=True), change(bare, is_published=True)]

        answer = shop.post(BULK, {"items": items}, Prefer="handling=strict")

        assert answer.status_code == 409
        problem = answer.json()
        assert problem["code"] == "bulk_refused"
        (error,) = problem["errors"]
        assert (error["pointer"], error["code"]) == ("/items/1", "machine_incomplete")
        assert not stored(hurco).auto_quote

        answer = shop.post(BULK, {"items": items[:1]}, Prefer="handling=strict")
        assert answer.status_code == 207
        assert answer["Preference-Applied"] == "handling=strict"

    def test_are_replayed_and_not_done_again(
        self, shop: Partner, hurco: Machine
    ) -> None:
        body = {"items": [change(hurco, hourly_rate_percent="10.00")]}

        first = shop.post(BULK, body, key="raise-once-please")
        again = shop.post(BULK, body, key="raise-once-please")

        assert first.json() == again.json()
        assert (again.status_code, again["Idempotent-Replayed"]) == (207, "true")
        assert str(stored(hurco).costmodel.hourly_rate) == "74.80"

    def test_refuse_what_was_changed_since(self, shop: Partner, hurco: Machine) -> None:
        answer = shop.post(
            BULK, {"items": [{**change(hurco, auto_quote=True), "version": 1}]}
        )

        (item,) = answer.json()["items"]
        assert (item["status"], item["problem"]["code"]) == (409, "machine_changed")

    def test_do_not_find_machines_or_sites_of_others(
        self, south: EnterpriseRef, hurco: Machine, bare: Machine
    ) -> None:
        other = partner_of(south, "machines:read", "machines:write")

        answer = other.post(BULK, {"items": [change(hurco, auto_quote=True)]})

        (item,) = answer.json()["items"]
        assert (item["status"], item["problem"]["code"]) == (404, "not_found")
        assert not stored(hurco).auto_quote

    def test_name_what_is_not_there(self, shop: Partner, hurco: Machine) -> None:
        answer = shop.post(BULK, {"items": [change(hurco, work_center="WC-NONE")]})

        (item,) = answer.json()["items"]
        assert item["status"] == 422
        assert item["problem"]["code"] == "work_center_not_found"
        assert item["problem"]["errors"][0]["pointer"] == "/work_center"

    @pytest.mark.parametrize(
        ("facts", "pointer"),
        [
            ({"state": "gone"}, "/items/0/state"),
            ({"hourly_rate": "0.00"}, "/items/0/hourly_rate"),
            ({"colour": "red"}, "/items/0/colour"),
        ],
    )
    def test_refuse_what_cannot_be_meant(
        self, shop: Partner, hurco: Machine, facts: dict[str, Any], pointer: str
    ) -> None:
        answer = shop.post(BULK, {"items": [change(hurco, **facts)]})

        assert answer.status_code in {400, 422}
        assert answer.json()["errors"][0]["pointer"] == pointer

    def test_are_at_most_two_hundred_and_at_least_one(
        self, shop: Partner, hurco: Machine
    ) -> None:
        for count in (0, 201):
            answer = shop.post(
                BULK, {"items": [change(hurco, auto_quote=True)] * count}
            )
            assert answer.status_code == 422

    def test_ask_for_something(self, shop: Partner, hurco: Machine) -> None:
        answer = shop.post(BULK, {"items": [change(hurco)]})

        assert (answer.status_code, answer.json()["code"]) == (422, "nothing_asked")

    def test_need_the_right_to_write(
        self, north: EnterpriseRef, hurco: Machine
    ) -> None:
        reader = partner_of(north, "machines:read")

        answer = reader.post(BULK, {"items": [change(hurco, auto_quote=True)]})

        assert answer.status_code == 403
        assert not stored(hurco).auto_quote


class TestList:
    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ("published=yes", ["Hurco04"]),
            ("published=no", ["Bare01"]),
            ("complete=no", ["Bare01"]),
            ("complete=yes", ["Hurco04"]),
            ("confirmed=yes&sort=code", ["Bare01", "Hurco04"]),
            ("auto_quote=yes", []),
            ("maker=Mazak", ["Bare01"]),
            ("kind=facility", []),
            ("work_center=WC-MILL", []),
            ("sort=-code", ["Hurco04", "Bare01"]),
        ],
    )
    def test_is_narrowed_and_sorted(
        self,
        shop: Partner,
        hurco: Machine,
        bare: Machine,
        query: str,
        codes: list[str],
    ) -> None:
        answer = shop.get(f"/v1/machines?{query}")

        assert answer.status_code == 200, answer.content
        assert [item["code"] for item in answer.json()["items"]] == codes

    def test_holds_its_place_in_any_order(
        self, shop: Partner, in_north: EnterpriseRef
    ) -> None:
        for number in range(7):
            factory.machine(code=f"M{number}", maker=f"Maker {number % 2}")

        pages, address = [], "/v1/machines?sort=maker&limit=3"
        while address:
            body = shop.get(address.removeprefix("http://api.testserver.local")).json()
            pages.append([item["code"] for item in body["items"]])
            address, back = body["next"], body["prev"]
        before = shop.get(back.removeprefix("http://api.testserver.local")).json()

        assert pages == [["M0", "M2", "M4"], ["M6", "M1", "M3"], ["M5"]]
        assert [item["code"] for item in before["items"]] == pages[1]

    @pytest.mark.parametrize(
        "query", ["site_id=x", "sort=colour", "published=maybe", "kind=gone"]
    )
    def test_refuses_what_cannot_be_meant(self, shop: Partner, query: str) -> None:
        answer = shop.get(f"/v1/machines?{query}")

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
