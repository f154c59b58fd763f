"""Writes machines as the Catena-X aspect ManufacturingCapability 3.1.0.

Only what is known is written. A property says what it means by an identifier, and its
unit in its value, because the model has no unit of its own.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.machines.rules import catena_x_words as words
from apps.machines.rules.catena_x_words import Figure

MEDIA_TYPE = "application/json"
WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Material:
    """A material, or a whole group, that a process takes."""

    code: str
    label: str
    group: str
    group_label: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A process that a machine offers, with the codes that lead to it."""

    process_code: str
    parent: str
    labels: Mapping[str, str]
    facts: Mapping[str, Any]
    materials: Sequence[Material] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Provider:
    """A machine as the aspect states it; texts are in its enterprise's language."""

    language: str
    facts: Mapping[str, Any]
    offers: Sequence[Offer] = field(default_factory=tuple)


def as_json(machines: Iterable[Provider]) -> bytes:
    """Write machines as one aspect."""
    found = list(machines)
    offers = {offer.process_code: offer for one in found for offer in one.offers}
    aspect = {
        "processes": [],
        "machines": [_machine(one) for one in found],
        "products": [],
        "capabilities": [_capability(offers[code]) for code in sorted(offers)],
        "machineTools": [],
        "certificates": [],
    }
    return json.dumps(aspect, ensure_ascii=False, indent=1).encode()


def _machine(machine: Provider) -> dict[str, Any]:
    facts = machine.facts
    return {
        "label": {machine.language: facts["name"]},
        "properties": _properties(words.OF_MACHINES, facts),
        "provides": [_provided(offer) for offer in machine.offers],
        "containsTools": [],
    }


def _capability(offer: Offer) -> dict[str, Any]:
    meaning = f"{words.PROCESS}{offer.process_code}"
    above = f"{words.PROCESS}{offer.parent}"
    return {
        "capabilityLabel": dict(offer.labels),
        "label": dict(offer.labels),
        "hierarchyElementId": meaning,
        "semanticReferences": [{"semanticReferenceId": meaning}],
        **({"specializes": [{"hierarchyElementId": above}]} if offer.parent else {}),
    }


def _provided(offer: Offer) -> dict[str, Any]:
    limits = _properties(words.LIMITING, offer.facts)
    constraints: list[dict[str, Any]] = [
        {"refersToMaterial": _material(one)} for one in offer.materials
    ]
    if limits:
        constraints.append({"capabilityConstraintProperties": limits})
    return {
        **_capability(offer),
        "properties": _properties(words.INHERENT, offer.facts),
        "capabilityConstraintSet": constraints,
    }


def _material(material: Material) -> dict[str, Any]:
    family = {
        "label": {"en": material.group_label},
        "hierarchyElementId": f"{words.GROUP}{material.group}",
    }
    said: dict[str, Any] = {
        "label": {"en": material.label},
        "belongsToMaterialFamilies": [family],
    }
    if material.code:
        means = [{"semanticReferenceId": f"{words.MATERIAL}{material.code}"}]
        said["properties"] = [
            {
                "propertyLabel": {"en": "Material"},
                "semanticReferences": means,
                "propertyValue": material.label,
            }
        ]
    return said


def _properties(
    figures: Iterable[Figure], facts: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [
        {
            "propertyLabel": {"en": WORDS.sub(" ", figure.name).capitalize()},
            "semanticReferences": [{"semanticReferenceId": figure.meaning}],
            "propertyValue": _value(figure, facts[figure.key]),
        }
        for figure in figures
        if facts[figure.key] not in (None, "")
    ]


def _value(figure: Figure, value: Any) -> str:
    said = str(value) if figure.of is str else repr(figure.of(value))
    return f"{said} {figure.unit}" if figure.unit else said
