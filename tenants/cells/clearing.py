"""Takes away what an enterprise has in a database where it does not live any more."""

from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from tenants import context
from tenants.archive import storing
from tenants.archive.files import remove_files
from tenants.isolation.models import TenantModel
from tenants.models import (
    ApiClient,
    Archive,
    Domain,
    Enterprise,
    Membership,
    Move,
    Slot,
)
from tenants.provisioning import services as provisioning
from tenants.registry.services import announce_change

# What the directory at home keeps of an enterprise that lives elsewhere.
KEPT_AT_HOME = (Domain, Membership, ApiClient, Archive, Move)


def clear_schemas(*, enterprise_id: UUID, keep: str = "") -> list[str]:
    """Drop the enterprise's schemas here but the one it lives in; repeat at will.

    Role, slot and files go with a schema.
    """
    with context.directory():
        schemas = list(
            Slot.objects.filter(enterprise_id=enterprise_id)
            .exclude(pk=keep)
            .values_list("pk", flat=True)
        )
    for schema in schemas:
        drop_schema(schema)
    return schemas


def drop_schema(schema: str) -> None:
    """Drop a schema with its role, its slot and its files."""
    with context.owner(), transaction.atomic():
        # PostgreSQL refuses while the role has a privilege in another database of the
        # same server, and then nothing is dropped here.
        provisioning.drop_schema(schema)
        Slot.objects.filter(pk=schema).delete()
    remove_files(schema)


def clear_shared(*, enterprise_id: UUID) -> dict[str, int]:
    """Delete the enterprise's rows of shared tables; return how many, by table.

    Away from home its row in the directory goes too. Rows of others that are about it,
    such as matches with its listings, go as well: they would lead nowhere.
    """
    is_home = settings.DATABASE_CODE == settings.HOME_DATABASE_CODE
    deleted: dict[str, int] = {}
    with context.owner(), transaction.atomic(), connection.cursor() as cursor:
        for table, column, model in _references():
            if is_home and model in KEPT_AT_HOME:
                continue
            if model is Archive:
                _remove_archives(enterprise_id)
            # References are checked at the end of the transaction: any order will do.
            cursor.execute(
                f'DELETE FROM public."{table}" WHERE "{column}" = %s',  # noqa: S608  (names of models)
                [enterprise_id],
            )
            deleted[table] = deleted.get(table, 0) + cursor.rowcount
        if not is_home:
            Enterprise.objects.filter(pk=enterprise_id).delete()
        announce_change()
    return {table: count for table, count in deleted.items() if count}


def _references() -> Iterator[tuple[str, str, type[models.Model]]]:
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, TenantModel) or not model._meta.managed or model is Slot:
            continue
        for one in model._meta.local_fields:
            if isinstance(one, models.ForeignKey) and one.related_model is Enterprise:
                yield model._meta.db_table, one.column, model


def _remove_archives(enterprise_id: UUID) -> None:
    for path in Archive.objects.filter(enterprise_id=enterprise_id).values_list(
        "path", flat=True
    ):
        storing.remove(path)
