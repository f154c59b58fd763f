"""Writes all that an enterprise owns to one file, as of one moment.

Everything is read in one snapshot, on a connection of its own: a caller's
transaction may have begun before. Rows go from COPY into the file as they come.
"""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import DomainError
from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.archive import belongings, catalogue, copying, sealing, storing
from tenants.archive.types import (
    CREDENTIALS,
    DOMAINS,
    ENTERPRISE,
    FILES,
    FORMAT,
    MANIFEST,
    MEMBERS,
    PEOPLE,
    SCHEMA_SQL,
    SHARED,
    TABLES,
    VERSION,
    EntryFacts,
    FileFacts,
)
from tenants.archive.verifying import prefix_of
from tenants.database.names import quoted
from tenants.jobs import report_progress
from tenants.models import Archive, Enterprise
from tenants.types import Actor, ArchivePurpose, ArchiveState

COMPRESSION = 3
# Where its schema lives, and whether it may be written there now.
PLACE = ("schema_name", "database_id", "write_stopped_at", "tier", "version")
# What a person is known by, and never what they prove it by or may do elsewhere.
PERSON = ("id", "email", "name", "language", "time_zone", "is_active")


class ArchiveNotWritten(DomainError):
    """Raised when an enterprise could not be written to a file."""

    code = "archive_not_written"


def write_archive(
    *,
    enterprise: Enterprise,
    purpose: ArchivePurpose,
    by: Actor,
    at: datetime,
    archive: Archive | None = None,
) -> Archive:
    """Write an enterprise to a file below ARCHIVE_ROOT, whole or not at all.

    With `archive`, a row that was made when the archive was asked for is filled in.

    :raises ArchiveNotWritten: if it has no schema, a file is missing, or the disk full.
    """
    row = archive or _new_row(enterprise, purpose, by)
    name = storing.name_of(row.id)
    try:
        with storing.whole_file(name) as aside, _snapshot() as cursor:
            made = _Writer(cursor, enterprise, purpose, at).write(aside)
            sha256, size = storing.digest_of(aside), aside.stat().st_size
    except (OSError, DomainError) as error:
        refusal = _as_refusal(error)
        _note_failure(row, str(refusal), at)
        raise refusal from error
    except Exception as error:
        _note_failure(row, f"{type(error).__name__}: {error}", at)
        raise
    row.path, row.sha256, row.size = name, sha256, size
    row.template_digest = made.template_digest
    row.row_count, row.file_count = made.row_count, len(made.files)
    row.state, row.error, row.finished_at = ArchiveState.READY, "", timezone.now()
    with context.directory():
        row.save()
    return row


def request_archive(
    *, enterprise: Enterprise, purpose: ArchivePurpose, by: Actor, at: datetime
) -> Archive:
    """Write down that an archive is wanted, and have it written in the background.

    :raises ArchiveNotWritten: if the enterprise has no rows of its own here.
    """
    from tenants.archive.handlers import enqueue_writing

    if not enterprise.schema_name or enterprise.database_id != settings.DATABASE_CODE:
        raise _has_no_rows()
    with transaction.atomic():
        row = _new_row(enterprise, purpose, by)
        enqueue_writing(row.id, at)
    return row


def _new_row(enterprise: Enterprise, purpose: ArchivePurpose, by: Actor) -> Archive:
    with context.directory():
        return Archive.objects.create(
            id=uuid7(), enterprise=enterprise, purpose=purpose, requested_by=by.label
        )


def _has_no_rows() -> ArchiveNotWritten:
    return ArchiveNotWritten(
        _("The enterprise has no rows of its own here."),
        field="enterprise",
        remedy=_("Only an active or dormant enterprise can be archived."),
    )


def _as_refusal(error: OSError | DomainError) -> DomainError:
    if isinstance(error, DomainError):
        return error
    return ArchiveNotWritten(
        _("The archive could not be written: %(reason)s.")
        % {"reason": error.strerror or type(error).__name__},
        field="archive",
        remedy=_("Make room where archives are kept, then ask again."),
    )


def _note_failure(row: Archive, reason: str, at: datetime) -> None:
    # Apart from the caller's transaction, which this failure is about to undo.
    with (
        _own_connection() as connection,
        context.directory(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE tenants_archive SET state = %s, error = %s, finished_at = %s"
            " WHERE id = %s",
            [ArchiveState.FAILED, reason, at, row.id],
        )
    row.state, row.error, row.finished_at = ArchiveState.FAILED, reason, at


@contextmanager
def _own_connection() -> Iterator[Any]:
    connection = connections.create_connection("default")
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _snapshot() -> Iterator[Any]:
    with _own_connection() as connection, context.owner():
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(catalogue.PLAIN_OUTPUT)
            yield cursor
        connection.rollback()


class _Writer:
    """Fills one archive from one snapshot."""

    def __init__(
        self,
        cursor: Any,
        enterprise: Enterprise,
        purpose: ArchivePurpose,
        at: datetime,
    ) -> None:
        self.cursor = cursor
        self.id: UUID = enterprise.id
        self.purpose = purpose
        self.at = at
        self.template_digest = ""
        self.row_count = 0
        self.files: list[FileFacts] = []
        self._zip: zipfile.ZipFile

    def write(self, path: Path) -> "_Writer":
        """Write the file."""
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as self._zip:
            self._write_entries()
        return self

    def _write_entries(self) -> None:
        schema, slug, name = self._place()
        document: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": self.at.isoformat(),
            "purpose": str(self.purpose),
            "enterprise": {"id": str(self.id), "slug": slug, "name": name},
        }
        statements, document["migrations"] = self._schema(schema)
        document["template_digest"] = self.template_digest
        document["schema_sql"] = asdict(self._text(SCHEMA_SQL, statements))
        tables = catalogue.describe_all(self.cursor, schema)
        document["tables"] = {}
        for number, table in enumerate(tables):
            facts = self._lines(
                f"{TABLES}{table.name}.jsonl",
                catalogue.lines_of(table, prefix=prefix_of(schema)),
            )
            document["tables"][table.name] = asdict(facts)
            self.row_count += facts.rows
            report_progress(percent=80 * (number + 1) // len(tables), note=_("Tables"))
        document["sequences"] = catalogue.sequences(self.cursor, schema)
        document |= self._beyond_the_schema()
        document["file_columns"] = {
            table.name: list(table.files) for table in tables if table.files
        }
        self._write_files(tables, prefix_of(schema))
        document["files"] = [asdict(one) for one in self.files]
        document[sealing.SEAL] = sealing.seal(document)
        self._text(MANIFEST, json.dumps(document, ensure_ascii=False, indent=1))

    def _place(self) -> tuple[str, str, str]:
        self.cursor.execute(
            "SELECT schema_name, slug, name FROM public.tenants_enterprise"
            " WHERE id = %s",
            [self.id],
        )
        found = self.cursor.fetchone()
        if found is None or not found[0]:
            raise _has_no_rows()
        schema, slug, name = found
        return schema, slug, name

    def _schema(self, schema: str) -> tuple[str, list[str]]:
        self.cursor.execute(
            "SELECT t.digest, t.statements FROM public.tenants_slot s"
            " JOIN public.tenants_template t ON t.digest = s.template_digest"
            " WHERE s.schema_name = %s",
            [schema],
        )
        found = self.cursor.fetchone()
        if found is None:
            raise ArchiveNotWritten(
                _("The template of the enterprise's tables is not known any more."),
                field="enterprise",
                remedy=_("Run `manage.py fleet migrate`, then ask again."),
            )
        self.template_digest = found[0]
        self.cursor.execute(
            f"SELECT app || '.' || name FROM {quoted(schema)}"  # noqa: S608  (of the directory)
            f".{catalogue.LEDGER} ORDER BY app, name"
        )
        return found[1], [row[0] for row in self.cursor.fetchall()]

    def _beyond_the_schema(self) -> dict[str, Any]:
        people = belongings.people_of(self.id)
        shared = {
            one.table: self._rows(
                f"{SHARED}{one.table}.jsonl", one.table, one.where(self.id)
            )
            for one in belongings.shared_tables()
        }
        whose = f"t.id = '{self.id}'"
        directory = {
            ENTERPRISE: self._rows(
                ENTERPRISE, "tenants_enterprise", whose, without=PLACE
            ),
            DOMAINS: self._rows(
                DOMAINS, "tenants_domain", f"t.tenant_id = '{self.id}'"
            ),
            MEMBERS: self._rows(
                MEMBERS, "tenants_membership", f"t.enterprise_id = '{self.id}'"
            ),
            PEOPLE: self._rows(
                PEOPLE, "tenants_user", f"t.id IN ({people})", only=PERSON
            ),
        }
        credentials = {}
        if self.purpose == ArchivePurpose.MOVE:
            credentials["tenants_user"] = self._rows(
                f"{CREDENTIALS}tenants_user.jsonl",
                "tenants_user",
                f"t.id IN ({people})",
                only=("id", "password"),
            )
            for one in belongings.CREDENTIALS:
                credentials[one.table] = self._rows(
                    f"{CREDENTIALS}{one.table}.jsonl",
                    one.table,
                    one.condition.format(people=people, enterprise=self.id),
                    without=one.without,
                )
        return {
            "shared": shared,
            "directory": directory,
            "credentials": credentials,
            "left_out": belongings.left_out(),
        }

    def _rows(
        self,
        entry: str,
        name: str,
        where: str,
        *,
        without: tuple[str, ...] = (),
        only: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        table = catalogue.describe(self.cursor, context.SHARED_SCHEMA, name)
        if only:
            without = tuple(one.name for one in table.columns if one.name not in only)
        query = catalogue.lines_of(table, where=where, without=without)
        return asdict(self._lines(entry, query))

    def _lines(self, entry: str, query: str) -> EntryFacts:
        with self._entry(entry) as sink:
            return copying.copy_out(self.cursor, query, sink)

    def _text(self, entry: str, text: str) -> EntryFacts:
        with self._entry(entry) as sink:
            meter = copying.Meter(sink)
            meter.write(text.encode())
            return meter.facts

    def _entry(self, name: str) -> IO[bytes]:
        made = self.at if self.at.year >= 1980 else self.at.replace(year=1980)
        info = zipfile.ZipInfo(name, made.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = COMPRESSION  # type: ignore[attr-defined]  # no other way in 3.11
        info.external_attr = 0o600 << 16
        return self._zip.open(info, "w", force_zip64=True)

    def _write_files(self, tables: list[catalogue.Table], prefix: str) -> None:
        written: set[str] = set()
        for path in self._paths(tables, prefix):
            facts = self._digest(prefix + path, path)
            if facts.sha256 not in written:
                self._copy(prefix + path, facts)
                written.add(facts.sha256)
            self.files.append(facts)

    def _paths(self, tables: list[catalogue.Table], prefix: str) -> list[str]:
        found: set[str] = set()
        for table in tables:
            for column in table.files:
                name = quoted(column)
                self.cursor.execute(
                    f"SELECT DISTINCT {name} FROM {table.address} WHERE {name} <> ''"  # noqa: S608  (names of the catalogue)
                )
                found.update(row[0] for row in self.cursor.fetchall())
        strangers = sorted(path for path in found if not path.startswith(prefix))
        if strangers:
            raise ArchiveNotWritten(
                _("A row names a file outside of the enterprise's folder: %(path)s.")
                % {"path": strangers[0]},
                field="file",
                value=strangers[0],
                remedy=_("Correct the row, then ask again."),
            )
        return sorted(path.removeprefix(prefix) for path in found)

    def _digest(self, stored: str, path: str) -> FileFacts:
        meter = copying.Meter()
        for chunk in self._chunks(stored, path):
            meter.write(chunk)
        return FileFacts(path, meter.size, meter.facts.sha256)

    def _copy(self, stored: str, facts: FileFacts) -> None:
        with self._entry(FILES + facts.sha256) as sink:
            meter = copying.Meter(sink)
            for chunk in self._chunks(stored, facts.path):
                meter.write(chunk)
        if meter.facts.sha256 != facts.sha256:
            raise ArchiveNotWritten(
                _("The file %(path)s changed while it was read.")
                % {"path": facts.path},
                field="file",
                value=facts.path,
                remedy=_("Ask again."),
            )

    def _chunks(self, stored: str, path: str) -> Iterator[bytes]:
        try:
            with default_storage.open(stored) as file:
                while chunk := file.read(copying.CHUNK):
                    yield chunk
        except FileNotFoundError as error:
            raise ArchiveNotWritten(
                _("The file %(path)s is missing in the storage.") % {"path": path},
                field="file",
                value=path,
                remedy=_("Put it back, or delete what refers to it, then ask again."),
            ) from error
