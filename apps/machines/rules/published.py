"""What a model of the library says of a machine and of what it can do."""

from dataclasses import replace
from typing import Any, TypeVar

from apps.library.types import BOX, CYLINDER, ModelEntry
from apps.machines.rules.origins import OF_A_CAPABILITY, OF_THE_MACHINE
from apps.machines.types import (
    CapabilityDraft,
    EnvelopeKind,
    MachineDraft,
    MachineKind,
)

Draft = TypeVar("Draft", MachineDraft, CapabilityDraft)

# Makers round to whole millimetres what they build in inches: 16 in is 406 mm.
ROUNDING_MM = 0.5
LENGTHS = frozenset({*BOX, *CYLINDER})


def machine_figures(entry: ModelEntry) -> dict[str, Any]:
    """Return the machine's own figures as its maker publishes them."""
    known = {name: entry.figure(name) for name in OF_THE_MACHINE}
    return {name: value for name, value in known.items() if value is not None}


def envelope_kind(entry: ModelEntry) -> EnvelopeKind | None:
    """Return the shape of the sizes that are published, whole or in part."""
    if any(name in entry.figures for name in BOX):
        return EnvelopeKind.BOX
    if any(name in entry.figures for name in CYLINDER):
        return EnvelopeKind.CYLINDER
    return None


def capability_figures(entry: ModelEntry) -> dict[str, Any]:
    """Return the published sizes and the load, by the names they have here."""
    known = {name: entry.figure(name) for name in (*BOX, *CYLINDER)}
    known["max_mass_kg"] = entry.figure("max_load_kg")
    return {name: value for name, value in known.items() if value is not None}


def capability_draft(entry: ModelEntry, process_code: str) -> CapabilityDraft:
    """Return what the maker publishes for one process; half an envelope is none."""
    facts = capability_figures(entry)
    kind = envelope_kind(entry)
    if not (entry.has_box if kind == EnvelopeKind.BOX else entry.has_cylinder):
        kind = None
        facts = {name: facts[name] for name in facts.keys() - LENGTHS}
    return CapabilityDraft(
        process_code=process_code,
        envelope_kind=kind,
        from_catalog=frozenset(facts),
        **facts,
    )


def completed(draft: MachineDraft, entry: ModelEntry) -> MachineDraft:
    """Return a draft with the maker's word wherever it says nothing itself.

    A machine tool is what a draft is that does not say its kind.
    """
    figures = {
        name: value
        for name, value in machine_figures(entry).items()
        if getattr(draft, name) is None
    }
    is_silent = draft.kind == MachineKind.MACHINE_TOOL
    return replace(
        draft,
        maker=draft.maker or entry.maker,
        model=draft.model or entry.model,
        kind=entry.kind if is_silent else draft.kind,
        figures_source=draft.figures_source or entry.source_text,
        model_code=entry.code,
        from_catalog=frozenset(figures),
        **figures,
    )


def taken_over(name: str, value: float | None, entry: ModelEntry) -> float | None:
    """Return the published figure if a stated one is the same, or None.

    A shop that measures in inches states 406.4 mm where its maker rounds to 406.
    """
    published = (
        capability_figures(entry) if name in OF_A_CAPABILITY else machine_figures(entry)
    ).get(name)
    if published is None or value is None:
        return None
    slack = ROUNDING_MM if name in LENGTHS else 0.0
    return float(published) if abs(value - published) <= slack else None


def as_published(draft: Draft, entry: ModelEntry) -> Draft:
    """Return a draft that names which of its figures are the maker's own."""
    names = OF_A_CAPABILITY if isinstance(draft, CapabilityDraft) else OF_THE_MACHINE
    same = {
        name: figure
        for name in names
        if (figure := taken_over(name, getattr(draft, name), entry)) is not None
    }
    whole: dict[str, Any] = {
        name: int(figure) if isinstance(getattr(draft, name), int) else figure
        for name, figure in same.items()
    }
    return replace(draft, from_catalog=frozenset(whole), **whole)
