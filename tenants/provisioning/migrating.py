"""Brings the shared schema, and the first template of all, to today's migrations.

Schemas of enterprises are migrated by `tenants.fleet`; here is only the way for one
schema alone, as Django goes it, for what no plan leads from.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from contextlib import nullcontext

from django.apps import apps
from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tenants import context
from tenants.provisioning import services

LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"

MigrationName = tuple[str, str]


def migrate_shared() -> int:
    """Apply what is missing to the shared schema; return how many migrations.

    With nothing missing no migration is even loaded.
    """
    with context.owner():
        if _on_disk(settings.SHARED_APPS) <= _applied_to_shared():
            return 0
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(_targets(executor, settings.SHARED_APPS))
        executor.migrate([], plan=plan)
        if plan:
            # Content types and permissions, which the console's admin needs.
            emit_post_migrate_signal(
                verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS
            )
    return len(plan)


def _applied_to_shared() -> set[MigrationName]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return set()
        cursor.execute("SELECT app, name FROM public.django_migrations")
        return set(cursor.fetchall())


def tenant_migrations_on_disk() -> set[MigrationName]:
    """Return the names of all migrations of the tenants' apps, without loading any."""
    return _on_disk(settings.TENANT_APPS)


def _on_disk(app_names: Iterable[str]) -> set[MigrationName]:
    found = set()
    for label in _labels(app_names):
        name, _is_explicit = MigrationLoader.migrations_module(label)
        if not name:
            continue
        try:
            package = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            continue
        found |= {
            (label, module.name)
            for module in pkgutil.iter_modules(getattr(package, "__path__", ()))
            # As Django's loader tells migrations from what stands beside them.
            if not module.ispkg and module.name[0] not in "_~"
        }
    return found


def _labels(app_names: Iterable[str]) -> set[str]:
    return {
        config.label for config in apps.get_app_configs() if config.name in app_names
    }


def _targets(
    executor: MigrationExecutor, app_names: Iterable[str]
) -> list[MigrationName]:
    # Only what lives in the schema: the rest would be replayed on paper, at the
    # cost of seconds of rendering models.
    labels = _labels(app_names)
    return [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]


def tenant_targets(executor: MigrationExecutor) -> list[MigrationName]:
    """Return the last migration of each of the tenants' apps."""
    return _targets(executor, settings.TENANT_APPS)


def migrate_template() -> None:
    """Apply the tenant apps' migrations to the template schema.

    For the first template alone: any later one is planned by `tenants.fleet`, so that
    there is a way to it.
    """
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{services.TEMPLATE_SCHEMA}"')
    migrate_schema(services.TEMPLATE_SCHEMA)


def migrate_schema(schema: str) -> int:
    """Apply what is missing to one schema by Django's way; return how many migrations."""
    with context.owner(schema):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(tenant_targets(executor))
        if not plan:
            return 0
        # Indexes made concurrently are left out of any transaction, so then each
        # migration is one of its own.
        whole = all(migration.atomic for migration, _backwards in plan)
        with transaction.atomic() if whole else nullcontext():
            if whole:
                _limit_waiting()
            executor.migrate([], plan=plan)
    return len(plan)


def _limit_waiting() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
