"""Who may act for an enterprise: people let in, given another role, and let go."""

from datetime import datetime
from uuid import UUID

from allauth.idp.oidc.models import Token
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, NotFound
from tenants import context
from tenants.models import ApiClient, Membership, User
from tenants.registry import rules
from tenants.registry.events import Event, publish
from tenants.types import SYSTEM, Actor, EnterpriseRef, Role


class LastOwner(Conflict):
    """Raised when an enterprise would be left without an owner."""

    code = "last_owner"


def add_member(
    *,
    enterprise: EnterpriseRef,
    email: str,
    name: str,
    role: Role,
    password: str,
    language: str = "en",
    time_zone: str = "UTC",
    by: Actor = SYSTEM,
    at: datetime | None = None,
) -> User:
    """Write a person, where new, and their place in the enterprise.

    :raises InvalidInput: if the e-mail address or the password cannot be used.
    """
    with context.directory(), transaction.atomic():
        person = User.objects.filter(email=rules.check_email(email)).first()
        if person is None:
            person = User.objects.create_user(
                email, password, name=name, language=language, time_zone=time_zone
            )
        Membership.objects.update_or_create(
            enterprise_id=enterprise.id,
            user=person,
            defaults={"role": role, "ended_at": None},
        )
        _tell(enterprise, "member.added", person, by, at, role=Role(role).value)
    return person


def change_role(
    *,
    enterprise: EnterpriseRef,
    user_id: UUID,
    role: Role,
    by: Actor,
    at: datetime,
) -> Membership:
    """Give a member another role, from their next request on.

    :raises NotFound: if the person has no place there.
    :raises LastOwner: if nobody else owns the enterprise.
    """
    with context.directory(), transaction.atomic():
        place = _place(enterprise, user_id)
        before = Role(place.role)
        if before is role:
            return place
        if before is Role.OWNER:
            _check_another_owner(enterprise, user_id)
        place.role = role
        place.save(update_fields=["role", "updated_at"])
        _tell(
            enterprise,
            "member.role_changed",
            place.user,
            by,
            at,
            before=before.value,
            role=role.value,
        )
    return place


def remove_member(
    *,
    enterprise: EnterpriseRef,
    user_id: UUID,
    at: datetime,
    by: Actor = SYSTEM,
) -> None:
    """End a person's place in the enterprise, from their next request on.

    Their sessions end, wherever they are signed in, and so do the API clients that
    they made for the enterprise: only they have seen the secrets.

    :raises NotFound: if the person has no place there.
    :raises LastOwner: if nobody else owns the enterprise.
    """
    with context.directory(), transaction.atomic():
        place = _place(enterprise, user_id)
        if place.role == Role.OWNER:
            _check_another_owner(enterprise, user_id)
        place.ended_at = at
        place.save(update_fields=["ended_at", "updated_at"])
        User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1)
        Token.objects.filter(user_id=user_id).delete()
        revoked = ApiClient.objects.filter(
            enterprise_id=enterprise.id, created_by=user_id, revoked_at__isnull=True
        ).update(revoked_at=at, revoked_by=by.user_id or user_id)
        _tell(
            enterprise,
            "member.removed",
            place.user,
            by,
            at,
            role=place.role,
            clients_revoked=revoked,
        )


def _place(enterprise: EnterpriseRef, user_id: UUID) -> Membership:
    # Locked in one order, owners and all: two owners who demote each other at once
    # would otherwise both find the other one still there.
    rows = list(
        Membership.objects.select_for_update(of=("self",))
        .filter(enterprise_id=enterprise.id, ended_at__isnull=True)
        .filter(Q(user_id=user_id) | Q(role=Role.OWNER))
        .select_related("user")
        .order_by("id")
    )
    for row in rows:
        if row.user_id == user_id:
            return row
    raise NotFound(_("That person is not a member."), field="user")


def _check_another_owner(enterprise: EnterpriseRef, user_id: UUID) -> None:
    others = Membership.objects.filter(
        enterprise_id=enterprise.id, role=Role.OWNER, ended_at__isnull=True
    ).exclude(user_id=user_id)
    if not others.exists():
        raise LastOwner(
            _("An enterprise needs an owner, and this is its only one."),
            field="role",
            value=Role.OWNER.value,
            remedy=_("Make another member an owner first."),
        )


def _tell(
    enterprise: EnterpriseRef,
    verb: str,
    person: User,
    by: Actor,
    at: datetime | None,
    **facts: object,
) -> None:
    publish(
        Event(
            enterprise=enterprise,
            verb=verb,
            subject=("member", person.pk, f"{person.name} <{person.email}>"),
            by=by,
            at=at or timezone.now(),
            facts=facts,
        )
    )
