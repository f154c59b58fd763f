"""What the platform's operator says of an enterprise: in or out, checked or not."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, NotFound
from tenants.models import Enterprise
from tenants.registry.announcing import announce_change
from tenants.registry.events import Event, publish
from tenants.registry.selectors import as_ref
from tenants.types import SYSTEM, Actor, Verification


@transaction.atomic
def suspend(
    *,
    enterprise_id: UUID,
    by_user_id: UUID,
    reason: str,
    at: datetime,
    by: Actor | None = None,
) -> None:
    """Shut an enterprise out until it is reinstated.

    :raises Conflict: if it is suspended already.
    """
    changed = Enterprise.objects.filter(
        pk=enterprise_id, suspended_at__isnull=True
    ).update(suspended_at=at, suspended_by=by_user_id, suspension_reason=reason)
    if not changed:
        raise Conflict(_("The enterprise is suspended already."), field="enterprise")
    who = by or Actor(label=SYSTEM.label, user_id=by_user_id)
    _tell(enterprise_id, "enterprise.suspended", who, at, reason)
    announce_change()


@transaction.atomic
def reinstate(
    *,
    enterprise_id: UUID,
    by: Actor = SYSTEM,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Let a suspended enterprise in again.

    :raises Conflict: if it is not suspended.
    """
    changed = Enterprise.objects.filter(
        pk=enterprise_id, suspended_at__isnull=False
    ).update(suspended_at=None, suspended_by=None, suspension_reason="")
    if not changed:
        raise Conflict(_("The enterprise is not suspended."), field="enterprise")
    _tell(enterprise_id, "enterprise.reinstated", by, at, reason)
    announce_change()


@transaction.atomic
def set_verification(
    *,
    enterprise_id: UUID,
    state: Verification,
    by: Actor = SYSTEM,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Record how far the platform operator has checked an enterprise.

    :raises NotFound: if there is no such enterprise.
    """
    before = (
        Enterprise.objects.select_for_update()
        .filter(pk=enterprise_id)
        .values_list("verification", flat=True)
        .first()
    )
    if before is None:
        raise NotFound(_("There is no such enterprise."), field="enterprise")
    if before == state:
        return
    Enterprise.objects.filter(pk=enterprise_id).update(verification=state)
    _tell(
        enterprise_id,
        "enterprise.verification_set",
        by,
        at,
        reason,
        before=before,
        state=Verification(state).value,
    )
    announce_change()


def _tell(
    enterprise_id: UUID,
    verb: str,
    by: Actor,
    at: datetime | None,
    reason: str,
    **facts: object,
) -> None:
    ref = as_ref(Enterprise.objects.get(pk=enterprise_id))
    publish(
        Event(
            enterprise=ref,
            verb=verb,
            subject=("enterprise", ref.id, ref.name),
            by=by,
            at=at or timezone.now(),
            facts={"reason": reason, **facts},
        )
    )
