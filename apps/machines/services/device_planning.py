"""What devices of a probe document would do to the register, and how it is written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import DomainError, InvalidInput
from apps.machines.models import Machine, Site
from apps.machines.services.machines import write_machine
from apps.machines.services.publishing import note_change
from apps.machines.services.table_planning import snapshot
from apps.machines.types import DeviceFacts, FigureOrigin
from tenants.types import Actor

SOURCE = "mtconnect"
CODE_LENGTH = 60
NAME_LENGTH = 120
IDENTITY_LENGTH = 250
# Figures that a document reads from the machine, as makers publish them.
OBSERVED = ("axes", "spindle_rpm")
# What a document says beside the facts that a table may change.
BESIDE_TABLES = ("axis_names", "source_facts", "proposal")

# Agents are often shipped with such an identity, which then names half the world.
PLACEHOLDER = re.compile(r"[0\-{}]*")


class SourceUnclear(InvalidInput):
    """A device cannot be told from others."""

    code = "source_unclear"


@dataclass(slots=True)
class DeviceChange:
    """One device and its machine, as it is and as the document would have it."""

    row: int
    device: DeviceFacts
    machine: Machine
    is_new: bool
    facts: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    is_change: bool = True


@dataclass(slots=True)
class DevicePlan:
    """What a document would do, device by device; who cannot be told is left out."""

    changes: list[DeviceChange] = field(default_factory=list)
    unchanged: list[DeviceChange] = field(default_factory=list)
    problems: list[tuple[int, DeviceFacts, DomainError]] = field(default_factory=list)


def plan_devices(
    devices: Iterable[tuple[int, DeviceFacts]],
    *,
    site: Site | None,
    for_writing: bool = False,
) -> DevicePlan:
    """Work out what would be written of devices, each with its number."""
    if for_writing:
        # One import at a time: two of one document would both find a device unknown.
        rows = Site.objects.select_for_update(no_key=True).order_by("pk")
        list(rows.values_list("pk"))
    plan = DevicePlan()
    told: dict[str, tuple[int, DeviceFacts]] = {}
    for row, device in devices:
        try:
            told[_identity(device, told)] = row, device
        except SourceUnclear as error:
            plan.problems.append((row, device, error))
    known = _known(told, for_writing=for_writing)
    codes: set[str] = set()
    for identity, (row, device) in told.items():
        machine = known.get(identity)
        if machine is not None:
            change = _changed(row, device, machine)
            (plan.changes if change.is_change else plan.unchanged).append(change)
        elif site is None:
            plan.problems.append((row, device, _no_site()))
        else:
            plan.changes.append(_made(row, device, identity, site, codes))
    return plan


def write_device(change: DeviceChange, *, by: Actor, at: datetime) -> Machine:
    """Register a device's machine, or bring it up to date.

    :raises MachineIncomplete: if it is published and would no longer say enough.
    """
    machine = change.machine
    for column, value in change.facts.items():
        setattr(machine, column, value)
    for name in OBSERVED:
        if name in change.facts:
            machine.figures_origin |= {name: FigureOrigin.OBSERVED.value}
    machine.source_facts = {**machine.source_facts, **_said(change.device)}
    machine.proposal = proposal_of(change.device)
    if change.is_new:
        write_machine(machine)
        audit.record(
            verb="machine.imported",
            subject=machine,
            by=by,
            at=at,
            facts=_said(change.device),
        )
    else:
        machine.version += 1
        write_machine(machine)
        note_change(
            machine, verb="machine.reimported", by=by, at=at, facts=change.facts
        )
    return machine


def proposal_of(device: DeviceFacts) -> dict[str, Any]:
    """Return what a planner is to confirm of a device, as it is kept."""
    made: dict[str, Any] = {}
    if device.proposal is not None:
        made |= device.proposal.as_json()
    if device.envelope_mm is not None:
        made["envelope_mm"] = list(device.envelope_mm)
    return made


def name_of(device: DeviceFacts) -> str:
    """Return what a device is called."""
    return device.name or device.uuid[:NAME_LENGTH]


def _identity(device: DeviceFacts, seen: Mapping[str, Any]) -> str:
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
    return identity


def _known(identities: Iterable[str], *, for_writing: bool) -> dict[str, Machine]:
    found = Machine.objects.filter(source_uri__in=list(identities))
    if for_writing:
        locked = found.order_by("pk").select_for_update(of=("self",), no_key=True)
        list(locked.values_list("pk"))
    return {machine.source_uri: machine for machine in found.with_offers()}


def _changed(row: int, device: DeviceFacts, machine: Machine) -> DeviceChange:
    """Say what a document says otherwise than at the last import."""
    said = _said(device)
    facts = {
        column: value
        for column, value in said.items()
        if machine.source_facts.get(column) != value
    }
    before = snapshot(machine)
    before["facts"] |= {name: getattr(machine, name) for name in BESIDE_TABLES}
    is_change = bool(facts) or machine.proposal != proposal_of(device)
    return DeviceChange(
        row, device, machine, is_new=False, facts=facts, before=before,
        is_change=is_change,
    )  # fmt: skip


def _made(
    row: int, device: DeviceFacts, identity: str, site: Site, codes: set[str]
) -> DeviceChange:
    name = name_of(device)
    facts = {"name": name, **_said(device)}
    machine = Machine(site=site, code=_free_code(name, codes), source_uri=identity)
    codes.add(machine.code)
    return DeviceChange(row, device, machine, is_new=True, facts=facts)


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


def _free_code(name: str, planned: set[str]) -> str:
    """Return the device's name, with a number behind it where it is taken."""
    base = name[:CODE_LENGTH]
    taken = planned | set(
        Machine.objects.filter(code__startswith=base[: CODE_LENGTH - 4]).values_list(
            "code", flat=True
        )
    )
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base[: CODE_LENGTH - 4]}-{number}"
    return code


def _no_site() -> DomainError:
    return DomainError(
        _("It is not said at which site the machine stands."),
        field="site",
        remedy=_("Name the site, or choose one for all rows that name none."),
    )
