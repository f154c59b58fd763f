"""Writes machines as Asset Administration Shells, and names what these do not carry."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.catalog.types import ProcessNode
from apps.kernel.errors import Conflict
from apps.machines.models import (
    Capability,
    CostModel,
    Evidence,
    FactDisclosure,
    Machine,
)
from apps.machines.rules import aas_shells, tolerances
from apps.machines.rules import aas_words as words
from apps.machines.rules.aas_shells import AasForm, Offer, Shell
from apps.machines.rules.document_machines import NotCarried
from apps.machines.types import FigureOrigin, MachineState
from tenants import context

# More would be too large a file to be read again; a filter names fewer.
MOST_MACHINES = 500
CARRIED = (
    "code",
    "name",
    "description",
    "maker",
    "model",
    "serial_number",
    *(figure.key for figure in words.MACHINE_FIGURES),
)
CARRIED_OF_A_PROCESS = (
    "process_code",
    "envelope_kind",
    *(figure.key for figure in (*words.SIZES, *words.QUALITIES, *words.LISTS)),
    "tolerances",
    "batch_min",
    "batch_max",
)
# Kept of a machine by Spindle for itself: no fact of the machine.
OF_SPINDLE = (
    "id",
    "created_at",
    "updated_at",
    "version",
    "published_by",
    "source_facts",
    "proposal",
)
NOT_CARRIED = (
    "site",
    "work_center",
    "state",
    "axis_names",
    "model_code",
    "source_uri",
    "auto_quote",
    "published_at",
    "figures_origin",
)
COSTS = tuple(
    one.name
    for one in CostModel._meta.concrete_fields
    if one.name not in {"id", "machine", "created_at", "updated_at"}
)


Left = tuple[str, Any, str]


class TooManyMachines(Conflict):
    """More machines than one package holds."""

    code = "too_many_machines"


def export_aas(machines: Iterable[Machine], *, form: AasForm) -> bytes:
    """Write machines as an environment of shells.

    :raises TooManyMachines: if they are more than one file holds.
    """
    found = list(machines)
    check_count(found)
    shells = [_shell(machine) for machine in found]
    if form is AasForm.AASX:
        return aas_shells.as_package(shells)
    return aas_shells.as_json(shells)


def not_in_aas(machine: Machine) -> list[NotCarried]:
    """Name what the register knows of a machine and its shell does not carry."""
    return [
        NotCarried(path, str(value), reason)
        for path, value, reason in left_out(
            machine,
            own=_(
                "Shells say what a machine is, not how its enterprise works with it."
            ),
            whose=_("A shell does not say whose word a figure is."),
        )
    ]


def check_count(found: list[Machine]) -> None:
    """Refuse more machines than one file holds.

    :raises TooManyMachines: if they are more.
    """
    if len(found) > MOST_MACHINES:
        raise TooManyMachines(
            _("%(count)d machines are too many for one file.") % {"count": len(found)},
            field="machines",
            value=len(found),
            remedy=_("Filter the list to %(most)d machines at most.")
            % {"most": MOST_MACHINES},
        )


def left_out(machine: Machine, *, own: str, whose: str) -> Iterator[Left]:
    """Name what leaves the enterprise in no format, with the reasons of one."""
    for _machine, left in left_out_of([machine], own=own, whose=whose):
        yield left


def left_out_of(
    machines: Sequence[Machine], *, own: str, whose: str
) -> Iterator[tuple[Machine, Left]]:
    """Name what leaves the enterprise of many machines, with as many queries as of one."""
    hanging = _what_hangs_on([machine.pk for machine in machines])
    for machine in machines:
        for left in (
            *_of_the_machine(machine, own),
            *_origins("figures_origin", machine.figures_origin, whose),
            *_of_capabilities(machine, whose),
            *_of_costs(machine),
            *hanging.get(machine.pk, ()),
        ):
            yield machine, left


def _of_capabilities(machine: Machine, whose: str) -> Iterator[Left]:
    for row in offered_by(machine):
        path = f"capabilities/{row.process_code}/figures_origin"
        yield from _origins(path, row.figures_origin, whose)


def _shell(machine: Machine) -> Shell:
    return Shell(
        id=machine.pk,
        language=written_language(),
        facts={name: getattr(machine, name) for name in CARRIED},
        offers=[_offer(row) for row in offered_by(machine)],
    )


def offered_by(machine: Machine) -> list[Capability]:
    """Return what a machine can do, in the order of processes."""
    return sorted(machine.capabilities.all(), key=lambda row: row.process_code)


def _offer(row: Capability) -> Offer:
    node = catalog.process_by_code(row.process_code)
    facts = {
        name: getattr(row, name)
        for name in CARRIED_OF_A_PROCESS
        if name != "process_code"
    }
    facts["tolerances"] = tolerances.as_text(row.tolerances)
    return Offer(
        process_code=row.process_code,
        labels=labels_of(node),
        definition=node.definition,
        facts=facts,
    )


def labels_of(node: ProcessNode) -> dict[str, str]:
    """Return the names of a process by language."""
    labels = {
        "en": node.name_en,
        "zh": node.name_zh,
        "ru": node.name_ru,
        "de": node.name_de,
    }
    return {language: text for language, text in labels.items() if text}


def written_language() -> str:
    """Return the tag of the language in which an enterprise writes."""
    # What the metamodel asks for: BCP 47, where the script begins with a capital.
    language, _dash, script = context.current().language.partition("-")
    return f"{language}-{script.capitalize()}" if script else language


def _of_the_machine(machine: Machine, own: str) -> Iterator[Left]:
    yield "site", machine.site.name, own
    if machine.work_center is not None:
        yield "work_center", machine.work_center.code, own
    if machine.state != MachineState.ACTIVE:
        yield "state", machine.state, own
    if machine.axis_names:
        names = _("Its number of axes is carried, their names are not.")
        yield "axis_names", " ".join(machine.axis_names), names
    for name in ("model_code", "source_uri"):
        if getattr(machine, name):
            yield name, getattr(machine, name), _("It has a meaning in Spindle only.")
    if machine.auto_quote:
        yield "auto_quote", "true", own
    if machine.published_at is not None:
        published = _("Whoever imports the machine decides on publishing it.")
        yield "published_at", machine.published_at.isoformat(), published


def _origins(path: str, origins: dict[str, str], why: str) -> Iterator[Left]:
    for name, origin in sorted(origins.items()):
        # What is read from a file is what a shop states.
        if origin != FigureOrigin.CLAIMED:
            yield f"{path}/{name}", origin, why


def _of_costs(machine: Machine) -> Iterator[Left]:
    cost = getattr(machine, "costmodel", None)
    for name in COSTS if cost is not None else ():
        value = getattr(cost, name)
        if value is not None:
            yield f"cost_model/{name}", value, _("Costs never leave the enterprise.")


def _what_hangs_on(machine_ids: Sequence[UUID]) -> dict[UUID | None, list[Left]]:
    """Return choices and evidence of machines, with two queries for all of them."""
    found: dict[UUID | None, list[Left]] = {}
    circles = FactDisclosure.objects.filter(machine__in=machine_ids)
    for row in circles.order_by("fact"):
        why = _("Whoever imports the machine decides who sees it.")
        left = (f"disclosure/{row.fact}", row.circle, why)
        found.setdefault(row.machine_id, []).append(left)
    shown = Evidence.objects.filter(
        Q(machine__in=machine_ids) | Q(capability__machine__in=machine_ids)
    )
    for one in shown.select_related("document", "capability").order_by("pk"):
        place, machine_id = "evidence", one.machine_id
        if one.capability is not None:
            place = f"capabilities/{one.capability.process_code}/evidence"
            machine_id = one.capability.machine_id
        left = (f"{place}/{one.kind}", one.document.title, _("Files are not written."))
        found.setdefault(machine_id, []).append(left)
    return found
