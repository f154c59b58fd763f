"""Versions of the catalog: each change is one, in the transaction that makes it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from apps.catalog import rules, selectors
from apps.catalog.models import CatalogChange, CatalogVersion
from apps.catalog.types import EntryKind, VersionOrigin
from tenants.registry.services import announce_change
from tenants.types import Actor

Changed = tuple[EntryKind, str, rules.Change]


def lock_catalog() -> None:
    """Let one change of the catalog be made at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog'), 0)")


def record_version(
    *,
    origin: VersionOrigin,
    reason: str,
    changes: Iterable[Changed],
    added: Mapping[str, int],
    by: Actor,
    at: datetime,
) -> CatalogVersion:
    """Write down what was changed, under the next number, and tell all processes.

    The caller holds the lock.
    """
    last = CatalogVersion.objects.aggregate(last=Max("number"))["last"] or 0
    version = CatalogVersion.objects.create(
        number=last + 1,
        at=at,
        by_id=by.user_id,
        by_label=by.label,
        origin=origin,
        reason=reason,
        added=dict(added),
    )
    CatalogChange.objects.bulk_create(
        CatalogChange(
            version=version,
            kind=kind,
            key=key,
            field=change.field,
            old=change.old,
            new=change.new,
        )
        for kind, key, change in changes
    )
    # Now, for this transaction reads on; and after it, for another thread may have
    # read the old state meanwhile.
    selectors.forget()
    transaction.on_commit(selectors.forget, robust=True)
    announce_change()
    return version
