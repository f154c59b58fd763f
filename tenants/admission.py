"""Whether an enterprise may be served by this process now, and what is done if not."""

from enum import Enum, auto
from uuid import UUID

from django.utils import timezone

from tenants import context, jobs
from tenants.models import Job
from tenants.registry import selectors as enterprises
from tenants.types import EnterpriseRef, JobState, Tier

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_SECONDS = "5"
DATABASE_HEADER = "Spindle-Database"
REVIVE = "tenants.revive_enterprise"


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
    # Lifecycle stands above the request path, and asks it in turn.
    from tenants.lifecycle import services as lifecycle

    lifecycle.wake(enterprise_id=enterprise_id, at=timezone.now())


def request_revival(ref: EnterpriseRef) -> UUID:
    """Have an archived enterprise brought back in the background; once is enough."""
    with context.jobs():
        return jobs.enqueue(
            REVIVE, dedup_key=f"revive {ref.id}", enterprise_id=str(ref.id)
        )


def is_being_revived(ref: EnterpriseRef) -> bool:
    """Say whether a worker brings the enterprise back, or is about to."""
    with context.jobs():
        return Job.objects.filter(
            kind=REVIVE,
            state__in=[JobState.QUEUED, JobState.RUNNING],
            args__enterprise_id=str(ref.id),
        ).exists()
