"""Words of the archive format; docs/tenancy/archives.md describes it for outsiders."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

FORMAT = "spindle-enterprise"
VERSION = 1

MANIFEST = "manifest.json"
SCHEMA_SQL = "schema.sql"
TABLES = "tables/"
SHARED = "shared/"
FILES = "files/"
ENTERPRISE = "directory/enterprise.jsonl"
DOMAINS = "directory/domains.jsonl"
PEOPLE = "directory/people.jsonl"
MEMBERS = "directory/members.jsonl"
CREDENTIALS = "credentials/"


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One file of lines: how many, how many bytes, and their SHA-256."""

    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One stored file: its path below the enterprise's folder, and its content."""

    path: str
    size: int
    sha256: str

    @property
    def entry(self) -> str:
        """Where the archive holds the content; equal contents are held once."""
        return FILES + self.sha256


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds, as its manifest says."""

    version: int
    made_at: str
    purpose: str
    enterprise: dict[str, Any]
    template_digest: str
    schema_sql: EntryFacts
    migrations: list[str]
    tables: dict[str, EntryFacts]
    shared: dict[str, EntryFacts]
    directory: dict[str, EntryFacts]
    credentials: dict[str, EntryFacts]
    files: list[FileFacts]
    file_columns: dict[str, list[str]]
    sequences: dict[str, int]
    left_out: dict[str, str] = field(default_factory=dict)
    # Whether this installation's own key has sealed it.
    is_ours: bool = False

    @property
    def enterprise_id(self) -> UUID:
        """Whose archive it is."""
        return UUID(str(self.enterprise["id"]))

    @property
    def rows(self) -> int:
        """How many rows of the enterprise's own tables there are."""
        return sum(facts.rows for facts in self.tables.values())

    @property
    def checksums(self) -> dict[str, str]:
        """The SHA-256 of each of the enterprise's own tables."""
        return {table: facts.sha256 for table, facts in self.tables.items()}
