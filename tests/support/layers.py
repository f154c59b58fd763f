"""Leaves layers of isolation out, in the settings and in the database of one test.

context and search_path are the wrapper's, and it is told to leave them out. role and
row_security are the database's: without `role`, every enterprise's role may use every
enterprise's tables, as if a grant had been too wide; without `row_security`, the shared
tables are open to whoever may read them. Both are undone with the test's transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import override_settings

from tenants import context
from tenants.database.layers import Layer
from tenants.database.session import session
from tenants.types import EnterpriseRef

ALL = frozenset(Layer)


@contextmanager
def only(*on: Layer, refs: tuple[EnterpriseRef, ...]) -> Iterator[None]:
    """Stand on these layers alone, in a transaction that will be rolled back."""
    with without(*(ALL - set(on)), refs=refs):
        yield


@contextmanager
def without(*off: Layer, refs: tuple[EnterpriseRef, ...]) -> Iterator[None]:
    """Leave these layers out, in a transaction that will be rolled back."""
    assert connection.in_atomic_block
    if Layer.ROLE in off:
        _widen_grants(refs)
    if Layer.ROW_SECURITY in off:
        _open_shared_tables()
    with override_settings(SPINDLE_UNSAFE_LAYERS_OFF=frozenset(off)):
        # Whoever was there before: the session is left in north's name.
        session()._applied = None
        yield
    session()._applied = None


def _widen_grants(refs: tuple[EnterpriseRef, ...]) -> None:
    group = context.TENANT_GROUP_ROLE
    for ref in refs:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute(f'GRANT USAGE ON SCHEMA "{ref.schema}" TO {group}')
            cursor.execute(
                f'GRANT ALL ON ALL TABLES IN SCHEMA "{ref.schema}" TO {group}'
            )


def protected_tables() -> list[str]:
    """Return the shared tables with forced row security."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relforcerowsecurity ORDER BY relname"
        )
        return [row[0] for row in cursor.fetchall()]


def _open_shared_tables() -> None:
    # The rows that a test wrote fire deferred checks, which ALTER TABLE waits for.
    for table in protected_tables():
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
