"""Writes the tables that shops send: workbooks and text, honest and hostile."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

HEADER = (
    "Code", "Name", "Site", "Maker", "Model", "Process", "X (mm)", "Y (mm)", "Z (mm)",
    "Table load (kg)", "IT grade", "Ra", "Materials", "Material groups", "Hourly rate",
    "Currency",
)  # fmt: skip
HURCO = (
    "M-01", "Mill 1", "Augsburg", "Hurco", "VMX24", "milling-3-axis", 610, 508, 610,
    1360, 8, 1.6, "en-aw-6061-t6; c45", "P; N", 68, "EUR",
)  # fmt: skip
HERMLE = (
    "M-02", "Mill 2", "Augsburg", "Hermle", "C 32 U", "milling-5-axis", 650, 650, 500,
    1000, 6, 0.8, "", "P; S", 95.5, "EUR",
)  # fmt: skip


def workbook(*rows: Sequence[Any], sheet: str = "Sheet1", merge: str = "") -> bytes:
    """Write rows as XLSX; a text that begins with = is a formula."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value not in (None, ""):
                    page.write(number, place, value)
        if merge:
            page.merge_range(merge, "Envelope")
    return buffer.getvalue()


def text(*rows: Sequence[Any], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Write rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def many(count: int) -> list[tuple[Any, ...]]:
    """Return the rows of so many mills that differ in code and size."""
    return [
        (
            f"M-{number:05}",
            f"Mill {number}",
            *HURCO[2:6],
            500 + number % 300,
            *HURCO[7:],
        )
        for number in range(count)
    ]
