"""Reads the two formats of text: QIF, which is kept, and CSV, which is written anew."""

import csv
import io
import re
import unicodedata
from pathlib import Path
from typing import Any

from apps.documents.rules.formats import Unfit

QIF_SPACES = re.compile(r"^http://qifstandards\.org/xsd/qif[23]$")
# What a page could show or run, should a browser ever be given the file as one.
SHOWN_BY_BROWSERS = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")
DEEPEST = 60
MOST_ELEMENTS = 2_000_000
MOST_COLUMNS = 1_000
LONGEST_CELL = 32_000
# What a spreadsheet takes for the start of a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"^[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d{1,3})?\s?%?$")
DELIMITERS = ",;\t|"
SAMPLE = 1 << 16
LAYOUT = "\t\r\n"
# Control characters, halves of surrogate pairs, and what is no character.
UNPRINTED = {"Cc", "Cs", "Cn"}


def look_into_qif(source: Path) -> dict[str, Any]:
    """Follow a QIF document to its end.

    :raises Unfit: if it is no QIF, broken, nests too deep, or defines entities.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    if b"<?xml-stylesheet" in source.read_bytes():
        raise Unfit("entities")
    depth = count = 0
    try:
        events = iterparse(str(source), events=("start", "end"), forbid_dtd=True)
        for event, element in events:
            if event == "end":
                depth -= 1
                element.clear()
                continue
            space, _, name = element.tag.removeprefix("{").rpartition("}")
            if not count and (name != "QIFDocument" or not QIF_SPACES.match(space)):
                raise Unfit("not_qif")
            if space in SHOWN_BY_BROWSERS:
                raise Unfit("entities")
            depth, count = depth + 1, count + 1
            if depth > DEEPEST or count > MOST_ELEMENTS:
                raise Unfit("too_complex")
    except DefusedXmlException as error:
        raise Unfit("entities") from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unfit("xml_broken", reason=str(error)[:120]) from error
    return {}


def rebuild_csv(source: Path, kept: Path) -> dict[str, Any]:
    """Write a table anew, as UTF-8, with cells that no spreadsheet takes for a formula.

    :raises Unfit: if it is no text, or text that is no table.
    """
    text = _decoded(source.read_bytes())
    try:
        dialect: Any = csv.Sniffer().sniff(text[:SAMPLE], DELIMITERS)
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(LONGEST_CELL)
    formulas = rows = 0
    is_table = False
    with kept.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=dialect.delimiter)
        try:
            for row in csv.reader(io.StringIO(text, newline=""), dialect):
                if len(row) > MOST_COLUMNS:
                    raise Unfit("not_table")
                bare = [_inert(cell) for cell in row]
                formulas += sum(a != b for a, b in zip(row, bare, strict=True))
                rows += bool(row)
                is_table = is_table or len(row) > 1
                writer.writerow(bare)
        except csv.Error as error:
            raise Unfit("not_table") from error
    if not is_table:
        raise Unfit("not_table")
    return {"has_kept": True, "formula_count": formulas, "row_count": rows}


def _decoded(raw: bytes) -> str:
    # Nothing else is told apart for sure, and a wrong guess would alter what was meant.
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unfit("no_text") from error
    for letter in set(text):
        if letter not in LAYOUT and unicodedata.category(letter) in UNPRINTED:
            raise Unfit("no_text")
    return text


def _inert(cell: str) -> str:
    start = cell.lstrip(" \u00a0")
    if start.startswith(FORMULA_STARTS) and not NUMBER.match(start):
        return f"'{cell}"
    return cell
