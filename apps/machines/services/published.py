"""Taking over what a maker publishes of its model, and standing by it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict
from apps.library import selectors as library
from apps.library.types import ModelEntry
from apps.machines import selectors
from apps.machines.models import Capability, Machine
from apps.machines.rules import origins, published
from apps.machines.rules.figures import BOX_SIZES
from apps.machines.services.machines import add_machine, write_machine
from apps.machines.services.offers import bump, set_capability
from apps.machines.services.publishing import note_change
from apps.machines.services.writing import locked_machine, write
from apps.machines.types import (
    CapabilityDraft,
    EnvelopeKind,
    FigureOrigin,
    MachineDraft,
)
from tenants.types import Actor


class NothingToFill(Conflict):
    """The machine says already all that the maker publishes of the model."""

    code = "nothing_to_fill"


class NothingToConfirm(Conflict):
    """No such figure of the machine waits for the shop's word."""

    code = "nothing_to_confirm"


@transaction.atomic
def add_machine_of_model(
    *, site_id: UUID, model_code: str, draft: MachineDraft, by: Actor, at: datetime
) -> Machine:
    """Register a machine with the maker's figures wherever the draft says nothing.

    It offers the processes that the model is built for. The figures stay the maker's
    until the shop confirms them.

    :raises UnknownMachineModel: if the library has no such model.
    :raises SiteNotFound: if the enterprise has no such site.
    :raises ImpossibleFigure: if a figure cannot be.
    :raises CodeTaken: if another machine has the code.
    """
    entry = library.machine_model(model_code)
    return add_machine(
        site_id=site_id,
        draft=published.completed(draft, entry),
        capabilities=[
            published.capability_draft(entry, process)
            for process in entry.process_codes
        ],
        by=by,
        at=at,
    )


@transaction.atomic
def fill_from_model(
    *, machine_id: UUID, model_code: str, by: Actor, at: datetime
) -> Machine:
    """Fill in what a machine does not say with its maker's figures; change nothing.

    An envelope that the machine's own document gives goes before the maker's.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises UnknownMachineModel: if the library has no such model.
    :raises NothingToFill: if the machine says already all that the maker publishes.
    """
    machine = locked_machine(machine_id)
    entry = library.machine_model(model_code)
    filled = _fill_machine(machine, entry)
    known = {row.process_code: row for row in machine.capabilities.all()}
    for process in entry.process_codes:
        row = known.get(process)
        if row is not None:
            filled += _fill_capability(row, entry)
        elif not known:
            _add_capability(machine, entry, process, by, at)
            filled.append(process)
    if not filled:
        raise NothingToFill(
            _("%(code)s says already all that is published of %(model)s.")
            % {"code": machine.code, "model": entry.name},
            field="model_code",
            value=model_code,
            remedy=_("Change a figure by hand where it is wrong."),
        )
    machine.refresh_from_db(fields=["version"])
    machine.version += 1
    write_machine(machine)
    note_change(
        machine,
        verb="machine.figures_filled",
        by=by,
        at=at,
        facts={"model_code": entry.code, "figures": filled},
    )
    return machine


@transaction.atomic
def confirm_figures(
    *,
    machine_id: UUID,
    by: Actor,
    at: datetime,
    figures: Collection[str] | None = None,
) -> Machine:
    """Stand by figures of the maker as the shop's own; by all of them if none is named.

    A figure is named as `UnconfirmedFigure.key` does. The library stays as it is.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises NothingToConfirm: if a figure that is named does not wait, or none does.
    """
    machine = locked_machine(machine_id)
    waiting = {figure.key: figure for figure in selectors.unconfirmed_figures(machine)}
    chosen = list(waiting) if figures is None else list(figures)
    strange = [key for key in chosen if key not in waiting]
    if strange or not chosen:
        raise NothingToConfirm(
            _("%(code)s has no unconfirmed figure of that name.")
            % {"code": machine.code},
            field="figures",
            value=", ".join(strange),
            remedy=_("Look at the machine again; someone may have confirmed it."),
        )
    for row in machine.capabilities.all():
        names = {waiting[key].name for key in chosen if _is_of(key, row)}
        if names:
            row.figures_origin = origins.confirmed(row.figures_origin, names)
            row.save(update_fields=["figures_origin", "updated_at"])
    own = {key for key in chosen if not waiting[key].process_code}
    machine.figures_origin = origins.confirmed(machine.figures_origin, own)
    machine.save(update_fields=["figures_origin"])
    bump(machine)
    note_change(
        machine,
        verb="machine.figures_confirmed",
        by=by,
        at=at,
        facts={"figures": sorted(chosen), "model_code": machine.model_code},
    )
    return machine


def _is_of(key: str, row: Capability) -> bool:
    return key.startswith(f"{row.process_code}.")


def _fill_machine(machine: Machine, entry: ModelEntry) -> list[str]:
    """Set the columns that a machine lacks, and return their names."""
    filled = []
    for name, value in published.machine_figures(entry).items():
        if getattr(machine, name) is None:
            setattr(machine, name, value)
            machine.figures_origin |= {name: FigureOrigin.CATALOG.value}
            filled.append(name)
    machine.model_code = entry.code
    machine.figures_source = machine.figures_source or entry.source_text
    return filled


def _fill_capability(row: Capability, entry: ModelEntry) -> list[str]:
    """Set an envelope or a load that a capability lacks, and return what was set."""
    draft = published.capability_draft(entry, row.process_code)
    names = set(draft.from_catalog)
    if row.envelope_kind is not None:
        names &= {"max_mass_kg"}
    else:
        row.envelope_kind = draft.envelope_kind
    names = {name for name in names if getattr(row, name) is None}
    if not names:
        return []
    for name in names:
        setattr(row, name, getattr(draft, name))
    row.figures_origin |= dict.fromkeys(names, FigureOrigin.CATALOG.value)
    write(row)
    return [f"{row.process_code}.{name}" for name in sorted(names)]


def _add_capability(
    machine: Machine, entry: ModelEntry, process: str, by: Actor, at: datetime
) -> None:
    draft = published.capability_draft(entry, process)
    seen = machine.proposal.get("envelope_mm")
    if not seen:
        set_capability(machine_id=machine.pk, draft=draft, by=by, at=at)
        return
    sizes = dict(zip(BOX_SIZES, seen, strict=True))
    row = set_capability(
        machine_id=machine.pk,
        draft=CapabilityDraft(
            process_code=process,
            envelope_kind=EnvelopeKind.BOX,
            max_mass_kg=draft.max_mass_kg,
            from_catalog=draft.from_catalog & {"max_mass_kg"},
            **sizes,
        ),
        by=by,
        at=at,
    )
    row.figures_origin |= dict.fromkeys(sizes, FigureOrigin.OBSERVED.value)
    row.save(update_fields=["figures_origin"])
