"""The formats in which machines leave, and what each leaves out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.machines import selectors, services
from tenants import context
from tenants.types import Role
from tests.factories import machines as factory


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


def summed() -> list[tuple[str, int, bool]]:
    left = services.left_out_of_files(selectors.machines_of())
    return [(one.fact, one.machines, one.is_in_tables) for one in left]


class TestPage:
    def test_offers_each_format_of_what_the_filter_keeps(self, planner, north):
        with context.enterprise(north):
            factory.complete_machine(axes=5)
            factory.machine(code="M-02", maker="Hermle")

        text = planner.get("/machines/exports/?q=Hermle").content.decode()

        for path in (
            "/machines/export/?q=Hermle",
            "/machines/export/aasx/?q=Hermle",
            "/machines/export/json/?q=Hermle",
            "/machines/export/catena-x/?q=Hermle",
        ):
            assert f'href="{path}"' in text
            assert planner.get(path).status_code == 200
        assert "Of the machines that the filter keeps" in text
        assert "cost_model/hourly_rate" not in text
        every = planner.get("/machines/exports/").content.decode()
        assert "Costs never leave the enterprise." in every
        listed = planner.get("/machines/?q=Hermle").content.decode()
        assert 'href="/machines/exports/?q=Hermle"' in listed

    def test_says_where_one_document_is_too_small(self, planner, north, monkeypatch):
        monkeypatch.setattr("apps.portal.machine_aspects.MOST_MACHINES", 1)
        with context.enterprise(north):
            factory.machine(code="M-01")
            factory.machine(code="M-02")

        text = planner.get("/machines/exports/").content.decode()

        assert "More than 1 machines" in text
        assert "/machines/export/?" in text
        assert "/machines/export/catena-x/" not in text


@pytest.mark.usefixtures("in_north")
class TestSum:
    def test_counts_the_machines_of_each_fact(self):
        made = factory.complete_machine(auto_quote=True)
        factory.capability(made.pk, from_catalog=frozenset({"max_mass_kg"}))
        factory.machine(code="M-02")

        found = summed()

        assert found[0] == ("site", 2, True)
        assert ("auto_quote", 1, True) in found
        assert ("capabilities/*/figures_origin/max_mass_kg", 1, False) in found
        assert ("cost_model/hourly_rate", 1, True) in found
        assert sum(name.startswith("cost_model/") for name, *_more in found) == 13
        assert len(found) == 16

    def test_asks_as_much_of_many_machines_as_of_one(self):
        def asked() -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                summed()
            return len(queries)

        factory.complete_machine(code="M-01")
        first = asked()
        for number in range(2, 6):
            factory.complete_machine(code=f"M-0{number}")

        assert asked() == first
