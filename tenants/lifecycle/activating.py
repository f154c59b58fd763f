"""A registered enterprise gets its owner, by a link that the operator has given out.

Nobody takes a register's entry by themselves: who asks is unknown, and the entry is a
real enterprise's. The operator finds out, outside of Spindle, and hands out a link.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import IntegrityError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import DomainError
from tenants import context
from tenants.lifecycle.states import change, change_tier, hold, log_for_operators, tell
from tenants.models import Domain, Enterprise, Membership, User
from tenants.provisioning import services as provisioning
from tenants.registry import rules
from tenants.registry import services as registry
from tenants.registry.selectors import as_ref
from tenants.types import Actor, EnterpriseRef, Role, Tier

SALT = "spindle.claim"
LINK_LASTS = timedelta(days=14)


class BadClaim(DomainError):
    """Raised for a link that opens nothing: foreign, too old, used, or replaced."""

    code = "bad_claim"
    status = 404


@dataclass(frozen=True, slots=True)
class Claim:
    """An enterprise that whoever holds the link may take."""

    enterprise: Enterprise
    until: datetime


@change()
def issue_claim(*, enterprise_id: UUID, by: Actor, at: datetime) -> str:
    """Return a token that lets one person own a registered enterprise.

    It is kept nowhere, and makes every one before it worthless.

    :raises WrongTier: if the enterprise is not merely registered.
    """
    row = hold(enterprise_id, Tier.REGISTERED)
    with context.directory():
        Enterprise.objects.filter(pk=row.pk).update(version=F("version") + 1)
    log_for_operators(row.pk, row.slug, "enterprise.claim_issued", by)
    facts = {
        "enterprise": str(row.pk),
        "version": row.version + 1,
        "until": (at + LINK_LASTS).isoformat(),
    }
    return signing.dumps(facts, salt=SALT)


def read_claim(token: str, *, at: datetime) -> Claim:
    """Return what a token lets its holder take.

    :raises BadClaim: if that is nothing.
    """
    try:
        facts: dict[str, Any] = signing.loads(token, salt=SALT)
        until = datetime.fromisoformat(facts["until"])
    except (signing.BadSignature, KeyError, ValueError) as error:
        raise _bad(_("This link is not one of ours.")) from error
    if at >= until:
        raise _bad(
            _("This link has been valid until %(until)s.") % {"until": until.date()}
        )
    with context.directory():
        found = Enterprise.objects.filter(
            pk=facts["enterprise"], tier=Tier.REGISTERED, version=facts["version"]
        ).first()
    if found is None or found.suspended_at is not None:
        raise _bad(_("This link has been used, or another has replaced it."))
    return Claim(found, until)


def claim(*, token: str, at: datetime, **facts: Any) -> tuple[EnterpriseRef, User]:
    """Activate the enterprise of a token, as `activate` does; the token is used up.

    :raises BadClaim: if the token opens nothing.
    """
    with change():
        found = read_claim(token, at=at)
        held = hold(found.enterprise.pk, Tier.REGISTERED)
        if held.version != found.enterprise.version:
            raise _bad(_("This link has been used, or another has replaced it."))
        return activate(enterprise_id=held.pk, at=at, **facts)


def activate(
    *,
    enterprise_id: UUID,
    email: str,
    person_name: str,
    password: str,
    at: datetime,
    language: str = "",
    currency: str = "",
    time_zone: str = "",
) -> tuple[EnterpriseRef, User]:
    """Give a registered enterprise a schema made ahead, and its owner, or nothing.

    What a register could only guess is replaced by what the owner says.

    :raises InvalidInput: if a fact is missing or malformed.
    :raises EmailTaken: if the person exists and this is not their password.
    :raises WrongTier: if the enterprise is not merely registered.
    """
    given = {
        "language": language and rules.check_language(language),
        "currency": currency and rules.check_currency(currency),
        "time_zone": time_zone and rules.check_time_zone(time_zone),
    }
    person = User(
        email=rules.check_email(email),
        name=rules.check_text(
            person_name,
            field="person_name",
            longest=registry.LONGEST_PERSON,
            is_needed=True,
        ),
    )
    try:
        with change():
            row = hold(enterprise_id, Tier.REGISTERED)
            for name, value in given.items():
                if value:
                    setattr(row, name, value)
            person.language, person.time_zone = row.language, row.time_zone
            user = registry._owner(person, password)
            schema = provisioning.take_slot(enterprise_id=row.pk, at=at)
            change_tier(
                row,
                Tier.ACTIVATED,
                at,
                schema_name=schema,
                database_id=settings.DATABASE_CODE,
                activated_at=at,
                last_active_at=at,
                language=row.language,
                currency=row.currency,
                time_zone=row.time_zone,
            )
            Domain.objects.create(
                tenant=row, domain=f"{row.slug}.{settings.DOMAIN_HOST}"
            )
            Membership.objects.create(enterprise=row, user=user, role=Role.OWNER)
            ref = as_ref(row)
            by = Actor(label=user.name, user_id=user.pk)
            tell(ref, "enterprise.activated", by, at)
            registry.announce_change()
    except IntegrityError as error:
        broken = getattr(error.__cause__, "diag", None)
        if getattr(broken, "table_name", "") == User._meta.db_table:
            # Another sign-up of this person was quicker.
            raise registry._email_taken(person.email) from error
        raise
    return ref, user


def _bad(detail: object) -> BadClaim:
    return BadClaim(
        detail, field="claim", remedy=_("Ask the platform's operator for a new one.")
    )
