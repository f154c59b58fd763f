"""Activated enterprises that nobody uses rest; the first use wakes them."""

import threading
import time
from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict
from tenants import context
from tenants.jobs.upkeep import DUE
from tenants.lifecycle import hooks
from tenants.lifecycle.states import change, change_tier, hold, record, ref_of
from tenants.models import Enterprise, Job
from tenants.registry.services import announce_change
from tenants.types import SYSTEM, Actor, EnterpriseRef, JobState, Tier

# Somebody's being there is written down at most once in this time.
NOTED_EVERY = timedelta(hours=1)
MOST_REMEMBERED = 4096

_noted: OrderedDict[UUID, float] = OrderedDict()
_lock = threading.Lock()


class StillUsed(Conflict):
    """Raised when an enterprise was used since it was chosen to rest."""

    code = "still_used"


def note_activity(*, enterprise_id: UUID, at: datetime) -> None:
    """Remember that a member acts; at most once an hour it costs a statement."""
    now = time.monotonic()
    with _lock:
        last = _noted.get(enterprise_id)
        if last is not None and now - last < NOTED_EVERY.total_seconds():
            return
        _noted[enterprise_id] = now
        _noted.move_to_end(enterprise_id)
        while len(_noted) > MOST_REMEMBERED:
            _noted.popitem(last=False)
    with context.directory():
        # Other processes remember for themselves: the row says who was first.
        Enterprise.objects.filter(
            Q(last_active_at__isnull=True) | Q(last_active_at__lt=at - NOTED_EVERY),
            pk=enterprise_id,
        ).update(last_active_at=at)


def forget_activity() -> None:
    """Forget who was noted, as tests do between them."""
    with _lock:
        _noted.clear()


@change()
def let_rest(
    *,
    enterprise_id: UUID,
    by: Actor,
    at: datetime,
    unused_since: datetime | None = None,
) -> Enterprise:
    """Let an activated enterprise rest: what it shows others is withdrawn.

    With `unused_since`, only if nobody has used it from then on.

    :raises WrongTier: if it is not activated.
    :raises StillUsed: if somebody came in between.
    :raises WorkIsOpen: if others wait for it.
    """
    row = hold(enterprise_id, Tier.ACTIVATED)
    if unused_since and row.last_active_at and row.last_active_at > unused_since:
        raise StillUsed(
            _("%(name)s was used in between.") % {"name": row.name}, field="enterprise"
        )
    ref = ref_of(row)
    hooks.check_nothing_open(ref)
    hooks.run_rest(ref, by, at)
    record(row, "enterprise.rested", by, at)
    change_tier(row, Tier.DORMANT, at)
    announce_change()
    return row


@change()
def wake(*, enterprise_id: UUID, at: datetime, by: Actor = SYSTEM) -> EnterpriseRef:
    """Bring a dormant enterprise back at once; one that is awake stays so.

    :raises WrongTier: if it is neither.
    """
    row = hold(enterprise_id, Tier.DORMANT, Tier.ACTIVATED)
    if row.tier == Tier.ACTIVATED:
        return ref_of(row)
    change_tier(row, Tier.ACTIVATED, at, last_active_at=at)
    ref = ref_of(row)
    hooks.run_return(ref, by, at)
    record(row, "enterprise.woken", by, at)
    announce_change()
    return ref


def unused_enterprises(*, at: datetime, most: int) -> list[UUID]:
    """Return activated enterprises that nobody has used for long, longest first."""
    before = at - timedelta(days=settings.DORMANT_AFTER_DAYS)
    return _idle(Tier.ACTIVATED, before, most)


def long_dormant_enterprises(*, at: datetime, most: int) -> list[UUID]:
    """Return dormant enterprises that nobody came back to, longest first."""
    before = at - timedelta(days=settings.ARCHIVED_AFTER_DAYS)
    with context.directory():
        return list(
            Enterprise.objects.filter(
                tier=Tier.DORMANT,
                tier_since__lt=before,
                database=settings.DATABASE_CODE,
                write_stopped_at__isnull=True,
            )
            .order_by("tier_since", "id")
            .values_list("id", flat=True)[:most]
        )


def _idle(tier: Tier, before: datetime, most: int) -> list[UUID]:
    with context.directory():
        return list(
            Enterprise.objects.filter(
                tier=tier,
                last_active_at__lt=before,
                database=settings.DATABASE_CODE,
                suspended_at__isnull=True,
                write_stopped_at__isnull=True,
            )
            .order_by("last_active_at", "id")
            .values_list("id", flat=True)[:most]
        )


def check_no_work_waits(ref: EnterpriseRef) -> None:
    """Do nothing if no job of the enterprise waits or runs.

    What is only put down for a moment to come is taken off instead: once the
    enterprise is back, `jobs.upkeep` finds what has fallen due.

    :raises WorkIsOpen: if there is other work.
    """
    with context.jobs():
        waiting = Job.objects.filter(
            enterprise_id=ref.id, state__in=[JobState.QUEUED, JobState.RUNNING]
        )
        waiting.filter(state=JobState.QUEUED, dedup_key__startswith=DUE).update(
            state=JobState.CANCELLED
        )
        kinds = list(
            waiting.exclude(kind="tenants.close_enterprise")
            .values_list("kind", flat=True)
            .distinct()
        )
    if kinds:
        raise hooks.WorkIsOpen(
            _("%(name)s has work in the background: %(kinds)s.")
            % {"name": ref.name, "kinds": ", ".join(sorted(kinds))},
            field="enterprise",
            value=ref.slug,
            remedy=_("Wait until it is done, then try again."),
        )
