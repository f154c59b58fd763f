"""Brings the shared schema, the template and every enterprise to today's migrations.

Each schema is migrated in one transaction under the owner's role, with short lock
and statement time-outs, and can be repeated at any time.
"""

from collections.abc import Callable, Iterable

from django.apps import apps
from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tenants import context
from tenants.models import Enterprise
from tenants.provisioning import selectors, services

LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"

Progress = Callable[[str], None]


def migrate_shared() -> int:
    """Apply what is missing to the shared schema; return how many migrations."""
    with context.owner():
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(_targets(executor, settings.SHARED_APPS))
        executor.migrate([], plan=plan)
        if plan:
            # Content types and permissions, which the console's admin needs.
            emit_post_migrate_signal(
                verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS
            )
    return len(plan)


def _targets(
    executor: MigrationExecutor, app_names: Iterable[str]
) -> list[tuple[str, str]]:
    # Only what lives in the schema: the rest would be replayed on paper, at the
    # cost of seconds of rendering models.
    labels = {
        config.label for config in apps.get_app_configs() if config.name in app_names
    }
    return [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]


def migrate_template() -> None:
    """Apply the tenant apps' migrations to the template schema."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{services.TEMPLATE_SCHEMA}"')
    migrate_schema(services.TEMPLATE_SCHEMA)


def migrate_schema(schema: str) -> int:
    """Apply what is missing to one enterprise's schema; return how many migrations."""
    with context.owner(schema):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(_targets(executor, settings.TENANT_APPS))
        if not plan:
            return 0
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
            executor.migrate([], plan=plan)
    return len(plan)


def migrate_enterprises(progress: Progress) -> int:
    """Apply what is missing to the enterprises that lack it; return how many did.

    One indexed query finds them: a slot remembers its template's digest.
    """
    with context.directory():
        template = selectors.current_template()
        digest = template.digest if template else ""
        behind: Iterable[Enterprise] = list(
            Enterprise.objects.filter(slot__isnull=False)
            .exclude(slot__template_digest=digest)
            .order_by("id")
        )
    count = 0
    for enterprise in behind:
        schema = enterprise.schema_name or ""
        migrate_schema(schema)
        with context.owner():
            services.grant_schema(schema)
        with context.directory():
            enterprise.slot.__class__.objects.filter(pk=schema).update(
                template_digest=digest
            )
        count += 1
        progress(f"{enterprise.slug} migrated")
    return count
