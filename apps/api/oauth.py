"""Access tokens for partner systems: who a token speaks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from allauth.core.internal import jwkkit
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.adapter import get_adapter as oidc_adapter
from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.api.errors import Problem
from tenants import admission
from tenants.admission import Verdict
from tenants.registry import clients
from tenants.registry.selectors import enterprise_in_any_tier
from tenants.types import Actor, EnterpriseRef

ALGORITHM = "RS256"
REALM = 'Bearer realm="Spindle", error="invalid_token"'

_LATER = {
    Verdict.ARCHIVED: (
        "asleep",
        "The enterprise is in an archive. A member can wake it up in the portal.",
    ),
    Verdict.DORMANT: ("asleep", "The enterprise is being woken up."),
    Verdict.WRITES_STOPPED: (
        "being_moved",
        "The enterprise is being moved: for seconds it can be read and not written.",
    ),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """A partner's client, in the name of the one enterprise it belongs to."""

    client_id: str
    enterprise: EnterpriseRef
    scopes: frozenset[str]

    is_authenticated = True

    @property
    def actor(self) -> Actor:
        """Who did it, for the audit."""
        return Actor(label=f"API client {self.client_id}", client_id=self.client_id)


def audience() -> str:
    """Return the API's own address, which every token must be meant for."""
    return f"https://api.{settings.DOMAIN}/v1"


class OAuthAdapter(DefaultOIDCAdapter):
    """Issues RFC 9068 access tokens that name their enterprise."""

    def populate_access_token(
        self,
        access_token: dict[str, Any],
        *,
        client: Any,
        scopes: Iterable[str],
        user: Any,
        **kwargs: Any,
    ) -> None:
        """Add what RFC 9068 asks for, and the enterprise."""
        found = clients.active_client(client.id)
        access_token["aud"] = audience()
        access_token["client_id"] = client.id
        access_token["sub"] = client.id
        access_token["scope"] = " ".join(scopes)
        if found is not None:
            access_token["tenant"] = str(found.enterprise.id)
            # A partner's system is in use as long as it asks for tokens.
            admission.note_use(found.enterprise)


class BearerToken(BaseAuthentication):
    """Lets in the bearer of a token that Spindle signed and has not revoked."""

    def authenticate(self, request: Request) -> tuple[Principal, dict[str, Any]] | None:
        """Return the principal, or None where no token was sent.

        :raises AuthenticationFailed: if the token is forged, expired or revoked.
        :raises Problem: if its enterprise cannot be served here or now.
        """
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        if kind.lower() != "bearer" or not token:
            raise AuthenticationFailed("Send `Authorization: Bearer <token>`.")
        claims = _verified(token)
        found = clients.active_client(str(claims.get("client_id", "")))
        if found is None or str(found.enterprise.id) != claims.get("tenant"):
            raise AuthenticationFailed("The client was revoked. Ask its owner.")
        scopes = frozenset(str(claims.get("scope", "")).split()) & found.scopes
        principal = Principal(
            client_id=found.client_id,
            enterprise=_admitted(found.enterprise, request.method),
            scopes=scopes,
        )
        return principal, claims

    def authenticate_header(self, request: Request) -> str:
        """Say how to authenticate (RFC 6750)."""
        return REALM


def _admitted(ref: EnterpriseRef, method: str | None) -> EnterpriseRef:
    verdict = admission.judge(ref, method)
    if verdict is Verdict.DORMANT:
        admission.wake(ref.id)
        ref = enterprise_in_any_tier(ref.id) or ref
        verdict = admission.judge(ref, method)
    if verdict is Verdict.ADMITTED:
        return ref
    if verdict is Verdict.ELSEWHERE:
        raise Problem(
            421,
            "served_elsewhere",
            "Another database holds the enterprise. Send the request again.",
            headers={admission.DATABASE_HEADER: ref.database},
        )
    if verdict not in _LATER:
        # It was suspended or closed while it was woken.
        raise AuthenticationFailed("The client was revoked. Ask its owner.")
    code, detail = _LATER[verdict]
    raise Problem(503, code, detail, headers={"Retry-After": admission.RETRY_SECONDS})


def _verified(token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        for key in oidc_adapter().list_private_keys(is_active=True):
            kid, public = _public_key(key.pem)
            if kid == header.get("kid"):
                claims: dict[str, Any] = jwt.decode(
                    token,
                    key=public,
                    algorithms=[ALGORITHM],
                    audience=audience(),
                    options={"require": ["exp", "aud", "client_id", "tenant"]},
                )
                return claims
    except jwt.ExpiredSignatureError as error:
        raise AuthenticationFailed(
            "The token has expired. Ask for a new one."
        ) from error
    except jwt.PyJWTError as error:
        raise AuthenticationFailed("The token is not one of ours.") from error
    raise AuthenticationFailed("The token was signed by a key that is not in use.")


@lru_cache(maxsize=8)
def _public_key(pem: str) -> tuple[str, Any]:
    # Reading a private key checks its primes, which takes far longer than a request.
    public, private = jwkkit.load_jwk_from_pem(pem)
    return public["kid"], private.public_key()


def principal_of(request: HttpRequest | Request) -> Principal:
    """Return who calls.

    :raises AuthenticationFailed: for a stranger.
    """
    found = request.user
    if not isinstance(found, Principal):
        raise AuthenticationFailed("Send `Authorization: Bearer <token>`.")
    return found
