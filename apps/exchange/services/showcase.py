"""The photos that an enterprise shows to everyone."""

from django.db import connection, transaction

from apps.documents import selectors as documents
from apps.documents.types import PHOTO_TYPES
from apps.exchange.models import ShowcaseItem
from tenants import context
from tenants.types import Circle

MOST = 12
COLUMNS = (
    "title",
    "stored_path",
    "thumbnail_path",
    "media_type",
    "width_px",
    "height_px",
    "position",
)


@transaction.atomic
def show_documents() -> int:
    """Show the newest of the photos that are for everyone; return how many.

    Runs in the owner's name, and may run again: it says what is, not what changed.
    """
    owner = context.current()
    with connection.cursor() as cursor:
        # One at a time, and read after: the one before may have read older choices.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('showcase'), hashtext(%s))",
            [str(owner.id)],
        )
    photos = documents.documents_shown_to(Circle.PUBLIC).filter(
        media_type__in=PHOTO_TYPES
    )
    made = [
        ShowcaseItem(
            owner_id=owner.id,
            document_id=photo.pk,
            title=photo.title,
            stored_path=_inside(owner.schema, photo.file.name),
            thumbnail_path=_inside(owner.schema, photo.thumbnail.name),
            media_type=photo.media_type,
            # The database lets no photo be without its size.
            width_px=photo.width_px or 0,
            height_px=photo.height_px or 0,
            position=place,
        )
        for place, photo in enumerate(photos[:MOST], start=1)
    ]
    ShowcaseItem.objects.filter(owner_id=owner.id).exclude(
        document_id__in=[one.document_id for one in made]
    ).delete()
    ShowcaseItem.objects.bulk_create(
        made,
        update_conflicts=True,
        update_fields=[*COLUMNS, "updated_at"],
        unique_fields=["owner", "document_id"],
    )
    return len(made)


def show_nothing() -> int:
    """Take all photos of the enterprise in force off its page; return how many."""
    return ShowcaseItem.objects.filter(owner_id=context.current().id).delete()[0]


def _inside(schema: str, name: str | None) -> str:
    """Name a file without the folder of the enterprise."""
    return (name or "").removeprefix(f"{schema}/")
