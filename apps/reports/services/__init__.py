"""What can be done with reports: ask for one, and make it."""

from apps.reports.services.making import make_report
from apps.reports.services.requests import (
    ReportStillBeingMade,
    remake_report,
    request_report,
)

__all__ = [
    "ReportStillBeingMade",
    "make_report",
    "remake_report",
    "request_report",
]
