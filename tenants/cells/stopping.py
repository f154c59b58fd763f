"""Stops all writing of one enterprise, and lets it go on again."""

from datetime import datetime
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict
from tenants import context
from tenants.archive import catalogue
from tenants.database.names import quoted
from tenants.models import Enterprise
from tenants.provisioning.services import grant_schema
from tenants.registry.services import announce_change

LOCK_TIMEOUT = "5s"
WRITING = "INSERT, UPDATE, DELETE"


class WritersBusy(Conflict):
    """Raised when somebody goes on writing for longer than can be waited for."""

    code = "writers_busy"


def stop_writes(*, enterprise_id: UUID, at: datetime) -> None:
    """Stop writes: new ones are refused, and those under way have ended on return.

    :raises WritersBusy: if one does not end in time; writes are let on again.
    """
    with context.directory(), transaction.atomic():
        Enterprise.objects.filter(
            pk=enterprise_id, write_stopped_at__isnull=True
        ).update(write_stopped_at=at)
        schema = _schema_of(enterprise_id)
        announce_change()
    with context.owner(schema):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f'REVOKE {WRITING} ON ALL TABLES IN SCHEMA "{schema}" FROM "{schema}"'
            )
        try:
            _wait_for_writers(schema)
        except OperationalError as error:
            let_write(enterprise_id=enterprise_id)
            raise WritersBusy(
                _("Somebody has been writing for longer than %(seconds)s.")
                % {"seconds": LOCK_TIMEOUT},
                field="enterprise",
                remedy=_("Try again when the long job is done."),
            ) from error


def let_write(*, enterprise_id: UUID) -> None:
    """Let an enterprise write again, whether it was stopped or not."""
    with context.directory(), transaction.atomic():
        schema = _schema_of(enterprise_id)
        if schema:
            with context.owner(schema):
                grant_schema(schema)
        Enterprise.objects.filter(pk=enterprise_id).update(write_stopped_at=None)
        announce_change()


def _wait_for_writers(schema: str) -> None:
    # SHARE is granted once nobody holds a writer's lock on the table any more. Who
    # began before and has not come to this table yet meets the missing privilege.
    with transaction.atomic(), connection.cursor() as cursor:
        names = catalogue.table_names(cursor, schema)
        tables = ", ".join(f"{quoted(schema)}.{quoted(name)}" for name in names)
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")


def _schema_of(enterprise_id: UUID) -> str:
    found = Enterprise.objects.filter(pk=enterprise_id).values_list(
        "schema_name", flat=True
    )
    return found.first() or ""
