"""Deletes what an enterprise owns in shared tables, and the people it alone had.

What it owns is found from the models: every row that refers to it, every row that
refers to one of those, and so on. A new table is covered by being there.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models

from tenants import context
from tenants.isolation.models import TenantModel
from tenants.models import Enterprise, Membership, User

SESSIONS_AT_ONCE = 1000
# Rows that are of nobody in particular: they stay, without the reference.
NEVER_DELETED: tuple[type[models.Model], ...] = (Enterprise, User)


def own_rows(schema: str) -> dict[str, int]:
    """Return how many rows each table of a schema has."""
    with context.owner(schema), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s"
            " AND tablename <> 'django_migrations' ORDER BY tablename",
            [schema],
        )
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{schema}"."{table}"')  # noqa: S608  (names of the catalogue)
            found[table] = int(cursor.fetchone()[0])
    return {table: count for table, count in found.items() if count}


def erase_shared_rows(enterprise_id: UUID) -> dict[str, int]:
    """Delete the rows of shared tables that are an enterprise's; count them by table."""
    found: Counter[str] = Counter()
    with context.owner(), connection.cursor() as cursor:
        for field in _references_to(Enterprise):
            if field.model is not Enterprise:
                where = f'"{field.column}" = %s'
                _erase(cursor, field.model, where, [enterprise_id], found, ())
    return dict(found)


def shared_rows(enterprise_id: UUID) -> dict[str, int]:
    """Return how many rows of shared tables still refer to an enterprise."""
    found: Counter[str] = Counter()
    with context.owner(), connection.cursor() as cursor:
        for field in _references_to(Enterprise):
            cursor.execute(
                f'SELECT count(*) FROM "{field.model._meta.db_table}"'  # noqa: S608  (names of our models)
                f' WHERE "{field.column}" = %s',
                [enterprise_id],
            )
            found[field.model._meta.db_table] += int(cursor.fetchone()[0])
    return {table: count for table, count in found.items() if count}


def people_of_it_alone(enterprise_id: UUID) -> list[UUID]:
    """Return the people who have, and had, no place in any other enterprise."""
    with context.directory():
        members = Membership.objects.filter(enterprise_id=enterprise_id)
        elsewhere = Membership.objects.exclude(enterprise_id=enterprise_id)
        return list(
            User.objects.filter(pk__in=members.values("user_id"), is_operator=False)
            .exclude(pk__in=elsewhere.values("user_id"))
            .values_list("pk", flat=True)
        )


def erase_people(people: list[UUID]) -> dict[str, int]:
    """Delete people with all that they prove themselves by; count rows by table."""
    if not people:
        return {}
    found: Counter[str] = Counter()
    with context.owner():
        found[Session._meta.db_table] = _erase_sessions(set(map(str, people)))
        _count, deleted = User.objects.filter(pk__in=people).delete()
    for label, count in deleted.items():
        found[apps.get_model(label)._meta.db_table] += count
    return {table: count for table, count in found.items() if count}


def erase_operators_notes(enterprise_id: UUID) -> int:
    """Delete what the console's log says of an enterprise."""
    from django.contrib.admin.models import LogEntry

    with context.owner():
        count, _tables = LogEntry.objects.filter(object_id=str(enterprise_id)).delete()
    return count


def _references_to(
    model: type[models.Model],
) -> Iterator["models.ForeignKey[Any, Any]"]:
    for other in apps.get_models(include_auto_created=True):
        if not other._meta.managed or issubclass(other, TenantModel):
            continue
        for field in other._meta.local_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is model:
                yield field


def _erase(
    cursor: Any,
    model: type[models.Model],
    where: str,
    values: list[object],
    found: Counter[str],
    seen: tuple[type[models.Model], ...],
) -> None:
    table = model._meta.db_table
    for field in _references_to(model):
        child = field.model
        target = field.target_field.column
        chosen = f'"{field.column}" IN (SELECT "{target}" FROM "{table}" WHERE {where})'  # noqa: S608  (names of our models)
        if child in NEVER_DELETED or field.remote_field.on_delete is models.SET_NULL:
            cursor.execute(
                f'UPDATE "{child._meta.db_table}" SET "{field.column}" = NULL'  # noqa: S608  (names of our models)
                f" WHERE {chosen}",
                values,
            )
        elif child not in seen:
            _erase(cursor, child, chosen, values, found, (*seen, model))
    cursor.execute(f'DELETE FROM "{table}" WHERE {where}', values)  # noqa: S608  (names of our models)
    if cursor.rowcount:
        found[table] += cursor.rowcount
    _erase_clients(cursor, model)


def _erase_clients(cursor: Any, model: type[models.Model]) -> None:
    # A partner's client is no row of ours: its only trace is the row just deleted.
    if model._meta.label != "tenants.ApiClient":
        return
    orphans = (
        "SELECT c.id FROM allauth_idp_oidc_client c"
        " WHERE NOT EXISTS (SELECT 1 FROM tenants_apiclient a WHERE a.client_id = c.id)"
    )
    cursor.execute(f"DELETE FROM allauth_idp_oidc_token WHERE client_id IN ({orphans})")  # noqa: S608  (a constant)
    cursor.execute(f"DELETE FROM allauth_idp_oidc_client WHERE id IN ({orphans})")  # noqa: S608  (a constant)


def _erase_sessions(people: set[str]) -> int:
    # A session says whose it is inside what it keeps, so that each has to be opened.
    gone = [
        session.pk
        for session in Session.objects.iterator(chunk_size=SESSIONS_AT_ONCE)
        if str(session.get_decoded().get("_auth_user_id", "")) in people
    ]
    count, _tables = Session.objects.filter(pk__in=gone).delete()
    return count
