"""Words of register imports."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# What a register may say of an enterprise; `docs/tenancy/registers.md` explains each.
COLUMNS = (
    "register_number",
    "name",
    "name_local",
    "country",
    "region",
    "city",
    "language",
    "currency",
    "time_zone",
    "website",
    "about",
    "activities",
    "slug",
)
NEEDED = ("register_number", "name", "country")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or a fact of it, did not go in, and what to do about it."""

    line: int
    field: str
    value: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file, as it was written, with the line that it begins at."""

    line: int
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One enterprise, checked and completed, ready for the directory."""

    line: int
    register_number: str
    # The address wanted, and the one taken where that belongs to another.
    slug: str
    reserve_slug: str
    is_slug_given: bool
    name: str
    name_local: str
    country: str
    region: str
    city: str
    language: str
    currency: str
    time_zone: str
    website: str
    about: str
    activities: tuple[str, ...]


@dataclass(slots=True)
class Outcome:
    """What became of some rows."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a file has come."""

    rows: int
    bytes_read: int
    bytes_in_all: int
    rows_a_second: float
    seconds_left: float

    @property
    def percent(self) -> int:
        """Give the part of the file that is read, from 0 to 100."""
        if not self.bytes_in_all:
            return 100
        return min(100, self.bytes_read * 100 // self.bytes_in_all)
