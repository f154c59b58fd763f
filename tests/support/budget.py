"""Counts the queries of a page, apart from what merely sets the connection up."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.registry.selectors import forget_enterprises

PLUMBING = ("SET ", "RESET ", "SAVEPOINT", "RELEASE", "SELECT set_config")


@contextmanager
def queries_of() -> Iterator[list[str]]:
    """Collect the statements of a block; whole only when the block has ended."""
    found: list[str] = []
    # Enterprises are kept for some seconds: now and then one block would read them.
    forget_enterprises()
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(PLUMBING)
    ]
