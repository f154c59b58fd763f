"""Reads what was measured from a QIF 2.1 or 3.0 document (ISO 23952)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.machines.rules.iso286 import WIDTHS_UM, width_um

DEFINITION = "CharacteristicDefinition"
NOMINAL = "CharacteristicNominal"
ITEM = "CharacteristicItem"
ACTUAL = "CharacteristicActual"
UNIT = "LinearUnit"
WHEN = "ReportPreparationDate"
HANDLED = (DEFINITION, NOMINAL, ITEM, ACTUAL, UNIT, WHEN)
# Numbers that somebody counts, such as serial numbers, are no measurement.
NOT_MEASURED = "UserDefined"
# Features of size, of which ISO 286 speaks; not distances between them.
OF_SIZE = ("Diameter", "Length", "Width")
MOST_VALUES = 500_000
MM_PER_M = 1000.0
UM_PER_MM = 1000.0


class QifUnreadable(InvalidInput):
    """The document does not hold results that can be read."""

    code = "qif_unreadable"


@dataclass(slots=True)
class Characteristic:
    """What was to be held, and what was measured; lengths in mm, angles in degrees."""

    kind: str
    name: str
    nominal: float | None
    low: float | None
    high: float | None
    values: list[float] = field(default_factory=list)

    def share(self, value: float) -> float | None:
        """Return how much of the allowed deviation a value used; above 1 is out."""
        if self.low is None or self.high is None or self.high <= self.low:
            return None
        if self.nominal is None:
            return value / self.high
        aim = self.nominal if self.low <= self.nominal <= self.high else None
        if aim is None:
            aim = (self.low + self.high) / 2
        room = self.high - aim if value >= aim else aim - self.low
        if not room:
            return None if value == aim else float("inf")
        return abs(value - aim) / room

    @property
    def grade(self) -> int | None:
        """The finest grade of ISO 286 that all values lie within, about the nominal."""
        if self.kind not in OF_SIZE or self.nominal is None or not self.values:
            return None
        worst = max(abs(value - self.nominal) for value in self.values)
        band = round(2 * worst * UM_PER_MM, 6)
        for grade in sorted(WIDTHS_UM):
            width = width_um(grade, self.nominal)
            if width is not None and band <= width:
                return grade
        return None


@dataclass(frozen=True, slots=True)
class KindResult:
    """What was measured of one kind of characteristic."""

    kind: str
    characteristics: int
    measured: int
    out_of_tolerance: int
    worst_share: float | None
    it_grade: int | None

    @property
    def worst_percent(self) -> float | None:
        """The worst share of the tolerance in percent."""
        return None if self.worst_share is None else round(self.worst_share * 100, 1)


@dataclass(frozen=True, slots=True)
class InspectionResult:
    """What a document shows of the pieces that were measured."""

    pieces: int
    characteristics: int
    measured: int
    out_of_tolerance: int
    said_failed: int
    worst_share: float | None
    worst_name: str
    is_unit_stated: bool
    measured_on: date | None
    kinds: tuple[KindResult, ...]

    @property
    def note(self) -> str:
        """The result in a line."""
        return _(
            "%(pieces)d pieces, %(measured)d values, %(out)d out of tolerance, worst"
            " at %(worst)s %% of the tolerance"
        ) % {
            "pieces": self.pieces,
            "measured": self.measured,
            "out": self.out_of_tolerance,
            "worst": "–"
            if self.worst_share is None
            else f"{self.worst_share:.0%}"[:-1],
        }

    @property
    def it_grade(self) -> int | None:
        """The grade that every kind of size was held to, where it follows."""
        grades = [one.it_grade for one in self.kinds if one.kind in OF_SIZE]
        known = [grade for grade in grades if grade is not None]
        return max(known) if known and len(known) == len(grades) else None


def read(file: IO[bytes]) -> InspectionResult:
    """Read the results of all pieces of a document.

    Tolerances written with a minus sign are taken without it; where the document names
    no unit of length, millimeters are meant.

    :raises QifUnreadable: if it is no sound XML, or holds no measured value.
    """
    found = _Reading()
    try:
        for name, element in _elements(file):
            found.take(name, element)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise QifUnreadable(
            _("The document is no sound QIF: %(reason)s.") % {"reason": error},
            field="document_id",
            remedy=_("Export it again from the measuring software."),
        ) from error
    if not found.measured:
        raise QifUnreadable(
            _("The document holds no measured values."),
            field="document_id",
            remedy=_("Export the results with the plan, as QIF 2.1 or 3.0."),
        )
    return found.result()


def _elements(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Return the elements that matter; the others are let go as they end."""
    inside = 0
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        name = element.tag.rpartition("}")[2]
        is_handled = name.endswith(HANDLED)
        if event == "start":
            inside += is_handled
            continue
        inside -= is_handled
        if is_handled or name == "MeasurementResults":
            yield name, element
        if not inside:
            element.clear()


@dataclass(slots=True)
class _Reading:
    nominals: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    items: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    tolerances: dict[str, tuple[float | None, float | None, bool]] = field(
        default_factory=dict
    )
    values: dict[str, list[float]] = field(default_factory=dict)
    mm_per_unit: float | None = None
    measured_on: date | None = None
    pieces: int = 0
    measured: int = 0
    failed: int = 0

    def take(self, name: str, element: Element) -> None:
        """Keep what one element says."""
        key = element.get("id", "")
        if name == "MeasurementResults":
            self.pieces += 1
        elif name.endswith(DEFINITION):
            self.tolerances[key] = _tolerance(element)
        elif name.endswith(NOMINAL):
            target = _number(_text(element, "TargetValue"))
            self.nominals[key] = (_text(element, f"{DEFINITION}Id"), target)
        elif name.endswith(ITEM):
            kind = name.removesuffix(ITEM)
            said = (_text(element, "Name"), _text(element, f"{NOMINAL}Id"))
            self.items[key] = (kind, *said)
        elif name.endswith(ACTUAL):
            self._measure(element)
        elif name == UNIT:
            factor = _number(_text(element, "Factor"))
            self.mm_per_unit = factor * MM_PER_M if factor else None
        elif name == WHEN:
            self.measured_on = _day(element.text or "")

    def _measure(self, element: Element) -> None:
        item = self.items.get(_text(element, f"{ITEM}Id"))
        value = _number(_text(element, "Value"))
        if item is None or value is None or item[0].startswith(NOT_MEASURED):
            return
        self.measured += 1
        if self.measured > MOST_VALUES:
            msg = "too many values"
            raise ValueError(msg)
        self.failed += _text(element, "CharacteristicStatusEnum") == "FAIL"
        self.values.setdefault(_text(element, f"{ITEM}Id"), []).append(value)

    def result(self) -> InspectionResult:
        """Sum up all that was measured."""
        rows = [self._characteristic(key, *self.items[key]) for key in self.values]
        kinds = tuple(
            _of_kind(kind, [row for row in rows if row.kind == kind])
            for kind in sorted({row.kind for row in rows})
        )
        worst = max(
            ((_worst(row) or 0.0, row.name) for row in rows), key=lambda one: one[0]
        )
        return InspectionResult(
            pieces=self.pieces,
            characteristics=len(rows),
            measured=self.measured,
            out_of_tolerance=sum(one.out_of_tolerance for one in kinds),
            said_failed=self.failed,
            worst_share=worst[0] or None,
            worst_name=worst[1],
            is_unit_stated=self.mm_per_unit is not None,
            measured_on=self.measured_on,
            kinds=kinds,
        )

    def _characteristic(
        self, key: str, kind: str, name: str, nominal_id: str
    ) -> Characteristic:
        definition, nominal = self.nominals.get(nominal_id, ("", None))
        low, high, is_limit = self.tolerances.get(definition, (None, None, True))
        if (
            not is_limit
            and nominal is not None
            and low is not None
            and high is not None
        ):
            low, high = nominal + low, nominal + high
        scale = 1.0 if kind.startswith(("Angle", "Angul")) else self.mm_per_unit or 1.0
        return Characteristic(
            kind=kind,
            name=name,
            nominal=None if nominal is None else nominal * scale,
            low=None if low is None else low * scale,
            high=None if high is None else high * scale,
            values=[value * scale for value in self.values[key]],
        )


def _of_kind(kind: str, rows: list[Characteristic]) -> KindResult:
    grades = [row.grade for row in rows]
    known = [grade for grade in grades if grade is not None]
    shares = [share for row in rows for share in _shares(row)]
    return KindResult(
        kind=kind,
        characteristics=len(rows),
        measured=sum(len(row.values) for row in rows),
        out_of_tolerance=sum(share > 1 + 1e-9 for share in shares),
        worst_share=max(shares, default=None),
        it_grade=max(known) if known and len(known) == len(grades) else None,
    )


def _shares(row: Characteristic) -> Iterable[float]:
    return (share for value in row.values if (share := row.share(value)) is not None)


def _worst(row: Characteristic) -> float | None:
    return max(_shares(row), default=None)


def _tolerance(element: Element) -> tuple[float | None, float | None, bool]:
    zone = _number(_text(element, "ToleranceValue"))
    if zone is not None:
        return 0.0, abs(zone), True
    return (
        _number(_text(element, "MinValue")),
        _number(_text(element, "MaxValue")),
        _text(element, "DefinedAsLimit") != "false",
    )


def _text(element: Element, name: str) -> str:
    for inner in element.iter():
        if inner.tag.rpartition("}")[2] == name:
            return (inner.text or "").strip()
    return ""


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
