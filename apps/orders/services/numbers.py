"""Numbers that people call documents by: `RFQ-2026-000123`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from apps.kernel.identifiers import uuid7
from apps.orders.models import NumberSeries
from apps.orders.types import Series
from tenants import context


@transaction.atomic
def next_number(*, series: Series, at: datetime) -> str:
    """Take the next number of a series, in the year it is at the enterprise.

    The series stays locked until the caller's transaction ends: take it late.
    """
    year = at.astimezone(ZoneInfo(context.current().time_zone)).year
    table = connection.ops.quote_name(NumberSeries._meta.db_table)
    # One statement: it makes the row or waits for it, so that two documents begun
    # at once never read the same number, and one rolled back gives its number back.
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, kind, year, last) VALUES (%s, %s, %s, 1)"  # noqa: S608  (the name is the model's own)
            f" ON CONFLICT (kind, year) DO UPDATE SET last = {table}.last + 1"
            " RETURNING last",
            [uuid7(), series.value, year],
        )
        (last,) = cursor.fetchone()
    return f"{series.value}-{year}-{last:06d}"
