"""What a planner can do about work on machines."""

from apps.scheduling.services.job_orders import (
    JobOrderCannotMove,
    JobOrderChanged,
    move_job_order_state,
    pin_job_order,
    unpin_job_order,
)
from apps.scheduling.services.schedules import (
    RUN,
    OnlyAssumed,
    ScheduleDecided,
    ScheduleOutdated,
    accept_schedule,
    preview_rush,
    reject_schedule,
    request_schedule,
    run_schedule,
    stop_schedule,
)
from apps.scheduling.services.setup_times import SetupTimesChanged, set_setup_times
from apps.scheduling.services.work_requests import (
    WorkHasBegun,
    WorkOfAnOrder,
    WorkRequestChanged,
    add_work_request,
    cancel_work_request,
    end_work_of_order,
    ensure_work_of_order,
    revise_work_request,
)

__all__ = [
    "RUN",
    "JobOrderCannotMove",
    "JobOrderChanged",
    "OnlyAssumed",
    "ScheduleDecided",
    "ScheduleOutdated",
    "SetupTimesChanged",
    "WorkHasBegun",
    "WorkOfAnOrder",
    "WorkRequestChanged",
    "accept_schedule",
    "add_work_request",
    "cancel_work_request",
    "end_work_of_order",
    "ensure_work_of_order",
    "move_job_order_state",
    "pin_job_order",
    "preview_rush",
    "reject_schedule",
    "request_schedule",
    "revise_work_request",
    "run_schedule",
    "set_setup_times",
    "stop_schedule",
    "unpin_job_order",
]
