"""Registers machines from what an agent says of them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.library import selectors as library
from apps.machines import selectors
from apps.machines.models import Machine
from apps.machines.rules import mtconnect
from apps.machines.services.device_planning import (
    name_of,
    plan_devices,
    write_device,
)
from apps.machines.types import (
    DeviceFacts,
    ImportedMachine,
    ImportProblem,
    ImportResult,
)
from tenants.types import Actor


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
    devices = enumerate(probe.devices, start=1)
    plan = plan_devices(devices, site=selectors.site(site_id), for_writing=True)
    created: list[ImportedMachine] = []
    updated: list[ImportedMachine] = []
    for change in plan.changes:
        machine = write_device(change, by=by, at=at)
        made = created if change.is_new else updated
        made.append(_imported(machine, change.device))
    return ImportResult(
        created=tuple(created),
        updated=tuple(updated),
        unchanged=tuple(_imported(one.machine, one.device) for one in plan.unchanged),
        errors=tuple(
            ImportProblem(name_of(device) or "?", str(error))
            for _row, device, error in plan.problems
        ),
    )


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
