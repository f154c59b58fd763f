"""A schema claimed at sign-up is the one that migrations make, whole or not at all."""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tenants import context
from tenants.models import Domain, Enterprise, Membership, Slot, Template, User
from tenants.provisioning import migrating, rendering, selectors, services
from tenants.registry.services import EmailTaken, SlugTaken, sign_up
from tenants.types import EnterpriseRef, SlotState
from tests.factories.capacity import reservation_row
from tests.factories.machines import machine
from tests.support.world import NOON, PASSWORD

MIGRATED = "t_migrated"
WEST: dict[str, Any] = {
    "name": "Westwind Forge",
    "slug": "westwind-forge",
    "country": "PL",
    "language": "en",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "email": "owner@westwind-forge.example",
    "person_name": "Wanda West",
    "password": PASSWORD,
    "at": NOON,
}
DDL = re.compile(r"\s*(CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE)\b", re.IGNORECASE)

# What a schema consists of, each as rows that must be equal in any two schemas.
CATALOGUE = {
    "tables": """
        SELECT relname, relkind::text, relpersistence::text, relrowsecurity,
               relforcerowsecurity, pg_get_userbyid(relowner), reloptions::text
        FROM pg_class WHERE relnamespace = %(schema)s::regnamespace
        AND relkind IN ('r', 'v', 'm', 'p')""",
    "columns": """
        SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
               a.attnotnull, a.attidentity::text, a.attgenerated::text,
               a.attcollation::regcollation::text, a.attstorage::text,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'v')
        AND a.attnum > 0""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype::text, condeferrable,
               condeferred, convalidated, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace""",
    "indexes": """
        SELECT i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid),
               i.indisunique, i.indisprimary, i.indisvalid, i.indnullsnotdistinct
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r'""",
    "triggers": """
        SELECT pg_get_triggerdef(t.oid), t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal""",
    "functions": """
        SELECT pg_get_functiondef(oid), prosecdef, proconfig::text,
               pg_get_userbyid(proowner)
        FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace""",
    "sequences": """
        SELECT c.relname, s.seqtypid::regtype::text, s.seqstart, s.seqincrement,
               s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
               d.refobjid::regclass::text, d.refobjsubid
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        LEFT JOIN pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i')
        AND d.classid = 'pg_class'::regclass
        WHERE c.relnamespace = %(schema)s::regnamespace""",
    "types": """
        SELECT typname, typtype::text FROM pg_type
        WHERE typnamespace = %(schema)s::regnamespace AND typtype <> 'c'
        AND typelem = 0""",
    "grants": """
        SELECT c.relname, pg_get_userbyid(a.grantor), pg_get_userbyid(a.grantee),
               a.privilege_type, a.is_grantable
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = %(schema)s::regnamespace
        UNION ALL
        SELECT 'the schema', pg_get_userbyid(a.grantor), pg_get_userbyid(a.grantee),
               a.privilege_type, a.is_grantable
        FROM pg_namespace n, aclexplode(n.nspacl) a
        WHERE n.oid = %(schema)s::regnamespace""",
    "ledger": "SELECT app, name FROM django_migrations",
}


def catalogue(schema: str) -> dict[str, list[str]]:
    found = {}
    with context.owner(schema), connection.cursor() as cursor:
        for part, sql in CATALOGUE.items():
            cursor.execute(sql, {"schema": schema} if "%(" in sql else None)
            found[part] = sorted(
                str(row).replace(schema, "<schema>") for row in cursor.fetchall()
            )
    return found


def differences(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> dict[str, set[str]]:
    differing = {part: set(one[part]) ^ set(other[part]) for part in CATALOGUE}
    return {part: rows for part, rows in differing.items() if rows}


def drop(schema: str) -> None:
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        cursor.execute(f'DROP ROLE IF EXISTS "{schema}"')


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A schema that Django's migrations made, granted as an enterprise's is."""
    with django_db_blocker.unblock():
        drop(MIGRATED)
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(f'CREATE ROLE "{MIGRATED}" NOLOGIN')
            cursor.execute(f'CREATE SCHEMA "{MIGRATED}"')
            cursor.execute(f'GRANT USAGE ON SCHEMA "{MIGRATED}" TO "{MIGRATED}"')
        migrating.migrate_schema(MIGRATED)
        with context.owner():
            services.grant_schema(MIGRATED)
        yield MIGRATED
        drop(MIGRATED)


class TestTemplate:
    def test_makes_the_catalogue_that_migrations_make(
        self, migrated: str, db: None
    ) -> None:
        with context.directory():
            template = selectors.current_template()
            assert template is not None
            replayed = catalogue(services.make_slot(template))

        expected = catalogue(migrated)
        assert differences(replayed, expected) == {}
        # The comparison has something to bite on.
        empty = {part for part, rows in expected.items() if not rows}
        assert empty <= {"sequences", "types"}
        assert any("EXCLUDE USING gist" in row for row in expected["constraints"])

    def test_is_the_same_bytes_whenever_and_wherever_it_is_rendered(
        self, migrated: str, db: None
    ) -> None:
        first = rendering.render_schema(services.TEMPLATE_SCHEMA)

        assert rendering.render_schema(services.TEMPLATE_SCHEMA) == first
        assert rendering.render_schema(migrated) == first
        with context.directory():
            template = selectors.current_template()
        assert template is not None
        assert template.digest == rendering.digest_of(first)

    def test_names_no_schema_of_its_own(self, db: None) -> None:
        text = rendering.render_schema(services.TEMPLATE_SCHEMA)

        assert services.TEMPLATE_SCHEMA not in text
        assert "public." not in text

    def test_renders_anew_what_a_migration_changed(self, db: None) -> None:
        before = services.render_template()
        with context.owner(services.TEMPLATE_SCHEMA), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE notify_notice ADD COLUMN color text")

        after = services.render_template()

        assert after.digest != before.digest
        assert after.is_current
        with context.directory():
            assert selectors.free_slots(after.digest) == 0

    def test_replaces_the_free_slots_of_the_one_before(self, db: None) -> None:
        with context.directory():
            services.refill_slots()
            free = list(Slot.objects.filter(state=SlotState.FREE))
        with context.owner(services.TEMPLATE_SCHEMA), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE notify_notice ADD COLUMN color text")
        services.render_template()

        with context.directory():
            assert services.drop_free_slots_of_old_templates() == len(free) > 0
            assert services.refill_slots() == 4

        assert not {slot.pk for slot in free} & traces()["schemas"]


class TestDropSchema:
    def test_leaves_anothers_exclusion_constraint_alone(
        self, in_north: EnterpriseRef
    ) -> None:
        with context.directory():
            template = selectors.current_template()
        assert template is not None
        before = catalogue(in_north.schema)

        drop(services.make_slot(template))

        assert catalogue(in_north.schema) == before
        mill = machine(code="Hurco04").pk
        reservation_row(mill, NOON)
        with pytest.raises(IntegrityError, match="no_overlap"), transaction.atomic():
            reservation_row(mill, NOON)

    def test_cannot_take_an_extension_along(self, db: None) -> None:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT extname, extnamespace::regnamespace::text FROM pg_extension"
                " WHERE extname <> 'plpgsql'"
            )
            found = dict(cursor.fetchall())

        assert found == {"btree_gist": "ext", "pg_trgm": "ext"}


def traces() -> dict[str, set[str]]:
    """All that a sign-up leaves anywhere."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^t_'")
        schemas = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^t_'")
        roles = {row[0] for row in cursor.fetchall()}
    with context.directory():
        slots = list(Slot.objects.all())
        return {
            "schemas": schemas,
            "roles": roles,
            "free": {slot.pk for slot in slots if slot.state == SlotState.FREE},
            "claimed": {slot.pk for slot in slots if slot.state == SlotState.CLAIMED},
            "enterprises": set(Enterprise.objects.values_list("slug", flat=True)),
            "domains": set(Domain.objects.values_list("domain", flat=True)),
            "people": set(User.objects.values_list("email", flat=True)),
            "places": set(
                Membership.objects.values_list("enterprise__slug", "user__email")
            ),
        }


def added(before: dict[str, set[str]]) -> dict[str, int]:
    now = traces()
    assert {part for part in before if before[part] - now[part]} <= {"free"}
    return {part: len(now[part] - before[part]) for part in before}


def empty_pool() -> None:
    with context.directory():
        free = list(Slot.objects.filter(state=SlotState.FREE))
        Slot.objects.filter(state=SlotState.FREE).delete()
    for slot in free:
        drop(slot.pk)


class TestClaim:
    def test_runs_no_ddl(self, db: None) -> None:
        with context.directory():
            services.refill_slots()
        before = traces()

        with CaptureQueriesContext(connection) as asked:
            ref, _owner = sign_up(**WEST)

        statements = [query["sql"] for query in asked.captured_queries]
        assert [sql for sql in statements if DDL.match(sql)] == []
        assert any("SKIP LOCKED" in sql for sql in statements)
        assert ref.schema in before["free"]
        assert added(before) == {
            "schemas": 0,
            "roles": 0,
            "free": 0,
            "claimed": 1,
            "enterprises": 1,
            "domains": 1,
            "people": 1,
            "places": 1,
        }

    def test_replays_the_template_when_the_pool_is_empty(
        self, migrated: str, db: None
    ) -> None:
        empty_pool()
        before = traces()

        ref, _owner = sign_up(**WEST)

        made = added(before)
        assert (made["schemas"], made["roles"], made["claimed"]) == (1, 1, 1)
        assert differences(catalogue(ref.schema), catalogue(migrated)) == {}
        with context.enterprise(ref):
            assert machine(code="Hurco04").pk

    def test_refuses_where_nothing_was_prepared(self, db: None) -> None:
        with context.directory():
            Template.objects.update(is_current=False)

        with pytest.raises(services.NotPrepared, match="manage.py prepare"):
            sign_up(**WEST)


def forked(work: Callable[[], object]) -> int:
    """Do the work in a child that never comes back to the test; return how it ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sign_up_dying_at(number: int) -> None:
    """Sign up in a process that is killed before its n-th statement."""
    left = number

    def count(execute: Any, *statement: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            die()
        return execute(*statement)

    with connection.execute_wrapper(count):
        sign_up(**WEST)


def sign_up_dying_at_commit() -> None:
    connection._commit = die  # type: ignore[method-assign]
    sign_up(**WEST)


def sign_up_dying_at_its_answer() -> None:
    sign_up(**WEST)
    die()


@pytest.fixture
def cleared(committed: None) -> Iterator[dict[str, set[str]]]:
    """What there is before; whatever a test adds to it is removed after it."""
    services.refill_slots()
    yield traces()
    empty_pool()
    with context.owner():
        gone = Slot.objects.filter(enterprise__slug__startswith="westwind-forge")
        for slot in list(gone):
            drop(slot.pk)
        Enterprise.objects.filter(slug__startswith="westwind-forge").delete()
        User.objects.filter(email__contains="@westwind-forge").delete()


@pytest.mark.parametrize("pool", ["full", "empty"])
class TestKilledSignUp:
    def test_leaves_nothing_whatever_statement_it_was_at(
        self, cleared: dict[str, set[str]], pool: str
    ) -> None:
        if pool == "empty":
            empty_pool()
        before = traces()
        kills = 0
        while True:
            ended = forked(partial(sign_up_dying_at, kills + 1))
            if not os.WIFSIGNALED(ended):
                break
            kills += 1
            assert traces() == before, f"killed before statement {kills}"

        assert ended == 0
        assert kills >= 10
        assert added(before)["enterprises"] == 1

    def test_leaves_nothing_when_killed_at_the_commit(
        self, cleared: dict[str, set[str]], pool: str
    ) -> None:
        if pool == "empty":
            empty_pool()
        before = traces()

        assert os.WIFSIGNALED(forked(sign_up_dying_at_commit))

        assert traces() == before

    def test_leaves_all_when_killed_after_the_commit(
        self, cleared: dict[str, set[str]], pool: str
    ) -> None:
        if pool == "empty":
            empty_pool()
        before = traces()

        assert os.WIFSIGNALED(forked(sign_up_dying_at_its_answer))

        made = added(before)
        assert {part: made[part] for part in WHOLE} == dict.fromkeys(WHOLE, 1)


WHOLE = ("claimed", "enterprises", "domains", "people", "places")


class TestTwoAtOnce:
    @pytest.mark.parametrize("pool", ["full", "empty"])
    @pytest.mark.parametrize(
        ("same", "other", "refusal"),
        [("slug", "email", SlugTaken), ("email", "slug", EmailTaken)],
    )
    def test_give_one_enterprise_and_one_refusal(
        self,
        cleared: dict[str, set[str]],
        pool: str,
        same: str,
        other: str,
        refusal: type[Exception],
    ) -> None:
        if pool == "empty":
            empty_pool()
        before = traces()
        start = threading.Barrier(2)
        ended: list[object] = []

        def run(number: int) -> None:
            facts = {**WEST, "password": f"{PASSWORD}-{number}"}
            facts[other] = {
                "slug": f"westwind-forge-{number}",
                "email": f"owner{number}@westwind-forge.example",
            }[other]
            start.wait()
            try:
                ended.append(sign_up(**facts)[0])
            except (SlugTaken, EmailTaken) as error:
                ended.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(type(end).__name__ for end in ended) == sorted(
            [EnterpriseRef.__name__, refusal.__name__]
        )
        made = added(before)
        assert {part: made[part] for part in WHOLE} == dict.fromkeys(WHOLE, 1)
        # No schema, and no role, that no slot knows of.
        now = traces()
        known = now["free"] | now["claimed"] | {services.TEMPLATE_SCHEMA}
        assert now["schemas"] - before["schemas"] <= known
        assert now["roles"] - before["roles"] <= known
