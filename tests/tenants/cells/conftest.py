"""A second database in the same server, prepared by a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.db import connection

from tenants import context
from tenants.archive.files import remove_files
from tenants.cells import steps
from tenants.models import Cell, Database, Enterprise, Move, Slot
from tenants.types import EnterpriseRef
from tests.factories import archives as make
from tests.factories import cells
from tests.support.world import CAST, empty_shared
from tests.tenants.fleet.conftest import as_admin

ROOT = Path(__file__).resolve().parents[3]
NAME = "spindle_b"


@dataclass
class SecondDatabase:
    """Database `b`: where it is, and how a process is told to serve it."""

    url: str
    archives: str
    environment: dict[str, str] = field(default_factory=dict)

    def run(
        self, *words: str, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run manage.py there."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
                "DJANGO_SETTINGS_MODULE": "spindle.settings.test",
                "SPINDLE_ARCHIVE_ROOT": self.archives,
                **self.environment,
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
            cwd=ROOT,
        )

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask as an administrator, whom no row security binds."""
        admin = psycopg2.connect(_with_name(os.environ["DATABASE_ADMIN_URL"], NAME))
        try:
            with admin, admin.cursor() as cursor:
                cursor.execute(sql, values)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            admin.close()


def _with_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def second(django_db_setup: None) -> Iterator[SecondDatabase]:
    """Create it and prepare it once a run."""
    admin_url = os.environ["DATABASE_ADMIN_URL"]
    as_admin(f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME}")
    with tempfile.TemporaryDirectory() as archives:
        made = SecondDatabase("", archives)
        said = made.run("bootstrap", DATABASE_ADMIN_URL=_with_name(admin_url, NAME))
        assert said.returncode == 0, said.stderr
        made.url = json.loads(said.stdout)["DATABASE_URL"]
        made.environment = {"DATABASE_URL": made.url, "SPINDLE_DATABASE_CODE": "b"}
        said = made.run("prepare")
        assert said.returncode == 0, said.stderr
        yield made
    as_admin(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture
def places(
    committed: None, second: SecondDatabase, settings: Any
) -> Iterator[SecondDatabase]:
    """The directory knows database `b`; what the test leaves in it is removed."""
    settings.ARCHIVE_ROOT = Path(second.archives)
    settings.CELL_DATABASE_URLS = {"b": second.url}
    cells.database()
    yield second
    with context.owner():
        Move.objects.all().delete()
        Slot.objects.filter(enterprise__isnull=False).exclude(
            enterprise__slug__in=CAST
        ).update(state="free", enterprise=None)
        strangers = Enterprise.objects.exclude(slug__in=CAST)
        schemas = list(strangers.values_list("schema_name", flat=True))
    empty_shared()
    with context.owner():
        Database.objects.filter(pk="b").delete()
        Cell.objects.filter(pk="east").delete()
    with context.owner(), connection.cursor() as cursor:
        for schema in filter(None, schemas):
            cursor.execute("DELETE FROM tenants_slot WHERE schema_name = %s", [schema])
            cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
            remove_files(schema)
    with steps.Reach() as reach:
        for (enterprise_id,) in second.ask("SELECT id FROM tenants_enterprise"):
            reach.at("b", "release", enterprise=str(enterprise_id), schema="")
    # Those who come again with the next enterprise of this name are other people.
    second.ask("TRUNCATE tenants_user CASCADE")


@pytest.fixture
def west(places: SecondDatabase) -> EnterpriseRef:
    """A Polish shop with a row in each of its tables."""
    return make.full_enterprise()


@pytest.fixture
def in_thread() -> Iterator[Callable[..., threading.Thread]]:
    """Run something in a thread of its own, with a connection of its own."""
    threads: list[threading.Thread] = []

    def start(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        threads.append(thread)
        thread.start()
        return thread

    yield start
    for thread in threads:
        thread.join()
