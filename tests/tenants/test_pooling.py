"""Behind a pooler that hands out servers by transaction, nothing is left on them."""

import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.utils import NotSupportedError, ProgrammingError
from django.test import Client

from apps.notify.models import Notice
from tenants import context, jobs
from tenants.database import base
from tenants.registry.selectors import user_by_email
from tenants.registry.services import suspend
from tenants.types import EnterpriseRef, JobState
from tests.support import work
from tests.support.budget import queries_of
from tests.support.pooler import CLEAN, LOOK, Server, as_default
from tests.support.world import CAST, NOON

pytestmark = pytest.mark.usefixtures("committed")

ROOT = Path(__file__).resolve().parents[2]
SESSION_SETTINGS = """
    SELECT name, setting FROM pg_settings WHERE source = 'session' ORDER BY name
"""


@pytest.fixture
def server(committed: None) -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def pooled(server: Server) -> Iterator[Server]:
    """Have this thread ask through the pooler."""
    with as_default(server.client()):
        yield server


def in_thread(server: Server, act: Callable[[], Any]) -> Callable[[], Any]:
    """Begin something as another client of the pooler; return how to wait for it."""
    found: list[Any] = []

    def run() -> None:
        with as_default(server.client()):
            found.append(act())
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()

    def wait() -> Any:
        thread.join(timeout=10)
        return found[0] if found else None

    return wait


def ask(sql: str, *params: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return list(cursor.fetchall())


def whoami() -> tuple[str, str]:
    found: tuple[str, str] = ask("SELECT current_user, current_schema()")[0]
    return found


def tell(ref: EnterpriseRef, title: str) -> None:
    Notice.objects.create(
        kind="test.happened", title=title, roles=["planner"], created_at=NOON
    )


def left_on(server: Server) -> Any:
    with server.physical.cursor() as cursor:
        cursor.execute(LOOK)
        return cursor.fetchone()


STATEMENTS: dict[str, Callable[[], object]] = {
    "select": lambda: list(Notice.objects.all()),
    "select in a transaction": lambda: in_atomic(lambda: list(Notice.objects.all())),
    "percent sign": lambda: ask("SELECT 'a%%b', %s", "%s"),
    "percent sign without parameters": lambda: ask("SELECT '%s %'"),
    "two statements": lambda: ask("SELECT 1; SELECT 2"),
    "executemany": lambda: many(),
    "copy": lambda: copy(),
    "callproc": lambda: call(),
    "refused": lambda: refused("SELECT 1/0"),
    "refused in a transaction": lambda: in_atomic(lambda: refused("SELECT 1/0")),
    "rolled back": lambda: undone(),
    "rolled back to a savepoint": lambda: in_atomic(undone),
    "a setting of one transaction": lambda: in_atomic(
        lambda: ask("SELECT set_config('lock_timeout', '2s', true)")
    ),
}


def in_atomic(act: Callable[[], object]) -> None:
    with transaction.atomic():
        act()


def refused(sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ask(sql)


def undone() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        list(Notice.objects.all())
        raise ZeroDivisionError


def many() -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE notify_notice SET title = %s WHERE title = %s",
            [("a", "b"), ("c", "d")],
        )


def copy() -> None:
    target = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY (SELECT current_user) TO STDOUT", target)
    active = context.active()
    assert active is not None
    assert target.getvalue() == f"{active.role}\n"


def call() -> None:
    with connection.cursor() as cursor:
        cursor.callproc("current_database")


class TestSession:
    @pytest.mark.parametrize("name", list(STATEMENTS))
    def test_is_left_as_it_was_by_any_statement(
        self, pooled: Server, north: EnterpriseRef, name: str
    ) -> None:
        with context.enterprise(north):
            STATEMENTS[name]()

        assert pooled.left_behind == []
        assert left_on(pooled) == CLEAN
        assert pooled.transactions > 0

    def test_keeps_role_and_path_where_there_is_no_pooler(
        self, north: EnterpriseRef
    ) -> None:
        """The control: what a pooler would hand to the next client."""
        with context.enterprise(north):
            list(Notice.objects.all())
            with connection.connection.cursor() as cursor:
                cursor.execute(LOOK)
                found = cursor.fetchone()

        assert found[1:] == (north.schema, f"{north.schema}, public, ext")

    def test_is_given_no_setting_that_outlives_a_transaction(
        self, pooled: Server, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            for act in STATEMENTS.values():
                act()

        with pooled.physical.cursor() as cursor:
            cursor.execute(SESSION_SETTINGS)
            found = cursor.fetchall()

        # What a pooler follows by itself, and is the same for all of ours.
        assert {name for name, _ in found} <= {"TimeZone", "client_encoding"}


class TestTransaction:
    def test_begins_with_its_context_in_one_message(
        self, pooled: Server, north: EnterpriseRef, monkeypatch: Any
    ) -> None:
        sent: list[str] = []
        right = pooled.physical.cursor_factory.execute

        def heard(self: Any, sql: Any, *params: Any) -> None:
            sent.append(str(sql))
            right(self, sql, *params)

        monkeypatch.setattr(pooled.physical.cursor_factory, "execute", heard)
        with context.enterprise(north), transaction.atomic():
            whoami()
            whoami()
        with context.enterprise(north):
            whoami()

        context_set = (
            f'SET LOCAL ROLE "{north.schema}"; SET LOCAL search_path ='
            f' "{north.schema}", "public", "ext"'
        )
        question = "SELECT current_user, current_schema()"
        assert sent == [
            f"BEGIN; {context_set}",
            question,
            question,
            "COMMIT",
            f"{context_set}; {question}",
        ]

    def test_changes_context_within(
        self, pooled: Server, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        seen = []
        with context.enterprise(north), transaction.atomic():
            seen.append(whoami()[0])
            with context.enterprise(south):
                seen.append(whoami()[0])
                with pytest.raises(ZeroDivisionError), transaction.atomic():
                    with context.directory():
                        seen.append(whoami()[0])
                        raise ZeroDivisionError
                seen.append(whoami()[0])
            seen.append(whoami()[0])

        assert seen == [
            north.schema,
            south.schema,
            "spindle_directory",
            south.schema,
            north.schema,
        ]

    def test_is_undone_as_a_whole(self, pooled: Server, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                tell(north, "undone")
                raise ZeroDivisionError
            with transaction.atomic():
                tell(north, "kept")
            tell(north, "alone")

            assert sorted(Notice.objects.values_list("title", flat=True)) == [
                "alone",
                "kept",
            ]

    def test_lets_what_is_alone_fail_alone(
        self, pooled: Server, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            with pytest.raises(DatabaseError):
                ask("INSERT INTO notify_notice (id) VALUES (NULL)")
            assert whoami() == (north.schema, north.schema)

    def test_must_end_before_autocommit_is_changed(
        self, pooled: Server, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            connection.set_autocommit(False)
            whoami()
            with pytest.raises(ProgrammingError, match="must end"):
                connection.set_autocommit(True)
            connection.rollback()
            connection.set_autocommit(True)

    def test_tells_a_log_what_was_asked_and_not_what_was_put_before(
        self, pooled: Server, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north), queries_of() as found:
            ask("SELECT %s", "x%y")

        assert found == ["SELECT 'x%y'"]


class TestServer:
    def test_is_shared_by_two_at_the_boundaries_of_transactions(
        self, pooled: Server, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        """South's transaction waits for north's, and meets nothing of it."""
        seen: list[str] = []
        pids: set[int] = set()

        def as_south() -> None:
            for _ in range(20):
                with context.enterprise(south), transaction.atomic():
                    seen.append(whoami()[0])
                    pids.add(ask("SELECT pg_backend_pid()")[0][0])
                with context.enterprise(south):
                    seen.append(whoami()[0])

        with context.enterprise(north), transaction.atomic():
            assert whoami()[0] == north.schema
            wait = in_thread(pooled, as_south)
            assert whoami()[0] == north.schema
            assert seen == []
        for _ in range(20):
            with context.enterprise(north):
                assert whoami()[0] == north.schema
            with context.enterprise(north), transaction.atomic():
                assert whoami()[0] == north.schema
                pids.add(ask("SELECT pg_backend_pid()")[0][0])
        wait()

        assert seen == [south.schema] * 40
        assert len(pids) == 1
        assert pooled.left_behind == []

    def test_gives_one_the_others_rows_where_sessions_are_trusted(
        self, server: Server, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        """The control: without this mode, the same pooler mixes them up."""
        trusting = server.client()
        trusting.is_pooled = False
        other = server.client()
        other.is_pooled = False
        with context.enterprise(north):
            tell(north, "of north")

        def titles(wrapper: base.DatabaseWrapper) -> list[str]:
            with wrapper.cursor() as cursor:
                cursor.execute("SELECT title FROM notify_notice")
                return [row[0] for row in cursor.fetchall()]

        with context.enterprise(south):
            before = titles(trusting)
            with context.enterprise(north):
                titles(other)
            after = titles(trusting)

        assert (before, after) == ([], ["of north"])

    def test_answers_pages(self, pooled: Server, north: EnterpriseRef) -> None:
        person = user_by_email(CAST["north"]["email"])
        assert person is not None
        client = Client(headers={"host": "north.testserver.local"})
        with context.directory():
            client.force_login(person)

        assert [client.get(path).status_code for path in ("/", "/machines/")] == [
            200,
            200,
        ]
        assert pooled.left_behind == []

        # A change in another session acts on the next request here too.
        def shut_out() -> None:
            with context.operator():
                suspend(
                    enterprise_id=north.id, by_user_id=person.pk, reason="x", at=NOON
                )

        in_thread(pooled, shut_out)()

        assert client.get("/machines/").status_code == 403

    def test_does_jobs(self, pooled: Server, north: EnterpriseRef) -> None:
        with context.enterprise(north), transaction.atomic():
            well = jobs.enqueue(work.KIND, number=1)
            badly = jobs.enqueue(work.KIND, number=2, end="refused")

        assert jobs.run_job(well) == JobState.SUCCEEDED
        assert jobs.run_job(badly) == JobState.FAILED
        with context.enterprise(north):
            assert list(Notice.objects.values_list("title", flat=True)) == ["Notice 1"]
        assert pooled.left_behind == []


class TestRefused:
    def test_is_a_cursor_on_the_server(
        self, pooled: Server, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north), pytest.raises(NotSupportedError):
            connection._cursor(name="named")

    def test_is_whatever_would_outlive_a_transaction(self) -> None:
        """Nothing in the code that serves requests and jobs leaves session state."""
        words = re.compile(
            r"pg_(try_)?advisory_lock|\bLISTEN \w|\bPREPARE \w|WITH HOLD|SET SESSION|"
            r"CREATE TEMP(?![^;]*ON COMMIT DROP)|set_config\([^)]*false\)"
        )
        found = [
            f"{path.relative_to(ROOT)}: {hit.group(0)}"
            for folder in ("apps", "tenants", "platform/spindle")
            for path in (ROOT / folder).rglob("*.py")
            if "migrations" not in path.parts and path.parent.name != "local"
            for hit in words.finditer(path.read_text())
            if not str(path.relative_to(ROOT)).startswith(ON_A_SESSION_OF_THEIR_OWN)
        ]

        assert found == []


# Work of the operator's, on a connection that no pooler stands before.
ON_A_SESSION_OF_THEIR_OWN = ("tenants/cells/", "tenants/fleet/")
