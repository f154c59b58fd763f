"""What tables a schema has, and one line of JSON for each of their rows.

A line is made by PostgreSQL, with its keys in jsonb's own order, so that the same
rows give the same bytes in whatever order a schema's columns were made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from tenants.database.names import quoted

# Django's own record of migrations is part of the schema, not of the rows.
LEDGER = "django_migrations"
# Numbers of transactions mean nothing in another database.
LOCAL_TYPES = ("xid8",)

TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p')
      AND NOT relispartition AND relname <> %s ORDER BY relname
"""
COLUMNS = """
    SELECT a.attname, a.atttypid::regtype::text, a.attnotnull, a.attgenerated <> ''
    FROM pg_attribute a
    WHERE a.attrelid = format('%%I.%%I', %s::text, %s::text)::regclass
      AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
KEY = """
    SELECT a.attname FROM pg_index i
    CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indisprimary
      AND i.indrelid = format('%%I.%%I', %s::text, %s::text)::regclass
    ORDER BY k.place
"""
SEQUENCES = """
    SELECT s.relname FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')
    JOIN pg_class t ON t.oid = d.refobjid
    WHERE s.relkind = 'S' AND s.relnamespace = %s::regnamespace AND t.relname <> %s
    ORDER BY s.relname
"""
# What a value looks like must not depend on who asks.
PLAIN_OUTPUT = (
    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY';"
    " SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1;"
    " SET LOCAL bytea_output = 'hex'"
)
# Neither byte occurs in JSON as PostgreSQL writes it, so that a line is a line.
AS_LINES = r"WITH (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01', ENCODING 'UTF8')"


@dataclass(frozen=True, slots=True)
class Column:
    """A column, as far as lines of JSON care."""

    name: str
    type: str
    is_needed: bool
    is_generated: bool

    @property
    def is_json(self) -> bool:
        """Whether it tells JSON's null from none."""
        return self.type == "jsonb"

    @property
    def is_local(self) -> bool:
        """Whether it is left out, for it means nothing elsewhere."""
        return self.type in LOCAL_TYPES


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its columns and its key."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    files: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Its name in SQL."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def literal(text: str) -> str:
    """Return a text as an SQL literal, for COPY takes no parameters."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "")
    return f"E'{escaped}'"


def table_names(cursor: Any, schema: str) -> list[str]:
    """Return the tables whose rows are the enterprise's, by name."""
    cursor.execute(TABLES, [schema, LEDGER])
    return [row[0] for row in cursor.fetchall()]


def describe(cursor: Any, schema: str, name: str, files: Iterable[str] = ()) -> Table:
    """Look a table up in the catalogue."""
    cursor.execute(COLUMNS, [schema, name])
    columns = tuple(Column(*row) for row in cursor.fetchall())
    cursor.execute(KEY, [schema, name])
    key = tuple(row[0] for row in cursor.fetchall())
    names = {column.name for column in columns}
    return Table(schema, name, columns, key, tuple(sorted(names & set(files))))


def describe_all(
    cursor: Any, schema: str, files: dict[str, list[str]] | None = None
) -> list[Table]:
    """Look all tables of an enterprise's schema up."""
    known = file_columns() if files is None else files
    return [
        describe(cursor, schema, name, known.get(name, ()))
        for name in table_names(cursor, schema)
    ]


def file_columns() -> dict[str, list[str]]:
    """Return which columns of which tables hold paths of files, from the models."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        for one in model._meta.local_fields:
            if isinstance(one, models.FileField):
                found.setdefault(model._meta.db_table, []).append(one.attname)
    return found


def sequences(cursor: Any, schema: str) -> dict[str, int]:
    """Return the last number drawn from each sequence that a column draws from."""
    cursor.execute(SEQUENCES, [schema, LEDGER])
    names = [row[0] for row in cursor.fetchall()]
    found = {}
    for name in names:
        cursor.execute(
            f"SELECT last_value, is_called FROM {quoted(schema)}.{quoted(name)}"  # noqa: S608  (names of the catalogue)
        )
        last, is_called = cursor.fetchone()
        if is_called:
            found[name] = last
    return found


def lines_of(
    table: Table, *, where: str = "", without: Sequence[str] = (), prefix: str = ""
) -> str:
    """Return the query for a table's rows as lines of JSON, in the order of the key.

    `prefix` is taken off the paths of files: it names the schema.
    """
    texts = [column.name for column in table.columns if column.type in _TEXTS]
    order = ", ".join(
        f't.{quoted(name)} COLLATE "C"' if name in texts else f"t.{quoted(name)}"
        for name in table.key
    )
    row = "to_jsonb(t)"
    dropped = [
        *(column.name for column in table.columns if column.is_local),
        *without,
    ]
    if dropped:
        row += f" - ARRAY[{', '.join(map(literal, dropped))}]::text[]"
    for column in table.columns:
        if column.is_json and not column.is_needed and column.name not in without:
            # Absent where there is none, for null is a value of jsonb itself.
            row += (
                f" - CASE WHEN t.{quoted(column.name)} IS NULL"
                f" THEN {literal(column.name)} ELSE '' END"
            )
    paths = [name for name in table.files if prefix]
    if paths:
        pairs = ", ".join(
            f"{literal(name)}, CASE WHEN starts_with(t.{quoted(name)},"
            f" {literal(prefix)}) THEN substr(t.{quoted(name)}, {len(prefix) + 1})"
            f" ELSE t.{quoted(name)} END"
            for name in paths
        )
        row = f"({row}) || jsonb_build_object({pairs})"
    query = f"SELECT ({row})::text FROM {table.address} t"  # noqa: S608  (names of the catalogue)
    if where:
        query += f" WHERE {where}"
    return query + (f" ORDER BY {order}" if order else " ORDER BY 1")


_TEXTS = ("text", "character varying", "character")


def load_lines(
    table: Table,
    source: str,
    *,
    prefix: str = "",
    without: Sequence[str] = (),
    where: str = "",
) -> str:
    """Return the statement that writes the lines of `source` as rows of a table."""
    columns = [
        column
        for column in table.columns
        if not column.is_generated
        and not column.is_local
        and column.name not in without
    ]
    values = []
    for column in columns:
        value = f"r.{quoted(column.name)}"
        if column.is_json:
            value = f"l.line -> {literal(column.name)}"
        elif column.name in table.files and prefix:
            value = (
                f"CASE WHEN {value} = '' THEN '' ELSE {literal(prefix)} || {value} END"
            )
        values.append(value)
    names = ", ".join(quoted(column.name) for column in columns)
    return (
        f"INSERT INTO {table.address} ({names}) OVERRIDING SYSTEM VALUE"  # noqa: S608  (names of the catalogue)
        f" SELECT {', '.join(values)} FROM {source} l,"
        f" jsonb_populate_record(NULL::{table.address}, l.line) r"
        f"{f' WHERE {where}' if where else ''}"
    )
