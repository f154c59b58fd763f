"""Devices of a probe document in the one import: shown, written, ready to be undone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.kernel.errors import DomainError
from apps.machines import selectors
from apps.machines.models import Machine, Site, TableEntry, TableImport
from apps.machines.rules import mtconnect
from apps.machines.rules.document_machines import NotCarried
from apps.machines.rules.table_columns import BY_KEY
from apps.machines.rules.table_file import Table
from apps.machines.rules.table_machines import Refusal
from apps.machines.services.device_planning import (
    DeviceChange,
    DevicePlan,
    name_of,
    plan_devices,
    proposal_of,
    write_device,
)
from apps.machines.types import DeviceFacts, TableOutcome
from tenants import jobs
from tenants.types import Actor

KIND = "mtconnect"
# How many devices are written between two reports of progress.
STEP = 20


@dataclass(slots=True)
class Written:
    """What was done of a document."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def read_devices(raw: bytes) -> tuple[Table, list[NotCarried]]:
    """Read a probe document as rows of devices, with what the register does not keep.

    :raises NotAProbeDocument: if the file is anything else, or hostile.
    """
    devices = mtconnect.parse(raw).devices
    rows = tuple(
        (number, (device.as_json(),)) for number, device in enumerate(devices, start=1)
    )
    places = {f"{number}:0": _place(number) for number, _cells in rows}
    left = [
        one
        for number, device in enumerate(devices, start=1)
        for one in _left(number, device)
    ]
    return Table(kind=KIND, sheet="", rows=rows, places=places), left


def plan_table(found: TableImport, table: Table, *, for_writing: bool) -> DevicePlan:
    """Work out what the devices that were uploaded would do."""
    site = Site.objects.filter(pk=found.site_id).first() if found.site_id else None
    devices = [
        (number, DeviceFacts.from_json(cells[0])) for number, cells in table.rows
    ]
    return plan_devices(devices, site=site, for_writing=for_writing)


def refusals_of(plan: DevicePlan) -> list[Refusal]:
    """Say which devices are left out, and why."""
    return [_refusal(row, device, error) for row, device, error in plan.problems]


def shown(change: DeviceChange) -> dict[str, Any]:
    """Return what a page shows of a change: what is said, and what is proposed."""
    proposal = proposal_of(change.device)
    return {
        "row": change.row,
        "code": change.machine.code,
        "is_new": change.is_new,
        "facts": {key: change.facts[key] for key in change.facts if key in BY_KEY},
        "processes": {},
        "proposal": proposal,
    }


def write_table(
    found: TableImport, table: Table, *, by: Actor, at: datetime
) -> Written:
    """Write the devices of a document; one that cannot be is left out, and named."""
    plan = plan_table(found, table, for_writing=True)
    done = Written(unchanged=len(plan.unchanged), refusals=refusals_of(plan))
    uses = selectors.uses_of(one.machine.pk for one in plan.changes if not one.is_new)
    entries = []
    for number, change in enumerate(plan.changes, start=1):
        try:
            with transaction.atomic():
                machine = write_device(change, by=by, at=at)
        except DomainError as error:
            done.refusals.append(_refusal(change.row, change.device, error))
        else:
            done.created += change.is_new
            done.changed += not change.is_new
            entries.append(_entry(found, change, machine, uses))
        if number % STEP == 0 or number == len(plan.changes):
            jobs.report_progress(
                percent=100 * number // len(plan.changes),
                note=_("%(done)d of %(all)d machines")
                % {"done": number, "all": len(plan.changes)},
            )
    TableEntry.objects.bulk_create(entries)
    return done


def _entry(
    found: TableImport, change: DeviceChange, machine: Machine, uses: Any
) -> TableEntry:
    return TableEntry(
        table_import=found,
        machine_id=machine.pk,
        machine_code=machine.code,
        row=change.row,
        outcome=TableOutcome.CREATED if change.is_new else TableOutcome.CHANGED,
        before=change.before,
        uses=uses.get(machine.pk, {}),
        version=machine.version,
    )


def _refusal(row: int, device: DeviceFacts, error: DomainError) -> Refusal:
    return Refusal(
        row=row,
        cell=_place(row),
        machine_code=name_of(device),
        field=error.field if error.field in BY_KEY else "code",
        value="" if error.value is None else str(error.value),
        code=error.code,
        problem=str(error.detail),
        remedy=str(error.remedy),
    )


def _left(number: int, device: DeviceFacts) -> Iterable[NotCarried]:
    place = _place(number)
    if device.spindles:
        why = _("The register has no place for it.")
        yield NotCarried(f"{place}//Axes/spindles", ", ".join(device.spindles), why)
    if device.envelope_mm is None:
        why = _("An envelope is proposed where X, Y and Z are all limited.")
        for travel in device.travels:
            value = f"{travel.minimum_mm:g}…{travel.maximum_mm:g} mm"
            yield NotCarried(f"{place}//Linear[@name='{travel.axis}']", value, why)
    if device.data_items:
        why = _("They are measured while it works; the register keeps what it can do.")
        yield NotCarried(f"{place}//DataItem", str(device.data_items), why)


def _place(number: int) -> str:
    return f"Devices/Device[{number}]"
