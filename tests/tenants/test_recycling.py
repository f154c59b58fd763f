"""A session that has met too many schemas ends between requests, and between jobs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tenants import context, jobs
from tenants.database.session import session, unit_of_work
from tenants.isolation import TenantModel
from tenants.models import Slot
from tenants.provisioning import selectors, services
from tenants.registry.selectors import user_by_email
from tenants.types import EnterpriseRef, JobState
from tests.support import work
from tests.support.pooler import Server, as_default
from tests.support.world import CAST

pytestmark = pytest.mark.usefixtures("committed")

SCHEMAS = 8
MOST_KIB = 200 * 1024


@pytest.fixture
def two_at_most(settings: Any) -> None:
    settings.SPINDLE_CONN_MAX_SCHEMAS = 1


def backend() -> int:
    with context.directory(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found: int = cursor.fetchone()[0]
    return found


def visit(ref: EnterpriseRef) -> None:
    with context.enterprise(ref), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class TestSession:
    def test_ends_after_the_request_that_met_one_schema_too_many(
        self, north: EnterpriseRef, south: EnterpriseRef, two_at_most: None
    ) -> None:
        def page_of(slug: str) -> Client:
            client = Client(headers={"host": f"{slug}.testserver.local"})
            person = user_by_email(CAST[slug]["email"])
            assert person is not None
            with context.directory():
                client.force_login(person)
            return client

        clients = [page_of("north"), page_of("south")]
        connection.close()
        first = backend()
        assert clients[0].get("/notices/").status_code == 200
        assert (backend(), session().schemas_visited) == (first, 1)
        assert clients[1].get("/notices/").status_code == 200
        assert connection.connection is None
        assert clients[0].get("/notices/").status_code == 200
        assert backend() != first

    def test_ends_between_jobs(
        self, north: EnterpriseRef, south: EnterpriseRef, two_at_most: None
    ) -> None:
        waiting = []
        for number, ref in enumerate((north, south, north)):
            with context.enterprise(ref), transaction.atomic():
                waiting.append(jobs.enqueue(work.KIND, number=number))
        connection.close()
        pids = []
        for job_id in waiting:
            pids.append(backend())
            assert jobs.run_job(job_id) == JobState.SUCCEEDED

        assert pids[0] == pids[1] != pids[2]

    def test_never_ends_within_a_transaction(
        self, north: EnterpriseRef, south: EnterpriseRef, two_at_most: None
    ) -> None:
        with context.directory(), transaction.atomic():
            first = backend()
            with unit_of_work():
                visit(north)
                visit(south)
            session().close_if_worn()
            assert backend() == first
            assert session().schemas_visited == 2
        with unit_of_work():
            assert backend() != first

    def test_counts_a_schema_once_and_the_shared_one_never(
        self, north: EnterpriseRef
    ) -> None:
        connection.close()
        for _ in range(3):
            visit(north)
            backend()

        assert session().schemas_visited == 1

    def test_is_the_poolers_to_end_behind_one(
        self, north: EnterpriseRef, south: EnterpriseRef, two_at_most: None
    ) -> None:
        server = Server()
        with as_default(server.client()):
            first = backend()
            with unit_of_work():
                visit(north)
                visit(south)
            assert backend() == first
        server.close()


@pytest.fixture
def schemas(north: EnterpriseRef) -> Iterator[list[str]]:
    """Some schemas more, as sign-ups would claim them."""
    with context.directory():
        template = selectors.current_template()
        assert template is not None
    made = [services.make_slot(template) for _ in range(SCHEMAS)]
    yield made
    with context.owner(), transaction.atomic(), connection.cursor() as cursor:
        Slot.objects.filter(schema_name__in=made).delete()
        for schema in made:
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE; DROP ROLE "{schema}"')


class TestMemory:
    def test_of_a_server_process_stays_below_its_bound(
        self, schemas: list[str]
    ) -> None:
        """What the first half teaches is not counted: it is learned once only."""
        connection.close()
        pid = backend()
        if not Path(f"/proc/{pid}/smaps_rollup").exists():
            pytest.skip("needs /proc/<pid>/smaps_rollup, which Linux has")
        half = SCHEMAS // 2
        for schema in schemas[:half]:
            read_all_of(schema)
        before = private_kib(pid)
        for schema in schemas[half:]:
            read_all_of(schema)
        each = (private_kib(pid) - before) / half

        assert backend() == pid
        assert each > 100
        assert before + each * settings.SPINDLE_CONN_MAX_SCHEMAS <= MOST_KIB


def read_all_of(schema: str) -> None:
    """Ask each table of an enterprise for a row."""
    with context._enter(context.Context(role=schema, schema=schema)):
        for model in apps.get_models():
            if issubclass(model, TenantModel):
                list(model._default_manager.all()[:1])


def private_kib(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"Private_Dirty:\s+(\d+)", text)
    assert found
    return int(found[1])
