"""Who may open a page: stated once, on the view, and readable by tests."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from tenants.isolation.registry import Classes, register_view_reader
from tenants.types import Disclosure, Role, Tenancy

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

MEMBERS = tuple(Role)


@dataclass(frozen=True, slots=True)
class Permission:
    """Whom a page lets in: anyone, or members in one of some roles."""

    roles: frozenset[Role]
    is_public: bool = False

    def admits(self, role: Role | str | None) -> bool:
        """Say whether a member in this role may open the page."""
        return self.is_public or (role is not None and Role(role) in self.roles)


def access(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let in members of the enterprise in one of these roles, and its owners.

    Anyone else gets what gives least away: strangers the sign-in page, members of
    other enterprises the same 404 as for a page that does not exist, and members
    in another role a 403 that says which role is needed.
    """
    if not roles:
        msg = "Name at least one role: access(*MEMBERS) for every member."
        raise TypeError(msg)
    permission = Permission(roles=frozenset(roles) | {Role.OWNER})

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            role = getattr(request, "role", None)
            if role is None:
                raise Http404
            if not permission.admits(role):
                raise PermissionDenied(permission)
            with timezone.override(zone_of(request)):
                response = view(request, *args, **kwargs)
            # What a member sees may be kept by no cache, nor by the next at the desk.
            response["Cache-Control"] = "private, no-store"
            return response

        guarded.permission = permission  # type: ignore[attr-defined]  # read by tests
        return guarded

    return decorate


def public(view: View[P]) -> View[P]:
    """Let anyone in, signed in or not."""
    view.permission = Permission(  # type: ignore[attr-defined]  # read by tests
        roles=frozenset(), is_public=True
    )
    return view


def permission_of(view: object) -> Permission | None:
    """Return what a view declares, or None if it declares nothing."""
    found = getattr(view, "permission", None)
    return found if isinstance(found, Permission) else None


def classes_of(view: object) -> Classes | None:
    """Return whose a page is, by whom it lets in."""
    permission = permission_of(view)
    if permission is None:
        return None
    if permission.is_public:
        return Classes(Tenancy.DIRECTORY, Disclosure.PUBLIC)
    return Classes(Tenancy.PRIVATE, Disclosure.PRIVATE)


register_view_reader("portal", classes_of)


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Return the time zone in which the reader is shown moments."""
    for known in (request.user, getattr(request, "enterprise", None)):
        name = getattr(known, "time_zone", "")
        # UTC is what a person has who never chose.
        if name and name != "UTC":
            try:
                return ZoneInfo(name)
            except ZoneInfoNotFoundError:
                continue
    return ZoneInfo("UTC")


def member_id(request: HttpRequest) -> UUID:
    """Return whose request a guarded page answers."""
    key = request.user.pk
    assert key is not None
    return key


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = (
        f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    )
    if request.headers.get("HX-Request"):
        # A redirect would be followed inside the fragment and put the sign-in page
        # into a card of the page that is open.
        response = HttpResponse(status=401)
        response["HX-Redirect"] = reverse("account_login")
        return response
    return HttpResponseRedirect(target)
