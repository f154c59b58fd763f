"""Counts the queries of a page, apart from what merely sets the connection up.

Budgets are equal, not "at most": a page that has become cheaper says so too.
`make budgets` writes them anew; a commit that raises one says why.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

PLUMBING = (
    "BEGIN",
    "COMMIT",
    "SET ",
    "RESET ",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "SELECT set_config",
    # Asked once a process after the directory has changed, whoever comes first.
    'SELECT MAX("catalog_catalogversion"',
)
BUDGETS = Path(__file__).resolve().parents[1] / "budgets.json"
RECORDING = "SPINDLE_RECORD_BUDGETS"


@contextmanager
def queries_of() -> Iterator[list[str]]:
    """Collect the statements of a block; whole only when the block has ended."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(PLUMBING)
    ]


@contextmanager
def within_budget(name: str) -> Iterator[None]:
    """Expect exactly the budgeted number of statements, or record it."""
    with queries_of() as found:
        yield
    check({name: found})


def check(found: Mapping[str, list[str]]) -> None:
    """Compare the statements of several blocks with their budgets, or record them."""
    counted = {name: len(statements) for name, statements in found.items()}
    if os.environ.get(RECORDING):
        known = {**budgets(), **counted}
        BUDGETS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
        budgets.cache_clear()
        return
    recorded = budgets()
    wrong = [
        f"{name}: {count} queries instead of {recorded.get(name, 'none budgeted')}\n"
        + _told(found[name])
        for name, count in counted.items()
        if count != recorded.get(name)
    ]
    assert not wrong, "\n".join(wrong)


def repeated(few: list[str], many: list[str]) -> str:
    """Say which statements are asked more often for more rows."""
    more = _shapes(many) - _shapes(few)
    return "\n".join(f"  +{count} {shape}" for shape, count in more.most_common(5))


@cache
def budgets() -> dict[str, int]:
    """Return what was recorded."""
    if not BUDGETS.exists():
        return {}
    known: dict[str, int] = json.loads(BUDGETS.read_text())
    return known


def _told(statements: list[str]) -> str:
    shapes = _shapes(statements).most_common()
    return "\n".join(f"  {count} {shape}" for shape, count in shapes)


def _shapes(statements: list[str]) -> Counter[str]:
    """Count statements that differ in their values alone."""
    return Counter(statement.split(" WHERE ")[0][-120:] for statement in statements)
