"""Reads a table of strangers in a child process that may take only what it is given."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.machines.rules.mtconnect import SHDR_LINE
from apps.machines.rules.reading_process import Limits, run_reader

READER = "apps.machines.rules.table_reader"
MOST_ROWS = 20_000
# Titles and notes may stand above the header.
ROWS_ABOVE = 10
MOST_BYTES = 20 * 1024 * 1024
LETTERS = 26


class TableUnreadable(InvalidInput):
    """The file is not a table that can be read."""

    code = "table_unreadable"


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its rows by number, and where its cells are merged.

    A document that is no table of its own names the place of each cell, as row:column.
    """

    kind: str
    sheet: str
    rows: tuple[tuple[int, tuple[Any, ...]], ...]
    merged: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def address(self, row: int, column: int | None = None) -> str:
        """Name a cell, or a whole row, as a spreadsheet or its own document does."""
        if f"{row}:{column}" in self.places:
            return self.places[f"{row}:{column}"]
        place = f"{letters(column)}{row}" if column is not None else f"{row}:{row}"
        if not self.sheet:
            return place
        plain = self.sheet.isalnum()
        return f"{self.sheet}!{place}" if plain else f"'{self.sheet}'!{place}"

    def as_json(self) -> dict[str, Any]:
        """Give what `from_json` reads back."""
        return {
            "kind": self.kind,
            "sheet": self.sheet,
            "merged": list(self.merged),
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "places": dict(self.places),
            "rows": [[number, list(cells)] for number, cells in self.rows],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Table":
        """Read what `as_json` gave."""
        return cls(
            kind=stored["kind"],
            sheet=stored["sheet"],
            rows=tuple((number, tuple(cells)) for number, cells in stored["rows"]),
            merged=tuple(stored["merged"]),
            encoding=stored.get("encoding", ""),
            delimiter=stored.get("delimiter", ""),
            places=stored.get("places", {}),
        )


def letters(column: int) -> str:
    """Return the letters by which a spreadsheet calls a column, counted from zero."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def read(raw: bytes, *, name: str, limits: Limits | None = None) -> Table:
    """Read the rows of an XLSX or CSV file.

    :raises TableUnreadable: if the file is too large, no table, locked or hostile.
    :raises ReaderLost: if the reader was killed from outside.
    """
    if len(raw) > MOST_BYTES:
        raise _unreadable({"fault": "too_large"}, name)
    if SHDR_LINE.match(raw):
        # Its bars would pass for the delimiters of a table.
        raise _unreadable({"fault": "adapter_stream"}, name)
    with tempfile.TemporaryDirectory(prefix="spindle-table-") as folder:
        # openpyxl goes by the ending; for text it does not matter.
        source = Path(folder, "table.xlsx")
        source.write_bytes(raw)
        answer = Path(folder, "answer.jsonl")
        most = f"--most-rows={MOST_ROWS + ROWS_ABOVE + 1}"
        fault = run_reader(READER, source, answer, limits or Limits(), [most])
        if fault:
            raise _unreadable({"fault": fault}, name)
        with answer.open(encoding="utf-8") as lines:
            head = json.loads(next(lines))
            rows = [json.loads(line) for line in lines]
    if "fault" in head or (rows and isinstance(rows[-1], dict)):
        raise _unreadable(head if "fault" in head else rows[-1], name)
    return Table.from_json({**head, "rows": rows})


def _unreadable(answer: Mapping[str, Any], name: str) -> TableUnreadable:
    detail, remedy = _explain(str(answer["fault"]))
    figures = {"reason": "", **answer, "name": name, "most": MOST_BYTES >> 20}
    return TableUnreadable(
        detail % figures,
        field="file",
        value=name,
        remedy=remedy,
        facts={"fault": answer["fault"]},
    )


def _explain(fault: str) -> tuple[str, str]:
    save = _("Save it as an Excel workbook (.xlsx) or as CSV.")
    split = _("Split it into several files.")
    texts = {
        "empty": (
            _("%(name)s is empty."),
            _("Put a header in the first row and a machine in each row below."),
        ),
        "password": (
            _("%(name)s is protected by a password."),
            _("Save a copy without a password."),
        ),
        "old_workbook": (_("%(name)s is in the format of Excel before 2007."), save),
        "no_workbook": (_("%(name)s is an archive, but no workbook."), save),
        "workbook_broken": (_("%(name)s cannot be read: %(reason)s."), save),
        "csv_broken": (_("%(name)s cannot be read: %(reason)s."), save),
        "no_text": (_("%(name)s is neither a workbook nor text."), save),
        "bomb": (_("%(name)s unpacks to far more than a table holds."), save),
        "too_large": (
            _("%(name)s is larger than %(most)d MB or unpacks to too much."),
            split,
        ),
        "too_slow": (_("%(name)s takes too long to read."), split),
        "adapter_stream": (
            _("%(name)s is the data stream of an MTConnect adapter, not a table."),
            _("Import the answer of the agent to /probe as an MTConnect document."),
        ),
        "reader_failed": (_("%(name)s could not be read."), save),
    }
    return texts[fault]
