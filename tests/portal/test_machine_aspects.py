"""Machines as the Catena-X aspect, as members of an enterprise see them."""

import json

import pytest

from tenants import context
from tenants.types import Role
from tests.factories import machines as factory


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def machine(north):
    with context.enterprise(north):
        made = factory.machine()
        factory.capability(made.pk)
        factory.cost_model(made.pk)
        return made


class TestExport:
    def test_names_what_is_not_in_the_file_beside_it(self, planner, machine):
        page = planner.get(f"/machines/{machine.pk}/catena-x/").content.decode()

        assert f"/machines/{machine.pk}/catena-x/file/" in page
        assert "cost_model/hourly_rate" in page
        assert "Costs never leave the enterprise." in page
        shell = planner.get(f"/machines/{machine.pk}/shell/").content.decode()
        assert f"/machines/{machine.pk}/catena-x/" in shell

    def test_sends_the_file(self, planner, machine):
        answer = planner.get(f"/machines/{machine.pk}/catena-x/file/")

        assert answer["Content-Type"] == "application/json"
        assert answer["Content-Disposition"] == (
            'attachment; filename="Hurco04-manufacturing-capability.json"'
        )
        assert len(json.loads(answer.content)["machines"]) == 1

    def test_sends_those_that_the_filter_keeps(self, planner, machine, north):
        with context.enterprise(north):
            factory.machine(code="M-02", name="Mill 2", maker="Hermle")

        answer = planner.get("/machines/export/catena-x/?q=Hermle")

        found = json.loads(answer.content)["machines"]
        assert [one["label"] for one in found] == [{"en": "Mill 2"}]
        listed = planner.get("/machines/?q=Hermle").content.decode()
        assert "/machines/export/catena-x/?q=Hermle" in listed
