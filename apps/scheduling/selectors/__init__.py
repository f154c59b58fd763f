"""What work there is, and in what order it is to be done."""

from apps.scheduling.selectors.pinnings import (
    Pinning,
    pinnings_of,
    reservations_of_job_orders,
)
from apps.scheduling.selectors.plans import bars_of, plan_in_force
from apps.scheduling.selectors.problem import (
    NoMachineInService,
    NothingToPlan,
    open_work_count,
)
from apps.scheduling.selectors.results import (
    LateWork,
    OrderReplanned,
    late_work,
    moved_jobs,
    orders_replanned,
    proposal_to_decide,
    work_titles,
)
from apps.scheduling.selectors.schedules import (
    Overtaken,
    ScheduleUnknown,
    assumptions_of,
    has_rush,
    is_stop_asked,
    plans_overtaken_by,
    rush_of,
    schedule,
    schedules,
    why_outdated,
)
from apps.scheduling.selectors.work import (
    JobOrderUnknown,
    WorkRequestUnknown,
    families_on,
    job_order,
    setup_counts,
    setup_times,
    work_of_order,
    work_request,
    work_requests,
)

__all__ = [
    "JobOrderUnknown",
    "LateWork",
    "NoMachineInService",
    "NothingToPlan",
    "OrderReplanned",
    "Overtaken",
    "Pinning",
    "ScheduleUnknown",
    "WorkRequestUnknown",
    "assumptions_of",
    "bars_of",
    "families_on",
    "has_rush",
    "is_stop_asked",
    "job_order",
    "late_work",
    "moved_jobs",
    "open_work_count",
    "orders_replanned",
    "pinnings_of",
    "plan_in_force",
    "plans_overtaken_by",
    "proposal_to_decide",
    "reservations_of_job_orders",
    "rush_of",
    "schedule",
    "schedules",
    "setup_counts",
    "setup_times",
    "why_outdated",
    "work_of_order",
    "work_request",
    "work_requests",
    "work_titles",
]
