"""How the rest of Spindle tells people what happened."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Func, JSONField, Value
from django.utils import translation

from apps.kernel.errors import NotFound
from apps.notify.models import Notice
from tenants import context


class NoticeNotFound(NotFound):
    """Raised when the reader has no such notice."""

    code = "notice_not_found"


@transaction.atomic
def notify(
    *,
    kind: str,
    title: object,
    body: object = "",
    url: str = "",
    roles: Iterable[str] = (),
    user_id: UUID | None = None,
    at: datetime,
    dedup_key: str = "",
) -> Notice:
    """Tell people of the enterprise one fact, once for each `dedup_key`.

    Lazy titles and texts are put into the enterprise's language.
    """
    addressees = sorted({str(role) for role in roles})
    if not addressees and user_id is None:
        # A mistake of the programmer, not of the user.
        message = f"notice {kind!r} is addressed to nobody: give roles or user_id"
        raise ValueError(message)
    with translation.override(context.current().language):
        notice = Notice(
            kind=kind,
            title=str(title)[:300],
            body=str(body),
            url=url,
            roles=addressees,
            user_id=user_id,
            dedup_key=dedup_key,
            created_at=at,
        )
    if not dedup_key:
        notice.save(force_insert=True)
        return notice
    # Not a look before the insert: two workers may tell the same fact at once.
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return Notice.objects.get(dedup_key=dedup_key)


@transaction.atomic
def mark_read(*, notice_id: UUID, user_id: UUID, role: str, at: datetime) -> Notice:
    """Remember that a reader has read a notice; the first time counts.

    :raises NoticeNotFound: if it is not addressed to this reader.
    """
    mine = Notice.objects.for_reader(user_id=user_id, role=role).filter(pk=notice_id)
    mine.unread_by(user_id).update(readings=_with_reading(user_id, at))
    notice = mine.first()
    if notice is None:
        raise NoticeNotFound
    return notice


@transaction.atomic
def mark_all_read(*, user_id: UUID, role: str, at: datetime) -> int:
    """Remember that a reader has read everything up to now."""
    mine = Notice.objects.for_reader(user_id=user_id, role=role)
    unread = mine.filter(created_at__lte=at).unread_by(user_id)
    return unread.update(readings=_with_reading(user_id, at))


def _with_reading(user_id: UUID, at: datetime) -> Func:
    # In one statement, so that two readers at once do not lose each other.
    reading = Value({str(user_id): at.isoformat()}, output_field=JSONField())
    return Func(
        F("readings"),
        reading,
        template="%(expressions)s",
        arg_joiner=" || ",
        output_field=JSONField(),
    )
