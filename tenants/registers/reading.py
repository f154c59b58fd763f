"""Reads a register row by row, whatever is wrong with some of its rows.

A file may be larger than memory, so that only one row of it is ever held. Rows are
cut by lines before anything is decoded: what is broken in one stays in that one.
"""

import csv
import gzip
import io
import json
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.errors import InvalidInput
from tenants.registers.types import COLUMNS, NEEDED, Problem, Record

# No enterprise has so much to say of itself; a file of one endless line would.
MOST_BYTES_A_ROW = 64 * 1024
MOST_LINES_A_ROW = 50
SHOWN_CHARACTERS = 120
DELIMITERS = (",", ";", "\t")
NO_TEXT = {
    b"PK\x03\x04": gettext_lazy("This is a spreadsheet or a ZIP file."),
    b"\xff\xfe": gettext_lazy("This is UTF-16."),
    b"\xfe\xff": gettext_lazy("This is UTF-16."),
}


class UnreadableRegister(InvalidInput):
    """Raised when a file as a whole is no register."""

    code = "unreadable_register"


class RegisterFile:
    """A file of enterprises: CSV or JSON lines, perhaps packed by gzip."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        self.bytes_in_all = path.stat().st_size
        is_packed = self._raw.read(2) == b"\x1f\x8b"
        self._raw.seek(0)
        self._stream: IO[bytes] = (
            cast("IO[bytes]", gzip.GzipFile(fileobj=self._raw))
            if is_packed
            else self._raw
        )
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._line = 0

    def __enter__(self) -> "RegisterFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._raw.close()

    @property
    def bytes_read(self) -> int:
        """Count what has been read of the file as it lies on the disk."""
        return self._raw.tell()

    def rows(self) -> Iterator[Record | Problem]:
        """Give each row, or what is wrong with it.

        :raises UnreadableRegister: if no row can be read, or none from here on.
        """
        first = self._next()
        while first is not None and not first[1].strip():
            first = self._next()
        if first is None:
            raise _unreadable(
                _("The file is empty."), _("Give one row for each enterprise.")
            )
        line, head = first
        for beginning, text in NO_TEXT.items():
            if head.startswith(beginning):
                raise _unreadable(text, _("Save it as CSV in UTF-8."))
        if b"\x00" in head:
            raise _unreadable(
                _("The file is no text."), _("Give CSV or JSON lines in UTF-8.")
            )
        head = head.removeprefix(b"\xef\xbb\xbf")
        self._waiting.appendleft((line, head))
        return self._json_rows() if head.lstrip().startswith(b"{") else self._csv_rows()

    def _next(self) -> tuple[int, bytes] | None:
        if self._waiting:
            return self._waiting.popleft()
        try:
            data = self._stream.readline(MOST_BYTES_A_ROW + 1)
            self._line += 1
            if len(data) > MOST_BYTES_A_ROW:
                self._skip_rest_of_line(data)
        except (EOFError, OSError, zlib.error) as error:
            raise _unreadable(
                _("The packed file breaks off after line %(line)d.")
                % {"line": self._line},
                _("Pack it anew; what was read so far is in."),
            ) from error
        return (self._line, data) if data else None

    def _skip_rest_of_line(self, data: bytes) -> None:
        while data and not data.endswith(b"\n"):
            data = self._stream.readline(MOST_BYTES_A_ROW)

    # --- JSON lines

    def _json_rows(self) -> Iterator[Record | Problem]:
        while (found := self._next()) is not None:
            line, data = found
            if not data.strip():
                continue
            text = _decoded(line, data)
            yield text if isinstance(text, Problem) else _json_record(line, text)

    # --- CSV

    def _csv_rows(self) -> Iterator[Record | Problem]:
        columns, delimiter = self._header()
        while (found := self._next()) is not None:
            if not found[1].strip():
                continue
            line = found[0]
            cells = self._cells(found, delimiter)
            if isinstance(cells, Problem):
                yield cells
            elif len(cells) != len(columns):
                yield Problem(
                    line,
                    "",
                    _shown(delimiter.join(cells)),
                    _("This row has %(found)d columns, the first has %(wanted)d.")
                    % {"found": len(cells), "wanted": len(columns)},
                    _("Put texts that contain “%(delimiter)s” in quotes.")
                    % {"delimiter": delimiter},
                )
            else:
                yield Record(line, dict(zip(columns, cells, strict=True)))

    def _header(self) -> tuple[list[str], str]:
        found = self._next()
        assert found is not None
        text = _decoded(*found)
        if isinstance(text, Problem):
            raise _unreadable(text.problem, text.remedy)
        delimiter = max(DELIMITERS, key=text.count)
        columns = [
            cell.strip().lower()
            for cell in next(
                csv.reader([text], delimiter=delimiter, skipinitialspace=True), []
            )
        ]
        known = ", ".join(COLUMNS)
        for name in columns:
            if name not in COLUMNS:
                raise _unreadable(
                    _("The column “%(name)s” is not known.") % {"name": _shown(name)},
                    _("The first row names the columns. Known ones: %(names)s.")
                    % {"names": known},
                )
            if columns.count(name) > 1:
                raise _unreadable(
                    _("The column “%(name)s” is there twice.") % {"name": name},
                    _("Leave one of them out."),
                )
        missing = [name for name in NEEDED if name not in columns]
        if missing:
            raise _unreadable(
                _("The column “%(name)s” is missing.") % {"name": missing[0]},
                _("Every register needs: %(names)s.") % {"names": ", ".join(NEEDED)},
            )
        return columns, delimiter

    def _cells(self, first: tuple[int, bytes], delimiter: str) -> list[str] | Problem:
        """Read one row, which goes on over line ends for as long as a quote is open."""
        lines, size = [first], len(first[1])
        is_closed = first[1].count(b'"') % 2 == 0
        while not is_closed and size <= MOST_BYTES_A_ROW:
            following = self._next() if len(lines) < MOST_LINES_A_ROW else None
            if following is None:
                break
            lines.append(following)
            size += len(following[1])
            is_closed = following[1].count(b'"') % 2 == 1
        text = _decoded(first[0], b"".join(data for _line, data in lines))
        if isinstance(text, Problem) and len(lines) == 1:
            return text
        cells, used = None, 1
        if isinstance(text, str):
            cells, used = _first_row(text, delimiter)
        # One stray quote must not swallow the rows after it.
        self._waiting.extendleft(reversed(lines[used:]))
        return _unclosed(first) if cells is None else cells


def _first_row(text: str, delimiter: str) -> tuple[list[str] | None, int]:
    """Return the cells of the first row, and how many lines it goes over."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return next(reader), reader.line_num
    except (csv.Error, StopIteration):
        return None, 1


def _json_record(line: int, text: str) -> Record | Problem:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        return Problem(
            line,
            "",
            _shown(text),
            _("This line is no JSON."),
            _("Write one object a line, such as {“name”: “…”, “country”: “DE”}."),
        )
    if not isinstance(facts, dict):
        return Problem(
            line,
            "",
            _shown(text),
            _("This line is no JSON object."),
            _("Write one object a line, such as {“name”: “…”, “country”: “DE”}."),
        )
    unknown = next((name for name in facts if name not in COLUMNS), None)
    if unknown is not None:
        return Problem(
            line,
            _shown(unknown),
            _shown(str(facts[unknown])),
            _("“%(name)s” is not known.") % {"name": _shown(unknown)},
            _("Known ones: %(names)s.") % {"names": ", ".join(COLUMNS)},
        )
    return Record(line, facts)


def _decoded(line: int, data: bytes) -> str | Problem:
    if len(data) > MOST_BYTES_A_ROW:
        return Problem(
            line,
            "",
            _shown(data[:SHOWN_CHARACTERS].decode(errors="replace")),
            _("This row has more than %(count)d bytes.") % {"count": MOST_BYTES_A_ROW},
            _("Shorten it, or end the line where the row ends."),
        )
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Problem(
            line,
            "",
            _shown(data.decode(errors="replace")),
            _("This row is not UTF-8."),
            _("Save the file in UTF-8."),
        )


def _unclosed(first: tuple[int, bytes]) -> Problem:
    return Problem(
        first[0],
        "",
        _shown(first[1].decode(errors="replace")),
        _("A quote in this row is out of place, or is never closed."),
        _("Close it; a quote inside a quoted text is written twice."),
    )


def _shown(value: str) -> str:
    value = value.strip()
    if len(value) <= SHOWN_CHARACTERS:
        return value
    return f"{value[:SHOWN_CHARACTERS]}…"


def _unreadable(detail: str | Promise, remedy: str | Promise) -> UnreadableRegister:
    return UnreadableRegister(detail, field="file", remedy=remedy)
