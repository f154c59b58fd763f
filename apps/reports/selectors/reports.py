"""Reports with how far they have come."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch

from apps.kernel.errors import NotFound
from apps.reports.models import Report, ReportFile
from apps.reports.types import FileFormat, FileView, ReportKind, ReportView
from tenants.models import Job, JobProgress
from tenants.types import JobState

PAGE = 50


class ReportNotFound(NotFound):
    """There is no such report in this enterprise."""

    code = "report_not_found"


class ReportFileNotFound(NotFound):
    """There is no such file of a report in this enterprise."""

    code = "report_file_not_found"


def reports(
    *, kind: str = "", created_by_id: UUID | None = None, limit: int = PAGE
) -> list[ReportView]:
    """Return reports, newest first, with their state and their latest files."""
    found = Report.objects.newest_first()
    if kind:
        found = found.filter(kind=kind)
    if created_by_id is not None:
        found = found.filter(created_by_id=created_by_id)
    return _views(found.prefetch_related(_latest_files())[:limit])


def report_view(report_id: UUID) -> ReportView:
    """Return one report with its state and its latest files.

    :raises ReportNotFound: if there is no such report here.
    """
    found = Report.objects.filter(pk=report_id).prefetch_related(_latest_files())
    views = _views(found)
    if not views:
        raise ReportNotFound
    return views[0]


def find_report(report_id: UUID) -> Report:
    """Return a report's own row.

    :raises ReportNotFound: if there is no such report here.
    """
    report: Report | None = Report.objects.filter(pk=report_id).first()
    if report is None:
        raise ReportNotFound
    return report


def file_to_download(file_id: UUID) -> ReportFile:
    """Return a finished file of any edition; its content is `.file.open()`.

    :raises ReportFileNotFound: if there is no such file here.
    """
    file: ReportFile | None = (
        ReportFile.objects.select_related("report").filter(pk=file_id).first()
    )
    if file is None:
        raise ReportFileNotFound
    return file


def charts_of(report_id: UUID) -> list[str]:
    """Return the charts of a report's latest edition as SVG for a page."""
    files = ReportFile.objects.filter(
        report_id=report_id, edition=F("report__edition"), format=FileFormat.SVG
    ).order_by("name")
    drawn = []
    for each in files:
        with each.file.open("rb") as content:
            drawn.append(content.read().decode())
    return drawn


def _latest_files() -> Any:
    latest = ReportFile.objects.filter(edition=F("report__edition"))
    return Prefetch("files", latest.order_by("format", "name"), to_attr="latest_files")


def _views(found: Iterable[Report]) -> list[ReportView]:
    rows = list(found)
    # Two look-ups for the whole page, and not two for each report.
    job_ids = [row.job_id for row in rows]
    jobs = {job.id: job for job in Job.objects.filter(pk__in=job_ids)}
    progress = {row.job_id: row for row in JobProgress.objects.filter(pk__in=job_ids)}
    return [_view(row, jobs.get(row.job_id), progress.get(row.job_id)) for row in rows]


def _view(report: Report, job: Job | None, progress: JobProgress | None) -> ReportView:
    state = job.state if job else JobState.SUCCEEDED
    is_done = state == JobState.SUCCEEDED
    said = progress if progress and not is_done else None
    return ReportView(
        id=report.id,
        reference=report.reference,
        kind=report.kind,
        kind_label=str(ReportKind(report.kind).label),
        title=report.title,
        parameters=report.parameters,
        language=report.language,
        edition=report.edition,
        created_at=report.created_at,
        created_by=report.created_by,
        finished_at=report.finished_at,
        job_id=report.job_id,
        state=state,
        percent=100 if is_done else said.percent if said else 0,
        note=said.note if said else "",
        error=job.error if job and not is_done else "",
        files=_files(getattr(report, "latest_files", ())),
    )


def _files(rows: Sequence[ReportFile]) -> tuple[FileView, ...]:
    return tuple(
        FileView(
            id=row.id,
            format=row.format,
            name=row.name,
            size=row.size,
            sha256=row.sha256,
        )
        for row in rows
    )
