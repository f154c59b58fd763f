"""Words of places."""

from dataclasses import dataclass
from datetime import datetime

from tenants.types import DatabaseState, MoveState, Tier


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an enterprise lives, and how it is there."""

    slug: str
    tier: Tier
    cell: str
    database: str
    slot: str
    role: str
    # What its schema was made from; known in its own database only.
    template: str
    stage: int
    is_here: bool
    write_stopped_at: datetime | None
    move: MoveState | None

    @property
    def state(self) -> str:
        """Say in one word what may be done with it."""
        if self.write_stopped_at is not None:
            return "stopped"
        return str(self.tier)


@dataclass(frozen=True, slots=True)
class DatabaseLoad:
    """A database, and how full it is."""

    code: str
    cell: str
    address: str
    state: DatabaseState
    slot_limit: int
    enterprises: int
    is_here: bool
    is_reachable: bool

    @property
    def room(self) -> int:
        """How many more schemas it may hold."""
        return max(0, self.slot_limit - self.enterprises)


@dataclass(frozen=True, slots=True)
class Route:
    """Where the proxy in front sends a host."""

    host: str
    address: str
    database: str
