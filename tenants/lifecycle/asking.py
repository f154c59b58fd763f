"""Changes of tier that a person asks for and a worker makes."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from tenants import context, jobs
from tenants.archive import storing, writing
from tenants.lifecycle.resting import long_dormant_enterprises, unused_enterprises
from tenants.lifecycle.selectors import export_file
from tenants.lifecycle.states import change, hold, record
from tenants.models import Archive
from tenants.types import SYSTEM, Actor, ArchivePurpose, ArchiveState, Tier

REST = "tenants.let_rest"
ARCHIVE = "tenants.archive_enterprise"
REVIVE = "tenants.revive_enterprise"
# A database has other things to do: the rest is for the next sweep.
MOST_RESTS_A_SWEEP = 200
MOST_ARCHIVES_A_SWEEP = 20


def _enqueue(kind: str, enterprise_id: UUID, by: Actor, **facts: Any) -> UUID:
    # The platform's own work: the enterprise's may not run while it rests.
    with context.jobs():
        return jobs.enqueue(
            kind,
            dedup_key=f"{kind.rpartition('.')[2].partition('_')[0]} {enterprise_id}",
            enterprise_id=str(enterprise_id),
            by_label=by.label,
            by_user=str(by.user_id or ""),
            **facts,
        )


def request_rest(*, enterprise_id: UUID, by: Actor) -> UUID:
    """Have an activated enterprise rest."""
    return _enqueue(REST, enterprise_id, by)


def request_archiving(*, enterprise_id: UUID, by: Actor) -> UUID:
    """Have a dormant enterprise archived."""
    return _enqueue(ARCHIVE, enterprise_id, by)


def request_revival(*, enterprise_id: UUID, by: Actor) -> UUID:
    """Have an archived enterprise brought back."""
    return _enqueue(REVIVE, enterprise_id, by)


def sweep_tiers(*, at: datetime) -> dict[str, int]:
    """Have those rest whom nobody uses, and those archived who rest for long.

    Each is a job of its own; who is used meanwhile is left alone.
    """
    unused = unused_enterprises(at=at, most=MOST_RESTS_A_SWEEP)
    before = at - timedelta(days=settings.DORMANT_AFTER_DAYS)
    for enterprise_id in unused:
        _enqueue(REST, enterprise_id, SYSTEM, unused_since=before.isoformat())
    dormant = long_dormant_enterprises(at=at, most=MOST_ARCHIVES_A_SWEEP)
    for enterprise_id in dormant:
        _enqueue(ARCHIVE, enterprise_id, SYSTEM)
    return {
        "resting": len(unused),
        "archiving": len(dormant),
        "exports_removed": forget_exports(at=at),
    }


@change()
def ask_for_export(*, enterprise_id: UUID, by: Actor, at: datetime) -> Archive:
    """Have all that an enterprise owns written to a file that its owner may take."""
    row = hold(enterprise_id, Tier.ACTIVATED)
    with context.directory():
        waiting = Archive.objects.filter(
            enterprise=row, purpose=ArchivePurpose.EXPORT, state=ArchiveState.MAKING
        ).first()
    if waiting is not None:
        return waiting
    archive = writing.request_archive(
        enterprise=row, purpose=ArchivePurpose.EXPORT, by=by, at=at
    )
    with context.directory():
        archive.expires_at = at + timedelta(days=settings.EXPORT_LASTS_DAYS)
        archive.save(update_fields=["expires_at"])
    record(row, "enterprise.export_asked", by, at, archive=str(archive.pk))
    return archive


@change()
def take_export(
    *, enterprise_id: UUID, export_id: UUID, by: Actor, at: datetime
) -> Path:
    """Return the file of an export, and write down who took it.

    :raises NotFound: if there is none, or its time is over.
    """
    path = export_file(enterprise_id=enterprise_id, export_id=export_id, at=at)
    row = hold(enterprise_id, Tier.ACTIVATED)
    record(row, "enterprise.export_taken", by, at, archive=str(export_id))
    return path


def forget_exports(*, at: datetime) -> int:
    """Remove exports whose time to be taken is over; return how many."""
    with context.directory():
        over = list(
            Archive.objects.filter(
                purpose=ArchivePurpose.EXPORT, expires_at__lt=at
            ).order_by("id")[:1000]
        )
    for archive in over:
        # The file first: a row without one is found again, a file without one is not.
        storing.remove(archive.path)
        with context.directory():
            Archive.objects.filter(pk=archive.pk).delete()
    return len(over)
