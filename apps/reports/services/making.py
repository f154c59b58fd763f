"""Making a report: figures, charts, pages, sheets, and then the files themselves."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.notify import services as notify
from apps.reports import selectors
from apps.reports.models import Report
from apps.reports.rules import documents
from apps.reports.rules import parameters as rules
from apps.reports.services import chart, files, pdf, workbook
from apps.reports.types import Document, FileFormat, Origin, Rendered, ReportKind
from tenants import context, jobs
from tenants.types import SYSTEM, Disclosure

# Whose facts each kind of notice carries to its readers.
NOTICES = {"report.ready": Disclosure.PRIVATE}


@transaction.atomic
def make_report(*, report_id: UUID, at: datetime) -> Report:
    """Make a report's next edition from the figures as they stand.

    :raises ReportNotFound: if there is no such report here.
    :raises ReportNotDrawn: if a chart or a page cannot be drawn.
    """
    report: Report | None = (
        Report.objects.select_for_update().filter(pk=report_id).first()
    )
    if report is None:
        raise selectors.ReportNotFound
    files.sweep(report)
    with translation.override(report.language):
        jobs.report_progress(percent=5, note=_("Collecting figures"))
        document = document_of(report, at=at)
        drawn = _draw(document)
        jobs.report_progress(percent=90, note=_("Writing files"))
    report.edition += 1
    report.finished_at = at
    report.save(update_fields=["edition", "finished_at"])
    for each in drawn:
        files.store(report=report, rendered=each, at=at)
    audit.record(
        verb="report.made",
        subject=report,
        by=SYSTEM,
        at=at,
        facts={"edition": report.edition, "files": [each.name for each in drawn]},
    )
    _tell(report, at)
    return report


def document_of(report: Report, *, at: datetime) -> Document:
    """Lay a report's next edition out in the language in force."""
    enterprise = context.current()
    covered = rules.read(
        ReportKind(report.kind), report.parameters, today=report.created_at.date()
    )
    origin = Origin(
        reference=report.reference,
        edition=report.edition + 1,
        enterprise=enterprise.name,
        by=report.created_by,
        at=at,
        time_zone=enterprise.time_zone,
        software=settings.VERSION,
    )
    facts = selectors.facts_for(covered, at=at)
    return documents.lay_out(
        facts=facts, parameters=covered, origin=origin, language=report.language
    )


def _draw(document: Document) -> list[Rendered]:
    jobs.report_progress(percent=30, note=_("Drawing charts"))
    origin = document.origin
    # A name of plain letters in every language: all systems and mail programs keep it.
    kind = document.kind.replace("_", "-")
    stem = f"{kind}-{origin.reference}-{origin.edition}".lower()
    drawn = [
        Rendered(
            FileFormat.SVG,
            chart.draw(figure, language=document.language, on_paper=False).encode(),
            f"{stem}-chart-{number}.svg",
        )
        for number, figure in enumerate(document.figures, start=1)
    ]
    jobs.report_progress(percent=50, note=_("Setting pages"))
    paper = pdf.draw(document)
    jobs.report_progress(percent=75, note=_("Filling sheets"))
    sheets = workbook.draw(document)
    return [
        Rendered(FileFormat.PDF, paper, f"{stem}.pdf"),
        Rendered(FileFormat.XLSX, sheets, f"{stem}.xlsx"),
        *drawn,
    ]


def _tell(report: Report, at: datetime) -> None:
    if report.created_by_id is None:
        return
    with translation.override(report.language):
        notify.notify(
            kind="report.ready",
            title=_("%(title)s is ready") % {"title": report.title},
            body=_("Edition %(edition)d") % {"edition": report.edition},
            url=f"/reports/{report.id}/",
            user_id=report.created_by_id,
            at=at,
            dedup_key=f"report:{report.id}:{report.edition}",
        )
