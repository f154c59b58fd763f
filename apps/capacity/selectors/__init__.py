"""What a machine's calendar and reservations say."""

from apps.capacity.selectors.calendar_chains import (
    CalendarChain,
    ChainLink,
    ExceptionInForce,
    calendar_chain,
    calendar_link,
    calendar_links,
    revisions_of,
)
from apps.capacity.selectors.calendars import (
    calendar_facts,
    calendar_of,
    machines_under,
)
from apps.capacity.selectors.effects import (
    CalendarEffect,
    MachineEffect,
    preview_calendar,
)
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
    "CalendarChain",
    "CalendarEffect",
    "CapacityConflict",
    "ChainLink",
    "ExceptionInForce",
    "MachineEffect",
    "NoFreeTime",
    "calendar_chain",
    "calendar_facts",
    "calendar_link",
    "calendar_links",
    "calendar_of",
    "check_window",
    "cumulative_free_minutes",
    "earliest_finish",
    "has_lapsed_holds",
    "machines_under",
    "preview_calendar",
    "reservations_of",
    "reserved_spans",
    "revisions_of",
    "total_week_load",
    "week_load",
    "working_periods_of",
]
