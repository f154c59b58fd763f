"""Who is who."""

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from tenants import context
from tenants.models import Enterprise, Membership, User
from tenants.registry import cache
from tenants.types import EnterpriseRef, Role, Tier, Verification


def as_ref(enterprise: Enterprise) -> EnterpriseRef:
    """Return an enterprise as a plain value."""
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


def _loaded(**facts: object) -> EnterpriseRef | None:
    row = Enterprise.objects.filter(**facts).first()
    return as_ref(row) if row else None


def forget_enterprises() -> None:
    """Empty this process's cache, as tests do between them.

    A change that must act on the next request calls `services.announce_change()`.
    """
    cache.forget()


def is_served_here(ref: EnterpriseRef) -> bool:
    """Say whether the database of this process holds the enterprise's schema."""
    return bool(ref.schema) and ref.database == settings.DATABASE_CODE


def enterprise_by_id(enterprise_id: UUID) -> EnterpriseRef | None:
    """Return an enterprise that is activated and served here, or None."""
    ref = enterprise_in_any_tier(enterprise_id)
    if ref is None or ref.tier is not Tier.ACTIVATED or not is_served_here(ref):
        return None
    return ref


def enterprise_in_any_tier(enterprise_id: UUID) -> EnterpriseRef | None:
    """Return an enterprise whatever its tier, and wherever it is served, or None."""
    return cache.find("id", str(enterprise_id), lambda: _loaded(pk=enterprise_id))


def enterprise_by_slug(slug: str) -> EnterpriseRef | None:
    """Return an activated enterprise by its address, or None."""
    ref = cache.find("slug", slug, lambda: _loaded(slug=slug))
    return ref if ref is not None and ref.tier is Tier.ACTIVATED else None


def enterprise_by_host(host: str) -> EnterpriseRef | None:
    """Return the enterprise that a host name leads to, whatever its tier, or None."""
    return cache.find("host", host, lambda: _loaded(domains__domain=host))


def enterprise_seen_at_host(host: str) -> EnterpriseRef | None:
    """Return what a host name led to of late; confirm it before acting in its name."""
    return cache.glance("host", host, lambda: _loaded(domains__domain=host))


def active_enterprises() -> Iterator[EnterpriseRef]:
    """Return all activated enterprises served here, in the order they signed up."""
    with context.directory():
        rows = list(_active().filter(database=settings.DATABASE_CODE).order_by("id"))
    return iter([as_ref(row) for row in rows])


def origins_of(enterprise_id: UUID) -> list[UUID]:
    """Return whose copy an enterprise is, the first one first."""
    with context.directory():
        found = (
            Enterprise.objects.filter(pk=enterprise_id)
            .values_list("origins", flat=True)
            .first()
        )
    return [UUID(one) for one in found or []]


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


def count_by_tier() -> dict[str, int]:
    """Return how many enterprises are in each tier, all tiers named."""
    with context.directory():
        counted = dict(
            Enterprise.objects.values_list("tier").annotate(count=Count("id"))
        )
    return {tier: counted.get(tier, 0) for tier in Tier.values}
