"""The words of the app, and what other apps learn from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput


class DocumentKind(models.TextChoices):
    """What a file is of."""

    PHOTO = "photo", _("Photo")
    CERTIFICATE = "certificate", _("Certificate")
    INSPECTION_RESULT = "inspection_result", _("Inspection result")
    DATA_SHEET = "data_sheet", _("Data sheet")
    OTHER = "other", _("Other document")


class MediaType(models.TextChoices):
    """The formats that are taken, by what is in them and not by their name."""

    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    WEBP = "image/webp", "WebP"
    PDF = "application/pdf", "PDF"
    QIF = "application/qif+xml", "QIF"
    CSV = "text/csv", "CSV"


PHOTO_TYPES = (MediaType.JPEG, MediaType.PNG, MediaType.WEBP)


class DocumentRefused(InvalidInput):
    """The file is not taken; `facts["fault"]` says why in a word.

    Its status tells too large (413) and another format (415) from the rest.
    """

    code = "document_refused"

    def __init__(self, detail: object = "", *, status: int = 422, **said: Any) -> None:
        super().__init__(detail, **said)
        self.status = status


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file turned out to be, and how it is kept."""

    media_type: MediaType
    kept: Path
    thumbnail: Path | None
    width_px: int | None = None
    height_px: int | None = None
    page_count: int | None = None
    formula_count: int = 0
