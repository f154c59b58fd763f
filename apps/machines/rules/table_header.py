"""Finds the header of a table, and what each of its columns means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.machines.rules.table_columns import BY_KEY, COLUMNS, UNIT_WORDS, Column
from apps.machines.rules.table_file import MOST_ROWS, ROWS_ABOVE, Table

# "X travel (mm)", "X travel [mm]", "X travel, mm", "X travel in mm", "X行程（毫米）".
UNIT_BEHIND = re.compile(
    r"^(?P<label>.*?)\s*(?:[(\[（【](?P<inside>[^)\]）】]*)[)\]）】]"
    r"|[,，/]\s*(?P<after>[^\s,]+)|\s+in\s+(?P<inch>\S+))\s*$"
)
SPACES = re.compile(r"[\s_]+")
RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


class HeaderUnclear(InvalidInput):
    """The columns of a table cannot be told."""

    code = "header_unclear"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a file: where, what stands above, and what that seems to mean."""

    column: int
    text: str
    key: str = ""
    unit_text: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The row with the headings."""

    row: int
    headings: tuple[Heading, ...]

    @property
    def mapping(self) -> dict[int, str]:
        """What each column seems to mean, of those that are recognized."""
        return {one.column: one.key for one in self.headings if one.key}


def find_header(table: Table) -> Header:
    """Return the row among the first that names the most known columns.

    :raises HeaderUnclear: if cells of it are merged, or no row names a column.
    """
    known = known_names()
    best = Header(0, ())
    for number, cells in table.rows[:ROWS_ABOVE]:
        found = _read(number, cells, known)
        if len(found.mapping) > len(best.mapping):
            best = found
    if not best.mapping and table.rows:
        # Nothing is known: the person says what the first row means.
        best = _read(*table.rows[0], known)
    _check_merged(table, best)
    count = sum(number > best.row for number, _cells in table.rows)
    if not count:
        raise HeaderUnclear(
            _("There is no machine beneath the header in row %(row)d.")
            % {"row": best.row},
            field="file",
            value=table.address(best.row),
            remedy=_("Put a machine in each row below the header."),
        )
    if count > MOST_ROWS:
        raise HeaderUnclear(
            _("The table has more than %(most)d rows.") % {"most": MOST_ROWS},
            field="file",
            value=count,
            remedy=_("Split it into several files."),
        )
    return best


def check_mapping(mapping: Mapping[int, str], header: Header) -> None:
    """Refuse a mapping without the code, with a column twice, or with unknown words.

    :raises HeaderUnclear: for the first such fault.
    """
    columns = {one.column for one in header.headings}
    for column, key in mapping.items():
        if key not in BY_KEY or column not in columns:
            raise HeaderUnclear(
                _("There is no such column."), field="mapping", value=f"{column} {key}"
            )
    for one in COLUMNS:
        count = sum(key == one.key for key in mapping.values())
        if count > 1:
            raise HeaderUnclear(
                _("Two columns are said to be %(label)s.") % {"label": one.label},
                field=one.key,
                value=str(one.label),
                remedy=_("Leave one of them out."),
            )
        if one.required and not count:
            raise HeaderUnclear(
                _("No column is said to be %(label)s.") % {"label": one.label},
                field=one.key,
                value=str(one.label),
                remedy=_("Say which column it is, or add one to the file."),
            )


def unit_of(column: Column, unit_text: str, default: str) -> str | None:
    """Return the UCUM code of a column's unit, or None if what it says is no such."""
    if column.unit is None or not unit_text:
        return default
    return UNIT_WORDS[column.unit].get(unit_text.casefold())


def _read(number: int, cells: tuple[object, ...], known: Mapping[str, str]) -> Header:
    taken: set[str] = set()
    headings = []
    for column, cell in enumerate(cells):
        if not isinstance(cell, str):
            continue
        heading = recognized(Heading(column, cell), known)
        if heading.key in taken:
            heading = replace(heading, key="")
        taken.add(heading.key)
        headings.append(heading)
    return Header(number, tuple(headings))


def recognized(heading: Heading, known: Mapping[str, str]) -> Heading:
    """Return a heading with the column and the unit that it names."""
    whole = _plain(heading.text)
    match = UNIT_BEHIND.match(heading.text)
    if match is None or whole in known:
        return replace(heading, key=known.get(whole, ""))
    unit = (match["inside"] or match["after"] or match["inch"] or "").strip()
    key = known.get(_plain(match["label"]), "")
    has_unit = bool(key) and BY_KEY[key].unit is not None
    return replace(heading, key=key, unit_text=unit if has_unit else "")


def known_names() -> dict[str, str]:
    """Return the keys of columns by what may stand above them, in any language."""
    found: dict[str, str] = {}
    for column in COLUMNS:
        names = [column.key, *column.aliases]
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                names.append(str(column.label))
        for name in names:
            found.setdefault(_plain(name), column.key)
    return found


def _plain(text: str) -> str:
    return SPACES.sub(" ", text.casefold().replace(".", " ")).strip(" *:：")


def _check_merged(table: Table, header: Header) -> None:
    for merged in table.merged:
        match = RANGE.fullmatch(merged)
        if match is None or not int(match[2]) <= header.row <= int(match[4]):
            continue
        place = f"{table.sheet}!{merged}"
        raise HeaderUnclear(
            _("The cells %(cells)s of the header are merged.") % {"cells": place},
            field="file",
            value=place,
            remedy=_("Separate them, so that each column has a heading of its own."),
        )
