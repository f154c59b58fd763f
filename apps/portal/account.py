"""How allauth's sign-in pages behave on an enterprise's host."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    """Sign-in only: a person comes in by signing up an enterprise, or by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse allauth's own sign-up, which knows no enterprise."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead to the home of this host's face."""
        return "/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to the sign-in page."""
        return "/account/login/"
