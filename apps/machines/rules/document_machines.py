"""The seam by which documents of other standards become rows of the one import.

A kind of document says how its files are recognized and how one is read into rows: a
row is one machine and one of its processes, as in a table, and each value carries the
path at which the document says it. Rows become a table whose columns are known
already; preview, refusals (the cell is then the path), job, undo and repetition are
those of tables. What the register has no place for is named, never dropped in silence.

To add a standard, give a `DocumentKind` and name it in `document_kinds.KINDS`. Values:
numbers in the unit that is stored (mm, kg, um, kW, /min), codes or words of processes
and materials, lists of words as lists. A key is that of a column (`table_columns`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.kernel.errors import InvalidInput
from apps.machines.rules.table_columns import COLUMNS, SYMBOLS, UNIT_UNSAID
from apps.machines.rules.table_file import Table
from apps.machines.rules.table_header import Header, Heading
from apps.machines.rules.table_machines import Names

# A reason is told once for thousands of elements, and a page shows some of them.
MOST_NOT_CARRIED = 5_000
MOST_PATH = 300
MOST_VALUE = 200


class DocumentUnreadable(InvalidInput):
    """The file is no document of its standard that can be read."""

    code = "document_unreadable"


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and the path at which the document says it."""

    value: Any
    path: str


Row = Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class NotCarried:
    """What does not get from the one side to the other, and why."""

    path: str
    value: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """Give what a page and the API show; long texts are cut."""
        return {
            "path": self.path[:MOST_PATH],
            "value": self.value[:MOST_VALUE],
            "reason": self.reason,
        }


@dataclass(slots=True)
class DocumentReading:
    """What a document says: of its machines row by row, and what is left out."""

    kind: str
    rows: list[Row] = field(default_factory=list)
    not_carried: list[NotCarried] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A standard: how its files are recognized, and how one is read.

    Names that `reads` returns as its kind have 16 characters at most. `read` is given
    bytes, file name and names of the catalog, and raises `DocumentUnreadable`.
    """

    name: str
    recognizes: Callable[[bytes], bool]
    read: Callable[[bytes, str, Names], DocumentReading]


def table_of(reading: DocumentReading) -> tuple[Table, Header]:
    """Return rows as a table under a header that needs no telling."""
    used = {key for row in reading.rows for key in row} | {"code"}
    columns = [column for column in COLUMNS if column.key in used]
    headings = tuple(
        Heading(
            place,
            column.key,
            column.key,
            SYMBOLS[UNIT_UNSAID[column.unit]] if column.unit else "",
        )
        for place, column in enumerate(columns)
    )
    rows = []
    places: dict[str, str] = {}
    for number, row in enumerate(reading.rows, start=1):
        rows.append(
            (
                number,
                tuple(
                    row[column.key].value if column.key in row else None
                    for column in columns
                ),
            )
        )
        for place, column in enumerate(columns):
            if column.key in row:
                places[f"{number}:{place}"] = row[column.key].path[:MOST_PATH]
    table = Table(kind=reading.kind, sheet="", rows=tuple(rows), places=places)
    return table, Header(0, headings)


def listed(left_out: Iterable[NotCarried]) -> list[dict[str, str]]:
    """Return what is kept of what was not carried."""
    return [one.as_json() for one in list(left_out)[:MOST_NOT_CARRIED]]
