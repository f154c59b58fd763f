"""What a machine's calendar and reservations say."""

from apps.capacity.selectors.calendar_chains import (
    CalendarChain,
    ChainLink,
    ExceptionInForce,
    LevelUnknown,
    calendar_chain,
    calendar_link,
    calendar_links,
    level_of_subject,
)
from apps.capacity.selectors.calendar_files import (
    calendar_file,
    in_force,
    plan_file,
    read_calendar_file,
)
from apps.capacity.selectors.calendar_revisions import (
    KeptState,
    NothingToUndo,
    kept_state,
    preview_undo,
    revisions_of,
)
from apps.capacity.selectors.calendars import (
    calendar_facts,
    calendar_of,
    machines_under,
)
from apps.capacity.selectors.capacity_groups import (
    TooManyMachines,
    capacity_groups,
    not_in_capacity_groups,
    written_capacity_groups,
)
from apps.capacity.selectors.clocks import by_database_clock
from apps.capacity.selectors.effects import (
    CalendarEffect,
    MachineEffect,
    preview_calendar,
)
from apps.capacity.selectors.loads import (
    cumulative_free_minutes,
    fleet_week_load,
    free_periods_of,
    free_stretches,
    published_weeks,
    total_week_load,
    week_load,
)
from apps.capacity.selectors.maintenance import (
    BookingInTheWay,
    MaintenancePreview,
    NewPlace,
    preview_maintenance,
)
from apps.capacity.selectors.promises import (
    CapacityConflict,
    NoFreeTime,
    check_window,
    earliest_again,
    earliest_finish,
)
from apps.capacity.selectors.reservations import (
    has_lapsed_holds,
    open_holds,
    reservation,
    reservations_of,
    reserved_spans,
    route_reservations,
    working_periods_of,
)
from apps.capacity.selectors.routes import (
    horizons,
    machine_times,
    machines_of,
    promise_route,
    promise_within,
)

__all__ = [
    "BookingInTheWay",
    "CalendarChain",
    "CalendarEffect",
    "CapacityConflict",
    "ChainLink",
    "ExceptionInForce",
    "KeptState",
    "LevelUnknown",
    "MachineEffect",
    "MaintenancePreview",
    "NewPlace",
    "NoFreeTime",
    "NothingToUndo",
    "TooManyMachines",
    "by_database_clock",
    "calendar_chain",
    "calendar_facts",
    "calendar_file",
    "calendar_link",
    "calendar_links",
    "calendar_of",
    "capacity_groups",
    "check_window",
    "cumulative_free_minutes",
    "earliest_again",
    "earliest_finish",
    "fleet_week_load",
    "free_periods_of",
    "free_stretches",
    "has_lapsed_holds",
    "horizons",
    "in_force",
    "kept_state",
    "level_of_subject",
    "machine_times",
    "machines_of",
    "machines_under",
    "not_in_capacity_groups",
    "open_holds",
    "plan_file",
    "preview_calendar",
    "preview_maintenance",
    "preview_undo",
    "promise_route",
    "promise_within",
    "published_weeks",
    "read_calendar_file",
    "reservation",
    "reservations_of",
    "reserved_spans",
    "revisions_of",
    "route_reservations",
    "total_week_load",
    "week_load",
    "working_periods_of",
    "written_capacity_groups",
]
