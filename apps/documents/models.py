"""Files that an enterprise keeps."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.documents.types import PHOTO_TYPES, DocumentKind, MediaType
from apps.kernel.identifiers import uuid7
from apps.kernel.models import TimeStampedModel
from tenants import context
from tenants.isolation import TenantModel, TenantQuerySet
from tenants.types import Circle, Disclosure

IS_SHA256 = r"^[0-9a-f]{64}$"


def document_path(document: Document, filename: str) -> str:  # noqa: ARG001  (Django's signature)
    """Name a stored file by chance: neither content nor owner shows in its address."""
    return f"{context.current().schema}/documents/{uuid7().hex}"


def thumbnail_path(document: Document, filename: str) -> str:  # noqa: ARG001  (Django's signature)
    """Name a stored thumbnail by chance, as `document_path` does."""
    return f"{context.current().schema}/thumbnails/{uuid7().hex}"


class DocumentQuerySet(TenantQuerySet["Document"]):
    """Documents of one enterprise."""

    def newest_first(self) -> Self:
        """Sort by when they were uploaded."""
        return self.order_by("-id")

    def with_words(self, words: str) -> Self:
        """Keep those whose title or file name has the words."""
        return self.filter(Q(title__icontains=words) | Q(file_name__icontains=words))


class Document(TenantModel, TimeStampedModel):
    """A file that was looked into before it was kept; never changed, only replaced.

    Its title and who may see it can change, each time with another version. Its format
    is what its bytes are. A photo has its size in pixels, a thumbnail, and
    nothing of where and by whom it was taken.
    """

    disclosed_files = {"file": Disclosure.PUBLIC, "thumbnail": Disclosure.PUBLIC}

    title = models.CharField(_("title"), max_length=160)
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    circle = models.CharField(
        _("who may see it"),
        max_length=12,
        choices=Circle,
        default=Circle.PRIVATE,
    )
    file = models.FileField(_("file"), upload_to=document_path, max_length=200)
    file_name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(_("format"), max_length=32, choices=MediaType)
    file_bytes = models.PositiveBigIntegerField(_("size"))
    file_sha256 = models.CharField(_("SHA-256"), max_length=64)
    width_px = models.PositiveIntegerField(_("width in pixels"), null=True)
    height_px = models.PositiveIntegerField(_("height in pixels"), null=True)
    page_count = models.PositiveIntegerField(_("pages"), null=True)
    thumbnail = models.FileField(
        _("thumbnail"), upload_to=thumbnail_path, max_length=200, blank=True
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.CharField(_("uploaded by"), max_length=200)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(
                name="documents_document_title_given", condition=~Q(title="")
            ),
            models.CheckConstraint(
                name="documents_document_kind_known",
                condition=Q(kind__in=DocumentKind.values),
            ),
            models.CheckConstraint(
                name="documents_document_circle_known",
                condition=Q(circle__in=Circle.values),
            ),
            models.CheckConstraint(
                name="documents_document_media_type_known",
                condition=Q(media_type__in=MediaType.values),
            ),
            models.CheckConstraint(
                name="documents_document_file_not_empty", condition=Q(file_bytes__gt=0)
            ),
            models.CheckConstraint(
                name="documents_document_file_sha256_shaped",
                condition=Q(file_sha256__regex=IS_SHA256),
            ),
            models.CheckConstraint(
                name="documents_document_photo_has_size",
                condition=~Q(media_type__in=[one.value for one in PHOTO_TYPES])
                | Q(
                    width_px__isnull=False,
                    width_px__gt=0,
                    height_px__isnull=False,
                    height_px__gt=0,
                ),
            ),
            models.CheckConstraint(
                name="documents_document_photo_is_picture",
                condition=~Q(kind=DocumentKind.PHOTO)
                | Q(media_type__in=[one.value for one in PHOTO_TYPES]),
            ),
            models.CheckConstraint(
                name="documents_document_uploaded_by_someone",
                condition=~Q(uploaded_by=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_picture(self) -> bool:
        """Whether a page can show it as it is."""
        return self.media_type in PHOTO_TYPES
