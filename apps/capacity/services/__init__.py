"""What a manufacturer can do with its machines' time."""

from apps.capacity.selectors import CapacityConflict, NoFreeTime
from apps.capacity.services.calendars import (
    CalendarChanged,
    CalendarUnknown,
    ExceptionUnknown,
    add_exception,
    follow_enterprise_calendar,
    remove_exception,
    set_shifts,
)
from apps.capacity.services.reservations import (
    HoldExpired,
    HoldQuotaReached,
    MachineNotInService,
    MaintenanceTaken,
    ReservationNotLive,
    ReservationUnknown,
    book,
    hold,
    release,
    sweep_lapsed,
    take_maintenance,
)

__all__ = [
    "CalendarChanged",
    "CalendarUnknown",
    "CapacityConflict",
    "ExceptionUnknown",
    "HoldExpired",
    "HoldQuotaReached",
    "MachineNotInService",
    "MaintenanceTaken",
    "NoFreeTime",
    "ReservationNotLive",
    "ReservationUnknown",
    "add_exception",
    "book",
    "follow_enterprise_calendar",
    "hold",
    "release",
    "remove_exception",
    "set_shifts",
    "sweep_lapsed",
    "take_maintenance",
]
