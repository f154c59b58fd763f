"""What the elements of a shell say, as `aas_reader` tells it: names, texts, figures."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.kernel import units
from apps.kernel.errors import DomainError
from apps.machines.rules import aas_words as words
from apps.machines.rules import table_cells as cells
from apps.machines.rules.table_columns import (
    BY_KEY,
    UNIT_UNSAID,
    UNIT_WORDS,
    Column,
    Form,
    Part,
)
from apps.machines.rules.table_header import known_names

HUMPS = re.compile(
    r"(?<=[a-zа-я])(?=[A-ZА-Я0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[A-Z][a-z])"
    r"|[_\-\s.]+"
)
EDITION = re.compile(r"#\d+$")
AXES = re.compile(r"\b(\d) axis\b")
QUOTED = re.compile(r'^"(.*)"$', re.DOTALL)
GRADE = re.compile(r"^\s*IT\s*-?\s*(\d+)\s*$", re.IGNORECASE)
NUMBER = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(\D.*)?$")
NUMBERS = {Form.WHOLE, Form.NUMBER}
OF_MACHINES = {figure.key for figure in words.MACHINE_FIGURES}
TEMPLATE_NUMBER = re.compile(r"__\d+__$|\d{2}$")


@dataclass(slots=True)
class Element:
    """An element of a submodel, with those below it."""

    type: str
    name: str
    path: str
    semantics: tuple[str, ...] = ()
    unit: str = ""
    value: Any = ""
    children: list["Element"] = field(default_factory=list)

    @classmethod
    def of(
        cls, said: Mapping[str, Any], top: str, *, is_template: bool = False
    ) -> "Element":
        """Read what the reader told, with the submodel's name before all paths.

        A template shows examples of texts in quotes.
        """
        value = said.get("value", "")
        if is_template and isinstance(value, dict):
            value = {key: unquoted(str(text)) for key, text in value.items()}
        elif is_template:
            value = unquoted(str(value))
        return cls(
            type=said["type"],
            name=said["name"],
            path=f"{top}/{said['path']}",
            semantics=tuple(said["semantics"]),
            unit=said["unit"],
            value=value,
            children=[
                cls.of(one, top, is_template=is_template) for one in said["children"]
            ],
        )

    def leaves(self) -> Iterator["Element"]:
        """Return the elements below that hold a value of their own."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    @property
    def is_branch(self) -> bool:
        """Whether it only holds others."""
        return self.type in {"SubmodelElementCollection", "SubmodelElementList"}

    @property
    def texts(self) -> dict[str, str]:
        """What it says, by language; one without a language is said in none."""
        if isinstance(self.value, dict):
            found = {key: str(text).strip() for key, text in self.value.items()}
        else:
            found = {"": str(self.value).strip()}
        return {key: text for key, text in found.items() if text}

    @property
    def text(self) -> str:
        """What it says, in English if it says that."""
        return preferred(self.texts)[1]


def preferred(texts: Mapping[str, str]) -> tuple[str, str]:
    """Return the text that is taken over, with its language: English, or the first."""
    english = [key for key in texts if key.lower().split("-")[0] == "en"]
    key = english[0] if english else next(iter(texts), "")
    return key, texts.get(key, "")


def unquoted(text: str) -> str:
    """Return a text without the quotes that templates put around examples."""
    plain = text.strip()
    match = QUOTED.match(plain)
    return (match[1] if match else plain).strip()


def phrase(name: str) -> str:
    """Return the words of a name: `MaxSpindle_Speed` is `max spindle speed`."""
    return " ".join(part for part in HUMPS.split(name) if part).casefold()


def without_edition(meaning: str) -> str:
    """Return the identifier of a concept in any of its editions."""
    return EDITION.sub("", meaning).casefold()


def is_called(
    element: Element, meanings: tuple[str, ...], names: tuple[str, ...]
) -> bool:
    """Say whether an element is meant, by its concept, else by its name."""
    found = {without_edition(one) for one in element.semantics}
    return bool(found & set(meanings)) or element.name.casefold() in names


def own_key(element: Element) -> str:
    """Return the figure that an element of Spindle's own names, or nothing."""
    return next(
        (words.BY_MEANING[one] for one in element.semantics if one in words.BY_MEANING),
        "",
    )


def process_of(element: Element) -> str:
    """Return the process that an element of Spindle's own names, or nothing."""
    return next(
        (
            one.removeprefix(words.PROCESS)
            for one in element.semantics
            if one.startswith(words.PROCESS)
        ),
        "",
    )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How names of elements become columns, in any language, and concepts units."""

    names: Mapping[str, str]
    units: Mapping[str, str]

    @classmethod
    def over(cls, units: Mapping[str, str]) -> "Vocabulary":
        """Return the names of all columns, with a document's own units."""
        return cls(known_names(), units)

    def key_of(self, element: Element, *, in_capability: bool) -> str:
        """Return the column that an element means, or nothing."""
        found = own_key(element)
        if found:
            return found
        said = TEMPLATE_NUMBER.sub("", element.name)
        name = phrase(said)
        if name in {"batch", "batch size", "lot size"}:
            return words.BATCH.key
        key = self.names.get(name) or self.names.get(said.casefold(), "")
        if not key or (not in_capability and name in words.TOO_GENERAL):
            return ""
        is_fitting = key in OF_MACHINES or (
            BY_KEY[key].part is Part.CAPABILITY and key != "process_code"
        )
        return key if is_fitting else ""

    def unit_of(self, element: Element) -> str:
        """Return the unit that an element or one of its concepts names."""
        said = [element.unit, *(self.units.get(one, "") for one in element.semantics)]
        return next((unit for unit in said if unit), "")


class NoUnit(Exception):
    """A figure is in a unit that is not known, or measures something else."""


def stored(text: str, unit: str, key: str) -> Any:
    """Return a text as the cell of a column: a number in the stored unit, or the text.

    :raises NoUnit: if the unit does not fit the column.
    """
    column = BY_KEY[key]
    if column.form not in NUMBERS:
        return text
    grade = GRADE.match(text) if key == "it_grade" else None
    if grade:
        return int(grade[1])
    match = NUMBER.match(text)
    if match is None:
        return text
    said = (match[2] or "").strip() or unit
    if column.unit is None:
        if said and said not in {"1", "IT"}:
            raise NoUnit(said)
        return _number(match[1])
    return _converted(match[1], said, column)


def _converted(number: str, said: str, column: Column) -> Any:
    assert column.unit is not None
    code = UNIT_UNSAID[column.unit]
    if said:
        word = said.casefold()
        known = UNIT_WORDS[column.unit]
        found = known.get(word) or words.UNIT_NAMES.get(word, "")
        if not found and said in known.values():
            found = said
        if found not in set(known.values()):
            raise NoUnit(said)
        code = found
    try:
        if column.unit in cells.STORED_UNITS:
            target = cells.STORED_UNITS[column.unit]
            value = units.convert(number, code, target)
        else:
            value = cells.CONVERSIONS[column.unit](number, code)
    except DomainError as error:
        raise NoUnit(said) from error
    return _number(repr(value))


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 10**15 else value


def holds_capability(element: Element) -> bool:
    """Say whether an element is the container of a capability."""
    return any(one.type == "Capability" for one in element.children)


def is_comment(element: Element) -> bool:
    """Say whether an element only remarks on others."""
    return "comment" in element.name.casefold()


def process_words(name: str) -> str:
    """Return the words of a process from the name of its container."""
    said = phrase(name)
    for tail in (" capability container", " container", " capability"):
        said = said.removesuffix(tail)
    return said


def spellings(name: str) -> tuple[str, ...]:
    """Return how the catalog may know a process that a shell calls by a name."""
    said = process_words(name)
    axes = AXES.sub(r"\1-axis", said)
    return name, said, said.replace(" ", "-"), axes
