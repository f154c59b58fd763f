"""Times plain django-tenants making and migrating tenants; prints JSON.

Meant for a database that may hold other schemas, since their number is what its
cost depends on.
"""

import json
import os
import sys
from typing import Any

import django
from django.conf import settings

from benchmarks.figures import timed


def make_tables() -> None:
    """Make the tables of tenants and hosts, where they are missing."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from benchmarks.stock.models import Shop, ShopDomain

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.stock_shop') IS NOT NULL")
        if cursor.fetchone()[0]:
            return
        cursor.execute("SELECT to_regclass('public.django_content_type') IS NULL")
        if cursor.fetchone()[0]:
            executor = MigrationExecutor(connection)
            executor.migrate([("contenttypes", "0002_remove_content_type_name")])
    with connection.schema_editor() as editor:
        editor.create_model(Shop)
        editor.create_model(ShopDomain)


def sign_up(count: int, tenants: int = 0) -> dict[str, Any]:
    """Make tenants one after another."""
    from django.db import connection

    from benchmarks.stock.models import Shop

    make_tables()
    found = [
        timed(
            lambda number=number: Shop(  # type: ignore[misc]
                schema_name=schema_of(number, tenants), name=f"Shop {number}"
            ).save(verbosity=0)
        )
        for number in range(count)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = %s",
            [schema_of(0, tenants)],
        )
        return {"milliseconds": found, "tables": cursor.fetchone()[0]}


def migrate(count: int, tenants: int) -> dict[str, Any]:
    """Migrate tenants one after another, to a release if one is named."""
    from django.core.management import call_command

    release = os.environ.get("BENCH_RELEASE")  # noqa: TID251
    if release:
        settings.MIGRATION_MODULES = {"notify": release}
    return {
        "milliseconds": [
            timed(
                lambda number=number: call_command(  # type: ignore[misc]
                    "migrate_schemas",
                    schema_name=schema_of(number, tenants),
                    verbosity=0,
                )
            )
            for number in range(count)
        ]
    }


def weight(tenants: int) -> dict[str, int]:
    """Count the relations of one tenant, with those of its long values."""
    from django.db import connection

    from benchmarks.tenancy.ours import RELATIONS

    with connection.cursor() as cursor:
        schema = schema_of(0, tenants)
        cursor.execute(RELATIONS, [schema, schema])
        return {"relations": cursor.fetchone()[0]}


def schema_of(number: int, tenants: int) -> str:
    """Name a tenant's schema."""
    return f"shop_{tenants}_{number}"


if __name__ == "__main__":
    django.setup()
    measurement = {
        "sign_up": sign_up,
        "noop": migrate,
        "migrate": migrate,
        "weight": weight,
    }[sys.argv[1]]
    print(json.dumps(measurement(*map(int, sys.argv[2:]))))  # type: ignore[operator]
