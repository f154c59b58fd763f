"""Abstract columns that many models share."""

from django.db import models
from django.db.models.functions import Now

from apps.kernel.identifiers import uuid7


class TimeStampedModel(models.Model):
    """When a row was written and last changed; for audit, never for rules."""

    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        abstract = True


class SharedModel(models.Model):
    """A row of the shared schema, keyed by a UUIDv7."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
