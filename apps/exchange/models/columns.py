"""Columns and conditions that the tables of the market share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    IntegerColumn = models.Field[int, int]
else:
    # Only the stubs know what a field holds.
    IntegerColumn = models.Field

IS_COUNTRY = r"^[A-Z]{2}$"
IS_CURRENCY = r"^[A-Z]{3}$"
ON_EARTH = Q(latitude__isnull=True, longitude__isnull=True) | Q(
    latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180
)


def known(column: str, choices: type[models.TextChoices], **also: bool) -> Q:
    """Say that a column holds one of its choices."""
    return Q(**{f"{column}__in": choices.values}, **also)


def codes(label: Any) -> ArrayField[list[str], list[str]]:
    """Return a column for a set of catalogue codes."""
    return ArrayField(
        models.CharField(max_length=64), verbose_name=label, default=list, blank=True
    )


class TransactionIdField(IntegerColumn):
    """The id of a transaction in PostgreSQL, which never wraps around."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002  (Django's signature)
        """Name the type in the database."""
        return "xid8"

    def from_db_value(self, value: str | None, *_: object) -> int | None:
        """Read a number; the driver knows no such type and gives text."""
        return None if value is None else int(value)

    def get_prep_value(self, value: object) -> str | None:
        """Write text: there is no cast from a number to a transaction id."""
        return None if value is None else str(value)
