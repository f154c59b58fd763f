"""The words of the app."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReviewState(models.TextChoices):
    """How far the operator's check of a certificate has come."""

    SUBMITTED = "submitted", pgettext_lazy("review", "Waiting")
    VERIFIED = "verified", _("Verified")
    REJECTED = "rejected", pgettext_lazy("certificate", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("review", "Withdrawn")


DECIDED = (ReviewState.VERIFIED, ReviewState.REJECTED)
