from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Fault(StrEnum):
    """What is wrong with the first bad row of a chain."""

    UNSEALED = "unsealed"
    MISSING = "missing"
    ALTERED = "altered"
    UNLINKED = "unlinked"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing an event is about, named so that it outlives its row."""

    type: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the chain at one moment; kept elsewhere, it proves the tail."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first row at which the chain does not hold."""

    sequence: int | None
    event_id: UUID | None
    fault: Fault
