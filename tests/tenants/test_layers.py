"""Four layers, each shown to hold alone, and each shown to leak where it is left out.

docs/tenancy/isolation.md has the table of attacks and of the layers that stop them;
the tests read it there.
"""

import ast
import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection, connections, transaction
from django.test import override_settings

from apps.machines.models import Machine, Site
from tenants import context
from tenants.database.layers import Layer, is_off
from tenants.database.session import session
from tenants.isolation import ForeignInstance
from tenants.models import Job
from tenants.types import EnterpriseRef
from tests.support import layers
from tests.support.world import NOON

pytestmark = pytest.mark.usefixtures("db")

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "tenancy" / "isolation.md"
NORTHS, SOUTHS = "of north", "of south"
READ = "SELECT name FROM machines_site"

Pair = tuple[EnterpriseRef, EnterpriseRef]
Attack = Callable[[EnterpriseRef, EnterpriseRef], list[str]]
ATTACKS: dict[str, Attack] = {}


def attack(name: str) -> Callable[[Attack], Attack]:
    """Give an attack its name in the table; it returns the names that it got at."""

    def register(function: Attack) -> Attack:
        ATTACKS[name] = function
        return function

    return register


def ask(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


@attack("raw SQL, unqualified")
def raw(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return ask(READ)


@attack("raw SQL with another schema's name")
def raw_qualified(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return ask(f'SELECT name FROM "{north.schema}".machines_site')


@attack("raw SQL in nobody's name")
def raw_of_nobody(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    return ask(READ)


@attack("ORM in nobody's name")
def orm_of_nobody(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    return [site.name for site in Site.objects.all()]


@attack("ORM on a connection that another used")
def reused_connection(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return [site.name for site in Site.objects.all()]


@attack("queryset built in one name, run in another")
def lazy(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(north):
        sites = Site.objects.all()
    with context.enterprise(south):
        return [site.name for site in sites]


@attack("instance of one, saved in another's name")
def instance(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    site = _of_north(Site, north)
    _leave_as(south)
    with context.enterprise(south):
        site.save()
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(f'SELECT name FROM "{south.schema}".machines_site')
        return [row[0] for row in cursor.fetchall()]


@attack("foreign key followed in another's name")
def foreign_key(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    machine = _of_north(Machine, north)
    with context.enterprise(south):
        return [machine.site.name]


@attack("iterator begun in one name, continued in another")
def iterator(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.owner(north.schema):
        rows = iter(Site.objects.all().iterator(chunk_size=1))
        first = next(rows)
    assert first.name.startswith(NORTHS)
    with context.enterprise(south):
        return [site.name for site in rows]


@attack("read after a savepoint was rolled back")
def savepoint(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        point = transaction.savepoint()
        with context.enterprise(north):
            ask("SELECT 1::text")
        transaction.savepoint_rollback(point)
        return ask(READ)


@attack("new thread")
def new_thread(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    found: list[Any] = []
    shared = connections["default"]
    shared.inc_thread_sharing()

    def look() -> None:
        connections["default"] = shared
        try:
            found.extend(ask(READ))
        except (context.NoContext, DatabaseError) as error:
            found.append(error)

    with context.enterprise(north):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    shared.dec_thread_sharing()
    for each in found:
        if isinstance(each, Exception):
            raise each
    return found


@attack("asyncio task begun in nobody's name")
def task(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    shared = connections["default"]

    async def look() -> list[str]:
        await asyncio.sleep(0)
        # Django gives each task a connection of its own; this one had been used.
        connections["default"] = shared
        return ask(READ)

    async def main() -> list[str]:
        begun = asyncio.create_task(look())
        with context.enterprise(north):
            return await begun

    return asyncio.run(main())


@attack("view of another's schema")
def view(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return ask("SELECT name FROM site_names")


@attack("SQL function with another schema's name")
def function(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return ask("SELECT public.peek()")


@attack("shared table without a filter")
def shared(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return [job.requested_by for job in Job.objects.all()]


@attack("shared table, raw SQL")
def shared_raw(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return ask("SELECT requested_by FROM public.tenants_job")


@attack("another's row of a shared table, written")
def shared_write(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.tenants_job SET error = '' WHERE requested_by = %s"
            " RETURNING requested_by",
            [NORTHS],
        )
        return [row[0] for row in cursor.fetchall()]


@attack("view of a shared table")
def shared_view(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return ask("SELECT requested_by FROM public.job_names")


@attack("SQL function over a shared table")
def shared_function(north: EnterpriseRef, south: EnterpriseRef) -> list[str]:
    with context.enterprise(south):
        return ask("SELECT public.peek_jobs()")


def _of_north(model: Any, north: EnterpriseRef) -> Any:
    """Return a row as code that acts for north reads it, whatever is left out."""
    with context.owner(north.schema), connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id FROM "{north.schema}"."{model._meta.db_table}"'
            f" WHERE name = '{NORTHS}'"
        )
        key = cursor.fetchone()[0]
        cursor.execute(f'SET search_path = "{north.schema}", public, ext')
        row = model.objects.get(pk=key)
    row._state.tenant = north.schema
    return row


@pytest.fixture
def pair(
    north: EnterpriseRef, south: EnterpriseRef, monkeypatch: pytest.MonkeyPatch
) -> Pair:
    """Both of the cast, each with rows that bear its name."""
    # Django's own guard; here it would hide what ours does.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    for ref, label in ((north, NORTHS), (south, SOUTHS)):
        with context.enterprise(ref):
            site = Site.objects.create(name=label, country="DE", time_zone="UTC")
            if ref is north:
                # For the iterator that has not come to its end.
                Site.objects.create(name=f"{label} 2", country="DE", time_zone="UTC")
            Machine.objects.create(site=site, code="M1", name=label)
            Job.objects.create(
                enterprise_id=ref.id, kind="x.y", run_after=NOON, requested_by=label
            )
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            f'CREATE VIEW "{north.schema}".site_names WITH (security_invoker) AS'
            f' SELECT name FROM "{north.schema}".machines_site;'
            "CREATE FUNCTION public.peek() RETURNS SETOF text LANGUAGE sql AS"
            f""" 'SELECT name::text FROM "{north.schema}".machines_site';"""
            "CREATE VIEW public.job_names WITH (security_invoker) AS"
            " SELECT requested_by FROM public.tenants_job;"
            "CREATE FUNCTION public.peek_jobs() RETURNS SETOF text LANGUAGE sql AS"
            " 'SELECT requested_by::text FROM public.tenants_job';"
            f"GRANT SELECT ON public.job_names TO {context.TENANT_GROUP_ROLE};"
            f'GRANT SELECT ON "{north.schema}".site_names TO "{north.schema}"'
        )
    return north, south


def gets_through(name: str, pair: Pair, *on: Layer) -> bool:
    """Say whether an attack gets at a name of north's, on these layers alone."""
    north, south = pair
    with context.directory():
        point = transaction.savepoint()
    token = context._active.set(None)
    try:
        with layers.only(*on, refs=pair):
            _leave_as(north)
            found = ATTACKS[name](north, south)
    except (context.NoContext, ForeignInstance, DatabaseError, Site.DoesNotExist):
        found = []
    finally:
        context._active.reset(token)
        with context.directory():
            transaction.savepoint_rollback(point)
            # What Django remembers of a refusal that has been undone.
            transaction.set_rollback(False)
    return any(each.startswith(NORTHS) for each in found)


def _leave_as(ref: EnterpriseRef) -> None:
    """Leave the session as one that served an enterprise a moment ago."""
    with connection.connection.cursor() as driver:
        driver.execute(
            f'SET ROLE "{ref.schema}"; SET search_path = "{ref.schema}", public, ext'
        )
    session()._applied = context.Context(ref.schema, ref.schema, ref)


def table() -> dict[str, frozenset[Layer]]:
    """Return the table of the documentation: who stops which attack alone."""
    _, heading, rest = TABLE.read_text().partition("| Attack |")
    rows = rest.partition("\n\n")[0].splitlines()
    lines = [heading + rows[0], *[row for row in rows[1:] if row.startswith("| ")]]
    columns = [Layer(name.strip()) for name in lines[0].strip("|").split("|")[1:]]
    found = {}
    for line in lines[1:]:
        name, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        found[name] = frozenset(
            layer for layer, cell in zip(columns, cells, strict=True) if cell == "stops"
        )
    return found


STOPS = table()
CASES = [(name, layer) for name in ATTACKS for layer in Layer]


class TestAttack:
    @pytest.mark.parametrize("name", list(ATTACKS))
    def test_gets_nothing_where_all_layers_stand(self, name: str, pair: Pair) -> None:
        assert not gets_through(name, pair, *Layer)

    @pytest.mark.parametrize(("name", "layer"), CASES)
    def test_meets_each_layer_alone_as_documented(
        self, name: str, layer: Layer, pair: Pair
    ) -> None:
        assert gets_through(name, pair, layer) == (layer not in STOPS[name])

    @pytest.mark.parametrize("name", list(ATTACKS))
    def test_gets_through_where_none_of_those_stand_that_stop_it(
        self, name: str, pair: Pair
    ) -> None:
        """The control: the others do not stop it, and the attack is a real one."""
        others = frozenset(Layer) - STOPS[name]

        assert gets_through(name, pair, *others)


class TestTable:
    def test_names_each_attack_and_some_layer_that_stops_it(self) -> None:
        assert list(STOPS) == list(ATTACKS)
        assert all(STOPS.values())

    def test_gives_each_layer_an_attack_that_no_other_stops(self) -> None:
        alone = {
            layer for stops in STOPS.values() if len(stops) == 1 for layer in stops
        }

        assert alone == {Layer.CONTEXT, Layer.ROLE, Layer.ROW_SECURITY}


class TestSharedTables:
    def test_with_an_owner_are_all_forced(self) -> None:
        """Whoever owns a row is named in a column; such a table protects its rows."""
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a"
                " ON a.attrelid = c.oid AND a.attname IN ('owner_id', 'enterprise_id')"
                " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
                " AND NOT a.attisdropped ORDER BY 1"
            )
            owned = {row[0] for row in cursor.fetchall()}

            cursor.execute(
                "SELECT c.relname FROM pg_class c WHERE c.relname = ANY(%s) AND"
                " has_table_privilege(%s, c.oid, 'SELECT')",
                [list(UNPROTECTED), context.TENANT_GROUP_ROLE],
            )
            readable = cursor.fetchall()

        assert owned - set(layers.protected_tables()) == UNPROTECTED
        assert readable == []

    def test_show_nothing_to_a_role_that_no_policy_names(self, pair: Pair) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE ROLE spindle_reader NOLOGIN; GRANT spindle_reader TO"
                " spindle_app, spindle_owner; GRANT SELECT ON tenants_job TO"
                " spindle_reader"
            )
            cursor.execute("SET ROLE spindle_reader; SELECT count(*) FROM tenants_job")
            found = cursor.fetchone()
            cursor.execute("SET ROLE spindle_owner")

        assert found == (0,)


# The directory's own, which no enterprise's role may read: whose slot is whose, what is
# left of the closed, and the clients of sign-in, whose owner would be a person.
UNPROTECTED = {"tenants_slot", "tenants_closure", "allauth_idp_oidc_client"}


class TestSwitch:
    def test_is_heeded_by_the_settings_of_the_suite_alone(self) -> None:
        with override_settings(SPINDLE_UNSAFE_LAYERS_OFF=frozenset(["role"])):
            assert is_off(Layer.ROLE)
            with override_settings(SPINDLE_UNSAFE_ALLOWED=False):
                assert not is_off(Layer.ROLE)

    def test_is_an_error_of_any_other_settings(self) -> None:
        with override_settings(
            SPINDLE_UNSAFE_LAYERS_OFF=frozenset(["role"]), SPINDLE_UNSAFE_ALLOWED=False
        ):
            assert "tenants.E001" in {found.id for found in run_checks()}

    def test_is_an_error_of_a_deployment_with_the_suites_settings(self) -> None:
        assert settings.SPINDLE_UNSAFE_ALLOWED
        found = run_checks(include_deployment_checks=True)
        assert "tenants.E002" in {each.id for each in found}

    def test_is_off_in_production(self) -> None:
        text = (ROOT / "platform/spindle/settings/prod.py").read_text()
        base = (ROOT / "platform/spindle/settings/base.py").read_text()

        assert "UNSAFE" not in text
        assert "SPINDLE_UNSAFE_ALLOWED = False" in base


class TestGenerator:
    def test_never_holds_a_context_while_it_waits(self) -> None:
        """Whoever resumes a generator would go on in the name that it entered."""
        found = [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for folder in ("apps", "tenants", "platform")
            for path in (ROOT / folder).rglob("*.py")
            for node in _waiting_in_a_context(ast.parse(path.read_text()))
        ]

        assert found == []

    def test_would_leave_it_to_whoever_resumed_it(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        """The control: why the rule above stands."""

        def rows() -> Iterator[int]:
            with context.enterprise(north):
                yield 1

        with context.enterprise(south):
            held = rows()
            next(held)
            assert context.current() == north
            held.close()
            assert context.current() == south


def _waiting_in_a_context(tree: ast.AST) -> Iterator[ast.AST]:
    enters = re.compile(r"context\.(enterprise|directory|exchange|operator|jobs|owner)")
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        made = {ast.unparse(each) for each in function.decorator_list}
        if made & {"contextmanager", "pytest.fixture"}:
            continue
        for block in ast.walk(function):
            if isinstance(block, ast.With) and any(
                enters.search(ast.unparse(item.context_expr)) for item in block.items
            ):
                yield from (
                    node
                    for node in ast.walk(block)
                    if isinstance(node, ast.Yield | ast.YieldFrom)
                )
