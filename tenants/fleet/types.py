"""What planning, replaying and looking at a fleet migration say to each other."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class StageKind(StrEnum):
    """How a stage is carried out."""

    SCHEMA = "schema"
    DATA = "data"
    CONCURRENT = "concurrent"


class SqlClass(StrEnum):
    """Whether a statement's cost grows with the rows of its table."""

    CATALOGUE = "catalogue"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a plan, the same for every schema.

    `records` are the migrations that it completes, `grants` the relations that it
    makes, `operations` which of the migration's operations it stands for. A stage
    that runs outside a transaction is `in_template` only once it has run there.
    """

    kind: StageKind
    label: str
    app: str
    migration: str
    operations: tuple[int, int]
    statements: tuple[tuple[str, SqlClass], ...] = ()
    grants: tuple[tuple[str, str], ...] = ()
    records: tuple[tuple[str, str], ...] = ()
    in_template: bool = True

    @property
    def is_scan(self) -> bool:
        """Whether it may hold its locks for as long as a table is large."""
        return any(found is SqlClass.SCAN for _sql, found in self.statements)

    def as_json(self) -> dict[str, Any]:
        """Give the form that a plan's row keeps."""
        facts = asdict(self)
        facts["statements"] = [
            {"sql": sql, "class": str(found)} for sql, found in self.statements
        ]
        return facts

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "Stage":
        """Read what a plan's row keeps."""
        first, last = facts["operations"]
        return cls(
            kind=StageKind(facts["kind"]),
            label=facts["label"],
            app=facts["app"],
            migration=facts["migration"],
            operations=(first, last),
            statements=tuple(
                (each["sql"], SqlClass(each["class"])) for each in facts["statements"]
            ),
            grants=tuple((kind, name) for kind, name in facts["grants"]),
            records=tuple((app, name) for app, name in facts["records"]),
            in_template=facts["in_template"],
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a fleet is migrated, and how long it may be in anybody's way."""

    batch: int = 50
    # Schemas of a batch keep their locks until its end: fewer where tables are read.
    scan_batch: int = 1
    canaries: int = 2
    tries: int = 3
    pause_seconds: float = 0.5
    # Between two schemas of the second wave, for the disks' sake.
    concurrent_pause_seconds: float = 0.02
    # A batch that waits makes all its schemas wait, so it gives up sooner than one.
    batch_lock_ms: int = 500
    lock_ms: int = 2000
    catalogue_statement_ms: int = 10_000
    scan_statement_ms: int = 600_000


@dataclass(frozen=True, slots=True)
class Advance:
    """How far a run has come, as its watcher is told."""

    label: str
    done: int
    total: int
    failed: int
    seconds: float


Watcher = Callable[[Advance], None]
Say = Callable[[str], None]


def unwatched(_advance: Advance) -> None:
    """Watch nothing."""


def unheard(_text: str) -> None:
    """Hear nothing."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A schema that a stage could not be done for, and why."""

    schema: str
    stage: int
    label: str
    code: str
    error: str
    attempts: int
    at: datetime


@dataclass(slots=True)
class Run:
    """What one call of `migrate_fleet` has done."""

    steps: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    fallen_back: list[str] = field(default_factory=list)
    halted: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One thing that a schema has, lacks or has otherwise than the template."""

    kind: str
    name: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Name the thing and say what is the matter with it."""
        if not self.found:
            return f"{self.kind} {self.name} is missing: {self.expected}"
        if not self.expected:
            return f"{self.kind} {self.name} is not in the template: {self.found}"
        return (
            f"{self.kind} {self.name} is {self.found}; the template has {self.expected}"
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """A schema that is not what the template says."""

    schema: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the fleet's catalogues found."""

    checked: int
    behind: int
    drifted: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class StageStatus:
    """How far one stage of the current plan has come."""

    number: int
    kind: StageKind
    label: str
    statements: tuple[tuple[str, SqlClass], ...]
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """How the fleet stands against the template."""

    template: str
    plan: str
    state: str
    halted_reason: str
    started_at: datetime | None
    finished_at: datetime | None
    schemas: int
    current: int
    behind: int
    stages: tuple[StageStatus, ...]
    steps_done: int
    steps_total: int
    steps_per_second: float
    seconds_left: float | None
    failures: tuple[Failure, ...]
    failed: int
    drifted: tuple[str, ...]

    @property
    def percent(self) -> int:
        """How much of the work is done; 100 only when all of it is."""
        if not self.steps_total:
            return 100
        return self.steps_done * 100 // self.steps_total

    @property
    def has_trouble(self) -> bool:
        """Whether a person has to look."""
        return bool(self.failed or self.halted_reason or self.drifted)
