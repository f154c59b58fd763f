"""Puts the rows of a table together as machines, each whole or refused.

A row says a machine and one process that it can do. Rows of one code are one machine;
where one of them cannot be read, the machine is left out as a whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.machines.rules import table_cells as cells
from apps.machines.rules.table_cells import Manner, Unfit
from apps.machines.rules.table_columns import (
    BY_KEY,
    EXAMPLE_CODE,
    UNIT_UNSAID,
    Column,
    Form,
    Part,
    Unit,
)
from apps.machines.rules.table_file import Table
from apps.machines.rules.table_header import Header, unit_of

Resolve = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person says of a file: its columns, its lengths, its decimal mark."""

    mapping: Mapping[int, str]
    length_unit: str = "mm"
    decimal_mark: str = "."


@dataclass(frozen=True, slots=True)
class Names:
    """How the words of a file become codes of the catalog; each may raise Unfit."""

    process: Resolve
    material: Resolve


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cell, or a whole row, that keeps its machine from being imported."""

    row: int
    cell: str
    machine_code: str
    field: str
    value: str
    code: str
    problem: str
    remedy: str


@dataclass(slots=True)
class Stated:
    """What a table says of one machine, and in which cells."""

    code: str
    rows: list[int]
    facts: dict[str, Any] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    capabilities: dict[str, dict[str, Any]] = field(default_factory=dict)
    cost: dict[str, Any] = field(default_factory=dict)
    cells: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """The machines of a table that can be read, and why the others cannot."""

    machines: list[Stated]
    refusals: list[Refusal]
    row_count: int


@dataclass(slots=True)
class _Row:
    number: int
    code: str
    values: dict[str, Any]
    refusals: list[Refusal]
    cells: dict[str, str]


def mark_of(table: Table, header: Header) -> str:
    """Tell the decimal mark that a table shows in its columns of numbers."""
    forms = {Form.NUMBER, Form.MONEY, Form.WHOLE}
    columns = [c for c, key in header.mapping.items() if BY_KEY[key].form in forms]
    found = (
        row[column]
        for number, row in table.rows
        if number > header.row
        for column in columns
        if column < len(row)
    )
    return cells.decimal_mark(found, table.delimiter)


def read_machines(
    table: Table, header: Header, choices: Choices, names: Names
) -> Reading:
    """Read all rows below the header."""
    columns = {column: BY_KEY[key] for column, key in choices.mapping.items()}
    manners, refusals = _manners(table, header, choices, columns)
    kept = {place: column for place, column in columns.items() if place in manners}
    reader = _Reader(table, kept, manners, names)
    groups: dict[str, list[_Row]] = {}
    count = 0
    for number, row in table.rows:
        if number <= header.row:
            continue
        found = reader.read(number, row)
        if found is None or found.code == EXAMPLE_CODE:
            continue
        count += 1
        if not found.code:
            refusals += found.refusals
        else:
            groups.setdefault(found.code, []).append(found)
    machines = []
    for code, rows in groups.items():
        stated, faults = _together(code, rows)
        if faults:
            refusals += faults
        else:
            machines.append(stated)
    return Reading(machines, refusals, count)


def _manners(
    table: Table, header: Header, choices: Choices, columns: Mapping[int, Column]
) -> tuple[dict[int, Manner], list[Refusal]]:
    """Say how each column is written; one in a wrong unit is refused, and not read."""
    texts = {one.column: one for one in header.headings}
    found: dict[int, Manner] = {}
    refusals = []
    for place, column in columns.items():
        default = UNIT_UNSAID[column.unit] if column.unit else ""
        if column.unit is Unit.LENGTH:
            default = choices.length_unit
        said = texts[place].unit_text
        unit = unit_of(column, said, default)
        if unit is None:
            refusals.append(
                Refusal(
                    row=header.row,
                    cell=table.address(header.row, place),
                    machine_code="",
                    field=column.key,
                    value=texts[place].text,
                    code="wrong_unit",
                    problem=_("%(unit)s is not a unit of this column.")
                    % {"unit": said},
                    remedy=_("Write it as in %(example)s.")
                    % {"example": column.heading()},
                )
            )
            continue
        found[place] = Manner(choices.decimal_mark, unit, cells.words_for(column.form))
    return found, refusals


@dataclass(slots=True)
class _Reader:
    table: Table
    columns: Mapping[int, Column]
    manners: Mapping[int, Manner]
    names: Names

    def read(self, number: int, row: tuple[Any, ...]) -> _Row | None:
        """Read the mapped cells of a row; None if there is nothing in them."""
        found = _Row(number, "", {}, [], {})
        faults: list[tuple[int, Column, Unfit]] = []
        for place, column in self.columns.items():
            cell = row[place] if place < len(row) else None
            if cell is None:
                continue
            found.cells[column.key] = self.table.address(number, place)
            try:
                value = self._value(cell, column, self.manners[place])
            except Unfit as unfit:
                faults.append((place, column, unfit))
            else:
                if value not in ("", ()):
                    found.values[column.key] = value
        if not found.cells:
            return None
        found.code = found.values.get("code", "")
        for place, column, why in faults:
            found.refusals.append(
                Refusal(
                    row=number,
                    cell=self.table.address(number, place),
                    machine_code=found.code,
                    field=column.key,
                    value=cells.shown(row[place]),
                    code=why.code,
                    problem=why.problem,
                    remedy=why.remedy,
                )
            )
        if not found.code and not found.refusals:
            found.refusals.append(self._nameless(number))
        return found

    def _value(self, cell: Any, column: Column, manner: Manner) -> Any:
        value = cells.read_cell(cell, column, manner)
        if column.form is Form.PROCESS and value:
            return self.names.process(value)
        if column.form is Form.MATERIALS:
            return tuple(dict.fromkeys(self.names.material(word) for word in value))
        return value

    def _nameless(self, number: int) -> Refusal:
        place = next(p for p, column in self.columns.items() if column.key == "code")
        return Refusal(
            row=number,
            cell=self.table.address(number, place),
            machine_code="",
            field="code",
            value="",
            code="no_code",
            problem=_("The machine has no code."),
            remedy=_("Give it a code of its own, by which you know it again."),
        )


def _together(code: str, rows: list[_Row]) -> tuple[Stated, list[Refusal]]:
    """Make one machine of the rows of a code, or say why they are none."""
    stated = Stated(code, [row.number for row in rows])
    refusals = [refusal for row in rows for refusal in row.refusals]
    seen: set[str] = set()
    for row in rows:
        values = dict(row.values)
        process = values.pop("process_code", "")
        offered = {
            key: values.pop(key)
            for key in list(values)
            if BY_KEY[key].part is Part.CAPABILITY
        }
        for key, value in values.items():
            refusals += _state(stated, row, key, value)
        for key in offered:
            stated.cells[process, key] = (row.number, row.cells[key])
        is_said = "process_code" in row.cells
        if process in seen and (process or not is_said):
            refusals.append(_twice(stated, row))
        elif process:
            stated.capabilities[process] = offered
            stated.cells[process, "process_code"] = (
                row.number,
                row.cells["process_code"],
            )
        elif offered and not is_said:
            refusals.append(_of_no_process(stated, row, next(iter(offered))))
        seen.add(process)
    return stated, refusals


def _state(stated: Stated, row: _Row, key: str, value: Any) -> list[Refusal]:
    """Note a fact of the machine itself; two rows may not say it differently."""
    part = BY_KEY[key].part
    facts = {Part.SITE: stated.site, Part.COST: stated.cost}.get(part, stated.facts)
    if key in facts and facts[key] != value:
        first, _cell = stated.cells["", key]
        return [
            Refusal(
                row=row.number,
                cell=row.cells[key],
                machine_code=stated.code,
                field=key,
                value=str(value),
                code="contradiction",
                problem=_("Row %(row)d says %(value)s of the same machine.")
                % {"row": first, "value": facts[key]},
                remedy=_("Let all rows of a machine say the same, or leave it out."),
            )
        ]
    facts[key] = value
    stated.cells.setdefault(("", key), (row.number, row.cells[key]))
    return []


def _twice(stated: Stated, row: _Row) -> Refusal:
    others = ", ".join(str(number) for number in stated.rows if number != row.number)
    return Refusal(
        row=row.number,
        cell=row.cells["code"],
        machine_code=stated.code,
        field="code",
        value=stated.code,
        code="code_twice",
        problem=_("The code stands in row %(rows)s too, with the same process.")
        % {"rows": others},
        remedy=_("Give each machine its own code, or each row another process."),
    )


def _of_no_process(stated: Stated, row: _Row, key: str) -> Refusal:
    return Refusal(
        row=row.number,
        cell=row.cells[key],
        machine_code=stated.code,
        field="process_code",
        value="",
        code="no_process",
        problem=_("The row says how well, but not in which process."),
        remedy=_("Name the process, such as milling-3-axis."),
    )
