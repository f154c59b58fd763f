from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from openpyxl.workbook import Workbook

from apps.reports.rules import formats
from apps.reports.services import workbook
from apps.reports.types import Facts, MachineWeeks, Parameters, Table
from tests.factories import reports


def opened(
    facts: Facts | None = None,
    parameters: Parameters = reports.TWO_WEEKS,
    language: str = "en",
    *,
    values: bool = True,
) -> tuple[Workbook, tuple[Table, ...]]:
    document = reports.document(facts, parameters, language)
    with translation.override(language):
        data = workbook.draw(document)
    return openpyxl.load_workbook(BytesIO(data), data_only=values), document.tables


class TestDraw:
    @pytest.mark.parametrize(
        ("facts", "parameters"),
        [
            (reports.capacity_facts(reservations=()), reports.TWO_WEEKS),
            (reports.buyer_facts(), reports.AS_BUYER),
            (reports.seller_facts(), reports.AS_SELLER),
        ],
        ids=["capacity", "buyer", "seller"],
    )
    @pytest.mark.parametrize("language", ["en", "zh-hans", "ru"])
    def test_gives_back_every_value_of_every_table(
        self, facts: Facts, parameters: Parameters, language: str
    ) -> None:
        book, tables = opened(facts, parameters, language)
        assert len(book.worksheets) == len(tables) + 1
        for sheet, table in zip(book.worksheets[1:], tables, strict=True):
            rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
            with translation.override(language):
                head = [
                    formats.header(column, on_paper=False) for column in table.columns
                ]
            assert rows[0] == head
            if not table.rows:
                assert rows[1][0] == table.empty
                continue
            expected = [*table.rows, *([table.total] if table.total else [])]
            assert len(rows) == len(expected) + 1
            for read, row in zip(rows[1:], expected, strict=True):
                assert [plain(value) for value in read] == [
                    plain(value) for value in row
                ]

    def test_writes_numbers_as_numbers_with_their_units(self) -> None:
        book, _tables = opened()
        sheet = book["Machines"]
        assert [cell.value for cell in sheet[1]][2:5] == [
            "Working time, min",
            "Booked, min",
            "Held, min",
        ]
        assert sheet["C2"].value == 4800
        assert sheet["C2"].number_format == "#,##0"
        assert sheet["H2"].value == pytest.approx(21.5)
        assert sheet.freeze_panes == "A2"
        assert book["Weeks"]["B2"].value == datetime(2030, 5, 6)  # noqa: DTZ001

    def test_tells_times_on_the_reports_own_clock(self) -> None:
        book, _tables = opened()
        begins = book["Reservations"]["B2"].value
        assert begins == datetime(2030, 5, 6, 14)  # noqa: DTZ001  (Berlin)

    def test_sums_by_formula_and_says_the_sum_too(self) -> None:
        formulas, _tables = opened(values=False)
        values, _tables = opened()
        assert formulas["Weeks"]["C4"].value == "=SUM(C2:C3)"
        assert values["Weeks"]["C4"].value == 7200

    def test_draws_a_chart_from_its_own_cells(self) -> None:
        book, _tables = opened()
        (drawn,) = book["Weeks"]._charts
        assert drawn.grouping == "stacked"
        assert len(drawn.series) == 4
        assert drawn.series[0].val.numRef.f == "Weeks!$D$2:$D$3"

    def test_lets_no_text_become_a_formula(self) -> None:
        nasty = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"]
        facts = reports.capacity_facts(
            machines=tuple(
                MachineWeeks(
                    reports.HURCO_ID, f"M{number}", name, reports.weeks((60, 0, 0, 0))
                )
                for number, name in enumerate(nasty)
            )
        )
        book, _tables = opened(facts, values=False)
        cells = [book["Machines"].cell(row, 2) for row in range(2, 2 + len(nasty))]
        assert [cell.value for cell in cells] == nasty
        assert {cell.data_type for cell in cells} == {"s"}
        assert all(cell.quotePrefix for cell in cells)

    def test_names_sheets_so_that_every_spreadsheet_opens_them(self) -> None:
        for language in ("en", "zh-hans", "ru"):
            for facts, parameters in (
                (reports.capacity_facts(), reports.TWO_WEEKS),
                (reports.buyer_facts(), reports.AS_BUYER),
                (reports.seller_facts(), reports.AS_SELLER),
            ):
                book, _tables = opened(facts, parameters, language)
                names = book.sheetnames
                assert len(set(names)) == len(names)
                assert all(0 < len(name) <= 31 for name in names)

    def test_says_on_its_first_sheet_where_the_figures_come_from(self) -> None:
        book, _tables = opened(language="ru")
        said = [
            str(cell.value)
            for row in book["Сводка"].iter_rows()
            for cell in row
            if cell.value
        ]
        assert said[0] == "Мощности и загрузка"
        assert "R-7F3A21C9" in said
        assert "Europe/Berlin" in said
        assert any("календарю станка" in text for text in said)


def plain(value: Any) -> object:
    if value in ("", None):
        return None
    if isinstance(value, Decimal | float | int):
        return pytest.approx(float(value), abs=1e-9)
    if isinstance(value, datetime):
        return value.date()
    return value
