"""Cells and databases, the proxy's map, and who takes a newcomer."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from apps.kernel.errors import InvalidInput
from tenants import context
from tenants.cells import clearing, selectors, services
from tenants.models import Database, Enterprise, Slot
from tenants.provisioning.services import NoRoom
from tenants.types import DatabaseState, EnterpriseRef
from tests.factories import archives as make
from tests.factories import cells
from tests.factories.tenants import free_slot
from tests.tenants.cells.conftest import SecondDatabase


def said(*words: str) -> str:
    out = StringIO()
    call_command("cells", *words, stdout=out)
    return out.getvalue()


class TestWhereIs:
    def test_knows_all_of_it(self, north: EnterpriseRef) -> None:
        with context.directory():
            row = Enterprise.objects.get(pk=north.id)
            slot = Slot.objects.get(pk=north.schema)

        found = selectors.where_is(row)

        assert (found.cell, found.database, found.is_here) == ("main", "main", True)
        assert (found.slot, found.role) == (north.schema, north.schema)
        assert (found.template, found.stage) == (slot.template_digest, 0)
        assert (found.tier, found.state, found.move) == ("activated", "activated", None)

    def test_knows_that_it_is_on_its_way(self, north: EnterpriseRef) -> None:
        target = cells.database()
        with context.directory():
            row = Enterprise.objects.get(pk=north.id)
        make.move(row, target)

        assert selectors.where_is(row).move == "planned"


class TestAddDatabase:
    def test_writes_database_and_cell(self, db: None) -> None:
        text = said(
            "add", "b", "--cell", "east", "--address", "10.0.0.2:8000", "--limit", "7"
        )

        assert text == "b in east holds up to 7.\n"
        assert "east         b            open         0 of 7" in said("list")

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"code": "B!"}, "code"),
            ({"code": ""}, "code"),
            ({"cell": "a;b"}, "cell"),
            ({"slot_limit": 0}, "slot_limit"),
            ({"address": "here; evil on;"}, "address"),
        ],
    )
    def test_refuses_what_would_break_a_map(
        self, db: None, facts: dict[str, object], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            cells.database(**facts)

        assert refusal.value.field == field
        assert refusal.value.remedy

    def test_refuses_a_code_that_is_taken(self, db: None) -> None:
        cells.database()

        with pytest.raises(services.CodeTaken):
            cells.database()


class TestPlace:
    def test_is_this_processs_own(self, db: None) -> None:
        assert selectors.place().pk == "main"

    def test_names_another_when_it_is_full(self, north: EnterpriseRef) -> None:
        cells.database()
        with context.owner():
            Database.objects.filter(pk="main").update(slot_limit=1)

        with pytest.raises(NoRoom, match="main is full: it holds 2 of 1") as refusal:
            selectors.place()

        assert str(refusal.value.remedy).endswith("one of: b.")

    def test_asks_for_another_when_there_is_none(self, db: None) -> None:
        services.set_database_state(code="main", state=DatabaseState.CLOSED)

        with pytest.raises(NoRoom, match="takes no newcomers") as refusal:
            selectors.place()

        assert "cells add" in str(refusal.value.remedy)


class TestRoutes:
    def test_gives_a_line_for_each_host(self, north: EnterpriseRef) -> None:
        cells.database(code="c", cell="main", address="10.0.0.1:8000")

        assert said("routes").splitlines() == [
            "north.testserver.local 10.0.0.1:8000;",
            "south.testserver.local 10.0.0.1:8000;",
        ]


class TestCommand:
    def test_says_where_one_is(self, north: EnterpriseRef) -> None:
        text = said("status", "north")

        assert "database   main" in text
        assert f"slot       {north.schema}" in text

    def test_refuses_in_words(self, db: None) -> None:
        with pytest.raises(CommandError, match="There is no enterprise nobody"):
            said("move", "nobody", "--to", "b")
        with pytest.raises(CommandError, match="no database c. Choose one of: main"):
            said("state", "c", "open")


class TestRoles:
    def test_outlive_a_schema_while_another_database_uses_them(
        self, places: SecondDatabase
    ) -> None:
        schema = free_slot().pk
        places.ask(f'GRANT USAGE ON SCHEMA public TO "{schema}"')

        with pytest.raises(DatabaseError, match="cannot be dropped"):
            clearing.drop_schema(schema)

        with context.owner(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema])
            assert cursor.fetchone() == (True,)
        places.ask(f'REVOKE USAGE ON SCHEMA public FROM "{schema}"')
        clearing.drop_schema(schema)
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regrole(%s) IS NULL", [schema])
            assert cursor.fetchone() == (True,)
