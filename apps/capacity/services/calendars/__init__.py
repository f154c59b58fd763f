"""What a planner can do about when machines work."""

from apps.capacity.selectors import NothingToUndo
from apps.capacity.services.calendars.exceptions import (
    ExceptionUnknown,
    add_exception,
    remove_exception,
)
from apps.capacity.services.calendars.undoing import undo_calendar
from apps.capacity.services.calendars.weeks import (
    follow_enterprise_calendar,
    inherit_week,
    replace_calendar,
    set_efficiency,
    set_keeps_exceptions,
    set_shifts,
)
from apps.capacity.services.calendars.writing import CalendarChanged, CalendarUnknown

__all__ = [
    "CalendarChanged",
    "CalendarUnknown",
    "ExceptionUnknown",
    "NothingToUndo",
    "add_exception",
    "follow_enterprise_calendar",
    "inherit_week",
    "remove_exception",
    "replace_calendar",
    "set_efficiency",
    "set_keeps_exceptions",
    "set_shifts",
    "undo_calendar",
]
