"""A partner's program keeps sites: read, revise, drop, and their public holidays."""

from typing import Any

import pytest

from tenants.types import EnterpriseRef
from tests.factories import machines as factory
from tests.support.api import Partner, partner_of

BAVARIA = {
    "name": "Works Augsburg",
    "country": "DE",
    "region": "Bayern",
    "city": "Augsburg",
    "address": "Lechhausen industrial estate",
    "latitude": 48.37,
    "longitude": 10.9,
    "time_zone": "Europe/Berlin",
    "location_disclosure": "grid",
    "holiday_country": "",
    "holiday_subdivision": "BY",
}


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "machines:read", "machines:write")


@pytest.fixture
def site_id(in_north: EnterpriseRef) -> str:
    return str(factory.site().pk)


def put(shop: Partner, site_id: str, *, tag: str = '"1"', **facts: Any) -> Any:
    return shop.call(
        "PUT", f"/v1/sites/{site_id}", {**BAVARIA, **facts}, **{"If-Match": tag}
    )


class TestSite:
    def test_is_revised_as_it_was_seen(self, shop: Partner, site_id: str) -> None:
        seen = shop.get(f"/v1/sites/{site_id}")

        answer = put(shop, site_id, tag=seen["ETag"])

        assert answer.status_code == 200, answer.content
        assert answer.json() == {"id": site_id, **BAVARIA}
        assert (seen["ETag"], answer["ETag"]) == ('"1"', '"2"')
        assert shop.get(f"/v1/sites/{site_id}").json() == answer.json()

    def test_is_not_revised_unseen_nor_as_it_was_before(
        self, shop: Partner, site_id: str
    ) -> None:
        put(shop, site_id)

        unseen = shop.call("PUT", f"/v1/sites/{site_id}", BAVARIA)
        late = put(shop, site_id, name="Another")

        assert (unseen.status_code, late.status_code) == (428, 412)
        assert shop.get(f"/v1/sites/{site_id}").json()["name"] == "Works Augsburg"

    def test_refuses_a_region_that_the_country_does_not_have(
        self, shop: Partner, site_id: str
    ) -> None:
        answer = put(shop, site_id, country="PL", holiday_subdivision="BY")

        assert answer.status_code == 422
        problem = answer.json()
        assert problem["code"] == "impossible_figure"
        assert problem["errors"][0]["pointer"] == "/holiday_subdivision"
        assert "02, 04" in answer.content.decode()

    def test_is_dropped_when_nothing_stands_there(
        self, shop: Partner, site_id: str
    ) -> None:
        answer = shop.call("DELETE", f"/v1/sites/{site_id}", **{"If-Match": '"1"'})

        assert answer.status_code == 204
        assert shop.get(f"/v1/sites/{site_id}").status_code == 404

    def test_stays_while_machines_stand_there(
        self, shop: Partner, site_id: str
    ) -> None:
        factory.machine()

        answer = shop.call("DELETE", f"/v1/sites/{site_id}", **{"If-Match": '"1"'})

        assert answer.status_code == 409
        assert answer.json()["code"] == "site_in_use"
        assert "1 machine stands there" in answer.json()["detail"]
        assert shop.get(f"/v1/sites/{site_id}").status_code == 200

    def test_of_another_enterprise_is_not_there(
        self, south: EnterpriseRef, site_id: str
    ) -> None:
        other = partner_of(south, "machines:read", "machines:write")

        assert other.get(f"/v1/sites/{site_id}").status_code == 404
        assert put(other, site_id).status_code == 404
        assert other.get(f"/v1/sites/{site_id}/holidays").status_code == 404


class TestHolidays:
    def test_are_those_of_the_region(self, shop: Partner, site_id: str) -> None:
        put(shop, site_id)

        found = shop.get(f"/v1/sites/{site_id}/holidays?year=2030").json()["items"]

        assert len(found) == 13
        assert {
            "day": "2030-08-15",
            "name": "Assumption Day",
            "is_off": True,
            "worked_like": None,
        } in found

    def test_have_the_days_that_are_worked_instead(
        self, shop: Partner, site_id: str
    ) -> None:
        put(shop, site_id, country="CN", holiday_subdivision="")

        found = shop.get(f"/v1/sites/{site_id}/holidays?year=2026").json()["items"]

        worked = [item for item in found if not item["is_off"]]
        assert worked[1] == {
            "day": "2026-02-14",
            "name": "",
            "is_off": False,
            "worked_like": 4,
        }
        assert [item["day"] for item in found] == sorted(i["day"] for i in found)

    @pytest.mark.parametrize("year", ["1999", "2200", "x", "٢٠٣٠", "9" * 30])
    def test_refuses_a_year_that_cannot_be_meant(
        self, shop: Partner, site_id: str, year: str
    ) -> None:
        answer = shop.get(f"/v1/sites/{site_id}/holidays?year={year}")

        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid_parameter"
