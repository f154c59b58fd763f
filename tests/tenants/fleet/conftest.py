"""A fleet of its own for each test: a copy of a database with a dozen schemas.

What a test of the fleet does to template and schemas must not reach the database that
the other tests share.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import psycopg2.errors
import pytest
from django.db import connection, connections

from tenants import context
from tenants.fleet import planning
from tenants.models import FleetPlan, Slot
from tenants.provisioning import selectors, services
from tenants.registry.selectors import enterprise_by_slug, forget_enterprises
from tenants.registry.services import sign_up
from tenants.types import EnterpriseRef, SlotState
from tests.support import world

ROOT = Path(__file__).resolve().parents[3]
FEW = 12
MANY = 64
CREWS = ("amber", "birch", "cedar", "delta")
BASE = "spindle_fleet_base"
RUN = "spindle_fleet_run"
RELEASES = "tests.tenants.fleet.releases"


def as_admin(*statements: str) -> list[Any]:
    with closing(psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


def copy_database(source: str, target: str) -> None:
    as_admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{source}' AND pid <> pg_backend_pid()",
        f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)',
        f'CREATE DATABASE "{target}" TEMPLATE "{source}"',
        f'GRANT CREATE, CONNECT ON DATABASE "{target}" TO "{context.OWNER_ROLE}"',
    )


def use_database(name: str) -> str:
    """Let this process speak to another database; return the one it spoke to."""
    connections.close_all()
    before: str = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    forget_enterprises()
    return before


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that works on the test's fleet."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{RUN}")),
        "PYTHONPATH": ".:platform",
        **more,
    }


@pytest.fixture(scope="session")
def base(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database with a dozen schemas, of which six are enterprises'."""
    roles = "SELECT rolname FROM pg_roles WHERE rolname LIKE 't\\_%'"
    with django_db_blocker.unblock():
        before = as_admin(roles)
        connections.close_all()
        copy_database(connection.settings_dict["NAME"], BASE)
        ours = use_database(BASE)
        facts = world.CAST["north"]
        for slug in CREWS:
            sign_up(
                **facts
                | {"slug": slug, "name": slug.title(), "email": f"o@{slug}.example"},
                password=world.PASSWORD,
                at=world.NOON,
            )
        make_slots(FEW)
        use_database(ours)
    yield BASE
    made = [row[0] for row in as_admin(roles) if row not in before]
    as_admin(f'DROP DATABASE IF EXISTS "{BASE}" WITH (FORCE)')
    for role in made:
        # Roles are the whole server's: those that another database uses stay.
        with suppress(psycopg2.errors.DependentObjectsStillExist):
            as_admin(f'DROP ROLE "{role}"')


@pytest.fixture
def fleet(base: str, django_db_blocker: Any) -> Iterator[None]:
    """Schemas at today's version, thrown away after the test."""
    with django_db_blocker.unblock():
        copy_database(base, RUN)
        ours = use_database(RUN)
        yield
        use_database(ours)
        as_admin(f'DROP DATABASE "{RUN}" WITH (FORCE)')


@pytest.fixture
def large_fleet(fleet: None) -> None:
    """The same, with 64 schemas."""
    make_slots(MANY)


def make_slots(total: int) -> None:
    with context.directory():
        template = selectors.current_template()
        assert template is not None
        missing = total - Slot.objects.count()
    for _number in range(missing):
        services.make_slot(template)


@pytest.fixture
def first_release(fleet: None, settings: Any) -> None:
    """The code of the next version is here, and nothing has run."""
    settings.MIGRATION_MODULES = {"notify": f"{RELEASES}.first.migrations"}


@pytest.fixture
def planned(first_release: None) -> FleetPlan:
    """The next version is planned, and only the template has it."""
    plan = planning.plan_release()
    assert plan is not None
    return plan


@pytest.fixture
def amber(fleet: None) -> EnterpriseRef:
    """An enterprise of the fleet."""
    return crew("amber")


def crew(slug: str) -> EnterpriseRef:
    found = enterprise_by_slug(slug)
    assert found is not None
    return found


def used_schemas() -> list[str]:
    """Return the enterprises' schemas in the order in which they are migrated."""
    with context.owner():
        return list(
            Slot.objects.filter(state=SlotState.CLAIMED)
            .order_by("claimed_at", "schema_name")
            .values_list("schema_name", flat=True)
        )


def fork(run: Callable[[], object]) -> int:
    """Run in a process of its own, with connections of its own."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        run()
        code = 0
    finally:
        os._exit(code)


def killed_while(run: Callable[[], object], seconds: float) -> bool:
    """Kill a process at some moment; say whether it had not ended by itself."""
    pid = fork(run)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)
