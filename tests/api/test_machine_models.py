"""A partner's program registers machines from the model library."""

from typing import Any

import pytest

from tenants.types import EnterpriseRef
from tests.factories import machines as factory
from tests.support.api import Partner, partner_of

SCOPES = ("catalog:read", "machines:read", "machines:write")


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, *SCOPES)


@pytest.fixture
def site_id(in_north: EnterpriseRef) -> str:
    return str(factory.site().pk)


def models(shop: Partner, query: str) -> list[str]:
    answer = shop.get(f"/v1/machine-models?{query}")
    assert answer.status_code == 200, answer.content
    return [item["code"] for item in answer.json()["items"]]


class TestModels:
    def test_are_found_by_what_is_typed(self, shop: Partner) -> None:
        assert models(shop, "search=hass+vf2")[0] == "haas-vf-2"
        assert models(shop, "search=titan&process=grinding") == ["gleason-titan-1200g"]

    def test_come_in_pages_in_the_order_of_the_search(self, shop: Partner) -> None:
        first = shop.get("/v1/machine-models?search=haas&limit=5").json()
        _host, _, address = first["next"].partition("/v1")
        second = shop.get(f"/v1{address}").json()

        whole = models(shop, "search=haas&limit=10")
        codes = [item["code"] for item in first["items"] + second["items"]]
        assert codes == whole
        assert first["prev"] is None

    def test_say_their_figures_with_source_and_confidence(self, shop: Partner) -> None:
        (found,) = shop.get("/v1/machine-models?search=Ultimaker+S5&limit=1").json()[
            "items"
        ]

        assert found["sizes_of"] == "volume"
        assert found["figures"] == [
            {"name": "size_x_mm", "value": 330.0, "confidence": "confirmed"},
            {"name": "size_y_mm", "value": 240.0, "confidence": "confirmed"},
            {"name": "size_z_mm", "value": 300.0, "confidence": "confirmed"},
        ]
        assert found["source"]["title"] == (
            "UltiMaker, S5 specifications: 330 x 240 x 300 mm"
        )
        assert found["second_source"]["url"].endswith("ultimaker_s5.def.json")


class TestMachine:
    def add(self, shop: Partner, site_id: str, **facts: Any) -> Any:
        return shop.post(
            "/v1/machines",
            {"site_id": site_id, "code": "M1", "name": "DMU", **facts},
        )

    def test_is_filled_in_from_a_model_and_confirmed(
        self, shop: Partner, site_id: str
    ) -> None:
        answer = self.add(shop, site_id, model_code="dmg-dmu-50", axes=5)

        assert answer.status_code == 201, answer.content
        body = answer.json()
        machine = body["machine"]
        assert (machine["maker"], machine["spindle_rpm"]) == ("DMG MORI", 15000)
        assert machine["model_code"] == "dmg-dmu-50"
        assert machine["figures_origin"] == {
            "axes": "claimed",
            "spindle_rpm": "catalog",
        }
        assert [row["process_code"] for row in body["capabilities"]] == [
            "milling-3-axis",
            "milling-5-axis",
        ]
        assert body["capabilities"][0]["figures_origin"]["size_x_mm"] == "catalog"

        path = f"/v1/machines/{machine['id']}/confirmed-figures"
        one = shop.post(path, {"figures": ["milling-5-axis.max_mass_kg"]}).json()
        assert one["capabilities"][1]["figures_origin"]["max_mass_kg"] == "claimed"
        assert one["machine"]["figures_origin"]["spindle_rpm"] == "catalog"

        rest = shop.post(path, {}).json()
        assert set(rest["machine"]["figures_origin"].values()) == {"claimed"}
        again = shop.post(path, {})
        assert again.status_code == 409
        assert again.json()["code"] == "nothing_to_confirm"

    def test_refuses_a_model_that_is_not_there(
        self, shop: Partner, site_id: str
    ) -> None:
        answer = self.add(shop, site_id, model_code="haas-vf-99")

        assert answer.status_code == 422
        assert answer.json()["code"] == "unknown_machine_model"
        assert shop.get("/v1/machines").json()["items"] == []

    def test_of_another_enterprise_is_not_there(
        self, shop: Partner, site_id: str, south: EnterpriseRef
    ) -> None:
        made = self.add(shop, site_id, model_code="dmg-dmu-50").json()
        other = partner_of(south, *SCOPES)

        answer = other.post(
            f"/v1/machines/{made['machine']['id']}/confirmed-figures", {}
        )

        assert answer.status_code == 404
        kept = shop.get(f"/v1/machines/{made['machine']['id']}").json()
        assert kept["machine"]["figures_origin"]["axes"] == "catalog"
