"""A partner's program reads what happened to a machine."""

from datetime import timedelta

import pytest

from apps.machines import services
from apps.machines.models import Machine
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import machines as factory
from tests.support.api import Partner, partner_of
from tests.support.world import NOON


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "machines:read", "machines:write")


@pytest.fixture
def machine(in_north: EnterpriseRef) -> Machine:
    made = factory.machine()
    for number, state in enumerate(("in_maintenance", "active"), start=1):
        services.change_state(
            machine_id=made.pk,
            version=number,
            state=state,
            by=SYSTEM,
            at=NOON + timedelta(hours=number),
        )
    return made


def test_says_from_what_to_what(shop: Partner, machine: Machine) -> None:
    answer = shop.get(f"/v1/machines/{machine.pk}/events")

    assert answer.status_code == 200
    back, out, added = answer.json()["items"]
    assert (back["verb"], added["verb"]) == ("machine.state_changed", "machine.added")
    assert back["changed"] == [
        {"field": "state", "before": "in_maintenance", "after": "active"}
    ]
    assert out["by"] == SYSTEM.label
    assert (out["by_client_id"], added["changed"]) == ("", [])


def test_is_read_page_by_page(shop: Partner, machine: Machine) -> None:
    first = shop.get(f"/v1/machines/{machine.pk}/events?limit=2&count=true").json()
    _host, _, address = first["next"].partition("/v1")
    rest = shop.get(f"/v1{address}")

    assert (len(first["items"]), first["count"]) == (2, 3)
    assert [one["verb"] for one in rest.json()["items"]] == ["machine.added"]


def test_names_the_client_that_did_it(shop: Partner, machine: Machine) -> None:
    tag = shop.get(f"/v1/machines/{machine.pk}")["ETag"]
    factory.work_center()
    shop.call(
        "PUT",
        f"/v1/machines/{machine.pk}/work-center",
        {"work_center": "WC-MILL"},
        **{"If-Match": tag},
    )

    newest = shop.get(f"/v1/machines/{machine.pk}/events").json()["items"][0]

    assert newest["verb"] == "machine.work_center_set"
    assert newest["by_client_id"]
    assert newest["changed"] == [
        {"field": "work_center", "before": "", "after": "WC-MILL"}
    ]


def test_of_another_enterprise_is_not_there(
    south: EnterpriseRef, machine: Machine
) -> None:
    other = partner_of(south, "machines:read")

    assert other.get(f"/v1/machines/{machine.pk}/events").status_code == 404
