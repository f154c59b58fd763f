"""Reports as pages list them, and the figures that they are made of."""

from apps.reports.selectors.figures import facts_for
from apps.reports.selectors.reports import (
    ReportFileNotFound,
    ReportNotFound,
    charts_of,
    file_to_download,
    find_report,
    report_view,
    reports,
)

__all__ = [
    "ReportFileNotFound",
    "ReportNotFound",
    "charts_of",
    "facts_for",
    "file_to_download",
    "find_report",
    "report_view",
    "reports",
]
