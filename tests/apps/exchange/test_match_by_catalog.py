"""A run writes down by which version of the catalog it judged, and judges by it."""

from collections.abc import Iterator

import pytest

from apps.catalog import selectors as catalog
from apps.catalog import services
from apps.catalog.types import EquivalenceKind
from apps.exchange.models import Demand
from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import exchange as make
from tests.factories.catalog import NOON, OLGA


@pytest.fixture(autouse=True)
def read_anew(db: None) -> Iterator[None]:
    catalog.forget()
    yield
    catalog.forget()


@pytest.fixture
def brackets(south: EnterpriseRef) -> Demand:
    return make.demand(south)


class TestMatchRun:
    def test_knows_the_version_it_was_judged_by(self, brackets: Demand) -> None:
        first = make.matched(brackets.pk)
        with context.operator():
            services.edit_process(
                code="turning",
                facts={"name_en": "Lathe work"},
                reason="A test",
                seen=1,
                by=OLGA,
                at=NOON,
            )
        second = make.matched(brackets.pk)

        assert (first.catalog_version, second.catalog_version) == (1, 2)

    def test_takes_what_has_become_identical_since_the_demand_was_published(
        self, brackets: Demand
    ) -> None:
        with context.exchange():
            brackets.refresh_from_db()
        before = set(brackets.accepted_materials)
        asked = brackets.material_code
        with context.operator():
            services.set_equivalence(
                one=asked,
                other="peek",
                kind=EquivalenceKind.IDENTICAL,
                source="A test",
                reason="A test",
                seen=1,
                by=OLGA,
                at=NOON,
            )

        run = make.matched(brackets.pk)

        assert run.catalog_version == 2
        with context.exchange():
            brackets.refresh_from_db()
        assert set(brackets.accepted_materials) == before | {"peek"}
