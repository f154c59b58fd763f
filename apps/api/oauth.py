"""Access tokens for partner systems: who a token speaks for."""

from allauth.idp.oidc.adapter import DefaultOIDCAdapter


class OAuthAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # untyped library
    """Issues RFC 9068 access tokens that name their enterprise."""
