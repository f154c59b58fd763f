"""Reads one table in a process of its own, because the file may be hostile.

Run with `python -m` by `table_file.read`; of Spindle it imports nothing but
`limits`. It limits itself before it opens the file, and answers with lines of JSON:
first what the file is, or `{"fault": code, ...}`, then each row that holds something as
`[number, [cells]]`.

A cell is null, a text, a number or a truth; a formula is `{"formula": text}` and is
never evaluated, and what a spreadsheet could not work out is `{"error": text}`.
"""

import argparse
import codecs
import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from apps.kernel.limits import limit_self

MOST_COLUMNS = 200
MOST_TEXT = 2_000
# Rows without anything in them cost time too; a table has no such gap.
MOST_EMPTY_ROWS = 5_000
# An honest workbook shrinks to a tenth; a bomb to a thousandth.
MOST_UNPACKED_MB = 256
MOST_MEMBERS = 2_000
MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)\"")
READ_AT_ONCE = 1 << 20
OVERLAP = 200

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
DELIMITERS = ",;\t|"
SAMPLE_LINES = 20
SAMPLE_BYTES = 1 << 16
# Of GB 2312, the hanzi in daily use: nearly all of a Chinese text, and hardly any of
# Cyrillic or Latin letters that are taken for Chinese.
FIRST_DAILY, LAST_DAILY = 0xB0, 0xD7
SHARE_OF_DAILY = 0.7
SHARE_OF_PAIRS = 0.5
HIGH = 0x80
FAULTS_OF_ARCHIVES = (zipfile.BadZipFile, EOFError, NotImplementedError, OSError)


class Unreadable(Exception):
    """The file is no table."""

    def __init__(self, fault: str, **facts: object) -> None:
        super().__init__(fault)
        self.fault, self.facts = fault, facts


Head = dict[str, Any]
Rows = Iterator[tuple[int, list[Any]]]


def open_table(source: Path) -> tuple[Head, Rows]:
    """Say what a file is, and read its rows one by one."""
    with source.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Unreadable("empty")
    if head == OLE:
        is_locked = ENCRYPTED in source.read_bytes()
        raise Unreadable("password" if is_locked else "old_workbook")
    if head.startswith(ZIP):
        return open_workbook(source)
    return open_text(source)


# --- XLSX


def open_workbook(source: Path) -> tuple[Head, Rows]:
    """Read the first sheet that holds something; links and formulas stay unread."""
    import openpyxl

    try:
        check_archive(source)
        book = openpyxl.load_workbook(
            source, read_only=True, keep_links=False, keep_vba=False, data_only=False
        )
    except Unreadable:
        raise
    except (*FAULTS_OF_ARCHIVES, KeyError, ValueError, SyntaxError, TypeError) as error:
        raise Unreadable("workbook_broken", reason=str(error)[:200]) from error
    for sheet in book.worksheets:
        # What the sheet says of its own size is not to be relied on.
        sheet.reset_dimensions()
        rows = sheet_rows(sheet)
        first = next(rows, None)
        if first is not None:
            said: Head = {
                "kind": "xlsx",
                "sheet": sheet.title,
                "merged": merged_in(source, sheet),
            }
            return said, again(first, rows)
    raise Unreadable("empty")


def check_archive(source: Path) -> None:
    """Refuse an archive that unpacks to far more than a workbook does."""
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 1 for member in members):
            raise Unreadable("password")
        if len(members) > MOST_MEMBERS:
            raise Unreadable("bomb")
        if sum(member.file_size for member in members) > MOST_UNPACKED_MB << 20:
            raise Unreadable("bomb")
        if "[Content_Types].xml" not in archive.namelist():
            raise Unreadable("no_workbook")


def sheet_rows(sheet: Any) -> Rows:
    """Return the rows of a sheet that hold something, with their numbers."""
    empty = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        cells = [cell_of(cell) for cell in row]
        if all(cell is None for cell in cells):
            empty += 1
            if empty > MOST_EMPTY_ROWS:
                return
            continue
        empty = 0
        yield number, trimmed(cells)


def cell_of(cell: Any) -> Any:
    """Return what a cell of a workbook holds, as JSON can say it."""
    value = cell.value
    kind = getattr(cell, "data_type", "n")
    if value is None:
        return None
    if kind == "f":
        text = getattr(value, "text", None) or value
        return {"formula": str(text)[:MOST_TEXT]}
    if kind == "e":
        return {"error": str(value)[:MOST_TEXT]}
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date | time):
        return {"date": value.isoformat()}
    return clean(str(value))


def merged_in(source: Path, sheet: Any) -> list[str]:
    """Name the ranges of merged cells, which a sheet lists after its rows."""
    found: list[str] = []
    path = sheet._worksheet_path.lstrip("/")
    with zipfile.ZipFile(source) as archive, archive.open(path) as stream:
        rest = b""
        while chunk := stream.read(READ_AT_ONCE):
            text = rest + chunk
            matches = list(MERGE.finditer(text))
            found += [match[1].decode() for match in matches]
            rest = text[max(matches[-1].end() if matches else 0, len(text) - OVERLAP) :]
            if len(found) > MOST_MEMBERS:
                break
    return found


# --- CSV


def open_text(source: Path) -> tuple[Head, Rows]:
    """Read text with the encoding and the delimiter that it shows to have."""
    raw = source.read_bytes()
    encoding = encoding_of(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("no_text") from error
    if "\x00" in text:
        raise Unreadable("no_text")
    first, _, below = text.partition("\n")
    said = re.fullmatch(r"\ufeff?\"?sep=(.)\"?\r?", first)
    text = below if said else text
    delimiter = said[1] if said else delimiter_of(text)
    rows = text_rows(text, delimiter, offset=1 if said else 0)
    opening = next(rows, None)
    if opening is None:
        raise Unreadable("empty")
    head: Head = {
        "kind": "csv",
        "sheet": "",
        "merged": [],
        "encoding": encoding,
        "delimiter": delimiter,
    }
    return head, again(opening, rows)


def encoding_of(raw: bytes) -> str:
    """Guess in which encoding a text was saved."""
    if raw.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = raw[:SAMPLE_BYTES]
    if sample[1::2].count(0) > len(sample) // 5:
        return "utf-16-le"
    if sample[::2].count(0) > len(sample) // 5:
        return "utf-16-be"
    for encoding in ("utf-8", "gb18030"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or is_daily_chinese(raw):
            return encoding
    return "cp1251" if is_mostly_paired(raw) else "cp1252"


def is_daily_chinese(raw: bytes) -> bool:
    """Say whether pairs of high bytes are mostly the hanzi of daily use."""
    pairs = daily = position = 0
    while position < len(raw) - 1:
        if raw[position] < HIGH:
            position += 1
            continue
        # Full-width marks and letters are as common, and say nothing.
        if raw[position] >= FIRST_DAILY:
            pairs += 1
            daily += raw[position] <= LAST_DAILY and raw[position + 1] > HIGH
        position += 2
    return bool(pairs) and daily / pairs >= SHARE_OF_DAILY


def is_mostly_paired(raw: bytes) -> bool:
    """Say whether high bytes stand together, as the letters of one alphabet do."""
    high = [place for place, byte in enumerate(raw[:SAMPLE_BYTES]) if byte >= HIGH]
    known = set(high)
    paired = sum(place - 1 in known or place + 1 in known for place in high)
    return bool(high) and paired / len(high) > SHARE_OF_PAIRS


def delimiter_of(text: str) -> str:
    """Return the delimiter that splits the first lines into most columns."""
    sample = "\n".join(text.splitlines()[:SAMPLE_LINES])

    def columns(delimiter: str) -> tuple[int, int]:
        try:
            widths = [
                len(row)
                for row in csv.reader(io.StringIO(sample), delimiter=delimiter)
                if row
            ]
        except csv.Error:
            return 0, 0
        widest = max(widths, default=0)
        return (sum(width == widest for width in widths) if widest > 1 else 0), widest

    return max(DELIMITERS, key=columns)


def text_rows(text: str, delimiter: str, *, offset: int) -> Rows:
    """Return the records of a text that hold something, with their numbers."""
    csv.field_size_limit(READ_AT_ONCE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader, start=1 + offset):
            cells: list[Any] = [clean(cell) for cell in row[:MOST_COLUMNS]]
            if any(cell is not None for cell in cells):
                yield number, trimmed(cells)
    except csv.Error as error:
        raise Unreadable("csv_broken", reason=str(error)[:200]) from error


# --- both


def clean(text: str) -> str | None:
    """Return a text without the space around it; nothing left is nothing."""
    return text.replace("\ufeff", "").strip()[:MOST_TEXT] or None


def trimmed(cells: list[Any]) -> list[Any]:
    """Drop the empty cells at the end of a row."""
    last = max(place for place, cell in enumerate(cells) if cell is not None)
    return cells[: last + 1]


def again(first: tuple[int, list[Any]], rows: Rows) -> Rows:
    """Put a row back before the others."""
    yield first
    yield from rows


def write_answer(source: Path, answer: Path, most_rows: int) -> None:
    """Write what the file holds, row by row."""
    with answer.open("w", encoding="utf-8") as out:

        def say(what: object) -> None:
            out.write(json.dumps(what, ensure_ascii=True) + "\n")

        try:
            head, rows = open_table(source)
            say(head)
            for row in limited(rows, most_rows):
                say(row)
        except Unreadable as fault:
            say({"fault": fault.fault, **fault.facts})
        except MemoryError:
            say({"fault": "too_large"})
        except Exception as error:  # noqa: BLE001  (libraries raise anything on such files)
            say({"fault": "workbook_broken", "reason": str(error)[:200]})


def limited(rows: Iterable[Any], most: int) -> Iterator[Any]:
    """Stop after so many rows; the reader counts one more than are allowed."""
    for count, row in enumerate(rows):
        if count >= most:
            return
        yield row


def main() -> None:
    """Read the file named by the arguments and write the answer beside it."""
    parser = argparse.ArgumentParser(prog="table_reader")
    parser.add_argument("--file", required=True)
    parser.add_argument("--answer", required=True)
    parser.add_argument("--most-rows", type=int, required=True)
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--cpu-seconds", type=int, required=True)
    parser.add_argument("--file-mb", type=int, required=True)
    arguments = parser.parse_args()
    limit_self(
        memory_mb=arguments.memory_mb,
        cpu_seconds=arguments.cpu_seconds,
        file_mb=arguments.file_mb,
    )
    write_answer(Path(arguments.file), Path(arguments.answer), arguments.most_rows)


if __name__ == "__main__":
    main()
