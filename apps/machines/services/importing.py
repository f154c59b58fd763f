"""Registering machines from what an agent says of them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import InvalidInput
from apps.library import selectors as library
from apps.machines import selectors
from apps.machines.models import Machine, Site
from apps.machines.rules import mtconnect
from apps.machines.services.machines import write_machine
from apps.machines.services.publishing import note_change
from apps.machines.types import (
    DeviceFacts,
    FigureOrigin,
    ImportedMachine,
    ImportProblem,
    ImportResult,
)
from tenants.types import Actor

SOURCE = "mtconnect"
CODE_LENGTH = 60
NAME_LENGTH = 120
IDENTITY_LENGTH = 250
# Figures that a document reads from the machine, as makers publish them.
OBSERVED = ("axes", "spindle_rpm")

# Agents are often shipped with such an identity, which then names half the world.
PLACEHOLDER = re.compile(r"[0\-{}]*")


class SourceUnclear(InvalidInput):
    """A device cannot be told from others."""

    code = "source_unclear"


@transaction.atomic
def import_mtconnect(
    *, document: bytes, site_id: UUID, by: Actor, at: datetime
) -> ImportResult:
    """Register the machines that a probe document names, or bring them up to date.

    A device that is known by its uuid keeps its site, its code and all that a planner
    stated; only what the document says otherwise than at the last import is changed.

    :raises NotAProbeDocument: if the file is anything else, or hostile.
    :raises SiteNotFound: if the enterprise has no such site.
    :raises MachineIncomplete: if a published machine would no longer say enough.
    """
    probe = mtconnect.parse(document)
    # One import at a time: two of one document would both find a device unknown.
    list(Site.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    site = selectors.site(site_id)
    groups: dict[str, list[ImportedMachine]] = {
        "created": [],
        "updated": [],
        "unchanged": [],
    }
    problems: list[ImportProblem] = []
    seen: set[str] = set()
    for device in probe.devices:
        try:
            identity = _identity(device, seen)
        except SourceUnclear as error:
            problems.append(ImportProblem(_name(device) or "?", str(error)))
            continue
        machine, outcome = _import(device, identity, site, by, at)
        groups[outcome].append(_imported(machine, device))
    return ImportResult(
        **{outcome: tuple(machines) for outcome, machines in groups.items()},
        errors=tuple(problems),
    )


def _identity(device: DeviceFacts, seen: set[str]) -> str:
    if PLACEHOLDER.fullmatch(device.uuid):
        # The same placeholder in another document is another machine, unless it has
        # the same name too.
        if not device.name:
            raise SourceUnclear(
                _("The device has neither a uuid nor a name."),
                remedy=_("Give it one in the agent's device file."),
            )
        identity = f"{SOURCE}:{device.uuid}#{device.name}"
    else:
        identity = f"{SOURCE}:{device.uuid}"
    if len(identity) > IDENTITY_LENGTH:
        raise SourceUnclear(
            _("The uuid of the device is too long to keep."),
            remedy=_("Give it a shorter one in the agent's device file."),
        )
    if identity in seen:
        raise SourceUnclear(
            _("The document names the uuid %(uuid)s twice.") % {"uuid": device.uuid},
            remedy=_("Give each device a uuid of its own."),
        )
    seen.add(identity)
    return identity


def _import(
    device: DeviceFacts, identity: str, site: Site, by: Actor, at: datetime
) -> tuple[Machine, str]:
    said = _said(device)
    proposal = _proposal(device)
    machine: Machine | None = (
        Machine.objects.select_for_update(of=("self",), no_key=True)
        .filter(source_uri=identity)
        .first()
    )
    if machine is None:
        machine = Machine(
            site=site,
            code=_free_code(_name(device)),
            source_uri=identity,
            source_facts=said,
            proposal=proposal,
            **{"name": _name(device), **said},
        )
        _note_origins(machine, said)
        write_machine(machine)
        audit.record(verb="machine.imported", subject=machine, by=by, at=at, facts=said)
        return machine, "created"
    changed = {
        column: value
        for column, value in said.items()
        if machine.source_facts.get(column) != value
    }
    if not changed and machine.proposal == proposal:
        return machine, "unchanged"
    for column, value in changed.items():
        setattr(machine, column, value)
    _note_origins(machine, changed)
    machine.source_facts = {**machine.source_facts, **said}
    machine.proposal = proposal
    machine.version += 1
    write_machine(machine)
    note_change(machine, verb="machine.reimported", by=by, at=at, facts=changed)
    return machine, "updated"


def _note_origins(machine: Machine, said: Mapping[str, Any]) -> None:
    for name in OBSERVED:
        if name in said:
            machine.figures_origin |= {name: FigureOrigin.OBSERVED.value}


def _name(device: DeviceFacts) -> str:
    return device.name or device.uuid[:NAME_LENGTH]


def _said(device: DeviceFacts) -> dict[str, Any]:
    """Return the columns that the document states; what it omits is not its to say."""
    stated = {
        "name": device.description,
        "maker": device.maker,
        "model": device.model,
        "serial_number": device.serial_number,
        "axes": device.axes,
        "axis_names": [*device.linear_axes, *device.rotary_axes],
        "controller": ", ".join(device.controllers)[:NAME_LENGTH],
        "spindle_rpm": device.spindle_rpm,
    }
    return {column: value for column, value in stated.items() if value}


def _proposal(device: DeviceFacts) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if device.proposal is not None:
        made |= device.proposal.as_json()
    if device.envelope_mm is not None:
        made["envelope_mm"] = list(device.envelope_mm)
    return made


def _free_code(name: str) -> str:
    """Return the device's name, with a number behind it where it is taken."""
    base = name[:CODE_LENGTH]
    taken = set(
        Machine.objects.filter(code__startswith=base[: CODE_LENGTH - 4]).values_list(
            "code", flat=True
        )
    )
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base[: CODE_LENGTH - 4]}-{number}"
    return code


def _imported(machine: Machine, device: DeviceFacts) -> ImportedMachine:
    known = library.recognized_model(machine.maker, machine.model)
    return ImportedMachine(
        machine_id=machine.pk,
        code=machine.code,
        label=machine.label,
        proposal=device.proposal,
        missing=tuple(selectors.missing_facts(machine)),
        model_code=known.code if known else "",
    )
