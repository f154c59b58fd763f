"""Whose word each figure is, and how that changes."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from apps.machines.rules.figures import BOX_SIZES, CYLINDER_SIZES
from apps.machines.types import FigureOrigin

# The figures that makers publish; all others are the shop's own to state.
OF_THE_MACHINE = ("axes", "spindle_rpm", "spindle_kw")
OF_A_CAPABILITY = (*BOX_SIZES, *CYLINDER_SIZES, "max_mass_kg")
# Whose word these are goes without saying, unless a result shows that they are so.
BY_OBSERVATION = ("it_grade", "roughness_um")
PROVABLE = (*OF_A_CAPABILITY, *BY_OBSERVATION)

Origins = dict[str, str]


def origins_after(
    names: Iterable[str],
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    origins: Mapping[str, str],
    from_catalog: Collection[str],
) -> Origins:
    """Return whose word each figure is once those before are replaced.

    What is said again unchanged stays whose it was: only a confirmation, or another
    figure, makes a maker's figure the shop's own. An unknown figure is nobody's.
    """
    found: Origins = {}
    for name in names:
        value = after.get(name)
        if value is None:
            continue
        if name in from_catalog:
            found[name] = FigureOrigin.CATALOG.value
        elif name in origins and before.get(name) == value:
            found[name] = origins[name]
        else:
            found[name] = FigureOrigin.CLAIMED.value
    return found


def unconfirmed(origins: Mapping[str, str]) -> list[str]:
    """Return the figures that wait for the shop's word."""
    return [
        name for name, origin in origins.items() if origin == FigureOrigin.CATALOG.value
    ]


def confirmed(origins: Mapping[str, str], names: Collection[str]) -> Origins:
    """Return whose word each figure is once the shop stands by some of them."""
    return {
        name: FigureOrigin.CLAIMED.value
        if name in names and origin == FigureOrigin.CATALOG.value
        else origin
        for name, origin in origins.items()
    }


def still_observed(
    *, before: Mapping[str, Any], after: Mapping[str, Any], origins: Mapping[str, str]
) -> Origins:
    """Return the figures that results showed and that are said again unchanged."""
    return {
        name: origins[name]
        for name in BY_OBSERVATION
        if name in origins
        and after.get(name) is not None
        and before.get(name) == after.get(name)
    }


def with_proof(origins: Mapping[str, str], name: str, *, is_shown: bool) -> Origins:
    """Return whose word each figure is once a result shows one, or no longer does."""
    found = dict(origins)
    if is_shown:
        found[name] = FigureOrigin.OBSERVED.value
    elif found.get(name) == FigureOrigin.OBSERVED:
        del found[name]
        if name in OF_A_CAPABILITY:
            found[name] = FigureOrigin.CLAIMED.value
    return found
