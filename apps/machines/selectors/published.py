"""Reading what the library says of a machine's model."""

from typing import Any

from apps.library import selectors as library
from apps.library.types import ModelEntry
from apps.machines.models import Capability, Machine
from apps.machines.rules import origins, published
from apps.machines.rules.published import Draft


def model_of(machine: Machine) -> ModelEntry | None:
    """Return the library's model that a machine was filled in from, or names."""
    if machine.model_code:
        return library.machine_model(machine.model_code)
    return library.recognized_model(machine.maker, machine.model)


def facts_of_model(entry: ModelEntry) -> dict[str, Any]:
    """Return the columns of a machine that a model of the library fills in."""
    return published.machine_figures(entry) | {
        "maker": entry.maker,
        "model": entry.model,
        "kind": entry.kind.value,
        "figures_source": entry.source_text,
        "model_code": entry.code,
    }


def published_names(entry: ModelEntry) -> set[str]:
    """Return the figures of a machine itself that its maker publishes."""
    return set(published.machine_figures(entry))


def unconfirmed_names(row: Capability) -> list[str]:
    """Return the figures of a capability that wait for the shop's word."""
    return origins.unconfirmed(row.figures_origin)


def as_published(draft: Draft, entry: ModelEntry) -> Draft:
    """Return a draft that names which of its figures are the maker's own."""
    return published.as_published(draft, entry)


def lacks_figures(machine: Machine) -> bool:
    """Say whether a machine leaves out a figure that makers publish."""
    rows = machine.capabilities.all()
    return (
        not rows
        or any(row.envelope_kind is None for row in rows)
        or any(getattr(machine, name) is None for name in origins.OF_THE_MACHINE)
    )


def fillable_figures(machine: Machine, entry: ModelEntry) -> dict[str, float]:
    """Return the maker's figures that a machine does not state itself."""
    found = {
        name: value
        for name, value in published.machine_figures(entry).items()
        if getattr(machine, name) is None
    }
    rows = list(machine.capabilities.all())
    able = [row for row in rows if row.process_code in entry.process_codes]
    if not rows or any(row.envelope_kind is None for row in able):
        draft = published.capability_draft(entry, entry.process_codes[0])
        found |= {name: getattr(draft, name) for name in sorted(draft.from_catalog)}
    return found
