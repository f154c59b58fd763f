"""Reads a cell as what its column means, or says why it cannot be."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.catalog.types import MaterialGroup
from apps.kernel import units
from apps.machines.rules import tolerances
from apps.machines.rules.table_columns import UNIT_WORDS, Column, Form, Unit
from apps.machines.types import FeatureClass, MachineKind

NUMBER = re.compile(
    r"^\s*(?P<number>[+-]?[\d.,'’\s\u00a0\u202f]*\d)\s*(?P<unit>[^\d]*)$"
)
GROUPED = r"[1-9]\d{{0,2}}(?:[{0}]\d{{3}})+"
POINT_SHOWN = re.compile(r"^(?:\d+\.(?:\d{1,2}|\d{4,})|0\.\d+|\d{1,3},\d{3}\.\d+)$")
COMMA_SHOWN = re.compile(r"^(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+|\d{1,3}\.\d{3},\d+)$")
LIST_MARKS = re.compile(r"[;,|\n，；、]")
# Written before what a spreadsheet takes for a formula, and taken off again here.
GUARDED = re.compile(r"^'(?='*[=+\-@\t\r])")
MOST_DIGITS = 15
CENT = Decimal("0.01")
TRUTHS = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "да", "是", "ja", "✓"), True),
    **dict.fromkeys(("no", "n", "false", "0", "-", "нет", "否", "nein"), False),
}
CONVERSIONS = {
    Unit.LENGTH: units.to_mm,
    Unit.MASS: units.to_kg,
    Unit.ROUGHNESS: units.to_um,
}
STORED_UNITS = {Unit.POWER: "kW", Unit.SPEED: "/min"}


@dataclass(frozen=True, slots=True)
class Unfit(Exception):
    """Why a cell cannot be what its column means."""

    code: str
    problem: str
    remedy: str


def decimal_mark(cells: Iterable[object], delimiter: str) -> str:
    """Tell whether a table writes numbers with a point or with a comma.

    A number with two digits behind the mark shows it; 1,360 does not. Where nothing
    shows it, a semicolon between the cells says that commas are needed for numbers.
    """
    texts = [cell for cell in cells if isinstance(cell, str)]
    points = sum(bool(POINT_SHOWN.match(text)) for text in texts)
    commas = sum(bool(COMMA_SHOWN.match(text)) for text in texts)
    if points != commas:
        return "." if points > commas else ","
    return "," if delimiter == ";" else "."


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file writes a column: decimal mark, unit, and words by what is meant."""

    mark: str = "."
    unit: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def read_cell(cell: Any, column: Column, manner: Manner) -> Any:
    """Return what a cell says; words of the catalog are left as the texts they are.

    :raises Unfit: if it cannot be meant.
    """
    _check_readable(cell)
    match column.form:
        case Form.WHOLE:
            return _whole(cell, column, manner)
        case Form.NUMBER:
            return _number(cell, column, manner)
        case Form.MONEY:
            return _decimal(cell, manner)
        case Form.TRUTH:
            return _truth(cell)
        case Form.KIND:
            return _one_of(text_of(cell), manner.words)
        case Form.TOLERANCES:
            return _tolerances(text_of(cell), manner.words)
        case Form.GROUPS:
            groups = (_one_of(word, manner.words) for word in words_of(cell))
            return tuple(dict.fromkeys(groups))
        case Form.MATERIALS:
            return words_of(cell)
        case Form.COUNTRY | Form.CURRENCY:
            return _fitting(text_of(cell).upper(), column)
        case _:
            return _fitting(text_of(cell), column)


def words_for(form: Form) -> dict[str, str]:
    """Return what a column of choices may say, in any language, by what is meant."""
    choices: dict[Form, list[tuple[str, Promise | str]]] = {
        Form.KIND: [(one.value, one.label) for one in MachineKind],
        Form.GROUPS: [(one.value, one.label) for one in MaterialGroup],
        Form.TOLERANCES: [(one.value, one.label) for one in FeatureClass],
    }
    found: dict[str, str] = {}
    for value, label in choices.get(form, []):
        found[value.casefold()] = value
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found.setdefault(str(label).casefold(), value)
    return found


def shown(cell: Any) -> str:
    """Return what a person sees in a cell."""
    if isinstance(cell, Mapping):
        return str(next(iter(cell.values()), ""))
    return "" if cell is None else str(cell)


def text_of(cell: Any) -> str:
    """Return a cell as text; a whole number stays without a point."""
    if isinstance(cell, Mapping):
        return str(cell.get("date", ""))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return GUARDED.sub("", str(cell)).strip()


def words_of(cell: Any) -> tuple[str, ...]:
    """Return the words that a cell lists."""
    words = (word.strip() for word in LIST_MARKS.split(text_of(cell)))
    return tuple(dict.fromkeys(word for word in words if word))


def _check_readable(cell: Any) -> None:
    if not isinstance(cell, Mapping):
        return
    if "formula" in cell:
        raise Unfit(
            "formula",
            _("The cell holds a formula, which is not worked out here."),
            _("Copy the column and paste it as values."),
        )
    if "error" in cell:
        raise Unfit(
            "spreadsheet_error",
            _("The spreadsheet could not work the cell out."),
            _("Correct it in the spreadsheet."),
        )


def _number(cell: Any, column: Column, manner: Manner) -> float:
    number, said = _parts(cell, manner)
    unit = manner.unit
    if said:
        known = UNIT_WORDS[column.unit] if column.unit else {}
        unit = known.get(said.casefold(), "")
        if not unit:
            raise Unfit(
                "wrong_unit",
                _("%(unit)s is not a unit of this column.") % {"unit": said},
                _("Use one of: %(units)s.") % {"units": ", ".join(_units(column))}
                if column.unit
                else _("Give the number alone."),
            )
    if column.unit is None:
        return float(number)
    if column.unit in STORED_UNITS:
        return units.convert(number, unit, STORED_UNITS[column.unit])
    return CONVERSIONS[column.unit](number, unit)


def _units(column: Column) -> list[str]:
    assert column.unit is not None
    first: dict[str, str] = {}
    for word, code in UNIT_WORDS[column.unit].items():
        first.setdefault(code, word)
    return list(first.values())


def _whole(cell: Any, column: Column, manner: Manner) -> int:
    value = _number(cell, column, manner)
    if not value.is_integer():
        raise Unfit(
            "not_whole",
            _("%(value)s is not a whole number.") % {"value": shown(cell)},
            _("Give a whole number such as 3."),
        )
    return int(value)


def _decimal(cell: Any, manner: Manner) -> Decimal:
    number, said = _parts(cell, manner)
    if said not in {"", "%"}:
        raise Unfit(
            "wrong_unit",
            _("%(unit)s is not a unit of this column.") % {"unit": said},
            _("Give the number alone."),
        )
    exact = number.quantize(CENT)
    if exact != number:
        raise Unfit(
            "too_exact",
            _("%(value)s has more than two decimals.") % {"value": shown(cell)},
            _("Round it to two decimals."),
        )
    return exact


def _parts(cell: Any, manner: Manner) -> tuple[Decimal, str]:
    """Return the number of a cell, and the unit behind it."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        found = Decimal(str(cell))
        if found.is_finite() and found.adjusted() < MOST_DIGITS:
            return found, ""
        raise _no_number(cell, manner)
    match = NUMBER.match(GUARDED.sub("", cell)) if isinstance(cell, str) else None
    digits = _plain_number(match["number"], manner.mark) if match else None
    if match is None or digits is None or len(digits) > MOST_DIGITS:
        raise _no_number(cell, manner)
    return Decimal(digits), match["unit"].strip()


def _plain_number(text: str, mark: str) -> str | None:
    """Return digits with a point, if the text is a number by the file's own mark."""
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    grouping = "," if mark == "." else "."
    whole, _mark, rest = digits.strip().partition(mark)
    marks = rf"{re.escape(grouping)}'’\s"
    if not re.fullmatch(r"\d*", whole):
        if not re.fullmatch(GROUPED.format(marks), whole):
            return None
        whole = re.sub(r"\D", "", whole)
    if not re.fullmatch(r"\d*", rest) or not (whole or rest):
        return None
    return f"{sign.strip('+')}{whole or '0'}{'.' + rest if rest else ''}"


def _no_number(cell: Any, manner: Manner) -> Unfit:
    example = "12.5" if manner.mark == "." else "12,5"
    return Unfit(
        "not_a_number",
        _("%(value)s is not a number.") % {"value": shown(cell)},
        _("Write it as in %(example)s, or change the decimal mark of the file.")
        % {"example": example},
    )


def _truth(cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    found = TRUTHS.get(text_of(cell).casefold())
    if found is None:
        raise Unfit(
            "not_yes_or_no",
            _("%(value)s is neither yes nor no.") % {"value": shown(cell)},
            _("Write yes or no."),
        )
    return found


def _one_of(text: str, words: Mapping[str, str]) -> str:
    found = words.get(text.casefold())
    if found is None:
        known = dict.fromkeys(words.values())
        raise Unfit(
            "unknown_word",
            _("%(value)s is not known here.") % {"value": text},
            _("Use one of: %(known)s.") % {"known": ", ".join(known)},
        )
    return found


def _tolerances(text: str, words: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    found, strange = tolerances.read_text(text, words)
    if strange:
        raise Unfit(
            "unknown_tolerance",
            _("%(value)s is no tolerance of a feature.") % {"value": strange},
            _("Write it as in %(example)s. Features: %(known)s.")
            % {
                "example": "bore IT6 Ra 0.8; position 20 µm",
                "known": ", ".join(FeatureClass.values),
            },
        )
    return found


def _fitting(text: str, column: Column) -> str:
    if column.length and len(text) > column.length:
        raise Unfit(
            "too_long",
            _("%(count)d characters are too many.") % {"count": len(text)},
            _("Give %(most)d at most.") % {"most": column.length},
        )
    return text
