"""The admin site of the platform operator, and nobody else's."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):  # type: ignore[misc]  # untyped library
    """Shows what runs; changes go through services, as actions."""

    site_title = "Spindle"
    site_header = "Spindle"
    index_title = _("Operator's console")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let platform operators in."""
        user = request.user
        return bool(
            user.is_authenticated and user.is_active and getattr(user, "is_operator", False)
        )


console = ConsoleSite(name="admin")
