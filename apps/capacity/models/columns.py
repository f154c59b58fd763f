"""What several tables of capacity say of their columns."""

from django.db import models
from django.db.models import Func, Q


class FirstMinute(Func):
    """The minute since 1970 that a range begins in."""

    template = "floor(extract(epoch FROM lower(%(expressions)s)) / 60)::bigint"
    output_field = models.BigIntegerField()


class LastMinute(Func):
    """The first minute since 1970 that begins when a range is over."""

    template = "ceil(extract(epoch FROM upper(%(expressions)s)) / 60)::bigint"
    output_field = models.BigIntegerField()


def bounded(column: str) -> Q:
    """Say that a range has a start, included, and a later end, excluded."""
    return Q(
        **{
            f"{column}__isempty": False,
            f"{column}__lower_inc": True,
            f"{column}__upper_inc": False,
            f"{column}__lower_inf": False,
            f"{column}__upper_inf": False,
        }
    )
