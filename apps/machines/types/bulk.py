"""What is asked of many machines at once, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.kernel.errors import DomainError

Batch = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineChange:
    """What a machine is to be; None: stays as it is.

    `work_center` is a code, empty for none. A rate is in `currency`, and new where a
    machine had none. `batches` says batch ranges by process, `drops_costs` takes the
    cost model away: both undo what a change did before.
    """

    state: str | None = None
    site_id: UUID | None = None
    work_center: str | None = None
    auto_quote: bool | None = None
    hourly_rate: Decimal | None = None
    currency: str = ""
    hourly_rate_percent: Decimal | None = None
    batch_min: int | None = None
    batch_max: int | None = None
    batches: Mapping[str, Batch] = field(default_factory=dict)
    drops_costs: bool = False
    is_published: bool | None = None

    @property
    def asks_nothing(self) -> bool:
        """Whether every machine would stay as it is."""
        return not self.as_json().keys() - {"currency"}

    def as_json(self) -> dict[str, Any]:
        """Write what is asked as JSON can keep it."""
        said: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value is None or (value is False and one.name == "drops_costs"):
                continue
            if value in ("", {}) and one.name != "work_center":
                continue
            said[one.name] = str(value) if isinstance(value, UUID | Decimal) else value
        if self.batches:
            said["batches"] = {code: list(pair) for code, pair in self.batches.items()}
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "MachineChange":
        """Read what was written as JSON."""
        facts = dict(said)
        if "site_id" in facts:
            facts["site_id"] = UUID(facts["site_id"])
        for name in ("hourly_rate", "hourly_rate_percent"):
            if name in facts:
                facts[name] = Decimal(facts[name])
        if "batches" in facts:
            facts["batches"] = {
                code: (least, most) for code, (least, most) in facts["batches"].items()
            }
        return cls(**facts)


@dataclass(frozen=True, slots=True)
class BulkItem:
    """A machine as the caller saw it, and what it is to be."""

    machine_id: UUID
    version: int
    change: MachineChange


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What a change does to one machine: from what to what, or why it does nothing.

    Without an error and with nothing changed, the machine is so already.
    """

    machine_id: UUID
    code: str
    version: int
    changed: Mapping[str, list[Any]] = field(default_factory=dict)
    error: DomainError | None = None
