"""Clears up after writers of archives that were killed."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tenants import context
from tenants.archive import storing
from tenants.models import Archive
from tenants.types import ArchiveState


def clear_unfinished(*, at: datetime) -> int:
    """Call archives failed whose writer died, and remove what it left; say how many."""
    storing.remove_unfinished()
    with context.directory():
        return Archive.objects.filter(
            state=ArchiveState.MAKING,
            created_at__lt=at - timedelta(seconds=storing.UNFINISHED_SECONDS),
        ).update(
            state=ArchiveState.FAILED,
            error=_("It was cut short. Ask again."),
            finished_at=at,
        )
