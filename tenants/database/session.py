"""This thread's connection, and the units of work that it serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from tenants.database.base import DatabaseWrapper


def session() -> "DatabaseWrapper":
    """Return this thread's connection as what it is."""
    return cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS])


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Do one request or one job: what was known before it is confirmed in it."""
    ours = session()
    ours.begin_unit()
    try:
        yield
    finally:
        ours.end_unit()
