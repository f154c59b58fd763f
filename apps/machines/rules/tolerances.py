"""Figures of single classes of features, written as text and read again."""

import re
from collections.abc import Mapping
from typing import Any

from apps.machines.rules.figures import OF_A_FEATURE
from apps.machines.types import FeatureClass, Tolerances

MICRONS = r"(?:µm|μm|um|мкм|微米)"
NUMBER = r"\d+(?:[.,]\d+)?"
FIGURE = re.compile(
    rf"\bIT\s*(?P<it_grade>\d+)\b"
    rf"|\bRa\s*(?P<roughness_um>{NUMBER})(?:\s*{MICRONS})?"
    rf"|(?:±\s*)?(?P<tolerance_um>{NUMBER})\s*{MICRONS}",
    re.IGNORECASE,
)


def ordered(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the same figures in the order of the classes, without what is unknown."""
    found = {}
    for feature in FeatureClass.values:
        stated = given.get(feature) or {}
        kept = {
            name: stated[name] for name in OF_A_FEATURE if stated.get(name) is not None
        }
        if kept:
            found[feature] = kept
    return found


def as_text(given: Tolerances) -> str:
    """Write figures as a table's cell has them, such as `bore IT6 Ra 0.8; flat 20 µm`.

    `read_text` reads the same figures from it.
    """
    return "; ".join(
        " ".join([feature, *_words(figures)])
        for feature, figures in ordered(given).items()
    )


def _words(figures: Mapping[str, float]) -> list[str]:
    words = []
    if "it_grade" in figures:
        words.append(f"IT{figures['it_grade']:g}")
    if "tolerance_um" in figures:
        words.append(f"{_digits(figures['tolerance_um'])} µm")
    if "roughness_um" in figures:
        words.append(f"Ra {_digits(figures['roughness_um'])}")
    return words


def _digits(value: float) -> str:
    # As exact as the figure is, and never with an exponent.
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return text if float(text) == value else repr(value)


def read_text(
    text: str, features: Mapping[str, str]
) -> tuple[dict[str, dict[str, Any]], str]:
    """Read figures by class, and what could not be read: empty if all was.

    `features` gives the class by each word for it, casefolded.
    """
    found: dict[str, dict[str, Any]] = {}
    for part in re.split(r"[;\n；|]", text):
        if not part.strip():
            continue
        figures = list(FIGURE.finditer(part))
        start = figures[0].start() if figures else len(part)
        feature = features.get(part[:start].strip(" :=").casefold())
        rest = FIGURE.sub("", part[start:]).strip(" ,")
        stated = {
            name: _value(name, digits)
            for match in figures
            for name, digits in match.groupdict().items()
            if digits is not None
        }
        if feature is None or rest or len(stated) != len(figures) or not stated:
            return {}, part.strip()
        if feature in found:
            return {}, part.strip()
        found[feature] = stated
    return ordered(found), ""


def _value(name: str, digits: str) -> float:
    return int(digits) if name == "it_grade" else float(digits.replace(",", "."))
