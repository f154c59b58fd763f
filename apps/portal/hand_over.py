"""One way from the public site into a portal: signed, short-lived, used once.

Session cookies belong to one host. Whoever has just proved on the public site who
they are is handed over to their portal by a link that only this moment makes.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.portal.access import public
from apps.portal.account import remember_language
from tenants.middleware import enterprise_of
from tenants.registry import selectors as enterprises
from tenants.types import EnterpriseRef

if TYPE_CHECKING:
    from tenants.models import User

SALT = "spindle.portal.hand-over"
# Long enough to pick one of several portals, too short to be worth stealing.
VALID_SECONDS = 300
PATH = "/account/hand-over/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def address_of(ref: EnterpriseRef, request: HttpRequest) -> str:
    """Return the address of an enterprise's portal."""
    return f"{request.scheme}://{ref.slug}.{settings.DOMAIN}"


def link_for(user: "User", ref: EnterpriseRef, request: HttpRequest) -> str:
    """Return the link that signs this person in at this portal, once."""
    token = signing.dumps(_claim(user, ref.id), salt=SALT)
    return f"{address_of(ref, request)}{PATH}?{urlencode({'token': token})}"


@public
@never_cache
@require_safe
def accept(request: HttpRequest) -> HttpResponse:
    """Sign in whoever brings a fresh link that was made for this portal."""
    user = _bearer(request)
    if user is None:
        return render(request, "portal/hand_over_refused.html", status=403)
    login(request, user, backend=BACKEND)
    response = HttpResponseRedirect("/")
    remember_language(request, response, user)
    return response


def _bearer(request: HttpRequest) -> "User | None":
    ref = enterprise_of(request)
    try:
        claim = signing.loads(
            request.GET.get("token", ""), salt=SALT, max_age=VALID_SECONDS
        )
    except signing.BadSignature:
        return None
    user = enterprises.user_by_email(str(claim.get("email", "")))
    if user is None or not user.is_active or claim != _claim(user, ref.id):
        return None
    return user if enterprises.role_of(user.pk, ref.id) else None


def _claim(user: "User", enterprise_id: UUID) -> dict[str, str]:
    # The moment of the last sign-in makes the link good for one use: using it
    # moves that moment. So does any other sign-in, which ends older links.
    return {
        "email": str(user.get_username()),
        "enterprise": str(enterprise_id),
        "last_login": user.last_login.isoformat() if user.last_login else "",
    }
