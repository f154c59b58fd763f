"""What keeps an enterprise in the database where it is."""

from collections.abc import Callable, Iterable

from tenants.models import Enterprise

Blockers = Callable[[Enterprise], Iterable[object]]
_blockers: dict[str, Blockers] = {}


def register_blockers(name: str, find: Blockers) -> None:
    """Have `find` asked for reasons, in sentences, before an enterprise is moved."""
    _blockers[name] = find


def blockers(enterprise: Enterprise) -> list[object]:
    """Return every reason why the enterprise cannot be moved now."""
    return [reason for find in _blockers.values() for reason in find(enterprise)]
