"""Writes down, as unqualified SQL, all that a schema holds.

The template schema is built by Django's own migrations. What they made is read
back from PostgreSQL's catalogue and rendered in a fixed order, so that the same
migrations always give the same bytes, and the same digest.
"""

import hashlib
import re
from typing import Any

from django.db import connection

from tenants import context

TABLES = """
    SELECT c.oid, c.relname FROM pg_class c
    WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
REFERENCES = """
    SELECT conrelid, confrelid FROM pg_constraint
    WHERE connamespace = %s::regnamespace AND contype = 'f' AND conrelid <> confrelid
"""
COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
           nullif(a.attstorage, t.typstorage)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s AND contype IN ('p', 'u', 'c', 'x', 'f')
    ORDER BY contype = 'f', contype <> 'p', conname
"""
INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s AND NOT EXISTS (
        SELECT 1 FROM pg_constraint k
        WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    ORDER BY c.relname
"""
FUNCTIONS = """
    SELECT pg_get_functiondef(p.oid) FROM pg_proc p
    WHERE p.pronamespace = %s::regnamespace ORDER BY p.proname
"""
TRIGGERS = """
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t
    WHERE t.tgrelid = %s AND NOT t.tgisinternal ORDER BY t.tgname
"""
GENERATED = {"s": "STORED"}
STORAGE = {"p": "PLAIN", "m": "MAIN", "e": "EXTERNAL", "x": "EXTENDED"}

# `column IN ('a', 'b')` as PostgreSQL writes it down for a varchar column. Read again,
# that text becomes another expression of the same meaning, and a schema that was
# replayed would differ from one that was migrated; so what was meant is written.
_LITERAL = r"'(?:[^']|'')*'::character varying"
_IN_LIST = re.compile(
    r"\((?P<column>\"?\w+\"?)\)::text (?P<test>= ANY|<> ALL)"
    rf" \(\(ARRAY\[(?P<values>{_LITERAL}(?:, {_LITERAL})*)\]\)::text\[\]\)"
)
_TESTS = {"= ANY": "IN", "<> ALL": "NOT IN"}


def render_schema(schema: str) -> str:
    """Return the SQL that makes a schema's tables, as found in `schema`."""
    with context.owner(schema), connection.cursor() as cursor:
        names = dict(_rows(cursor, TABLES, schema))
        made = []
        for oid in _in_order(names, _rows(cursor, REFERENCES, schema)):
            made.append(_table(cursor, oid, names[oid]))
            made += [row[0] for row in _rows(cursor, INDEXES, oid)]
        made += [row[0].rstrip() for row in _rows(cursor, FUNCTIONS, schema)]
        for oid in sorted(names, key=names.__getitem__):
            made += [row[0] for row in _rows(cursor, TRIGGERS, oid)]
        made += _ledger(cursor)
    text = _IN_LIST.sub(_as_meant, ";\n".join(made) + ";\n")
    return text.replace(f"{schema}.", "").replace(f'"{schema}".', "")


def digest_of(statements: str) -> str:
    """Return the template's identity."""
    return hashlib.sha256(statements.encode()).hexdigest()


def _as_meant(found: re.Match[str]) -> str:
    values = found["values"].replace("::character varying", "")
    return f"{found['column']} {_TESTS[found['test']]} ({values})"


def _rows(cursor: Any, sql: str, value: object) -> list[tuple[Any, ...]]:
    cursor.execute(sql, [value] if "%s" in sql else None)
    return list(cursor.fetchall())


def _in_order(names: dict[int, str], references: list[tuple[Any, ...]]) -> list[int]:
    """Tables after those they refer to, and by name where that leaves a choice."""
    needs: dict[int, set[int]] = {}
    for table, target in references:
        needs.setdefault(table, set()).add(target)
    ordered: list[int] = []
    seen: set[int] = set()

    def visit(oid: int) -> None:
        if oid in seen:
            return
        seen.add(oid)
        for needed in sorted(needs.get(oid, ()), key=names.__getitem__):
            visit(needed)
        ordered.append(oid)

    for oid in sorted(names, key=names.__getitem__):
        visit(oid)
    return ordered


def _table(cursor: Any, oid: int, name: str) -> str:
    parts = []
    for column, kind, not_null, identity, generated, default, storage in _rows(
        cursor, COLUMNS, oid
    ):
        part = f'"{column}" {kind}'
        if storage:
            # Said with the table, for whether it gets one beside it for what is moved
            # out is decided only then.
            part += f" STORAGE {STORAGE[storage]}"
        if identity:
            by = "ALWAYS" if identity == "a" else "BY DEFAULT"
            part += f" GENERATED {by} AS IDENTITY"
        elif generated:
            part += f" GENERATED ALWAYS AS ({default}) {GENERATED[generated]}"
        elif default is not None:
            part += f" DEFAULT {default}"
        if not_null and not identity:
            part += " NOT NULL"
        parts.append(part)
    parts += [
        f'CONSTRAINT "{constraint}" {definition}'
        for constraint, definition in _rows(cursor, CONSTRAINTS, oid)
    ]
    return f'CREATE TABLE "{name}" (' + ", ".join(parts) + ")"


def _ledger(cursor: Any) -> list[str]:
    # Django's own record of what has been applied, without times, which would
    # make every rendering differ.
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    values = ", ".join(
        f"('{app}', '{name}', statement_timestamp())" for app, name in cursor.fetchall()
    )
    if not values:
        return []
    return [
        f"INSERT INTO django_migrations (app, name, applied) VALUES {values}"  # noqa: S608  (names of our own files)
    ]
