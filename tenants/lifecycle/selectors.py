"""What an enterprise's owner sees of its exports."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import NotFound
from tenants import context
from tenants.archive import storing
from tenants.jobs.progress import progress_of
from tenants.models import Archive, Job
from tenants.types import ArchivePurpose, ArchiveState

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Export:
    """All of an enterprise in a file, or on its way into one."""

    id: UUID
    state: ArchiveState
    asked_at: datetime
    asked_by: str
    expires_at: datetime | None
    size: int
    row_count: int
    file_count: int
    error: str
    percent: int = 0
    note: str = ""

    @property
    def is_making(self) -> bool:
        """Whether it is being written."""
        return self.state is ArchiveState.MAKING

    @property
    def is_ready(self) -> bool:
        """Whether it can be downloaded."""
        return self.state is ArchiveState.READY


def exports_of(enterprise_id: UUID, *, at: datetime) -> list[Export]:
    """Return an enterprise's exports that are not over, newest first."""
    with context.directory():
        rows = list(
            Archive.objects.filter(
                enterprise_id=enterprise_id, purpose=ArchivePurpose.EXPORT
            )
            .exclude(expires_at__lt=at)
            .order_by("-id")[:SHOWN]
        )
    return [_export(row) for row in rows]


def _export(row: Archive) -> Export:
    percent, note = 0, ""
    if row.state == ArchiveState.MAKING:
        with context.jobs():
            job = (
                Job.objects.filter(
                    kind="tenants.write_archive", args__archive_id=str(row.pk)
                )
                .values_list("id", flat=True)
                .first()
            )
            percent, note = progress_of(job) if job else (0, "")
    return Export(
        id=row.pk,
        state=ArchiveState(row.state),
        asked_at=row.created_at,
        asked_by=row.requested_by,
        expires_at=row.expires_at,
        size=row.size,
        row_count=row.row_count,
        file_count=row.file_count,
        error=row.error,
        percent=percent,
        note=note,
    )


def export_file(*, enterprise_id: UUID, export_id: UUID, at: datetime) -> Path:
    """Return the file of an export that may still be taken.

    :raises NotFound: if the enterprise has no such export, or its time is over.
    """
    with context.directory():
        row = Archive.objects.filter(
            pk=export_id,
            enterprise_id=enterprise_id,
            purpose=ArchivePurpose.EXPORT,
            state=ArchiveState.READY,
            expires_at__gt=at,
        ).first()
    path = storing.path_of(row.path) if row else None
    if path is None or not path.is_file():
        raise NotFound(_("There is no such export."), field="export")
    return path
