"""Registering machines and keeping their own facts."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict
from apps.library import selectors as library
from apps.machines import selectors
from apps.machines.models import Machine, Site
from apps.machines.rules import figures, origins
from apps.machines.rules.changes import changes
from apps.machines.services.offers import set_capability
from apps.machines.services.publishing import note_change, unpublish
from apps.machines.services.standing import stand_in
from apps.machines.services.writing import locked_machine, write
from apps.machines.types import CapabilityDraft, MachineDraft, MachineState
from tenants.types import Actor


class CodeTaken(Conflict):
    """Another machine of the enterprise has this code."""

    code = "code_taken"


class MachineChanged(Conflict):
    """Someone else changed the machine since the caller looked."""

    code = "machine_changed"


@transaction.atomic
def add_machine(
    *,
    site_id: UUID,
    draft: MachineDraft,
    by: Actor,
    at: datetime,
    capabilities: Iterable[CapabilityDraft] = (),
) -> Machine:
    """Register a machine at a site, with what it can do if that is known already.

    Nobody else sees it until it is published.

    :raises SiteNotFound: if the enterprise has no such site.
    :raises UnknownMachineModel: if the library has no such model.
    :raises WorkCenterNotFound: if the enterprise has no such work center.
    :raises WorkCenterElsewhere: if the work center is at another site.
    :raises ImpossibleFigure: if a figure cannot be.
    :raises CodeTaken: if another machine has the code.
    """
    _check(draft)
    site = selectors.site(site_id)
    machine = Machine(site=site)
    stated = state_facts(machine, draft)
    stand_in(machine, draft.work_center)
    write_machine(machine)
    audit.record(verb="machine.added", subject=machine, by=by, at=at, facts=stated)
    for capability in capabilities:
        machine = set_capability(
            machine_id=machine.pk, draft=capability, by=by, at=at
        ).machine
    return machine


@transaction.atomic
def revise_machine(
    *,
    machine_id: UUID,
    version: int,
    draft: MachineDraft,
    by: Actor,
    at: datetime,
    site_id: UUID | None = None,
) -> Machine:
    """Change a machine's own facts, and its site if one is given.

    One that moves needs a work center of the new site, or none.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises MachineChanged: if it is not of the version that the caller saw.
    :raises SiteNotFound: if the enterprise has no such site.
    :raises WorkCenterNotFound: if the enterprise has no such work center.
    :raises WorkCenterElsewhere: if the work center is at another site.
    :raises UnknownMachineModel: if the library has no such model.
    :raises ImpossibleFigure: if a figure cannot be.
    :raises CodeTaken: if another machine has the code.
    :raises MachineIncomplete: if a published machine would no longer say enough.
    """
    _check(draft)
    machine = of_version(machine_id, version)
    before = _said(machine)
    if site_id is not None:
        move_to(machine, selectors.site(site_id))
    stated = state_facts(machine, draft)
    stand_in(machine, draft.work_center)
    machine.version += 1
    write_machine(machine)
    note_change(
        machine,
        verb="machine.revised",
        by=by,
        at=at,
        facts={**stated, "changed": changes(before, _said(machine))},
    )
    return machine


@transaction.atomic
def change_state(
    *, machine_id: UUID, version: int, state: str, by: Actor, at: datetime
) -> Machine:
    """Put a machine into use, into maintenance, or out of use for good.

    A retired machine is withdrawn from the exchange at once.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises MachineChanged: if it is not of the version that the caller saw.
    :raises ImpossibleFigure: if there is no such state.
    """
    machine = of_version(machine_id, version)
    was_published = machine.is_published
    before = machine.state
    machine.state = state
    if state == MachineState.RETIRED:
        unpublish(machine)
    machine.version += 1
    write_machine(machine)
    note_change(
        machine,
        verb="machine.state_changed",
        by=by,
        at=at,
        facts={
            "from": before,
            "to": state,
            "changed": changes({"state": before}, {"state": state}),
        },
        was_published=was_published,
    )
    return machine


def move_to(machine: Machine, site: Site) -> None:
    """Let a machine stand at a site; it leaves a work center of another one."""
    if machine.site_id != site.pk:
        machine.work_center = None
    machine.site = site


def write_machine(machine: Machine) -> None:
    """Write a machine whose code may meet another's."""
    write(
        machine,
        taken=("machines_machine_code", lambda: _code_taken(machine.code)),
    )


def _check(draft: MachineDraft) -> None:
    figures.check_machine(draft)
    if draft.model_code:
        library.machine_model(draft.model_code)


def state_facts(machine: Machine, draft: MachineDraft) -> dict[str, Any]:
    """Set a machine's columns from a draft, and return what was stated.

    Its work center is not set: that follows from its site.
    """
    stated = asdict(draft)
    from_catalog = stated.pop("from_catalog")
    machine.figures_origin = origins.origins_after(
        origins.OF_THE_MACHINE,
        before={name: getattr(machine, name) for name in origins.OF_THE_MACHINE},
        after=stated,
        origins=machine.figures_origin,
        from_catalog=from_catalog,
    )
    for column, value in stated.items():
        if column != "work_center":
            setattr(machine, column, value)
    return stated


def of_version(machine_id: UUID, version: int) -> Machine:
    """Return a machine, locked, as the caller saw it.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises MachineChanged: if it is not of the version that the caller saw.
    """
    machine = locked_machine(machine_id)
    if machine.version != version:
        raise changed_meanwhile(machine.code, version)
    return machine


def changed_meanwhile(code: str, version: int) -> MachineChanged:
    """Say that a machine is not what the caller saw."""
    return MachineChanged(
        _("%(code)s was changed by someone else.") % {"code": code},
        field="version",
        value=version,
        remedy=_("Look at it again and repeat the change."),
    )


def _said(machine: Machine) -> dict[str, Any]:
    """Return what a machine says of itself, as its history tells it."""
    names = [one.name for one in fields(MachineDraft)]
    names = [name for name in names if name not in {"from_catalog", "work_center"}]
    return {
        **{name: getattr(machine, name) for name in names},
        "site": machine.site.name,
        "work_center": machine.work_center_code,
    }


def _code_taken(code: str) -> CodeTaken:
    return CodeTaken(
        _("There is a machine %(code)s already.") % {"code": code},
        field="code",
        value=code,
        remedy=_("Choose another code."),
    )
