"""A report as a workbook: the same rows, as numbers to go on calculating with."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.reports.rules import formats
from apps.reports.types import (
    Cell,
    CellKind,
    Column,
    Document,
    Fact,
    NativeChart,
    Table,
)

INK, FAINT, WASH, LINE = "#1b2733", "#54626f", "#f3f6fa", "#d5dce3"
MAX_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
# What a spreadsheet takes for the start of a formula. The cell is text already; the
# quote prefix keeps it text when somebody edits it or saves the sheet as CSV.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_SUMMABLE = frozenset((CellKind.INTEGER, CellKind.MINUTES))
_WIDTHS = {
    CellKind.TEXT: 26,
    CellKind.CODE: 17,
    CellKind.INTEGER: 13,
    CellKind.MINUTES: 15,
    CellKind.PERCENT: 13,
    CellKind.MONEY: 16,
    CellKind.RATE: 12,
    CellKind.DATE: 13,
    CellKind.MOMENT: 18,
}
_NUMBER_FORMATS = {
    CellKind.INTEGER: "#,##0",
    CellKind.MINUTES: "#,##0",
    CellKind.PERCENT: "0.0",
    CellKind.MONEY: "#,##0.00",
    CellKind.RATE: "0.0000##",
    CellKind.DATE: "yyyy-mm-dd",
    CellKind.MOMENT: "yyyy-mm-dd hh:mm",
}


@dataclass(slots=True)
class _Book:
    """The open workbook, with the formats and names that are in use."""

    file: Any
    zone: ZoneInfo
    formats: dict[tuple[object, ...], Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def dress(self, **properties: object) -> Any:
        """Return a cell format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            base = {"font_name": "Calibri", "font_size": 11, "font_color": INK}
            self.formats[key] = self.file.add_format({**base, **properties})
        return self.formats[key]

    def sheet(self, wanted: str) -> Any:
        """Add a sheet under a name that spreadsheets accept and nobody has."""
        clean = wanted.translate(_NOT_IN_SHEET_NAMES).strip()[:MAX_SHEET_NAME]
        name, count = clean, 1
        while name.casefold() in self.names:
            count += 1
            name = f"{clean[: MAX_SHEET_NAME - 3]} {count}"
        self.names.add(name.casefold())
        return self.file.add_worksheet(name)


def draw(document: Document) -> bytes:
    """Write a document as XLSX; the language in force must be the document's."""
    import xlsxwriter

    buffer = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as file:
        file.set_properties(
            {
                "title": f"{document.title} · {document.subtitle}",
                "author": document.origin.enterprise,
                "subject": document.origin.reference,
                "comments": f"Spindle {document.origin.software}",
                "created": document.origin.at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        book = _Book(file, ZoneInfo(document.origin.time_zone))
        _summary(book, document)
        for table in document.tables:
            _table(book, table)
    return buffer.getvalue()


def _summary(book: _Book, document: Document) -> None:
    sheet = book.sheet(pgettext("sheet", "Summary"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 2, 60)
    sheet.set_row(0, 30)
    label = book.dress(font_color=FAINT)
    _string(book, sheet, 0, 0, document.title, bold=True, font_size=20)
    _string(book, sheet, 1, 0, document.subtitle, font_size=12, font_color=FAINT)
    _string(book, sheet, 2, 0, document.origin.enterprise, bold=True)
    row = 4
    for fact in (*document.facts, *_origin_facts(document)):
        sheet.write_string(row, 0, fact.label, label)
        _string(book, sheet, row, 1, fact.text)
        row += 1
    row += 1
    for kpi in document.kpis:
        sheet.write_string(row, 0, kpi.label, label)
        _string(book, sheet, row, 1, kpi.text, bold=True, font_size=13)
        sheet.write_string(row, 2, kpi.note, label)
        row += 1
    row += 1
    heading = pgettext("heading", "Where these figures come from")
    _string(book, sheet, row, 0, heading, bold=True)
    for number, note in enumerate(document.notes, start=1):
        sheet.merge_range(
            row + number,
            0,
            row + number,
            2,
            f"{number}. {note}",
            book.dress(text_wrap=True, valign="top"),
        )
        sheet.set_row(row + number, 32)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _origin_facts(document: Document) -> tuple[Fact, ...]:
    origin = document.origin
    return (
        Fact(_("Reference"), origin.reference),
        Fact(_("Made at"), formats.moment(origin.at, origin.time_zone)),
        Fact(_("Software"), f"Spindle {origin.software}"),
    )


def _table(book: _Book, table: Table) -> None:
    sheet = book.sheet(table.sheet or table.title)
    last = len(table.columns) - 1
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    head = book.dress(
        bold=True,
        bg_color=WASH,
        bottom=1,
        bottom_color=INK,
        text_wrap=True,
        valign="top",
    )
    for x, column in enumerate(table.columns):
        sheet.write_string(0, x, formats.header(column, on_paper=False), head)
        sheet.set_column(x, x, _WIDTHS[column.kind])
    for y, row in enumerate(table.rows, start=1):
        for x, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            _cell(book, sheet, y, x, value, column)
    if not table.rows:
        _string(book, sheet, 1, 0, table.empty, font_color=FAINT)
        return
    sheet.autofilter(0, 0, len(table.rows), last)
    if table.total is not None:
        _total(book, sheet, table)
    if table.chart is not None:
        _chart(book, sheet, table, table.chart)


def _total(book: _Book, sheet: Any, table: Table) -> None:
    from xlsxwriter.utility import xl_range

    y, rows = len(table.rows) + 1, len(table.rows)
    total = table.total or ()
    bold = {"bold": True, "top": 1, "top_color": INK, "bg_color": WASH}
    for x, (value, column) in enumerate(zip(total, table.columns, strict=True)):
        if column.kind in _SUMMABLE and isinstance(value, int):
            # A formula, so that the sum follows when somebody corrects a row; its
            # value is written too, for readers that do not calculate.
            formula = f"=SUM({xl_range(1, x, rows, x)})"
            shown = book.dress(num_format=_NUMBER_FORMATS[column.kind], **bold)
            sheet.write_formula(y, x, formula, shown, value)
        else:
            _cell(book, sheet, y, x, value, column, **bold)


def _cell(
    book: _Book,
    sheet: Any,
    y: int,
    x: int,
    value: Cell,
    column: Column,
    **properties: object,
) -> None:
    number_format = _NUMBER_FORMATS.get(column.kind)
    typed = dict(properties)
    if number_format:
        typed["num_format"] = number_format
    match value:
        case None | "":
            sheet.write_blank(y, x, None, book.dress(**properties))
        case datetime():
            # Spreadsheets know no time zones: the report's own, named on its summary.
            local = value.astimezone(book.zone).replace(tzinfo=None)
            sheet.write_datetime(y, x, local, book.dress(**typed))
        case date():
            sheet.write_datetime(y, x, value, book.dress(**typed))
        case int() | Decimal():
            sheet.write_number(y, x, value, book.dress(**typed))
        case _:
            _string(book, sheet, y, x, str(value), **properties)


def _string(
    book: _Book, sheet: Any, y: int, x: int, value: str, **properties: object
) -> None:
    if value.startswith(_FORMULA_STARTS):
        properties = {**properties, "quote_prefix": True}
    sheet.write_string(y, x, value, book.dress(**properties))


def _chart(book: _Book, sheet: Any, table: Table, chart: NativeChart) -> None:
    rows = len(table.rows)
    if chart.kind == "stacked_columns":
        drawn = book.file.add_chart({"type": "column", "subtype": "stacked"})
    else:
        drawn = book.file.add_chart({"type": "bar"})
        # Bars are drawn from the bottom; the first row belongs at the top.
        drawn.set_y_axis({"reverse": True})
    name = sheet.get_name()
    for x, color in zip(chart.values, chart.colors, strict=True):
        drawn.add_series(
            {
                "name": [name, 0, x],
                "categories": [name, 1, chart.category, rows, chart.category],
                "values": [name, 1, x, rows, x],
                "fill": {"color": color},
                "gap": 60,
            }
        )
    drawn.set_title({"name": chart.title, "name_font": {"size": 13, "color": INK}})
    many = len(chart.values) > 1
    drawn.set_legend({"position": "bottom"} if many else {"none": True})
    drawn.set_size({"width": 760, "height": 360})
    sheet.insert_chart(1, len(table.columns) + 1, drawn)
