"""The console's site, and admin pages that look and do not touch."""

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.db.models import Model, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

View = Callable[..., HttpResponseBase]

# The theme writes its colors as a style element and its behavior as expressions that
# Alpine evaluates. Only the operator's pages are allowed that, and no other host.
THEME_POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}


class ConsoleSite(UnfoldAdminSite):
    """The platform operator's site: shows what runs; changes go through services."""

    site_title = "Spindle"
    site_header = "Spindle"
    index_title = _("Operator's console")
    # Not the theme's own name: the theme comes first in the search for templates.
    index_template = "console/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let platform operators in, and nobody else."""
        user = request.user
        return bool(user.is_active and getattr(user, "is_operator", False))

    def admin_view(self, *args: Any, **kwargs: Any) -> View:
        """Guard a view as the admin does, under the content policy of its theme."""
        guarded: View = csp_replace(THEME_POLICY)(super().admin_view(*args, **kwargs))
        guarded.is_operators = True  # type: ignore[attr-defined]  # read by tests
        return guarded

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in on the page that throttles guesses, as everywhere else."""
        if request.user.is_authenticated and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        query = urlencode({"next": reverse("admin:index")})
        return HttpResponseRedirect(f"{reverse('account_login')}?{query}")


console = ConsoleSite(name="admin")


class ReadOnlyAdmin(ModelAdmin):
    """Lists and shows rows; what may be done about them are actions."""

    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    # Else Django warns of its own default, which is about to change.
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        URLField: {"assume_scheme": "https"}
    }

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Let every platform operator look."""
        return console.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app in the navigation."""
        return console.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rows are written by services."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse: rows are changed by services."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse: rows are not deleted by hand."""
        return False
