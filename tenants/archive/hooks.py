"""What apps do once a copy of an enterprise has been loaded."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from tenants.types import Actor, EnterpriseRef

# The copy, whose copy it is, by whom and when.
Imported = Callable[[EnterpriseRef, UUID, Actor, datetime], object]
_imported: dict[str, Imported] = {}


def register_import(name: str, run: Imported) -> None:
    """Have `run` called in the name of each copy, in the transaction that loads it."""
    _imported[name] = run


def run_imported(ref: EnterpriseRef, origin: UUID, by: Actor, at: datetime) -> None:
    """Call all that is registered, in the order it was."""
    for run in _imported.values():
        run(ref, origin, by, at)
