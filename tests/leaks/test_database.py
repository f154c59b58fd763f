"""PostgreSQL itself: each table, asked for by the wrong role, path or name."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.db.utils import Error

from tenants import context
from tenants.context import Context
from tenants.isolation import registry
from tenants.isolation.registry import Found, Kind
from tenants.types import Tenancy
from tests.leaks import matrix
from tests.leaks.matrix import Complaint, Group
from tests.leaks.world import World

REFUSED = "42501"  # insufficient_privilege, which row security raises as well
MISSING = "42P01"  # undefined_table

FOUND = [one for one in registry.collect() if one.kind is Kind.MODEL]
TABLES = {
    model._meta.label: model._meta.db_table
    for model in apps.get_models(include_auto_created=True)
}


def of(tenancy: Tenancy) -> list[Found]:
    return [one for one in FOUND if one.classes and one.classes.tenancy is tenancy]


READ = "SELECT * FROM {table} LIMIT 1"
COUNT = "SELECT count(*) FROM {table}"
LOCK = "SELECT 1 FROM {table} FOR UPDATE"
CHANGE = "UPDATE {table} SET {column} = {column}"
ERASE = "DELETE FROM {table}"
ADD = "INSERT INTO {table} DEFAULT VALUES"
EMPTY = "TRUNCATE {table} CASCADE"
REFER = "CREATE TEMP VIEW leak AS SELECT * FROM {table}"

PRIVATE_CASES = {
    "another enterprise reads by the whole name": ("east", READ),
    "another enterprise counts by the whole name": ("east", COUNT),
    "another enterprise locks by the whole name": ("east", LOCK),
    "another enterprise changes by the whole name": ("east", CHANGE),
    "another enterprise erases by the whole name": ("east", ERASE),
    "another enterprise adds by the whole name": ("east", ADD),
    "another enterprise empties by the whole name": ("east", EMPTY),
    "the directory reads": ("directory", READ),
    "the market reads": ("exchange", READ),
    "the operator reads": ("operator", READ),
    "the job runner reads": ("jobs", READ),
    "a role with the wrong path reads": ("path", READ),
    "a role with the wrong path changes": ("path", CHANGE),
    "nobody reads": ("nobody", READ),
}
PRIVATE_GROUPS = [
    Group("Database", found.name, tuple(PRIVATE_CASES)) for found in of(Tenancy.PRIVATE)
]


def acting(world: World, name: str) -> Any:
    """Act as whoever the case names."""
    doors: dict[str, Any] = {
        "directory": context.directory,
        "exchange": context.exchange,
        "operator": context.operator,
        "jobs": context.jobs,
        "east": lambda: context.enterprise(world.east),
        # As if a bug had set the path of one enterprise and the role of another.
        "path": lambda: context._enter(
            Context(
                role=world.east.schema,
                schema=world.north.schema,
                enterprise=world.east,
            )
        ),
    }
    return doors[name]()


def outcome_of(sql: str) -> tuple[str, int]:
    """Run a statement in a savepoint; return its error's code, else what it touched."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall() if cursor.description else []
            touched = len(rows) if rows else max(cursor.rowcount, 0)
            if rows and "count(" in sql:
                touched = rows[0][0]
            return "", touched
    except Error as error:
        cause = error.__cause__
        assert isinstance(cause, psycopg2.Error)
        return str(cause.pgcode), 0


def attack_private(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    table = TABLES[group.name]
    column = apps.get_model(group.name)._meta.pk.column  # type: ignore[union-attr]
    whole = f'"{world.north.schema}"."{table}"'
    for name, (who, sql) in PRIVATE_CASES.items():
        statement = sql.format(table=whole, column=f'"{column}"')
        if who == "nobody":
            yield name, _in_nobodys_name(statement)
            continue
        if who == "path":
            statement = sql.format(table=f'"{table}"', column=f'"{column}"')
        with acting(world, who):
            code, touched = outcome_of(statement)
        # With the right to no table of a schema, a bare name is not found at all.
        is_denied = code == REFUSED or (who == "path" and code == MISSING)
        yield name, None if is_denied else f"ends in {code or touched}"


def _in_nobodys_name(statement: str) -> Complaint:
    token = context._active.set(None)
    try:
        outcome_of(statement)
    except context.NoContext:
        return None
    finally:
        context._active.reset(token)
    return "is asked in nobody's name"


class TestPrivate:
    @pytest.mark.parametrize("group", PRIVATE_GROUPS, ids=str)
    def test_is_reached_by_no_other_role(self, world: World, group: Group) -> None:
        matrix.judge(group, attack_private(world, group))

    @pytest.mark.parametrize("found", of(Tenancy.PRIVATE), ids=lambda one: one.name)
    def test_is_read_by_its_own(self, world: World, found: Found) -> None:
        """The control: the very statement works in the owner's name."""
        whole = f'"{world.north.schema}"."{TABLES[found.name]}"'
        with context.enterprise(world.north):
            assert outcome_of(READ.format(table=whole))[0] == ""


OWNED_CASES = (
    "reads another's rows",
    "counts another's rows",
    "changes another's rows",
    "takes another's rows over",
    "erases another's rows",
    "adds a row for another",
    "empties the table",
)
OWNED_GROUPS = [
    Group("Database", found.name, OWNED_CASES) for found in of(Tenancy.OWNED)
]


def attack_owned(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    found = next(one for one in FOUND if one.name == group.name)
    assert found.classes is not None
    table, column = TABLES[group.name], found.classes.column
    is_schema = column == "schema_name"
    mine, others = (
        (ref.schema if is_schema else str(ref.id)) for ref in (world.east, world.north)
    )
    key = apps.get_model(group.name)._meta.pk.column  # type: ignore[union-attr]
    theirs = f"WHERE \"{column}\" = '{others}'"
    statements = (
        f'SELECT 1 FROM public."{table}" {theirs}',
        f'SELECT count(*) FROM public."{table}" {theirs}',
        f'UPDATE public."{table}" SET "{key}" = "{key}" {theirs}',
        f'UPDATE public."{table}" SET "{column}" = \'{mine}\' {theirs}',
        f'DELETE FROM public."{table}" {theirs}',
        f'INSERT INTO public."{table}" ("{column}") VALUES (\'{others}\')',
        f'TRUNCATE public."{table}" CASCADE',
    )
    for name, statement in zip(OWNED_CASES, statements, strict=True):
        with context.enterprise(world.east):
            code, touched = outcome_of(statement)
        if name in ("adds a row for another", "empties the table"):
            yield name, None if code == REFUSED else f"ends in {code or touched}"
        else:
            is_denied = code == REFUSED or (code == "" and touched == 0)
            yield name, None if is_denied else f"ends in {code or touched}"


class TestOwned:
    @pytest.mark.parametrize("group", OWNED_GROUPS, ids=str)
    def test_is_kept_apart_row_by_row(self, world: World, group: Group) -> None:
        matrix.judge(group, attack_owned(world, group))

    def test_holds_rows_of_another_to_find(self, world: World) -> None:
        """The control: north does have rows in most of these tables."""
        filled = set()
        for found in of(Tenancy.OWNED):
            assert found.classes is not None
            column = found.classes.column
            value = world.north.schema if column == "schema_name" else world.north.id
            with context.owner(), connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT count(*) FROM public."{TABLES[found.name]}"'
                    f' WHERE "{column}" = %s',
                    [str(value)],
                )
                if cursor.fetchone()[0]:
                    filled.add(found.name)

        assert {
            "tenants.Enterprise",
            "tenants.Domain",
            "tenants.Membership",
            "tenants.ApiClient",
            "tenants.Job",
            "exchange.Listing",
            "exchange.Demand",
            "exchange.Match",
            "exchange.MatchRun",
        } <= filled


PLATFORM_CASES = ("reads", "changes", "erases", "adds", "empties")
PLATFORM = [*of(Tenancy.DIRECTORY), *of(Tenancy.OPERATOR), *of(Tenancy.SHARED)]
PLATFORM_GROUPS = [Group("Database", one.name, PLATFORM_CASES) for one in PLATFORM]


def attack_platform(world: World, group: Group) -> Iterator[tuple[str, Complaint]]:
    found = next(one for one in FOUND if one.name == group.name)
    assert found.classes is not None
    table = f'public."{TABLES[group.name]}"'
    key = (
        apps.get_model(group.name)._meta.pk.column if group.name.count("_") == 0 else ""
    )  # type: ignore[union-attr]
    statements = {
        "reads": READ,
        "changes": f'UPDATE {{table}} SET "{key or "id"}" = "{key or "id"}"',
        "erases": ERASE,
        "adds": ADD,
        "empties": EMPTY,
    }
    for name, sql in statements.items():
        with context.enterprise(world.east):
            code, touched = outcome_of(sql.format(table=table))
        if name == "reads" and found.classes.tenancy is Tenancy.SHARED:
            yield name, None if code in ("", REFUSED) else f"ends in {code}"
        elif name == "reads" and code == "":
            yield name, _others_among(world, TABLES[group.name])
        else:
            # A view is no table that could be emptied or written to.
            is_denied = code in (REFUSED, "55000", "42809")
            yield name, None if is_denied else f"ends in {code or touched}"


def _others_among(world: World, table: str) -> Complaint:
    """People are of no single enterprise; each sees its own members."""
    with context.enterprise(world.east), connection.cursor() as cursor:
        cursor.execute(f'SELECT email FROM public."{table}"')
        shown = {row[0] for row in cursor.fetchall()}
    others = {email for email in shown if not email.endswith("@east.example")}
    return f"shows {sorted(others)}" if others else None


class TestPlatform:
    @pytest.mark.parametrize("group", PLATFORM_GROUPS, ids=str)
    def test_is_changed_by_no_enterprise(self, world: World, group: Group) -> None:
        matrix.judge(group, attack_platform(world, group))


ESCAPES = {
    "another role": "SET ROLE {north}",
    "the login's own role": "RESET ROLE; SELECT * FROM tenants_enterprise",
    "the owner's role": "SET ROLE spindle_owner; CREATE TABLE leak (a int)",
    "a function that runs as its owner": (
        "CREATE FUNCTION leak() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'"
    ),
    "a table in the shared schema": "CREATE TABLE public.leak (a int)",
    "a table in another's schema": "CREATE TABLE {north}.leak (a int)",
    "a file of the server": "COPY tenants_job TO '/tmp/leak'",
    "a program of the server": "COPY tenants_job TO PROGRAM 'cat'",
    "row security off": "SET row_security = off; SELECT * FROM tenants_job",
    "a policy of its own": ("CREATE POLICY leak ON tenants_job TO public USING (true)"),
}


class TestSchemas:
    @pytest.mark.parametrize("way", [w for w in ESCAPES if "role" not in w])
    def test_are_not_left_by(self, world: World, way: str) -> None:
        """What runs as an enterprise's role stays in it, but for SET ROLE.

        The login may take any role: the role guards against our own mistakes, not
        against SQL of an attacker's (docs/tenancy/classification.md).
        """
        sql = ESCAPES[way].format(north=f'"{world.north.schema}"')
        group = Group("Database", f"way out: {way}", (way,))
        with context.enterprise(world.east):
            code, touched = outcome_of(sql)
        is_denied = code in (REFUSED, "42P01", "3F000")
        matrix.judge(
            group, [(way, None if is_denied else f"ends in {code or touched}")]
        )

    def test_are_listed_to_no_one_by_rows(self, world: World) -> None:
        with context.enterprise(world.east), connection.cursor() as cursor:
            cursor.execute("SELECT schema_name FROM public.tenants_enterprise")
            assert [row[0] for row in cursor.fetchall()] == [world.east.schema]

    def test_statement_of_nobody_raises(self) -> None:
        assert issubclass(ProgrammingError, Error)
        assert _in_nobodys_name("SELECT 1") is None
