"""Partner systems that may speak for an enterprise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.idp.oidc.models import Client
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import InvalidInput, NotFound
from tenants import context
from tenants.models import ApiClient
from tenants.registry.selectors import enterprise_in_any_tier
from tenants.types import Actor, EnterpriseRef, Tier

# Each operation of the API names the scope it needs; consent shows these texts.
SCOPES = {
    "catalog:read": _("Read processes, materials and certificates"),
    "machines:read": _("Read machines and capabilities"),
    "machines:write": _("Register and publish machines"),
    "capacity:read": _("Read calendars and load"),
    "capacity:write": _("Change calendars"),
    "rfqs:read": _("Read parts, RFQs, matches and received quotes"),
    "rfqs:write": _("Upload parts, write and publish RFQs"),
    "quotes:read": _("Read demands that fit and quotes given"),
    "quotes:write": _("Give and withdraw quotes"),
    "awards:sign": _("Award quotes, which makes orders"),
    "orders:read": _("Read orders"),
    "orders:write": _("Move orders through their states"),
    "reports:read": _("Ask for reports and download them"),
}


@dataclass(frozen=True, slots=True)
class ActiveClient:
    """A client that is not revoked, of an enterprise that is not suspended."""

    client_id: str
    enterprise: EnterpriseRef
    scopes: frozenset[str]


def active_client(client_id: str) -> ActiveClient | None:
    """Return a client that may speak for its enterprise, or None.

    Whether the enterprise is awake, and served here, is for the caller to judge.
    """
    with context.directory():
        found = ApiClient.objects.filter(
            client_id=client_id, revoked_at__isnull=True
        ).first()
    if found is None:
        return None
    # The version of the directory came with the client's row: the enterprise is what
    # it is in this very request.
    ref = enterprise_in_any_tier(found.enterprise_id)
    if ref is None or ref.is_suspended or ref.tier in (Tier.REGISTERED, Tier.CLOSED):
        return None
    return ActiveClient(
        client_id=client_id, enterprise=ref, scopes=frozenset(found.scopes)
    )


def clients_of(enterprise_id: UUID) -> list[ApiClient]:
    """Return an enterprise's clients, newest first."""
    with context.directory():
        return list(
            ApiClient.objects.filter(enterprise_id=enterprise_id).order_by("-id")
        )


def create_client(
    *, enterprise: EnterpriseRef, name: str, scopes: Iterable[str], by: Actor
) -> tuple[ApiClient, str]:
    """Write a client; return it with its secret, which is shown this once.

    :raises InvalidInput: if the name is empty or a scope is not known.
    """
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise InvalidInput(
            _("The scope “%(scope)s” is not known.") % {"scope": ", ".join(unknown)}
            if unknown
            else _("A client needs at least one scope."),
            field="scopes",
            value=unknown,
            remedy=_("Choose from: %(scopes)s.") % {"scopes": ", ".join(SCOPES)},
        )
    if not name.strip():
        raise InvalidInput(_("A client needs a name."), field="name", value=name)
    secret = get_random_string(48)
    with context.directory(), transaction.atomic():
        client = Client(
            name=name.strip(),
            type=Client.Type.CONFIDENTIAL,
            grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        )
        client.set_secret(secret)
        client.set_scopes(wanted)
        client.set_default_scopes(wanted)
        client.save(force_insert=True)
        made = ApiClient.objects.create(
            enterprise_id=enterprise.id,
            client=client,
            name=name.strip(),
            scopes=wanted,
            created_by_id=by.user_id,
        )
    return made, secret


def revoke_client(
    *, enterprise: EnterpriseRef, client_id: str, by_user_id: UUID, at: datetime
) -> None:
    """Shut a client out from the next request on.

    :raises NotFound: if the enterprise has no such client in use.
    """
    with context.directory():
        changed = ApiClient.objects.filter(
            enterprise_id=enterprise.id, client_id=client_id, revoked_at__isnull=True
        ).update(revoked_at=at, revoked_by=by_user_id)
    if not changed:
        raise NotFound(_("There is no such client in use."), field="client")
