"""Whether an enterprise may be served by this process now, and what is done if not."""

from contextlib import suppress
from enum import Enum, auto
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from apps.kernel.errors import DomainError
from tenants import context
from tenants.lifecycle import asking
from tenants.lifecycle import services as lifecycle
from tenants.models import Job
from tenants.registry import selectors as enterprises
from tenants.types import EnterpriseRef, JobState, Tier

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_SECONDS = "5"
DATABASE_HEADER = "Spindle-Database"


class Verdict(Enum):
    """What an enterprise's state lets a request do."""

    ADMITTED = auto()
    ABSENT = auto()
    SUSPENDED = auto()
    DORMANT = auto()
    ARCHIVED = auto()
    CLOSED = auto()
    ELSEWHERE = auto()
    WRITES_STOPPED = auto()


def judge(ref: EnterpriseRef, method: str | None) -> Verdict:
    """Say what a request with this method meets."""
    by_tier = {
        Tier.CLOSED: Verdict.CLOSED,
        Tier.REGISTERED: Verdict.ABSENT,
    }
    found = by_tier.get(ref.tier)
    if found is None and ref.is_suspended:
        found = Verdict.SUSPENDED
    elif ref.tier is Tier.ARCHIVED:
        found = Verdict.ARCHIVED
    if found is not None:
        return found
    if not enterprises.is_served_here(ref):
        return Verdict.ELSEWHERE
    if ref.is_write_stopped and method not in SAFE_METHODS:
        return Verdict.WRITES_STOPPED
    return Verdict.DORMANT if ref.tier is Tier.DORMANT else Verdict.ADMITTED


def wake(enterprise_id: UUID) -> None:
    """Bring a dormant enterprise back, as the first thing done in its name."""
    # Who was closed or moved in between is judged anew by the caller.
    with suppress(DomainError):
        lifecycle.wake(enterprise_id=enterprise_id, at=timezone.now())


def note_use(ref: EnterpriseRef) -> None:
    """Remember that somebody of the enterprise is there."""
    lifecycle.note_activity(enterprise_id=ref.id, at=timezone.now())


def has_been_closed(host: str) -> bool:
    """Say whether a host was that of an enterprise which has been erased."""
    slug, dot, rest = host.partition(".")
    if not dot or rest != settings.DOMAIN_HOST:
        return False
    return lifecycle.is_left_address(slug)


def is_being_revived(ref: EnterpriseRef) -> bool:
    """Say whether a worker brings the enterprise back, or is about to."""
    with context.jobs():
        return Job.objects.filter(
            kind=asking.REVIVE,
            state__in=[JobState.QUEUED, JobState.RUNNING],
            args__enterprise_id=str(ref.id),
        ).exists()
