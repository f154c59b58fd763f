"""What differs between two states of a thing, as its history tells it."""

from collections.abc import Mapping
from typing import Any

Changes = dict[str, list[Any]]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Return the facts that are not what they were, each with both values.

    A fact that only one side knows is not said by the other.
    """
    return {
        name: [_plain(before.get(name)), _plain(value)]
        for name, value in after.items()
        if _plain(before.get(name)) != _plain(value)
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
