"""What several models say of their columns."""

from typing import Any

from django.db import models
from django.db.models import Q

IS_CURRENCY = r"^[A-Z]{3}$"
IS_COUNTRY = r"^([A-Z]{2})?$"
IS_SHA256 = r"^[0-9a-f]{64}$"


def known(column: str, choices: type[models.TextChoices]) -> Q:
    """Say that a column holds one of its choices."""
    return Q(**{f"{column}__in": choices.values})


def paired(event: str) -> Q:
    """Say that an event has both its time and its actor, or has not happened."""
    at, by = f"{event}_at", f"{event}_by"
    return Q(**{f"{at}__isnull": True, by: ""}) | (
        Q(**{f"{at}__isnull": False}) & ~Q(**{by: ""})
    )


def actor(label: Any) -> "models.CharField[str, str]":
    """Return a column for who did it, by the name that the audit knows them by."""
    return models.CharField(label, max_length=200, blank=True, default="")
