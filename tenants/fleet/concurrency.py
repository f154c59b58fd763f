"""Statements that no transaction may hold: indexes made while others write."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql as identifiers

from apps.kernel.errors import DomainError
from tenants import context
from tenants.fleet import rules
from tenants.fleet.types import Stage

INDEX = """
    SELECT i.indisvalid AND i.indisready FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relname = %s AND c.relnamespace = %s::regnamespace
"""


class NotRepeatable(DomainError):
    """Raised for a statement that could not be gone on with after a death."""

    code = "statement_not_repeatable"


def refuse_unrepeatable(stage: Stage) -> None:
    """Let only indexes be made outside a transaction: those can be looked for after.

    :raises NotRepeatable: for a stage that holds anything else.
    """
    for sql, _class in stage.statements:
        if rules.concurrent_index(sql) is None:
            raise NotRepeatable(
                _("%(label)s mixes a concurrent index with another statement.")
                % {"label": stage.label},
                field="statement",
                value=sql[:300],
                remedy=_("Put the other statement into an operation of its own."),
            )


def runs_outside(stage: Stage) -> bool:
    """Say whether a stage holds what no transaction may hold."""
    return any(
        rules.concurrent_index(sql) is not None for sql, _class in stage.statements
    )


def run_outside(stage: Stage, schema: str, *, lock_ms: int = 2000) -> None:
    """Make or drop indexes in one schema, each on its own, as often as it takes.

    What stands already is left; what an earlier try has left invalid goes first. On a
    session of its own: behind a pooler, and in a job, ours has a transaction open.
    """
    with _as_djangos(), closing(_session(schema, lock_ms)) as session:
        cursor = session.cursor()
        for sql, _class in stage.statements:
            found = rules.concurrent_index(sql)
            if found is not None:
                name, is_made = found
                _make_or_drop(cursor, sql, name, is_made=is_made, schema=schema)


def _make_or_drop(
    cursor: Any, sql: str, name: str, *, is_made: bool, schema: str
) -> None:
    is_valid = _is_valid(cursor, name, schema)
    if is_made and is_valid:
        return
    if is_made and is_valid is False:
        drop = identifiers.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}")
        cursor.execute(drop.format(identifiers.Identifier(name)))
    if is_made or is_valid is not None:
        cursor.execute(sql)


def _session(schema: str, lock_ms: int) -> Any:
    session = connection.get_new_connection(connection.get_connection_params())
    session.autocommit = True
    path = identifiers.SQL(", ").join(
        identifiers.Identifier(each)
        for each in context.Context(role="", schema=schema).search_path
    )
    with session.cursor() as cursor:
        cursor.execute(
            identifiers.SQL("SET ROLE {}").format(
                identifiers.Identifier(context.OWNER_ROLE)
            )
        )
        cursor.execute(identifiers.SQL("SET search_path = {}").format(path))
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{lock_ms}ms"])
    return session


def _is_valid(cursor: Any, name: str, schema: str) -> bool | None:
    cursor.execute(INDEX, [name, schema])
    row = cursor.fetchone()
    return None if row is None else bool(row[0])


@contextmanager
def _as_djangos() -> Iterator[None]:
    """Raise what the driver raises as Django does, as everywhere else."""
    with connection.wrap_database_errors:
        yield
