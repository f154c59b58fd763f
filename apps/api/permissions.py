"""Which scope an operation needs."""

from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.api.oauth import Principal
from tenants.isolation.registry import Classes, register_view_reader
from tenants.types import Disclosure, Tenancy

View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    """Declare that a page needs no token; tests refuse one that declares nothing."""
    view.is_open = True  # type: ignore[attr-defined]  # read by tests
    return view


def classes_of(view: object) -> Classes | None:
    """Return whose an endpoint is, by its scopes or by being open."""
    if getattr(view, "is_open", False):
        return Classes(Tenancy.SHARED, Disclosure.PUBLIC)
    if getattr(getattr(view, "view_class", None), "scopes", None):
        return Classes(Tenancy.PRIVATE, Disclosure.PRIVATE)
    return None


register_view_reader("api", classes_of)


class HasScope(BasePermission):
    """Lets a client do what its token's scopes name.

    A view declares `scopes = {"GET": "orders:read", "POST": "orders:write"}`; a
    method that is missing there is refused, so that nothing is open by neglect.
    """

    message = "The token lacks the scope that this operation needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Compare the view's scope with the token's."""
        if not isinstance(request.user, Principal):
            return False
        method = "GET" if request.method == "HEAD" else request.method
        needed = view.scopes.get(method)
        return needed is not None and needed in request.user.scopes
