from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.reports.types import FileFormat, ReportKind
from tenants import context
from tenants.isolation import TenantModel, TenantQuerySet
from tenants.types import Disclosure


def file_path(file: ReportFile, name: str) -> str:
    """Keep files of different enterprises and reports in folders of their own."""
    return f"{context.current().schema}/reports/{file.report_id}/{name}"


class ReportQuerySet(TenantQuerySet["Report"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class Report(TenantModel):
    """A document that somebody asked for, and what it was to cover.

    It is made in the background: its job says how far that has come and why it
    failed. Each time it is made it gets a new edition, and keeps the ones before.
    The database keeps that it is finished exactly when there is an edition.
    """

    kind = models.CharField(_("kind"), max_length=32, choices=ReportKind)
    title = models.CharField(_("title"), max_length=200)
    parameters = models.JSONField(_("covers"), default=dict)
    language = models.CharField(_("language"), max_length=10)
    edition = models.PositiveIntegerField(_("edition"), default=0)
    job_id = models.UUIDField(_("job"))
    created_at = models.DateTimeField(_("asked for at"))
    created_by = models.CharField(_("asked for by"), max_length=200)
    created_by_id = models.UUIDField(_("person who asked"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                name="reports_report_kind_known",
                condition=Q(kind__in=ReportKind.values),
            ),
            models.CheckConstraint(
                name="reports_report_finished_with_edition",
                condition=Q(finished_at__isnull=True, edition=0)
                | Q(finished_at__isnull=False, edition__gte=1),
            ),
        ]
        indexes = [
            models.Index(name="reports_report_newest", fields=["-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """What people call the report by: the end of its id, which is random."""
        return f"R-{self.id.hex[-8:].upper()}"


class ReportFileQuerySet(TenantQuerySet["ReportFile"]):
    def of_edition(self, edition: int) -> Self:
        return self.filter(edition=edition)


class ReportFile(TenantModel):
    """One finished file of one edition of a report.

    A row exists only for a file that was written whole; its digest and size say
    what was written.
    """

    disclosed_files = {"file": Disclosure.PRIVATE}

    # The unique constraint below begins with it, so that it needs no index of its own.
    report = models.ForeignKey(
        Report, models.CASCADE, related_name="files", db_index=False
    )
    edition = models.PositiveIntegerField(_("edition"))
    format = models.CharField(_("format"), max_length=8, choices=FileFormat)
    file = models.FileField(_("file"), upload_to=file_path, max_length=300)
    name = models.CharField(_("name for download"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    created_at = models.DateTimeField(_("written at"))

    objects = ReportFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of a report")
        constraints = [
            # A report may have several charts, told apart by their names.
            models.UniqueConstraint(
                name="reports_reportfile_name_unique",
                fields=["report", "edition", "name"],
            ),
            models.CheckConstraint(
                name="reports_reportfile_format_known",
                condition=Q(format__in=FileFormat.values),
            ),
            models.CheckConstraint(
                name="reports_reportfile_sha256_shaped",
                condition=Q(sha256__regex="^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="reports_reportfile_size_above_zero", condition=Q(size__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name
