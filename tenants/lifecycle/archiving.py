"""Dormant enterprises are put into an archive, and brought back out of it."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import DomainError
from tenants import context, jobs
from tenants.archive import reading, restoring, storing, verifying, writing
from tenants.lifecycle import hooks
from tenants.lifecycle.resting import check_no_work_waits
from tenants.lifecycle.states import (
    change,
    change_tier,
    hold,
    log_for_operators,
    ref_of,
    tell,
)
from tenants.models import Archive, Enterprise, Slot
from tenants.provisioning import services as provisioning
from tenants.registry.services import announce_change
from tenants.types import Actor, ArchivePurpose, ArchiveState, EnterpriseRef, Tier

REMOVE_FILES = "tenants.remove_files"


class ArchiveDiffers(DomainError):
    """Raised when an archive does not hold what the schema does."""

    code = "archive_differs"


class NoArchive(DomainError):
    """Raised when an archived enterprise has no archive that can be read."""

    code = "no_archive"


def archive_enterprise(*, enterprise_id: UUID, by: Actor, at: datetime) -> Archive:
    """Put a dormant enterprise into a file, and give its schema and role up.

    One transaction: killed at any moment, the enterprise is archived with all that
    it has, or is dormant as before.

    :raises WrongTier: if it is not dormant.
    :raises WorkIsOpen: if others wait for it, or a job of its does.
    :raises ArchiveDiffers: if what was written is not what the schema holds.
    """
    with change():
        row = hold(enterprise_id, Tier.DORMANT)
        ref = ref_of(row)
        hooks.check_nothing_open(ref)
        check_no_work_waits(ref)
        archive = writing.write_archive(
            enterprise=row, purpose=ArchivePurpose.ARCHIVE, by=by, at=at
        )
        _check_same(archive, ref)
        with context.directory():
            Slot.objects.filter(pk=ref.schema).delete()
        change_tier(row, Tier.ARCHIVED, at, schema_name=None, database=None)
        provisioning.drop_schema(ref.schema)
        log_for_operators(row.pk, row.slug, "enterprise.archived", by)
        with context.jobs():
            jobs.enqueue(REMOVE_FILES, schema=ref.schema)
        announce_change()
    return archive


def _check_same(archive: Archive, ref: EnterpriseRef) -> None:
    # Read back from the disk, to the last byte: soon there is nothing else.
    manifest = reading.verify_archive(storing.path_of(archive.path))
    found = verifying.checksums(ref.schema)
    differing = sorted(
        table
        for table in {*found, *manifest.checksums}
        if found.get(table) != manifest.checksums.get(table)
    )
    if differing:
        raise ArchiveDiffers(
            _("The archive of %(name)s differs from its tables: %(tables)s.")
            % {"name": ref.name, "tables": ", ".join(differing)},
            field="enterprise",
            value=ref.slug,
            remedy=_("Somebody wrote meanwhile. Try again."),
        )


def revive_enterprise(*, enterprise_id: UUID, by: Actor, at: datetime) -> EnterpriseRef:
    """Bring an archived enterprise back into a fresh schema; one that is back stays.

    :raises WrongTier: if it is neither archived nor activated.
    :raises NoArchive: if there is nothing to bring it back from.
    """
    with change():
        row = hold(enterprise_id, Tier.ARCHIVED, Tier.ACTIVATED)
        if row.tier == Tier.ACTIVATED:
            return ref_of(row)
        archive = newest_archive(row)
        jobs.report_progress(percent=5, note=_("Reading the archive"))
        restored = restoring.restore_same(
            enterprise_id=enterprise_id,
            path=storing.path_of(archive.path),
            by=by,
            at=at,
        )
        ref = restored.enterprise
        hooks.run_return(ref, by, at)
        tell(ref, "enterprise.revived", by, at, archived_at=row.tier_since)
        log_for_operators(row.pk, row.slug, "enterprise.revived", by)
        announce_change()
    return ref


def newest_archive(row: Enterprise) -> Archive:
    """Return the archive that an enterprise can be brought back from.

    :raises NoArchive: if there is none.
    """
    with context.directory():
        found = (
            Archive.objects.filter(
                enterprise=row,
                purpose=ArchivePurpose.ARCHIVE,
                state=ArchiveState.READY,
            )
            .order_by("-id")
            .first()
        )
    if found is None:
        raise NoArchive(
            _("%(name)s has no archive.") % {"name": row.name},
            field="enterprise",
            value=row.slug,
            remedy=_("Look for its file in the backup of the archives."),
        )
    return found
