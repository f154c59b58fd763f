"""Who is who, from a small cache in this process.

Entries live for seconds, so a suspension acts within them in every process.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db.models import Count, QuerySet

from tenants import context
from tenants.models import Enterprise, Membership, User
from tenants.types import EnterpriseRef, Role, Tier, Verification

CACHE_SECONDS = 2.0
CACHE_ENTRIES = 4096

_lock = threading.Lock()
_cache: OrderedDict[tuple[str, str], tuple[float, EnterpriseRef | None]] = OrderedDict()


def as_ref(enterprise: Enterprise) -> EnterpriseRef:
    """Return an activated enterprise as a plain value."""
    return EnterpriseRef(
        id=enterprise.id,
        schema=enterprise.schema_name or "",
        slug=enterprise.slug,
        name=enterprise.name,
        country=enterprise.country,
        language=enterprise.language,
        currency=enterprise.currency,
        time_zone=enterprise.time_zone,
        is_suspended=enterprise.suspended_at is not None,
        is_verified=enterprise.verification == Verification.VERIFIED,
        tier=Tier(enterprise.tier),
        database=enterprise.database_id or "",
        is_write_stopped=enterprise.write_stopped_at is not None,
    )


def _active() -> QuerySet[Enterprise]:
    return Enterprise.objects.filter(tier=Tier.ACTIVATED, schema_name__isnull=False)


def _cached(
    kind: str, key: str, load: Callable[[], Enterprise | None]
) -> EnterpriseRef | None:
    now = time.monotonic()
    with _lock:
        hit = _cache.get((kind, key))
        if hit is not None and hit[0] > now:
            _cache.move_to_end((kind, key))
            return hit[1]
    with context.directory():
        row = load()
    ref = as_ref(row) if row else None
    with _lock:
        _cache[kind, key] = (now + CACHE_SECONDS, ref)
        while len(_cache) > CACHE_ENTRIES:
            _cache.popitem(last=False)
    return ref


def forget_enterprises() -> None:
    """Empty this process's cache, after a change and between tests."""
    with _lock:
        _cache.clear()


def enterprise_by_id(enterprise_id: UUID) -> EnterpriseRef | None:
    """Return an activated enterprise, or None."""
    return _cached(
        "id", str(enterprise_id), lambda: _active().filter(pk=enterprise_id).first()
    )


def enterprise_by_slug(slug: str) -> EnterpriseRef | None:
    """Return an activated enterprise by its address, or None."""
    return _cached("slug", slug, lambda: _active().filter(slug=slug).first())


def enterprise_by_host(host: str) -> EnterpriseRef | None:
    """Return the activated enterprise that a host name leads to, or None."""
    return _cached("host", host, lambda: _active().filter(domains__domain=host).first())


def active_enterprises() -> Iterator[EnterpriseRef]:
    """Return all activated enterprises, in the order they signed up."""
    with context.directory():
        rows = list(_active().order_by("id"))
    return iter([as_ref(row) for row in rows])


def role_of(user_id: UUID, enterprise_id: UUID) -> Role | None:
    """Return a person's role in an enterprise, or None for a stranger."""
    with context.directory():
        found = (
            Membership.objects.filter(
                user_id=user_id, enterprise_id=enterprise_id, ended_at__isnull=True
            )
            .values_list("role", flat=True)
            .first()
        )
    return Role(found) if found else None


def enterprises_of(user_id: UUID) -> list[EnterpriseRef]:
    """Return the activated enterprises a person belongs to."""
    with context.directory():
        rows = list(
            _active()
            .filter(memberships__user_id=user_id, memberships__ended_at__isnull=True)
            .order_by("name")
        )
    return [as_ref(row) for row in rows]


def members_of(enterprise_id: UUID) -> list[Membership]:
    """Return an enterprise's present members with their people."""
    with context.directory():
        return list(
            Membership.objects.filter(
                enterprise_id=enterprise_id, ended_at__isnull=True
            )
            .select_related("user")
            .order_by("user__name")
        )


def user_by_email(email: str) -> User | None:
    """Return a person by e-mail address, whatever its case, or None."""
    with context.directory():
        return User.objects.filter(email=email.strip().lower()).first()


def enterprises_directory(
    *, country: str = "", search: str = "", limit: int = 200
) -> list[Enterprise]:
    """Return enterprises as the public directory lists them."""
    with context.directory():
        rows = Enterprise.objects.filter(suspended_at__isnull=True).exclude(
            tier=Tier.CLOSED
        )
        if country:
            rows = rows.filter(country=country)
        if search:
            rows = rows.filter(name__icontains=search)
        return list(rows.order_by("name")[:limit])


def count_enterprises() -> int:
    """Return how many enterprises the directory holds."""
    with context.directory():
        return Enterprise.objects.exclude(tier=Tier.CLOSED).count()


def count_by_tier() -> dict[str, int]:
    """Return how many enterprises are in each tier, all tiers named."""
    with context.directory():
        counted = dict(
            Enterprise.objects.values_list("tier").annotate(count=Count("id"))
        )
    return {tier: counted.get(tier, 0) for tier in Tier.values}
