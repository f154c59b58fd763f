"""What a probe document says, and what its import did."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from apps.machines.types.facts import MissingFact
from apps.machines.types.words import (
    MissingKey,
    ProposalReason,
)


@dataclass(frozen=True, slots=True)
class Travel:
    """How far a linear axis moves, in millimetres."""

    axis: str
    minimum_mm: float
    maximum_mm: float

    @property
    def length_mm(self) -> float:
        """The length of the way."""
        return round(self.maximum_mm - self.minimum_mm, 3)


@dataclass(frozen=True, slots=True)
class ProcessProposal:
    """A process that a document suggests, and why; a planner confirms it."""

    process_code: str
    reason: ProposalReason
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give what `from_json` reads back."""
        return {
            "process_code": self.process_code,
            "reason": self.reason.value,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ProcessProposal":
        """Read what `as_json` gave."""
        return cls(
            process_code=stored["process_code"],
            reason=ProposalReason(stored["reason"]),
            facts=stored["facts"],
        )

    @property
    def reason_text(self) -> str:
        """Say why, in the reader's language."""
        return str(self.reason.label) % dict(self.facts)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a probe document says of one device; empty: it does not say."""

    uuid: str
    name: str
    maker: str
    model: str
    serial_number: str
    description: str
    linear_axes: tuple[str, ...]
    rotary_axes: tuple[str, ...]
    spindles: tuple[str, ...]
    controllers: tuple[str, ...]
    travels: tuple[Travel, ...]
    proposal: ProcessProposal | None
    unsaid: tuple[MissingKey, ...]
    spindle_rpm: int | None = None
    data_items: int = 0

    @property
    def axes(self) -> int | None:
        """How many axes move under program control; None if none is named."""
        return len(self.linear_axes) + len(self.rotary_axes) or None

    @property
    def envelope_mm(self) -> tuple[float, float, float] | None:
        """The travels of X, Y and Z if the document limits all three."""
        lengths = {travel.axis: travel.length_mm for travel in self.travels}
        if {"X", "Y", "Z"} <= lengths.keys():
            return lengths["X"], lengths["Y"], lengths["Z"]
        return None

    def as_json(self) -> dict[str, Any]:
        """Give what `from_json` reads back."""
        return {
            **asdict(self),
            "proposal": None if self.proposal is None else self.proposal.as_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "DeviceFacts":
        """Read what `as_json` gave, in any notation of lists."""
        names = ("linear_axes", "rotary_axes", "spindles", "controllers")
        proposal = stored["proposal"]
        return cls(
            **{
                **stored,
                **{name: tuple(stored[name]) for name in names},
                "travels": tuple(Travel(**one) for one in stored["travels"]),
                "proposal": proposal and ProcessProposal.from_json(proposal),
                "unsaid": tuple(MissingKey(key) for key in stored["unsaid"]),
            }
        )


@dataclass(frozen=True, slots=True)
class ProbeDocument:
    """A probe document, read."""

    version: str
    devices: tuple[DeviceFacts, ...]


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A device that could not be imported, and why."""

    device: str
    problem: str


@dataclass(frozen=True, slots=True)
class ImportedMachine:
    """A machine that a document named, with what is still missing to publish it."""

    machine_id: UUID
    code: str
    label: str
    proposal: ProcessProposal | None
    missing: tuple[MissingFact, ...]
    # The library's model that the document names for certain, empty if none.
    model_code: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, device by device."""

    created: tuple[ImportedMachine, ...]
    updated: tuple[ImportedMachine, ...]
    unchanged: tuple[ImportedMachine, ...]
    errors: tuple[ImportProblem, ...]

    @property
    def machines(self) -> tuple[ImportedMachine, ...]:
        """All machines of the document that are in the enterprise now."""
        return self.created + self.updated + self.unchanged
