"""Registering machines and keeping their own facts."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict
from apps.library import selectors as library
from apps.machines import selectors
from apps.machines.models import Machine
from apps.machines.rules import figures, origins
from apps.machines.services.offers import set_capability
from apps.machines.services.publishing import note_change, unpublish
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
    :raises ImpossibleFigure: if a figure cannot be.
    :raises CodeTaken: if another machine has the code.
    """
    _check(draft)
    site = selectors.site(site_id)
    machine = Machine(site=site)
    stated = state_facts(machine, draft)
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

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises MachineChanged: if it is not of the version that the caller saw.
    :raises SiteNotFound: if the enterprise has no such site.
    :raises UnknownMachineModel: if the library has no such model.
    :raises ImpossibleFigure: if a figure cannot be.
    :raises CodeTaken: if another machine has the code.
    :raises MachineIncomplete: if a published machine would no longer say enough.
    """
    _check(draft)
    machine = _of_version(machine_id, version)
    if site_id is not None:
        machine.site = selectors.site(site_id)
    stated = state_facts(machine, draft)
    machine.version += 1
    write_machine(machine)
    note_change(machine, verb="machine.revised", by=by, at=at, facts=stated)
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
    machine = _of_version(machine_id, version)
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
        facts={"from": before, "to": state},
        was_published=was_published,
    )
    return machine


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
    """Set a machine's columns from a draft, and return what was stated."""
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
        setattr(machine, column, value)
    return stated


def _of_version(machine_id: UUID, version: int) -> Machine:
    machine = locked_machine(machine_id)
    if machine.version != version:
        raise MachineChanged(
            _("%(code)s was changed by someone else.") % {"code": machine.code},
            field="version",
            value=version,
            remedy=_("Look at it again and repeat the change."),
        )
    return machine


def _code_taken(code: str) -> CodeTaken:
    return CodeTaken(
        _("There is a machine %(code)s already.") % {"code": code},
        field="code",
        value=code,
        remedy=_("Choose another code."),
    )
