"""Conditions that several tables check, safe where a column is empty."""

from collections.abc import Iterable

from django.db.models import BooleanField, F, Func, Q, Value

from apps.machines.rules.figures import COARSEST_IT_GRADE, FINEST_IT_GRADE
from apps.machines.types import FeatureClass


def none_of(*columns: str) -> Q:
    """Say that no column has a value."""
    return Q(**{f"{column}__isnull": True for column in columns})


def all_given(*columns: str) -> Q:
    """Say that every column has a value.

    A comparison with NULL is neither true nor false, and a CHECK lets it pass.
    """
    return Q(**{f"{column}__isnull": False for column in columns})


def holds_only(column: str, values: Iterable[str]) -> Func:
    """Say that a column holds an object whose values are all among the known ones."""
    other = " && ".join(f'@ != "{value}"' for value in values)
    return _path(
        column,
        f'$.type() == "object" && !exists($.* ? (@.type() != "string" || ({other})))',
    )


def holds_some(column: str, value: str) -> Func:
    """Say that a column holds an object of which some value is this one."""
    return _path(column, f'exists($.* ? (@ == "{value}"))')


def holds_tolerances(column: str) -> Func:
    """Say that a column holds figures of known features: each some, none impossible."""
    other = " && ".join(f'@ != "{feature}"' for feature in FeatureClass.values)
    strange = " && ".join(
        f'@ != "{name}"' for name in ("it_grade", "tolerance_um", "roughness_um")
    )
    return _path(
        column,
        '$.type() == "object"'
        f" && !exists($.keyvalue().key ? ({other}))"
        ' && !exists($.* ? (@.type() != "object" || !exists(@.*)))'
        f" && !exists($.*.keyvalue().key ? ({strange}))"
        ' && !exists($.*.* ? (@.type() != "number" || @ <= 0))'
        " && !exists($.*.it_grade ?"
        f" (@ < {FINEST_IT_GRADE} || @ > {COARSEST_IT_GRADE} || @.floor() != @))",
    )


def _path(column: str, path: str) -> Func:
    return Func(
        F(column),
        Value(path),
        function="jsonb_path_match",
        output_field=BooleanField(),
    )
