"""Whether an address is to be had, or can be taken for another's."""

from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict
from tenants import context
from tenants.models import Enterprise
from tenants.models.expressions import Skeleton
from tenants.registry.addresses import skeleton_of
from tenants.types import Tier

# With the skeleton's hash, a lock for all addresses that look alike.
LOCK = 727276


class SlugTaken(Conflict):
    """Raised when another enterprise has the address."""

    code = "slug_taken"


class SlugConfusable(Conflict):
    """Raised when an address can be taken for another enterprise's."""

    code = "slug_confusable"


def slug_taken(slug: str) -> SlugTaken:
    """Refuse an address that is another's."""
    return SlugTaken(
        _("The address “%(slug)s” is taken.") % {"slug": slug},
        field="slug",
        value=slug,
        remedy=_("Choose another, for example with the city added."),
    )


def check_unlike_others(
    slug: str, *, but: UUID | None = None, is_to_be_taken: bool = True
) -> None:
    """Refuse an address that is taken, or can be taken for one that is.

    Entries of a register are written by the hundred thousand and not compared with
    each other; whoever takes an address for good is compared with all of them. Two
    who take addresses that look alike wait for one another, if in a transaction.

    :raises SlugTaken: if another enterprise has the address.
    :raises SlugConfusable: if another has one that looks like it.
    """
    skeleton = skeleton_of(slug)
    with context.directory():
        if is_to_be_taken and connection.in_atomic_block:
            _wait_for_others(skeleton)
        others = (
            Enterprise.objects.annotate(skeleton=Skeleton("slug"))
            .filter(skeleton=skeleton)
            .values_list("id", "slug", "suspended_at", "tier")
        )
        found = [row for row in others if row[0] != but]
    if not found:
        return
    if any(row[1] == slug for row in found):
        raise slug_taken(slug)
    shown = [
        other
        for _id, other, suspended_at, tier in found
        if suspended_at is None and tier != Tier.CLOSED
    ]
    raise SlugConfusable(
        # Only what anyone may see in the directory is named.
        _("“%(slug)s” looks like %(other)s, which is another enterprise's.")
        % {"slug": slug, "other": f"{shown[0]}.{settings.DOMAIN_HOST}"}
        if shown
        else _("“%(slug)s” looks like another enterprise's address.") % {"slug": slug},
        field="slug",
        value=slug,
        remedy=_("Choose another, for example with the city added."),
    )


def _wait_for_others(skeleton: str) -> None:
    # Until the commit, for neither sees the other's row before that.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, skeleton]
        )
