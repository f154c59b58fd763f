"""Writes machines as tables: the template, all machines, and what was refused."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
from apps.machines import selectors
from apps.machines.models import Capability, Machine, MachineQuerySet, TableImport
from apps.machines.rules import tolerances
from apps.machines.rules.table_columns import COLUMNS, Column, Form, Part
from apps.machines.types import MachineKind

BOM = "\ufeff"
# What a spreadsheet takes for the start of a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
INK, WASH, FAINT = "#1b2733", "#e8eef5", "#54626f"
WIDEST, NARROWEST = 34, 12


def template_csv() -> str:
    """Return the header and an example, for a spreadsheet to fill in."""
    return _csv([_headings(), [_text(column.example) for column in COLUMNS]])


def template_xlsx() -> bytes:
    """Return a workbook to fill in, with the codes that may be used beside it."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format(
            {"bold": True, "bg_color": WASH, "font_color": INK, "text_wrap": True}
        )
        must = book.add_format(
            {"bold": True, "bg_color": INK, "font_color": "#ffffff", "text_wrap": True}
        )
        faint = book.add_format({"italic": True, "font_color": FAINT})
        sheet = book.add_worksheet(pgettext("sheet", "Machines"))
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 34)
        for place, column in enumerate(COLUMNS):
            heading = column.heading()
            sheet.set_column(
                place, place, max(NARROWEST, min(WIDEST, len(heading) + 2))
            )
            sheet.write_string(0, place, heading, must if column.required else head)
            if column.example != "":
                sheet.write(1, place, column.example, faint)
        hints = book.add_worksheet(pgettext("sheet", "Hints"))
        hints.set_column(0, 1, WIDEST)
        hints.set_column(2, 2, 60)
        for number, row in enumerate(_hints()):
            for place, text in enumerate(row):
                hints.write_string(number, place, text, head if number == 0 else None)
    return buffer.getvalue()


def export_csv(machines: MachineQuerySet | None = None) -> Iterator[str]:
    """Write machines, or all, in the columns that are read back, one by one."""
    yield BOM + _csv([_headings()])
    found = selectors.machines_of() if machines is None else machines
    for machine in found.iterator(chunk_size=500):
        yield _csv(_rows(machine))


def refusals_csv(found: TableImport) -> Iterator[str]:
    """Write why cells of a table were refused."""
    yield BOM + _csv(
        [
            [
                _("Cell"),
                _("Machine code"),
                pgettext("of a table", "Column"),
                _("Value"),
                _("Problem"),
                _("Remedy"),
            ]
        ]
    )
    labels = {column.key: str(column.label) for column in COLUMNS}
    for row in found.refusals.order_by("position").iterator(chunk_size=1000):
        yield _csv(
            [
                [
                    row.cell,
                    row.machine_code,
                    labels.get(row.field, row.field),
                    row.value,
                    row.problem,
                    row.remedy,
                ]
            ]
        )


def _headings() -> list[str]:
    return [column.heading() for column in COLUMNS]


def _rows(machine: Machine) -> list[list[str]]:
    """Return a row for each process; only the first states the machine itself."""
    offered = sorted(machine.capabilities.all(), key=lambda row: row.process_code)
    rows: list[Capability | None] = [*offered] or [None]
    return [
        [_cell(column, machine, row, is_first=not number) for column in COLUMNS]
        for number, row in enumerate(rows)
    ]


def _cell(
    column: Column, machine: Machine, row: Capability | None, *, is_first: bool
) -> str:
    if column.part is Part.CAPABILITY:
        return _text(getattr(row, column.key)) if row is not None else ""
    if column.key == "code":
        return _text(machine.code)
    if not is_first:
        return ""
    if column.key == "work_center":
        return _text(machine.work_center.code if machine.work_center else None)
    if column.part is Part.SITE:
        name = column.key.removeprefix("site_")
        return _text(getattr(machine.site, "name" if name == "site" else name))
    if column.part is Part.COST:
        return _text(getattr(getattr(machine, "costmodel", None), column.key, None))
    return _text(getattr(machine, column.key))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return tolerances.as_text(value)
    if isinstance(value, list | tuple):
        return "; ".join(str(one) for one in value)
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return str(value)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        [_guarded(text) for text in row] for row in rows
    )
    return out.getvalue()


def _guarded(text: str) -> str:
    # An apostrophe that stands there already is the text's own, and kept.
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def _hints() -> Iterator[tuple[str, str, str]]:
    language = get_language() or "en"
    yield pgettext("of a table", "Column"), _("Code"), _("Meaning")
    for column in COLUMNS:
        yield column.heading(), "", _rule(column)
    kind, group = (
        str(COLUMNS[place].label) for place in _places(Form.KIND, Form.GROUPS)
    )
    for one in MachineKind:
        yield kind, one.value, str(one.label)
    for each in MaterialGroup:
        yield group, each.value, str(each.label)
    process, material = (
        str(COLUMNS[place].label) for place in _places(Form.PROCESS, Form.MATERIALS)
    )
    for node in catalog.process_tree():
        yield process, node.code, catalog.label(node, language)
    for grade in catalog.materials():
        yield material, grade.code, f"{grade.name} ({grade.standard})"


def _places(*forms: Form) -> list[int]:
    return [
        next(place for place, column in enumerate(COLUMNS) if column.form is form)
        for form in forms
    ]


def _rule(column: Column) -> str:
    if column.required:
        return _(
            "Must be given. Rows of one code are one machine, each with another"
            " process. The example row is not imported."
        )
    rules = {
        Form.WHOLE: _("A whole number."),
        Form.NUMBER: _("A number; a unit may stand behind it or in the header."),
        Form.MONEY: _("A number with up to two decimals."),
        Form.TRUTH: _("yes or no."),
        Form.KIND: _("One of the codes below."),
        Form.PROCESS: _("A code below, or the process's name in any language."),
        Form.MATERIALS: _("Codes or names, separated by semicolons."),
        Form.TOLERANCES: _(
            "Features with IT grade, µm or Ra, with semicolons between."
        ),
        Form.GROUPS: _("Groups of ISO 513 or families, separated by semicolons."),
        Form.COUNTRY: _("Two letters of ISO 3166. Only for a site that is new."),
        Form.CURRENCY: _("Three letters of ISO 4217; else your own currency."),
    }
    return rules.get(column.form, _("Text."))
