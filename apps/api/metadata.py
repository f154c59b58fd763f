"""Where a partner's client library finds what it needs (RFC 8414)."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from apps.api.permissions import open_to_all
from tenants.registry.clients import SCOPES


@open_to_all
@require_safe
def authorization_server(request: HttpRequest) -> JsonResponse:
    """Return the authorization server's metadata."""
    base = f"{request.scheme}://api.{settings.DOMAIN}"
    return JsonResponse(
        {
            "issuer": base,
            "token_endpoint": f"{base}/oauth/token",
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
            ],
            "scopes_supported": sorted(SCOPES),
            "response_types_supported": [],
            "service_documentation": f"{base}/docs",
        }
    )
