"""What a manufacturer can do with its machines' time."""

from apps.capacity.selectors import CapacityConflict, NoFreeTime
from apps.capacity.services.calendars import (
    CalendarChanged,
    CalendarUnknown,
    ExceptionUnknown,
    NothingToUndo,
    add_exception,
    follow_enterprise_calendar,
    inherit_week,
    remove_exception,
    replace_calendar,
    set_efficiency,
    set_keeps_exceptions,
    set_shifts,
    undo_calendar,
)
from apps.capacity.services.maintenance import (
    BookingMoved,
    MaintenanceTaken,
    take_maintenance,
)
from apps.capacity.services.planned import PlannedTime, place_work
from apps.capacity.services.quotas import HoldQuotaReached
from apps.capacity.services.reservations import (
    HoldExpired,
    MachineNotInService,
    PartOfRoute,
    ReservationNotLive,
    ReservationUnknown,
    book,
    hold,
    release,
    sweep_lapsed,
)
from apps.capacity.services.routes import (
    book_route,
    check_arrival,
    drop_route,
    hold_lots,
    hold_route,
    in_service,
    release_route,
    take_machines,
)
from apps.capacity.services.turns import in_turn

__all__ = [
    "BookingMoved",
    "CalendarChanged",
    "CalendarUnknown",
    "CapacityConflict",
    "ExceptionUnknown",
    "HoldExpired",
    "HoldQuotaReached",
    "MachineNotInService",
    "MaintenanceTaken",
    "NoFreeTime",
    "NothingToUndo",
    "PartOfRoute",
    "PlannedTime",
    "ReservationNotLive",
    "ReservationUnknown",
    "add_exception",
    "book",
    "book_route",
    "check_arrival",
    "drop_route",
    "follow_enterprise_calendar",
    "hold",
    "hold_lots",
    "hold_route",
    "in_service",
    "in_turn",
    "inherit_week",
    "place_work",
    "release",
    "release_route",
    "remove_exception",
    "replace_calendar",
    "set_efficiency",
    "set_keeps_exceptions",
    "set_shifts",
    "sweep_lapsed",
    "take_machines",
    "take_maintenance",
    "undo_calendar",
]
