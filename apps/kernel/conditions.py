"""Conditions that tables of several apps check, safe where a column is empty."""

from django.db.models import Q


def none_or_above_zero(column: str) -> Q:
    """Say that a figure is unknown or above zero."""
    return Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gt": 0})
