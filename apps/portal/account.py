"""How allauth's sign-in pages behave on an enterprise's host."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from apps.portal.preferences import PORTAL_LANGUAGES, keep


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    """Sign-in only: a person comes in by signing up an enterprise, or by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  (allauth's signature)
        """Refuse allauth's own sign-up, which knows no enterprise."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002  (allauth's signature)
        """Lead to the home of this host's face."""
        return "/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002  (allauth's signature)
        """Lead back to the sign-in page."""
        return "/account/login/"

    def _get_login_attempts_cache_key(
        self,
        request: HttpRequest,  # noqa: ARG002  (allauth's signature)
        **credentials: Any,
    ) -> str:
        # The library counts by host, and every enterprise has one: a guesser would
        # have five guesses at each of them.
        return str(credentials.get("email", "")).strip().lower()

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **facts: Any
    ) -> HttpResponse:
        """Go on in the person's own language."""
        response: HttpResponse = super().post_login(request, user, **facts)
        remember_language(request, response, user)
        return response


def remember_language(
    request: HttpRequest, response: HttpResponse, user: AbstractBaseUser
) -> None:
    """Take a person's kept language, unless this browser was told another."""
    language = getattr(user, "language", "")
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return
    if language in PORTAL_LANGUAGES:
        keep(response, settings.LANGUAGE_COOKIE_NAME, language, request)
