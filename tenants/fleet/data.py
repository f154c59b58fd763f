"""Runs the Python of a migration in one schema, with the models as they were then."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import DomainError
from tenants import context
from tenants.fleet.types import Stage


class FunctionGone(DomainError):
    """Raised when a plan names a migration that is no longer on disk."""

    code = "migration_function_gone"


def run_function(stage: Stage, schema: str) -> None:
    """Run a data stage's function in one schema, in the caller's transaction.

    :raises FunctionGone: if the migration was removed or has changed since.
    """
    modules = tuple(sorted(settings.MIGRATION_MODULES.items()))
    operation, app, state = _function(
        stage.app, stage.migration, stage.operations[0], modules
    )
    with context.owner(schema), connection.schema_editor(atomic=False) as editor:
        operation.database_forwards(app, editor, state, state)


@lru_cache(maxsize=8)
def _function(
    app: str, name: str, index: int, _modules: tuple[Any, ...]
) -> tuple[RunPython, str, Any]:
    # Kept, for to load migrations and build their models takes longer than most
    # functions; with replaced migrations, for an old plan may name one of those.
    loader = MigrationLoader(None, replace_migrations=False)
    migration: Migration | None = loader.disk_migrations.get((app, name))
    operations = migration.operations if migration else []
    found = operations[index] if index < len(operations) else None
    if not isinstance(found, RunPython):
        raise FunctionGone(
            _("%(migration)s has no Python at operation %(index)d any more.")
            % {"migration": f"{app}.{name}", "index": index},
            field="migration",
            value=f"{app}.{name}",
            remedy=_("Bring the migration back until all enterprises are past it."),
        )
    state = loader.project_state([(app, name)], at_end=False)
    for operation in operations[:index]:
        operation.state_forwards(app, state)
    return found, app, state
