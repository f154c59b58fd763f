"""How a case of the leak matrix is judged, counted and told.

A group is one thing attacked on one surface; its cases are known before it runs, and
all of them must have run. Groups run in a savepoint of a world that many share.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tenants import context
from tenants.registry.selectors import forget_enterprises
from tests.support import tally

NOBODYS = UUID("01960000-0000-7000-8000-00000000dead")

# What differs between any two answers to the same question.
_VOLATILE = ("X-Request-Id", "Date", "Expires", "Content-Security-Policy", "Set-Cookie")
_TOKENS = [
    (re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*'), rb"\1"),
    (re.compile(rb'(nonce=")[^"]*'), rb"\1"),
    (re.compile(rb'("X-CSRFToken":\s*")[^"]*'), rb"\1"),
    (re.compile(rb"(csrf_?token[^a-z]{1,8})[A-Za-z0-9]{64}"), rb"\1"),
    (re.compile(rb'("trace_id":\s*")[^"]*'), rb"\1"),
    # Moments that forms begin with: now, to the minute.
    (re.compile(rb'(value=")\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^"]*'), rb"\1"),
]


@dataclass(frozen=True, slots=True)
class Group:
    """What is attacked, with the names of the cases that this makes."""

    surface: str
    name: str
    cases: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


Complaint = str | None
Attack = Callable[[], Iterable[tuple[str, Complaint]]]


def failures_of(group: Group, attack: Iterable[tuple[str, Complaint]]) -> list[str]:
    """Run a group; return what went wrong, and which of its cases did not run."""
    done: dict[str, Complaint] = {}
    with undone():
        done.update(attack)
    wrong = [f"{name}: {text}" for name, text in done.items() if text]
    left_out = set(group.cases) - set(done)
    unplanned = set(done) - set(group.cases)
    wrong += [f"{name}: did not run" for name in sorted(left_out)]
    wrong += [f"{name}: was not planned" for name in sorted(unplanned)]
    return wrong


def judge(group: Group, attack: Iterable[tuple[str, Complaint]]) -> None:
    """Expect every case of the group to have run and to have been denied."""
    wrong = failures_of(group, attack)
    assert not wrong, f"{group.surface}, {group.name}\n" + "\n".join(wrong)
    tally.ran[group.surface] += len(group.cases)


@contextmanager
def undone() -> Iterator[None]:
    """Take back at the end whatever was written inside."""
    with context.directory():
        savepoint = transaction.savepoint()
    try:
        yield
    finally:
        with context.directory():
            transaction.set_rollback(False)
            transaction.savepoint_rollback(savepoint)
        forget_enterprises()


def said(answer: Any, *ids: object) -> tuple[int, Mapping[str, str], bytes]:
    """Return what an answer says, with the ids that were asked for as one word.

    Answers about what is another's and what nobody has must be equal, byte for byte.
    """
    body: bytes = (
        b"".join(answer.streaming_content) if answer.streaming else answer.content
    )
    headers = {k: v for k, v in answer.headers.items() if k not in _VOLATILE}
    for one in ids:
        text = str(one)
        body = body.replace(text.encode(), b"ASKED")
        body = body.replace(json.dumps(text)[1:-1].encode(), b"ASKED")
        headers = {k: v.replace(text, "ASKED") for k, v in headers.items()}
    for pattern, kept in _TOKENS:
        body = pattern.sub(kept, body)
    return answer.status_code, headers, body


def difference(others: Any, nobodys: Any) -> Complaint:
    """Say how the answers about another's and about nobody's thing differ."""
    if others[0] != nobodys[0]:
        return f"answers {others[0]}, and {nobodys[0]} where there is nothing"
    if others[1] != nobodys[1]:
        only = set(others[1].items()) ^ set(nobodys[1].items())
        return f"differs in its headers: {sorted(only)}"
    if others[2] != nobodys[2]:
        place = next(
            (
                index
                for index, (one, two) in enumerate(
                    zip(others[2], nobodys[2], strict=False)
                )
                if one != two
            ),
            min(len(others[2]), len(nobodys[2])),
        )
        around = slice(max(place - 60, 0), place + 60)
        return f"differs: {others[2][around]!r} and {nobodys[2][around]!r}"
    return None


def state_of(*schemas: str) -> dict[str, tuple[int, int]]:
    """Return a digest of all rows of the schemas, to show that nothing changed."""
    with context.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = ANY (%s) AND tablename NOT IN"
            " ('django_migrations', 'django_session', 'tenants_template')",
            [list(schemas)],
        )
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), coalesce(sum(hashtextextended("
                f"t::text, 0)), 0)::text FROM {table} t"
                for table in tables
            )
        )
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name the tables whose rows are not what they were."""
    return sorted(
        table
        for table in before.keys() | after.keys()
        if before.get(table) != after.get(table)
    )
