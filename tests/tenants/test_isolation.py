"""One enterprise's rows never reach another: each layer shown to hold."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit import services as audit
from apps.audit.models import AuditEvent
from tenants import context
from tenants.isolation import ForeignInstance
from tenants.models import Job
from tenants.types import Actor, EnterpriseRef
from tests.support.pooler import Server, as_default
from tests.support.world import NOON

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(params=["session", "pooled"], autouse=True)
def mode(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """Hold on a session of one's own, and on one handed out by transaction."""
    if request.param == "session":
        yield
        return
    with django_db_blocker.unblock():
        server = Server()
        with as_default(server.client()):
            yield
        assert server.left_behind == []
        server.close()


def record(ref: EnterpriseRef, label: str, by: Actor) -> None:
    with context.enterprise(ref):
        audit.record(
            verb="test.happened",
            subject=("test", "1", label),
            by=by,
            at=NOON,
            facts={},
        )


def subjects() -> list[str]:
    return list(AuditEvent.objects.values_list("subject_label", flat=True))


class TestContext:
    def test_refuses_sql_in_nobodys_name(self) -> None:
        with pytest.raises(context.NoContext), connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def test_is_not_inherited_by_a_new_thread(self, in_north: EnterpriseRef) -> None:
        seen: list[BaseException | list[str]] = []

        def look() -> None:
            try:
                seen.append(subjects())
            except context.NoContext as error:
                seen.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

        assert isinstance(seen[0], context.NoContext)

    def test_reads_each_enterprise_its_own_rows(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        record(north, "of north", planner)
        record(south, "of south", planner)

        with context.enterprise(north):
            assert subjects() == ["of north"]
            with context.enterprise(south):
                assert subjects() == ["of south"]
            assert subjects() == ["of north"]


class TestSearchPath:
    def test_is_right_after_a_rolled_back_savepoint(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        record(north, "of north", planner)
        record(south, "of south", planner)

        with context.enterprise(north), transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                with context.enterprise(south):
                    assert subjects() == ["of south"]
                    raise ZeroDivisionError
            assert subjects() == ["of north"]

    def test_is_right_after_a_failed_statement_in_another_enterprise(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        record(north, "of north", planner)

        with context.enterprise(north), transaction.atomic():
            with pytest.raises(DatabaseError), transaction.atomic():
                with context.enterprise(south), connection.cursor() as cursor:
                    cursor.execute("SELECT * FROM no_such_table")
            assert subjects() == ["of north"]


class TestRole:
    @pytest.mark.parametrize(
        "statement",
        [
            'SELECT * FROM "{schema}".audit_auditevent',
            'INSERT INTO "{schema}".notify_notice (id) VALUES (gen_random_uuid())',
            'SET search_path = "{schema}"; SELECT * FROM audit_auditevent',
            'DROP TABLE "{schema}".audit_auditevent',
            "SELECT * FROM django_session",
        ],
    )
    def test_refuses_raw_sql_that_names_another_schema(
        self, in_north: EnterpriseRef, south: EnterpriseRef, statement: str
    ) -> None:
        with pytest.raises(
            DatabaseError, match="permission denied|must be owner|does not exist"
        ):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement.format(schema=south.schema))

    def test_lets_the_bare_login_read_nothing(self, north: EnterpriseRef) -> None:
        with context.directory(), pytest.raises(DatabaseError, match="permission"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f'RESET ROLE; SELECT * FROM "{north.schema}".audit_auditevent'
                )


class TestInstance:
    def test_is_not_saved_in_another_enterprise(
        self, north: EnterpriseRef, south: EnterpriseRef, planner: Actor
    ) -> None:
        record(north, "of north", planner)
        with context.enterprise(north):
            event = AuditEvent.objects.get()

        with context.enterprise(south):
            with pytest.raises(ForeignInstance):
                event.save()
            with pytest.raises(ForeignInstance):
                event.delete()
            with pytest.raises(ForeignInstance):
                event.refresh_from_db()
            assert subjects() == []


class TestQuerySet:
    @pytest.mark.parametrize(
        "ask",
        [
            list,
            lambda rows: rows.count(),
            lambda rows: rows.exists(),
            lambda rows: rows.first(),
            lambda rows: rows.filter(verb="x").delete(),
            lambda rows: rows.update(verb="x"),
            lambda rows: list(rows.iterator()),
            lambda rows: rows.values_list("verb", flat=True)[0],
        ],
    )
    def test_is_not_evaluated_in_another_enterprise(
        self, north: EnterpriseRef, south: EnterpriseRef, ask: object
    ) -> None:
        with context.enterprise(north):
            rows = AuditEvent.objects.all()

        with context.enterprise(south), pytest.raises(ForeignInstance):
            ask(rows)  # type: ignore[operator]


class TestSharedRows:
    def test_of_another_enterprise_are_not_seen_or_written(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            mine = Job.objects.create(
                enterprise_id=north.id, kind="x.y", run_after=NOON
            )

        with context.enterprise(south):
            assert not Job.objects.filter(pk=mine.pk).exists()
            assert Job.objects.filter(pk=mine.pk).update(kind="stolen") == 0
            with pytest.raises(DatabaseError, match="row-level security"):
                with transaction.atomic():
                    Job.objects.create(
                        enterprise_id=north.id, kind="x.y", run_after=NOON
                    )
