"""The words of the app, and what other apps learn from it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
