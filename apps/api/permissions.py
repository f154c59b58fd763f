"""Which scope an operation needs."""

from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.api.oauth import Principal

View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    """Declare that a page needs no token; tests refuse one that declares nothing."""
    view.is_open = True  # type: ignore[attr-defined]  # read by tests
    return view


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
