"""What a person should know."""

from datetime import datetime
from uuid import UUID

from apps.notify.models import Notice
from apps.notify.types import NoticeView

PAGE = 20


def notices_of(
    *, user_id: UUID, role: str, only_unread: bool = False, limit: int = PAGE
) -> list[NoticeView]:
    """Return a reader's notices, newest first."""
    notices = Notice.objects.for_reader(user_id=user_id, role=role).newest_first()
    if only_unread:
        notices = notices.unread_by(user_id)
    return [_as_seen_by(user_id, notice) for notice in notices[:limit]]


def unread(*, user_id: UUID, role: str, limit: int = PAGE) -> list[NoticeView]:
    """Return what a reader has not read yet, newest first."""
    return notices_of(user_id=user_id, role=role, only_unread=True, limit=limit)


def unread_count(*, user_id: UUID, role: str) -> int:
    """Count what a reader has not read yet."""
    return (
        Notice.objects.for_reader(user_id=user_id, role=role).unread_by(user_id).count()
    )


def _as_seen_by(user_id: UUID, notice: Notice) -> NoticeView:
    read_at = notice.readings.get(str(user_id))
    return NoticeView(
        id=notice.id,
        kind=notice.kind,
        title=notice.title,
        body=notice.body,
        url=notice.url,
        created_at=notice.created_at,
        read_at=datetime.fromisoformat(read_at) if read_at else None,
    )
