"""Reads an archive that anybody may have made, and loads it into a fresh schema."""

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from tenants import context
from tenants.archive import catalogue, copying, files, rules, sealing
from tenants.archive.rules import BadArchive, bad
from tenants.archive.types import MANIFEST, TABLES, EntryFacts, FileFacts, Manifest
from tenants.archive.verifying import checksums_with, prefix_of
from tenants.database.names import quoted
from tenants.jobs import report_progress

# Half a million files are listed in as much.
LARGEST_MANIFEST = 128 * 1024 * 1024
# Of strangers: rows shrink some ten- to fiftyfold; what shrinks more is a trap.
LARGEST_RATIO = 200
ALWAYS_ALLOWED = 16 * 1024 * 1024
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LARGEST_SHORT_ENTRY = 64 * 1024 * 1024
ENCRYPTED = 0x1
LOAD = "archive_load"


class Source:
    """An archive that is open for reading, with its manifest."""

    def __init__(self, packed: zipfile.ZipFile, manifest: Manifest) -> None:
        self._packed = packed
        self.manifest = manifest

    @contextmanager
    def entry(self, name: str, facts: EntryFacts) -> Iterator[copying.Metered]:
        """Open an entry; what it was is compared when the caller is done.

        :raises BadArchive: if it is not what the manifest says.
        """
        with _reading(name), self._packed.open(name) as raw:
            source = copying.Metered(raw, facts.size)
            yield source
            found = source.drain()
        if found.sha256 != facts.sha256 or (
            facts.rows >= 0 and found.rows != facts.rows
        ):
            raise bad(name, _("its content is not what the manifest says."))

    def lines(self, name: str, facts: EntryFacts) -> Iterator[dict[str, Any]]:
        """Read a short entry line by line."""
        if facts.size > LARGEST_SHORT_ENTRY:
            raise bad(name, _("it is too long for what it holds."))
        with self.entry(name, facts) as source:
            text = b"".join(iter(source.read, b""))
        for line in text.splitlines():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise bad(name, _("a line is not a JSON object.")) from error
            if not isinstance(value, dict):
                raise bad(name, _("a line is not a JSON object."))
            yield value


@contextmanager
def opened(path: Path | str) -> Iterator[Source]:
    """Open an archive, once its structure is what its manifest says.

    :raises BadArchive: naming the entry that is not.
    """
    try:
        packed = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise bad(
            Path(path).name,
            _("this is not a whole ZIP file."),
            _("Copy it again: it may have been cut short on its way."),
        ) from error
    with packed:
        manifest = _manifest_of(packed)
        _check_structure(packed, manifest)
        yield Source(packed, manifest)


def read_manifest(path: Path | str) -> Manifest:
    """Return what an archive holds, without reading its content.

    :raises BadArchive: if structure or manifest are not those of an archive.
    """
    with opened(path) as source:
        return source.manifest


def verify_archive(path: Path | str) -> Manifest:
    """Read an archive to the last byte, and compare each entry with the manifest.

    :raises BadArchive: naming the first entry that differs.
    """
    with opened(path) as source:
        for name, facts in rules.expected_entries(source.manifest).items():
            with source.entry(name, facts):
                pass
        return source.manifest


def _manifest_of(packed: zipfile.ZipFile) -> Manifest:
    with _reading(MANIFEST):
        try:
            info = packed.getinfo(MANIFEST)
        except KeyError as error:
            raise bad(MANIFEST, _("it is missing.")) from error
        _check_size(info, LARGEST_MANIFEST)
        with packed.open(info) as raw:
            text = raw.read(LARGEST_MANIFEST + 1)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise bad(MANIFEST, _("it is not JSON.")) from error
    is_ours = isinstance(document, dict) and sealing.is_ours(document)
    return rules.parse_manifest(document, is_ours=is_ours)


def _check_structure(packed: zipfile.ZipFile, manifest: Manifest) -> None:
    expected = rules.expected_entries(manifest)
    seen: set[str] = set()
    for info in packed.infolist():
        name = info.filename
        if name in seen:
            raise bad(name, _("it is there twice."))
        seen.add(name)
        if name == MANIFEST:
            continue
        if name not in expected:
            raise bad(ascii(name[:120]), _("the manifest does not know it."))
        if info.file_size != expected[name].size:
            raise bad(name, _("its size is not what the manifest says."))
        _check_size(info, expected[name].size, is_ours=manifest.is_ours)
    missing = sorted(set(expected) - seen)
    if missing:
        raise bad(missing[0], _("it is missing."))


def _check_size(info: zipfile.ZipInfo, most: int, *, is_ours: bool = False) -> None:
    if info.flag_bits & ENCRYPTED or info.compress_type not in METHODS:
        raise bad(info.filename, _("it is encrypted, or packed in an unusual way."))
    is_trap = not is_ours and info.file_size > max(
        ALWAYS_ALLOWED, LARGEST_RATIO * info.compress_size
    )
    if info.file_size > most or is_trap:
        raise bad(
            info.filename,
            _("it would unpack to %(size)s bytes.") % {"size": info.file_size},
            _("This is a trap rather than an archive: do not use it."),
        )


@contextmanager
def _reading(entry: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
    ) as error:
        raise bad(entry, _("it is damaged (%(why)s).") % {"why": error}) from error
    except OverflowError as error:
        raise bad(entry, _("it is longer than the manifest says.")) from error


def restore_into(*, path: Path | str, schema: str) -> Manifest:
    """Load an archive's rows and files into a schema that has none, all or nothing.

    The schema must be at the archive's template. Afterwards each table's checksum
    equals the manifest's.

    :raises BadArchive: if the archive is not whole, or does not fit the schema.
    """
    with opened(path) as source, transaction.atomic():
        load(source, schema)
        with restored_files(source, schema):
            return source.manifest


def load(source: Source, schema: str) -> None:
    """Load the rows alone, in the caller's transaction."""
    manifest = source.manifest
    with context.owner(schema), connection.cursor() as cursor:
        cursor.execute(catalogue.PLAIN_OUTPUT)
        tables = catalogue.describe_all(cursor, schema, manifest.file_columns)
        _check_tables(manifest, {table.name for table in tables})
        prepare_loading(cursor)
        guarded = _guards(cursor, schema)
        for address in guarded:
            # Append-only and sealed: what was sealed once comes in as it is.
            cursor.execute(f"ALTER TABLE {address} DISABLE TRIGGER USER")
        for number, table in enumerate(tables):
            _load_table(cursor, source, table, prefix_of(schema))
            report_progress(percent=70 * (number + 1) // len(tables), note=_("Tables"))
        for name, last in manifest.sequences.items():
            _set_sequence(cursor, schema, name, last)
        _settle_constraints(cursor)
        for address in guarded:
            cursor.execute(f"ALTER TABLE {address} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        found = checksums_with(cursor, schema, manifest.file_columns)
    for name, digest in manifest.checksums.items():
        if found[name] != digest:
            raise bad(
                f"{TABLES}{name}.jsonl",
                _("its rows are not the same once they are in the database."),
            )


def prepare_loading(cursor: Any) -> None:
    """Make the table that lines come through."""
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {LOAD} (line jsonb) ON COMMIT DROP"
    )


def copy_lines(cursor: Any, source: Source, entry: str, facts: EntryFacts) -> None:
    """Bring the lines of one entry into the table that lines come through.

    :raises BadArchive: if they are not JSON.
    """
    cursor.execute(f"TRUNCATE {LOAD}")
    with _loading(entry), source.entry(entry, facts) as lines:
        copying.copy_in(cursor, lines, LOAD)


def insert_lines(cursor: Any, entry: str, statement: str) -> int:
    """Write what came through as rows; return how many.

    :raises BadArchive: if a row breaks a rule of its table.
    """
    with _loading(entry):
        cursor.execute(statement)
    return int(cursor.rowcount)


def _load_table(
    cursor: Any, source: Source, table: catalogue.Table, prefix: str
) -> None:
    entry = f"{TABLES}{table.name}.jsonl"
    copy_lines(cursor, source, entry, source.manifest.tables[table.name])
    insert_lines(cursor, entry, catalogue.load_lines(table, LOAD, prefix=prefix))


@contextmanager
def _loading(entry: str) -> Iterator[None]:
    try:
        yield
    except (DatabaseError, psycopg2.DatabaseError) as error:
        cause = error.__cause__ or error
        # The first is also what the driver makes of a fault of the archive's reader.
        if not isinstance(cause, psycopg2.errors.QueryCanceled) and isinstance(
            cause, psycopg2.OperationalError
        ):
            raise
        first = str(error).partition("\n")[0]
        raise bad(
            entry, _("PostgreSQL refuses it: %(why)s.") % {"why": first}
        ) from error


def _settle_constraints(cursor: Any) -> None:
    with _loading(TABLES):
        # A table with a check still to come cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _check_tables(manifest: Manifest, there: set[str]) -> None:
    missing = sorted(there - set(manifest.tables))
    if missing:
        raise bad(f"{TABLES}{missing[0]}.jsonl", _("it is missing."))
    unknown = sorted(set(manifest.tables) - there)
    if unknown:
        raise bad(
            f"{TABLES}{unknown[0]}.jsonl",
            _("there is no such table in the archive's own schema."),
        )


def _guards(cursor: Any, schema: str) -> list[str]:
    cursor.execute(
        "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c"
        " ON c.oid = t.tgrelid WHERE c.relnamespace = %s::regnamespace"
        " AND NOT t.tgisinternal ORDER BY 1",
        [schema],
    )
    return [f"{quoted(schema)}.{quoted(row[0])}" for row in cursor.fetchall()]


def _set_sequence(cursor: Any, schema: str, name: str, last: int) -> None:
    cursor.execute(
        "SELECT setval(c.oid::regclass, %s) FROM pg_class c"
        " WHERE c.relnamespace = %s::regnamespace AND c.relname = %s"
        " AND c.relkind = 'S' AND %s > 0",
        [last, schema, name, last],
    )


@contextmanager
def restored_files(source: Source, schema: str) -> Iterator[None]:
    """Write the archive's files; take them away again if the block fails.

    :raises BadArchive: if one is not what the manifest says.
    """
    # Left behind by a restore that was killed: no row can know it.
    files.remove_files(schema)
    try:
        for file in source.manifest.files:
            _restore_file(source, file, prefix_of(schema) + file.path)
        yield
    except BaseException:
        files.remove_files(schema)
        raise


def _restore_file(source: Source, file: FileFacts, stored: str) -> None:
    with source.entry(file.entry, EntryFacts(-1, file.size, file.sha256)) as content:
        readable = File(_Readable(content), stored)  # type: ignore[arg-type]  # only read
        kept = default_storage.save(stored, readable)
    if kept != stored:
        raise bad(file.entry, _("its path is taken."))


class _Readable:
    """A metered entry as Django's storage reads it: in chunks, from the beginning."""

    def __init__(self, source: copying.Metered) -> None:
        self._source = source

    def read(self, size: int = copying.CHUNK) -> bytes:
        return self._source.read(size)


__all__ = ["BadArchive", "Source", "opened", "read_manifest", "restore_into"]
