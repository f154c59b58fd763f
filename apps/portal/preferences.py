"""Language and theme: what a reader chooses once and keeps."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.portal.access import public
from tenants.registry import services as enterprises

LIGHT, DARK, AUTO = "light", "dark", "auto"
THEMES = (LIGHT, DARK, AUTO)
THEME_COOKIE = "spindle_theme"
A_YEAR = 365 * 24 * 3600

# German is in the catalogue only.
PORTAL_LANGUAGES = ("en", "zh-hans", "ru")


def theme_of(request: HttpRequest) -> str:
    """Return the theme that the reader chose, or auto."""
    chosen = request.COOKIES.get(THEME_COOKIE, AUTO)
    return chosen if chosen in THEMES else AUTO


@public
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep a language or a theme, and go back to the page it was chosen on."""
    response = HttpResponseRedirect(_way_back(request))
    theme = request.POST.get("theme")
    if theme in THEMES:
        keep(response, THEME_COOKIE, theme, request)
    language = request.POST.get("language")
    if language in PORTAL_LANGUAGES:
        keep(response, settings.LANGUAGE_COOKIE_NAME, language, request)
        if request.user.is_authenticated:
            enterprises.set_preferences(user_id=request.user.pk, language=language)
    return response


def keep(response: HttpResponse, name: str, value: str, request: HttpRequest) -> None:
    """Have the browser bring a choice back for a year."""
    response.set_cookie(
        name,
        value,
        max_age=A_YEAR,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _way_back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return "/"
