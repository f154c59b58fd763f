"""Conditions that several tables check, safe where a column is empty."""

from collections.abc import Iterable

from django.db.models import BooleanField, F, Func, Q, Value


def none_of(*columns: str) -> Q:
    """Say that no column has a value."""
    return Q(**{f"{column}__isnull": True for column in columns})


def all_given(*columns: str) -> Q:
    """Say that every column has a value.

    A comparison with NULL is neither true nor false, and a CHECK lets it pass.
    """
    return Q(**{f"{column}__isnull": False for column in columns})


def none_or_above_zero(column: str) -> Q:
    """Say that a figure is unknown or above zero."""
    return Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gt": 0})


def holds_only(column: str, values: Iterable[str]) -> Func:
    """Say that a column holds an object whose values are all among the known ones."""
    other = " && ".join(f'@ != "{value}"' for value in values)
    path = f'$.type() == "object" && !exists($.* ? (@.type() != "string" || ({other})))'
    return Func(
        F(column),
        Value(path),
        function="jsonb_path_match",
        output_field=BooleanField(),
    )
