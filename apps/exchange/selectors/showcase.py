"""The photos that enterprises show to everyone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from apps.documents.types import MediaType
from apps.exchange.models import ShowcaseItem
from tenants.types import Tier

if TYPE_CHECKING:
    from django.core.files import File


@dataclass(frozen=True, slots=True)
class Picture:
    """An opened file of a photo, and what it is."""

    file: "File[bytes]"
    media_type: str


def photos_of(owner_id: UUID) -> QuerySet[ShowcaseItem]:
    """Return the photos that a trading enterprise shows to everyone, newest first."""
    return _shown().filter(owner_id=owner_id).order_by("position", "-document_id")


def open_photo(*, slug: str, item_id: UUID, small: bool = False) -> Picture | None:
    """Open a photo, or its thumbnail; None if it is not, or no longer, for everyone."""
    found = (
        _shown().filter(owner__slug=slug, pk=item_id).select_related("owner").first()
    )
    if found is None or not found.owner.schema_name:
        return None
    path, media_type = found.stored_path, found.media_type
    if small and found.thumbnail_path:
        path, media_type = found.thumbnail_path, MediaType.WEBP.value
    try:
        file = default_storage.open(f"{found.owner.schema_name}/{path}")
    except FileNotFoundError:
        # Thrown away; the row goes with the job that says so.
        return None
    return Picture(file, media_type)


def _shown() -> QuerySet[ShowcaseItem]:
    return ShowcaseItem.objects.filter(
        owner__tier=Tier.ACTIVATED, owner__suspended_at__isnull=True
    )
