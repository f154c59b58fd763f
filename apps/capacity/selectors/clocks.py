"""What the database's clock says: the one clock that all processes share."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

TOLERATED = timedelta(seconds=2)
"""Clocks of one network agree far better; a busy machine reads them late."""


def by_database_clock(at: datetime) -> datetime:
    """Return a moment as the database's clock has it, given as this process's has it.

    Whether a hold has lapsed is decided by this: a process whose clock is an hour ahead
    would let others' holds go while they live, and one behind would book what is gone.
    """
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    after = timezone.now()
    if before - TOLERATED <= there <= after + TOLERATED:
        return at
    return at + (there - after)
