"""Asking for a report."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict
from apps.kernel.identifiers import uuid7
from apps.reports import selectors
from apps.reports.models import Report
from apps.reports.rules import documents
from apps.reports.rules import parameters as rules
from tenants import context, jobs
from tenants.jobs.selectors import job_status
from tenants.types import Actor

MAKE = "reports.render"


class ReportStillBeingMade(Conflict):
    """Raised when a report is asked for again before it is finished."""

    code = "report_still_being_made"


@transaction.atomic
def request_report(
    *,
    kind: str,
    parameters: Mapping[str, Any] | None = None,
    language: str = "",
    by: Actor,
    at: datetime,
) -> Report:
    """Have a report made in the background, in the enterprise's language by default.

    :raises UnknownReportKind: if there is no report of that kind.
    :raises ReportParameterRefused: if it cannot cover what is asked.
    """
    enterprise = context.current()
    known_kind = rules.known_kind(kind)
    known_language = rules.known_language(language or enterprise.language)
    today = at.astimezone(ZoneInfo(enterprise.time_zone)).date()
    covered = rules.read(known_kind, parameters or {}, today=today)
    with translation.override(known_language):
        title = documents.title_of(covered)
    report_id = uuid7()
    report: Report = Report.objects.create(
        id=report_id,
        kind=known_kind,
        title=title,
        parameters=rules.write(covered),
        language=known_language,
        job_id=jobs.enqueue(MAKE, report_id=str(report_id)),
        created_at=at,
        created_by=by.label,
        created_by_id=by.user_id,
    )
    audit.record(
        verb="report.requested",
        subject=report,
        by=by,
        at=at,
        facts={"kind": report.kind, "language": report.language, **report.parameters},
    )
    return report


@transaction.atomic
def remake_report(*, report_id: UUID, by: Actor, at: datetime) -> Report:
    """Have a report made once more, from the figures of today, as a new edition.

    :raises ReportNotFound: if there is no such report here.
    :raises ReportStillBeingMade: if it is waiting or being made.
    """
    report: Report | None = (
        Report.objects.select_for_update().filter(pk=report_id).first()
    )
    if report is None:
        raise selectors.ReportNotFound
    status = job_status(report.job_id)
    if status is not None and not status.is_over:
        raise ReportStillBeingMade(
            _("This report is still being made."),
            field="report",
            value=report.reference,
            remedy=_("Wait until it is finished."),
        )
    report.job_id = jobs.enqueue(MAKE, report_id=str(report.id))
    report.save(update_fields=["job_id"])
    audit.record(
        verb="report.requested",
        subject=report,
        by=by,
        at=at,
        facts={"kind": report.kind, "edition": report.edition + 1},
    )
    return report
