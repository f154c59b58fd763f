"""Half-open stretches of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `start`, included, to `end`, excluded; both aware datetimes."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        if self.end < self.start:
            msg = f"a period cannot end ({self.end}) before it starts ({self.start})"
            raise ValueError(msg)

    @property
    def length(self) -> timedelta:
        """How long the period lasts."""
        return self.end - self.start

    @property
    def minutes(self) -> int:
        """Whole minutes in the period."""
        return int(self.length.total_seconds() // 60)

    def overlaps(self, other: "Period") -> bool:
        """Say whether the two share a moment."""
        return self.start < other.end and other.start < self.end
