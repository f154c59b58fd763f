"""What a machine's calendar and reservations say."""

from apps.capacity.selectors.calendars import calendar_facts, calendar_of
from apps.capacity.selectors.loads import (
    cumulative_free_minutes,
    total_week_load,
    week_load,
)
from apps.capacity.selectors.promises import (
    CapacityConflict,
    NoFreeTime,
    check_window,
    earliest_finish,
)
from apps.capacity.selectors.reservations import (
    has_lapsed_holds,
    reservations_of,
    reserved_spans,
    working_periods_of,
)

__all__ = [
    "CapacityConflict",
    "NoFreeTime",
    "calendar_facts",
    "calendar_of",
    "check_window",
    "cumulative_free_minutes",
    "earliest_finish",
    "has_lapsed_holds",
    "reservations_of",
    "reserved_spans",
    "total_week_load",
    "week_load",
    "working_periods_of",
]
