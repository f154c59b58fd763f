from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.documents.types import PHOTO_TYPES, MediaType
from apps.kernel.models import SharedModel, TimeStampedModel
from tenants.types import Disclosure


class ShowcaseItem(SharedModel, TimeStampedModel):
    """A photo that its owner shows to everyone, as the public page needs it.

    Made from the owner's documents, and never by hand. The file stays the document's.
    """

    disclosure = Disclosure.PUBLIC

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    document_id = models.UUIDField(_("document"))
    title = models.CharField(_("title"), max_length=160)
    # Inside of the enterprise's folder, whose name changes with its schema.
    stored_path = models.CharField(_("file"), max_length=200)
    thumbnail_path = models.CharField(_("thumbnail"), max_length=200, blank=True)
    media_type = models.CharField(_("format"), max_length=32, choices=MediaType)
    width_px = models.PositiveIntegerField(_("width in pixels"))
    height_px = models.PositiveIntegerField(_("height in pixels"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("public photo")
        verbose_name_plural = _("public photos")
        constraints = [
            models.UniqueConstraint(
                name="exchange_showcaseitem_document_once",
                fields=["owner", "document_id"],
            ),
            models.CheckConstraint(
                name="exchange_showcaseitem_is_picture",
                condition=Q(media_type__in=[one.value for one in PHOTO_TYPES]),
            ),
            models.CheckConstraint(
                name="exchange_showcaseitem_has_size",
                condition=Q(width_px__gt=0, height_px__gt=0),
            ),
            models.CheckConstraint(
                name="exchange_showcaseitem_file_named", condition=~Q(stored_path="")
            ),
        ]

    def __str__(self) -> str:
        return self.title
