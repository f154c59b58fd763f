"""What a release changes in a row that an operator may have changed before."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Held:
    """A fact that an operator holds against the release: what it was, what it is."""

    base: Any
    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that was changed."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """A row after a release: what to write, what that changes, what is in dispute."""

    values: Mapping[str, Any]
    changes: tuple[Change, ...]
    # Where release and operator differ, and the release has changed its mind.
    conflicts: Mapping[str, Any]
    # What the release has come to say as well.
    settled: frozenset[str]


def plain(value: Any) -> Any:
    """Return a value as JSON has it, so that a stored one compares equal."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return what differs, in the order of the new values' names."""
    return [
        Change(name, plain(old[name]), plain(value))
        for name, value in new.items()
        if plain(old[name]) != plain(value)
    ]


def merge(
    row: Mapping[str, Any], release: Mapping[str, Any], held: Mapping[str, Held]
) -> Merge:
    """Lay a release over a row without losing what an operator holds against it."""
    values = dict(release)
    conflicts: dict[str, Any] = {}
    settled: set[str] = set()
    for name, mine in held.items():
        theirs = plain(release[name])
        if theirs == plain(mine.value):
            settled.add(name)
            continue
        values[name] = row[name]
        if theirs != plain(mine.base):
            conflicts[name] = theirs
    return Merge(
        values, tuple(changes_between(row, values)), conflicts, frozenset(settled)
    )
