"""The measurements in Spindle's own settings; each prints one line of JSON."""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from benchmarks.figures import timed

COUNTRIES = ("DE", "CN", "US", "PL", "TR")
# Catalogue tables that grow with every schema.
CATALOGUE = """
    SELECT sum(pg_total_relation_size(oid)) FROM pg_class
    WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
"""
RELATIONS = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s OR c.oid IN (
        SELECT unnest(ARRAY[t.reltoastrelid, i.indexrelid]) FROM pg_class t
        JOIN pg_namespace m ON m.oid = t.relnamespace
        LEFT JOIN pg_index i ON i.indrelid = t.reltoastrelid
        WHERE m.nspname = %s AND t.reltoastrelid <> 0)
"""


def prepare() -> int:
    """Bring the database to this release; return the bytes of its catalogue."""
    from django.core.management import call_command

    call_command("prepare", stdout=io.StringIO())
    with admin() as cursor:
        cursor.execute(CATALOGUE)
        return int(cursor.fetchone()[0])


def fill(wanted: int) -> None:
    """Make schemas ahead until there are so many in all."""
    from tenants import context
    from tenants.models import Slot
    from tenants.provisioning import selectors, services

    with context.directory():
        template = selectors.current_template()
        have = Slot.objects.count()
    assert template is not None
    for number in range(have, wanted):
        services.make_slot(template)
        if number % 100 == 0:
            print(f"  {number} schemas", file=sys.stderr, flush=True)
    analyze()


def analyze() -> None:
    """Let the planner know how large the catalogue has become."""
    with admin() as cursor:
        cursor.execute("ANALYZE")


def sign_up(count: int, tenants: int) -> dict[str, Any]:
    """Time sign-ups, each from a claimed schema; hashing is the same for everyone."""
    from django.contrib.auth.hashers import make_password
    from django.db import connection
    from django.utils import timezone

    from tenants.registry import services

    hashed = make_password("a-long-enough-pass-phrase")
    found: dict[str, list[float]] = {"database": [], "whole": []}
    for number in range(count + 2):
        slug = f"bench-{tenants}-{number}-works"
        timer = Timer()
        with connection.execute_wrapper(timer):
            begun = time.perf_counter()
            services.sign_up(
                name=f"Bench Works {number}",
                slug=slug,
                country=COUNTRIES[number % len(COUNTRIES)],
                language="en",
                currency="EUR",
                time_zone="Europe/Berlin",
                email=f"owner@{slug}.example",
                person_name="Owner",
                password="a-long-enough-pass-phrase",
                password_hash=hashed,
                at=timezone.now(),
            )
            whole = 1000 * (time.perf_counter() - begun)
        # The first ones open the connection and fill caches.
        if number >= 2:
            found["database"].append(timer.milliseconds)
            found["whole"].append(whole)
    return found


class Timer:
    """Sums up how long the statements took, as their caller waits for them."""

    def __init__(self) -> None:
        self.milliseconds = 0.0

    def __call__(
        self, execute: Any, sql: Any, params: Any, many: Any, facts: Any
    ) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, facts)
        finally:
            self.milliseconds += 1000 * (time.perf_counter() - begun)


def refill(count: int) -> dict[str, float]:
    """Make schemas in turns with psql, which replays the same text."""
    from tenants import context
    from tenants.provisioning import selectors, services

    with context.directory():
        template = selectors.current_template()
    assert template is not None
    mine, raw = [], []
    for _ in range(count):
        mine.append(timed(lambda: services.make_slot(template)))
        schema = services.new_schema_name()
        text = (
            "BEGIN;\n"
            f'SET ROLE "{context.OWNER_ROLE}";\n'
            f'CREATE ROLE "{schema}" NOLOGIN;\n'
            f'GRANT "{context.TENANT_GROUP_ROLE}" TO "{schema}";\n'
            f'GRANT "{schema}" TO "{context.LOGIN_ROLE}";\n'
            f'CREATE SCHEMA "{schema}";\n'
            f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}";\n'
            f'SET LOCAL search_path = "{schema}", public, ext;\n'
            f"{template.statements};\n"
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA"
            f' "{schema}" TO "{schema}";\n'
            f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{schema}";\n'
            "COMMIT;\n"
        )
        raw.append(through_psql(text))
        with admin() as cursor:
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE; DROP ROLE "{schema}"')
    return {"ours": median(mine), "psql": median(raw)}


def noop() -> dict[str, Any]:
    """Time finding that there is nothing to migrate, as every start does."""
    from django.core.management import call_command

    found = [
        timed(lambda: call_command("fleet", "migrate", stdout=io.StringIO()))
        for _ in range(12)
    ]
    return {"milliseconds": found[2:]}


def add_field() -> dict[str, Any]:
    """Migrate the fleet to the next release; replay the same beside it by psql."""
    from django.core.management import call_command

    from tenants import context
    from tenants.models import Slot

    settings.MIGRATION_MODULES = {"notify": os.environ["BENCH_RELEASE"]}  # noqa: TID251
    with context.directory():
        schemas = list(Slot.objects.values_list("schema_name", flat=True))
    step = os.environ["BENCH_RELEASE"].rsplit("_", 1)[1]  # noqa: TID251
    statements = (
        f'ALTER TABLE "notify_notice" ADD COLUMN "raw_{step}" double precision NULL;\n'
        "INSERT INTO django_migrations (app, name, applied)"
        f" VALUES ('notify', 'raw_{step}', now());\n"
    )
    text = [f'SET ROLE "{context.OWNER_ROLE}";\n']
    for start in range(0, len(schemas), 50):
        text.append("BEGIN;\n")
        for schema in schemas[start : start + 50]:
            text.append(f'SET LOCAL search_path = "{schema}", public, ext;\n')
            text.append(statements)
        text.append("COMMIT;\n")
    raw = through_psql("".join(text))
    # Undone, so that the catalogue of no schema differs from the template's.
    undo = [f'SET ROLE "{context.OWNER_ROLE}";\n']
    for start in range(0, len(schemas), 50):
        undo.append("BEGIN;\n")
        for schema in schemas[start : start + 50]:
            undo.append(f'SET LOCAL search_path = "{schema}", public, ext;\n')
            undo.append(f'ALTER TABLE "notify_notice" DROP COLUMN "raw_{step}";\n')
            undo.append(f"DELETE FROM django_migrations WHERE name = 'raw_{step}';\n")
        undo.append("COMMIT;\n")
    through_psql("".join(undo))
    call_command("fleet", "plan", stdout=io.StringIO())
    mine = timed(lambda: call_command("fleet", "migrate", stdout=io.StringIO()))
    return {
        "ours": mine / len(schemas),
        "psql": raw / len(schemas),
        "tenants": len(schemas),
    }


def weight(empty: int) -> dict[str, float]:
    """Count what one schema adds to a catalogue that had so many bytes before."""
    from tenants import context
    from tenants.models import Slot

    with context.directory():
        schema = Slot.objects.values_list("schema_name", flat=True)[0]
    with admin() as cursor:
        cursor.execute(RELATIONS, [schema, schema])
        relations = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_'")
        schemas = cursor.fetchone()[0]
        cursor.execute(CATALOGUE)
        grown = int(cursor.fetchone()[0]) - empty
    return {"relations": relations, "catalogue_bytes": round(grown / schemas)}


def visit(count: int) -> dict[str, float]:
    """Read from so many schemas over one connection's life, as a worker does."""
    from uuid import uuid4

    from django.db import close_old_connections, connection

    from apps.capacity.models import Reservation
    from apps.machines.models import Capability, Machine
    from apps.notify.models import Notice
    from apps.orders.models import Order, Rfq
    from tenants import context
    from tenants.models import Slot
    from tenants.types import EnterpriseRef

    with context.directory():
        schemas = list(Slot.objects.values_list("schema_name", flat=True)[:count])
    most = 0.0
    for number, schema in enumerate(schemas):
        ref = EnterpriseRef(
            id=uuid4(),
            schema=schema,
            slug="",
            name="",
            country="DE",
            language="en",
            currency="EUR",
            time_zone="UTC",
        )
        with context.enterprise(ref):
            for model in (Machine, Capability, Reservation, Rfq, Order, Notice):
                list(model.objects.all()[:1])  # type: ignore[attr-defined]
            if number % 20 == 19 or number == len(schemas) - 1:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    most = max(most, mebibytes(cursor.fetchone()[0]))
        # As Django does between requests and Celery between tasks.
        close_old_connections()
    return {"mib": round(most, 1)}


def mebibytes(pid: int) -> float:
    """Return what a process holds beside the memory that all backends share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("This system does not say what a process holds.")


@contextmanager
def admin() -> Iterator[Any]:
    """Open a cursor of the administrative login."""
    import psycopg2

    opened = psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])  # noqa: TID251
    opened.autocommit = True
    try:
        with opened.cursor() as cursor:
            yield cursor
    finally:
        opened.close()


def through_psql(text: str) -> float:
    """Time one psql session that reads the text from a file, less its own start."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        start = timed(lambda: psql(file.name))
        file.write(text)
        file.flush()
        return timed(lambda: psql(file.name)) - start


def psql(path: str) -> None:
    """Run one file."""
    subprocess.run(
        [
            os.environ["BENCH_PSQL"],  # noqa: TID251
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            os.environ["DATABASE_ADMIN_URL"],  # noqa: TID251
            "-f",
            path,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def median(values: list[float]) -> float:
    """Return the middle one."""
    return round(sorted(values)[len(values) // 2], 2)


if __name__ == "__main__":
    django.setup()
    measurement = {
        "prepare": prepare,
        "fill": fill,
        "sign_up": sign_up,
        "refill": refill,
        "noop": noop,
        "add_field": add_field,
        "weight": weight,
        "visit": visit,
    }[sys.argv[1]]
    print(json.dumps(measurement(*map(int, sys.argv[2:]))))  # type: ignore[operator]
