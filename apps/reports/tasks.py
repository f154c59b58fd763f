"""Work in the background that belongs to reports."""

from uuid import UUID

from django.utils import timezone

from apps.reports import services
from tenants import jobs


@jobs.handler("reports.render")
def render_report(*, report_id: str, **_: object) -> None:
    """Make a report's next edition."""
    services.make_report(report_id=UUID(report_id), at=timezone.now())
