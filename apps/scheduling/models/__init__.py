"""Work that machines are to do, and the order it is put in."""

from apps.scheduling.models.schedule import Schedule, ScheduledJob
from apps.scheduling.models.setup_time import SetupTime
from apps.scheduling.models.work_request import JobOption, JobOrder, WorkRequest

__all__ = [
    "JobOption",
    "JobOrder",
    "Schedule",
    "ScheduledJob",
    "SetupTime",
    "WorkRequest",
]
