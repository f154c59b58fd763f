from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as one reader sees it."""

    id: UUID
    kind: str
    title: str
    body: str
    url: str
    created_at: datetime
    read_at: datetime | None

    @property
    def is_read(self) -> bool:
        """Say whether this reader has read it."""
        return self.read_at is not None
