"""What a machine can do, and what it costs."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.catalog.types import MaterialGroup
from apps.kernel.errors import InvalidInput, NotFound
from apps.machines.models import Capability, CostModel, Machine
from apps.machines.rules import figures, origins, tolerances
from apps.machines.rules.changes import changes
from apps.machines.services.publishing import note_change
from apps.machines.services.writing import locked_machine, write
from apps.machines.types import CapabilityDraft, CostInputs
from tenants.types import Actor

FIGURES = tuple(
    one.name
    for one in fields(CapabilityDraft)
    if one.name not in {"from_catalog", "process_code"}
)


class UnknownMaterialGroup(InvalidInput):
    """There is no such group or family of materials."""

    code = "unknown_material_group"


class CapabilityNotFound(NotFound):
    """The machine does not offer this process."""

    code = "capability_not_found"


@transaction.atomic
def set_capability(
    *, machine_id: UUID, draft: CapabilityDraft, by: Actor, at: datetime
) -> Capability:
    """State what a machine can do in one process, in place of what it said before.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises UnknownProcess: if the catalog has no such process.
    :raises UnknownMaterial: if the catalog has no such material.
    :raises UnknownMaterialGroup: if there is no such group of materials.
    :raises ImpossibleFigure: if a figure cannot be, or an envelope is not whole.
    :raises MachineIncomplete: if a published machine would no longer say enough.
    """
    _check_words(draft)
    figures.check_capability(draft)
    machine = locked_machine(machine_id)
    capability = machine.capabilities.filter(process_code=draft.process_code).first()
    if capability is None:
        capability = Capability(machine=machine, process_code=draft.process_code)
    before = {name: getattr(capability, name) for name in FIGURES}
    is_new = capability._state.adding
    stated = state_figures(capability, draft)
    write(capability)
    bump(machine)
    changed = {} if is_new else {"changed": changes(before, stated)}
    note_change(
        machine,
        verb="machine.capability_set",
        by=by,
        at=at,
        facts={**stated, **changed},
    )
    return capability


@transaction.atomic
def drop_capability(
    *, machine_id: UUID, process_code: str, by: Actor, at: datetime
) -> Machine:
    """Cease to offer a process on a machine.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises CapabilityNotFound: if the machine does not offer the process.
    :raises MachineIncomplete: if a published machine would offer nothing.
    """
    machine = locked_machine(machine_id)
    gone, _rows = machine.capabilities.filter(process_code=process_code).delete()
    if not gone:
        raise CapabilityNotFound(
            _("%(code)s does not offer %(process)s.")
            % {"code": machine.code, "process": process_code},
            field="process_code",
            value=process_code,
        )
    bump(machine)
    note_change(
        machine,
        verb="machine.capability_dropped",
        by=by,
        at=at,
        facts={"process_code": process_code},
    )
    return machine


@transaction.atomic
def set_cost_model(
    *, machine_id: UUID, cost: CostInputs, by: Actor, at: datetime
) -> CostModel:
    """State what work on a machine costs, in place of what it said before.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises ImpossibleFigure: if a rate or a time cannot be.
    """
    figures.check_cost(cost)
    machine = locked_machine(machine_id)
    model = CostModel.objects.filter(machine=machine).first()
    stated, changed = asdict(cost), {}
    if model is None:
        model = CostModel(machine=machine)
    else:
        before = {column: getattr(model, column) for column in stated}
        changed = {"changed": changes(before, stated)}
    for column, value in stated.items():
        setattr(model, column, value)
    write(model)
    bump(machine)
    note_change(
        machine,
        verb="machine.cost_model_set",
        by=by,
        at=at,
        facts={**stated, **changed},
    )
    return model


def state_figures(capability: Capability, draft: CapabilityDraft) -> dict[str, Any]:
    """Set a capability's columns from a draft, and return what was stated."""
    stated = asdict(draft)
    from_catalog = stated.pop("from_catalog")
    before = {name: getattr(capability, name) for name in origins.PROVABLE}
    whose = capability.figures_origin
    capability.figures_origin = origins.origins_after(
        origins.OF_A_CAPABILITY,
        before=before,
        after=stated,
        origins=whose,
        from_catalog=from_catalog,
    ) | origins.still_observed(before=before, after=stated, origins=whose)
    stated["tolerances"] = tolerances.ordered(draft.tolerances)
    for column, value in stated.items():
        setattr(capability, column, list(value) if isinstance(value, tuple) else value)
    return stated


def _check_words(draft: CapabilityDraft) -> None:
    catalog.process_by_code(draft.process_code)
    for code in draft.material_codes:
        catalog.material_by_code(code)
    for group in draft.material_groups:
        if group not in MaterialGroup.values:
            raise UnknownMaterialGroup(
                _("There is no material group %(group)s.") % {"group": group},
                field="material_groups",
                value=group,
                remedy=_("Use one of: %(known)s.")
                % {"known": ", ".join(MaterialGroup.values)},
            )


def bump(machine: Machine) -> None:
    """Raise the version of a locked machine of which something else was written."""
    machine.version += 1
    machine.save(update_fields=["version", "updated_at"])
