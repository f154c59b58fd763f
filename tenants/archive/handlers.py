"""Archives that are written in the background."""

from datetime import datetime
from uuid import UUID

from tenants import context, jobs
from tenants.archive import writing
from tenants.models import Archive
from tenants.types import Actor, ArchivePurpose

WRITE = "tenants.write_archive"


def enqueue_writing(archive_id: UUID, at: datetime) -> UUID:
    """Have an archive written that has a row already."""
    return jobs.enqueue(WRITE, archive_id=str(archive_id), at=at.isoformat())


@jobs.handler(WRITE, scope=jobs.Scope.OWNER)
def write_archive(*, archive_id: str, at: str) -> None:
    """Write an archive that was asked for."""
    with context.directory():
        row = Archive.objects.select_related("enterprise").get(pk=archive_id)
    writing.write_archive(
        enterprise=row.enterprise,
        purpose=ArchivePurpose(row.purpose),
        by=Actor(label=row.requested_by),
        at=datetime.fromisoformat(at),
        archive=row,
    )
