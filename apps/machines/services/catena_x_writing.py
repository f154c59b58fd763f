"""Writes machines as a Catena-X aspect, and names what this does not carry."""

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
from apps.machines.models import Capability, Machine
from apps.machines.rules import catena_x_aspect, tolerances
from apps.machines.rules import catena_x_words as words
from apps.machines.rules.catena_x_aspect import Material, Offer, Provider
from apps.machines.rules.document_machines import NotCarried
from apps.machines.services.aas_writing import (
    check_count,
    labels_of,
    left_out,
    offered_by,
    written_language,
)


def export_catena_x(machines: Iterable[Machine]) -> bytes:
    """Write machines as one aspect ManufacturingCapability.

    :raises TooManyMachines: if they are more than one file holds.
    """
    found = list(machines)
    check_count(found)
    return catena_x_aspect.as_json(_provider(machine) for machine in found)


def not_in_catena_x(machine: Machine) -> list[NotCarried]:
    """Name what the register knows of a machine and the aspect does not carry."""
    return [
        NotCarried(path, str(value), reason)
        for path, value, reason in left_out(
            machine,
            own=_("The aspect says what a machine can do, not how it is worked with."),
            whose=_("The aspect does not say whose word a figure is."),
        )
    ]


def _provider(machine: Machine) -> Provider:
    facts = {figure.key: getattr(machine, figure.key) for figure in words.OF_MACHINES}
    return Provider(
        language=written_language(),
        facts={**facts, "name": machine.name},
        offers=[_offer(row) for row in offered_by(machine)],
    )


def _offer(row: Capability) -> Offer:
    node = catalog.process_by_code(row.process_code)
    facts = {figure.key: getattr(row, figure.key) for figure in words.OF_PROCESSES}
    facts["tolerances"] = tolerances.as_text(row.tolerances)
    return Offer(
        process_code=row.process_code,
        parent=node.parent or "",
        labels=labels_of(node),
        facts=facts,
        materials=[
            *(_group(group) for group in row.material_groups),
            *(_grade(code) for code in row.material_codes),
        ],
    )


def _group(group: str) -> Material:
    label = _group_label(group)
    return Material(code="", label=label, group=group, group_label=label)


def _grade(code: str) -> Material:
    grade = catalog.material_by_code(code)
    group = str(grade.group)
    return Material(
        code=code, label=grade.name, group=group, group_label=_group_label(group)
    )


def _group_label(group: str) -> str:
    # The file says in English what the catalog says in no other way.
    with translation.override("en"):
        return str(MaterialGroup(group).label)
