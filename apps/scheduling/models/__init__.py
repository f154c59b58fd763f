"""Work that machines are to do, and the order it is put in."""

from apps.scheduling.models.schedule import Schedule, ScheduledJob, ScheduleQuerySet
from apps.scheduling.models.setup_time import SetupTime
from apps.scheduling.models.work_request import (
    JobOption,
    JobOrder,
    WorkRequest,
    WorkRequestQuerySet,
)

__all__ = [
    "JobOption",
    "JobOrder",
    "Schedule",
    "ScheduleQuerySet",
    "ScheduledJob",
    "SetupTime",
    "WorkRequest",
    "WorkRequestQuerySet",
]
