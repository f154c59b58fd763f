"""Reads a register into the directory, chunk by chunk, each whole or not at all."""

import csv
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.errors import Conflict, InvalidInput
from tenants import context, jobs
from tenants.lifecycle import certificates
from tenants.models import RegisterImport
from tenants.registers import writing
from tenants.registers.reading import RegisterFile, UnreadableRegister
from tenants.registers.rules import checked_entry
from tenants.registers.types import Entry, Outcome, Problem, Progress, Record
from tenants.registry import rules
from tenants.types import Actor, ImportState

ROWS_A_CHUNK = 5000
LONGEST_SOURCE = 60
LONGEST_FILE_NAME = 200
KIND = "tenants.import_register"
ERROR_COLUMNS = ("line", "field", "value", "problem", "remedy")
# A spreadsheet would take a cell that begins so for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
# From so many new rows on, the planner must know that there are more.
ROWS_WORTH_AN_ANALYZE = 10_000

Tell = Callable[[Progress], None]


class ImportNotWaiting(Conflict):
    """Raised when an import has been done already."""

    code = "import_not_waiting"


def request_import(
    *, chunks: Iterable[bytes], file_name: str, source: str, by: Actor
) -> RegisterImport:
    """Keep an uploaded register, and have it read in the background.

    :raises InvalidInput: if the source has no name.
    """
    source = _checked_source(source)
    made = RegisterImport(
        source=source,
        file_name=Path(file_name).name[:LONGEST_FILE_NAME],
        requested_by=by.label[:160],
    )
    made.path = f"registers/{made.pk}"
    path = settings.ARCHIVE_ROOT / made.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    with context.directory(), transaction.atomic():
        made.save(force_insert=True)
        with context.jobs():
            jobs.enqueue(KIND, import_id=str(made.pk), dedup_key=str(made.pk))
    return made


def import_file(
    *,
    path: Path,
    source: str,
    by: Actor,
    at: datetime,
    tell: Tell | None = None,
    errors: Path | None = None,
) -> RegisterImport:
    """Read a register that lies on this machine, now.

    :raises InvalidInput: if the source has no name, or the file is no register.
    """
    source = _checked_source(source)
    with context.directory():
        made = RegisterImport.objects.create(
            source=source,
            file_name=path.name[:LONGEST_FILE_NAME],
            requested_by=by.label[:160],
        )
    return _read(made, path, errors or _errors_path(made), at=at, tell=tell)


def read_import(
    *, import_id: UUID, at: datetime, tell: Tell | None = None
) -> RegisterImport:
    """Read an uploaded register, from where a killed reader left off.

    :raises ImportNotWaiting: if it has been read.
    """
    with context.directory():
        found = RegisterImport.objects.filter(
            pk=import_id, state__in=[ImportState.QUEUED, ImportState.RUNNING]
        ).first()
    if found is None:
        raise ImportNotWaiting(
            gettext_lazy("This register has been read already."), field="import"
        )
    path = settings.ARCHIVE_ROOT / found.path
    try:
        return _read(found, path, _errors_path(found), at=at, tell=tell)
    except (InvalidInput, FileNotFoundError) as error:
        # The row says why; to try again could not help.
        found.error = found.error or str(error)
        return found
    finally:
        # Registers tell of many; none is kept for longer than it takes to read it.
        if found.state in (ImportState.DONE, ImportState.FAILED):
            path.unlink(missing_ok=True)


def _checked_source(source: str) -> str:
    return rules.check_text(
        source, field="source", longest=LONGEST_SOURCE, is_needed=True
    )


def _errors_path(row: RegisterImport) -> Path:
    return Path(settings.ARCHIVE_ROOT) / "registers" / f"{row.pk}.errors.csv"


def _read(
    row: RegisterImport,
    path: Path,
    errors: Path,
    *,
    at: datetime,
    tell: Tell | None,
) -> RegisterImport:
    with context.directory():
        _set(row, state=ImportState.RUNNING, errors_path=_kept_as(errors))
    try:
        with RegisterFile(path) as file, _Errors(errors) as refused:
            reader = _Reader(row, file, refused, at=at, tell=tell)
            reader.run()
    except (InvalidInput, OSError) as error:
        reason = str(error) if isinstance(error, InvalidInput) else str(error.strerror)
        with context.directory():
            _set(row, state=ImportState.FAILED, error=reason, finished_at=at)
        raise
    with context.directory():
        _set(row, state=ImportState.DONE, finished_at=at)
    if row.created_count >= ROWS_WORTH_AN_ANALYZE:
        with context.owner(), connection.cursor() as cursor:
            cursor.execute("ANALYZE tenants_enterprise")
    return row


def _kept_as(errors: Path) -> str:
    root = Path(settings.ARCHIVE_ROOT)
    return str(errors.relative_to(root)) if errors.is_relative_to(root) else ""


def _set(row: RegisterImport, **facts: object) -> None:
    RegisterImport.objects.filter(pk=row.pk).update(**facts)
    for name, value in facts.items():
        setattr(row, name, value)


class _Reader:
    """Takes a file in chunks, and counts what became of its rows."""

    def __init__(
        self,
        row: RegisterImport,
        file: RegisterFile,
        errors: "_Errors",
        *,
        at: datetime,
        tell: Tell | None,
    ) -> None:
        self._row = row
        self._file = file
        self._errors = errors
        self._at = at
        self._tell = tell
        # Numbers by hash, with the line of each: a register may hold a million.
        self._lines: dict[int, int] = {}
        self._left = certificates.erased_entries()
        self._begun = time.monotonic()
        self._skipped = 0

    def run(self) -> None:
        rows = self._file.rows()
        self._pass_over(rows, self._row.row_count)
        is_broken: UnreadableRegister | None = None
        while is_broken is None:
            chunk: list[Record | Problem] = []
            try:
                # Row by row: where the file breaks off, what came before it goes in.
                for row in islice(rows, ROWS_A_CHUNK):
                    chunk.append(row)  # noqa: PERF402  (kept when the next row raises)
            except UnreadableRegister as error:
                is_broken = error
            if not chunk:
                break
            self._take(chunk)
            self._say()
        if is_broken is not None:
            raise is_broken

    def _pass_over(self, rows: Iterator[Record | Problem], count: int) -> None:
        # What a killed reader has committed is counted in the row; its last words in
        # the list of errors may be of a chunk that was not.
        last = 0
        for row in islice(rows, count):
            last = row.line
            if isinstance(row, Record):
                self._is_repeated(row)
        self._skipped = count
        self._errors.forget_after(last)

    def _take(self, chunk: Sequence[Record | Problem]) -> None:
        entries: list[Entry] = []
        problems: list[Problem] = []
        refused = 0
        for row in chunk:
            wrong = self._checked(row, entries)
            problems += wrong
            refused += bool(wrong)
        with context.directory(), transaction.atomic():
            found = writing.write_entries(self._row.source, entries, self._at)
            found.rows, found.refused = len(chunk), found.refused + refused
            self._count(found)
            problems += found.problems
            self._errors.write(sorted(problems, key=lambda one: one.line))

    def _checked(self, row: Record | Problem, entries: list[Entry]) -> list[Problem]:
        if isinstance(row, Problem):
            return [row]
        first = self._is_repeated(row)
        entry = checked_entry(self._row.source, row)
        if isinstance(entry, list):
            return entry
        if first is not None:
            return [
                Problem(
                    row.line,
                    "register_number",
                    entry.register_number,
                    _("Line %(line)d has this number already.") % {"line": first},
                    _("Give each enterprise a number of its own."),
                )
            ]
        if (
            certificates.register_digest(self._row.source, entry.register_number)
            in self._left
        ):
            return [
                Problem(
                    row.line,
                    "register_number",
                    entry.register_number,
                    _("This enterprise was erased, as it wished."),
                    _("Leave it out. To come back it signs up itself."),
                )
            ]
        entries.append(entry)
        return []

    def _is_repeated(self, row: Record) -> int | None:
        number = unicodedata.normalize(
            "NFC", str(row.facts.get("register_number") or "")
        ).strip()
        first = self._lines.setdefault(hash(number), row.line) if number else row.line
        return None if first == row.line else first

    def _count(self, found: Outcome) -> None:
        counts = {
            "row_count": found.rows,
            "created_count": found.created,
            "updated_count": found.updated,
            "unchanged_count": found.unchanged,
            "refused_count": found.refused,
        }
        RegisterImport.objects.filter(pk=self._row.pk).update(
            **{name: F(name) + count for name, count in counts.items()}
        )
        for name, count in counts.items():
            setattr(self._row, name, getattr(self._row, name) + count)

    def _say(self) -> None:
        if self._tell is None:
            return
        seconds = max(time.monotonic() - self._begun, 0.001)
        done, whole = self._file.bytes_read, self._file.bytes_in_all
        self._tell(
            Progress(
                rows=self._row.row_count,
                bytes_read=done,
                bytes_in_all=whole,
                rows_a_second=(self._row.row_count - self._skipped) / seconds,
                seconds_left=seconds * (whole - done) / max(done, 1),
            )
        )


class _Errors:
    """The list of what did not go in, written beside the import."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "_Errors":
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the list where it is."""

    def forget_after(self, line: int) -> None:
        """Keep what is said of lines up to this one."""
        kept: list[list[str]] = []
        if line:
            with suppress(FileNotFoundError), self._path.open(newline="") as file:
                kept = [
                    cells
                    for cells in islice(csv.reader(file), 1, None)
                    if cells and cells[0].isdigit() and int(cells[0]) <= line
                ]
        with self._path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([ERROR_COLUMNS, *kept])

    def write(self, problems: Iterable[Problem]) -> None:
        """Add to the list."""
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                [one.line, *map(_tame, (one.field, one.value, one.problem, one.remedy))]
                for one in problems
            )


def _tame(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


__all__ = ["UnreadableRegister", "import_file", "read_import", "request_import"]
