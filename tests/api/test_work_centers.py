"""A partner's program keeps work centers, and puts machines into them."""

from typing import Any

import pytest

from apps.machines.models import Machine, WorkCenter
from tenants.types import EnterpriseRef
from tests.factories import machines as factory
from tests.support.api import Partner, partner_of


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "machines:read", "machines:write")


@pytest.fixture
def site_id(in_north: EnterpriseRef) -> str:
    return str(factory.site().pk)


@pytest.fixture
def center(site_id: str) -> WorkCenter:
    return factory.work_center()


@pytest.fixture
def machine(center: WorkCenter) -> Machine:
    return factory.machine()


def put(shop: Partner, path: str, body: dict[str, Any], tag: str = '"1"') -> Any:
    return shop.call("PUT", path, body, **{"If-Match": tag})


class TestWorkCenters:
    def test_are_opened_read_revised_and_dropped(
        self, shop: Partner, site_id: str
    ) -> None:
        body = {"site_id": site_id, "code": "WC-TURN", "name": "Turning"}
        made = shop.post("/v1/work-centers", body)
        assert made.status_code == 201, made.content
        path = f"/v1/work-centers/{made.json()['id']}"
        assert made["Location"].endswith(path)

        read = shop.get(path)
        assert read.json() == {
            "id": made.json()["id"],
            **body,
            "description": "",
            "machine_count": 0,
        }

        revised = put(shop, path, {**body, "name": "Lathes"}, read["ETag"])
        assert (revised.status_code, revised["ETag"]) == (200, '"2"')
        assert revised.json()["name"] == "Lathes"

        late = put(shop, path, body, read["ETag"])
        assert late.status_code == 412
        assert shop.call("PUT", path, body).status_code == 428

        gone = shop.call("DELETE", path, **{"If-Match": '"2"'})
        assert (gone.status_code, shop.get(path).status_code) == (204, 404)

    def test_are_listed_with_their_machines_by_site(
        self, shop: Partner, center: WorkCenter, machine: Machine
    ) -> None:
        factory.work_center(code="WC-2", site=factory.site(name="Munich"))
        machine.work_center = center
        machine.save()

        every = shop.get("/v1/work-centers").json()["items"]
        here = shop.get(f"/v1/work-centers?site_id={center.site_id}").json()["items"]

        assert [one["code"] for one in every] == ["WC-2", "WC-MILL"]
        assert [(one["code"], one["machine_count"]) for one in here] == [("WC-MILL", 1)]

    def test_refuse_a_filter_that_is_no_id(self, shop: Partner) -> None:
        answer = shop.get("/v1/work-centers?site_id=x")

        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid_parameter"

    def test_refuse_a_code_that_is_taken(
        self, shop: Partner, center: WorkCenter
    ) -> None:
        answer = shop.post(
            "/v1/work-centers",
            {"site_id": str(center.site_id), "code": center.code, "name": "Again"},
        )

        assert answer.status_code == 409
        assert answer.json()["code"] == "work_center_taken"

    def test_stay_while_machines_belong_to_them(
        self, shop: Partner, center: WorkCenter, machine: Machine
    ) -> None:
        machine.work_center = center
        machine.save()

        answer = shop.call(
            "DELETE", f"/v1/work-centers/{center.pk}", **{"If-Match": '"1"'}
        )

        assert answer.status_code == 409
        assert answer.json()["code"] == "work_center_in_use"
        assert "1 machine belongs to it" in answer.json()["detail"]

    def test_of_another_enterprise_are_not_there(
        self, south: EnterpriseRef, center: WorkCenter
    ) -> None:
        other = partner_of(south, "machines:read", "machines:write")
        body = {"site_id": str(center.site_id), "code": "X", "name": "X"}

        assert other.get("/v1/work-centers").json()["items"] == []
        assert other.get(f"/v1/work-centers/{center.pk}").status_code == 404
        assert put(other, f"/v1/work-centers/{center.pk}", body).status_code == 404


class TestMachineWorkCenter:
    def test_is_set_and_taken_away(
        self, shop: Partner, center: WorkCenter, machine: Machine
    ) -> None:
        path = f"/v1/machines/{machine.pk}/work-center"
        tag = shop.get(f"/v1/machines/{machine.pk}")["ETag"]

        put_in = put(shop, path, {"work_center": center.code}, tag)
        assert put_in.status_code == 200, put_in.content
        assert put_in.json()["machine"]["work_center"] == "WC-MILL"

        again = put(shop, path, {"work_center": center.code}, put_in["ETag"])
        assert again["ETag"] == put_in["ETag"]

        late = put(shop, path, {"work_center": ""}, tag)
        assert late.status_code == 412
        out = put(shop, path, {"work_center": ""}, put_in["ETag"])
        assert out.json()["machine"]["work_center"] == ""

    def test_refuses_one_of_another_site(self, shop: Partner, machine: Machine) -> None:
        factory.work_center(code="WC-FAR", site=factory.site(name="Munich"))
        tag = shop.get(f"/v1/machines/{machine.pk}")["ETag"]

        answer = put(
            shop,
            f"/v1/machines/{machine.pk}/work-center",
            {"work_center": "WC-FAR"},
            tag,
        )

        assert answer.status_code == 409
        assert answer.json()["code"] == "work_center_elsewhere"
        assert answer.json()["errors"][0]["pointer"] == "/work_center"

    def test_is_said_when_a_machine_is_registered(
        self, shop: Partner, center: WorkCenter
    ) -> None:
        answer = shop.post(
            "/v1/machines",
            {
                "site_id": str(center.site_id),
                "code": "M-9",
                "name": "Mill",
                "work_center": "WC-MILL",
            },
        )

        assert answer.status_code == 201, answer.content
        head = answer.json()["machine"]
        assert (head["work_center"], head["site_id"]) == (
            "WC-MILL",
            str(center.site_id),
        )
