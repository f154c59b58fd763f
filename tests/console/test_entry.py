"""Who gets into the console."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from tenants import context
from tests.console.conftest import EMAIL, HOST
from tests.support.world import CAST, PASSWORD

SIGN_IN = "/account/login/"
PAGES = ("/", "/tenants/job/", "/tenants/enterprise/", "/exchange/matchrun/")


def sign_in(client: Client, email: str):
    return client.post(
        f"{SIGN_IN}?next=/", {"login": email, "password": PASSWORD}, follow=True
    )


class TestEntry:
    @pytest.mark.parametrize("path", PAGES)
    def test_asks_a_stranger_to_sign_in(self, stranger, path):
        response = stranger.get(path, follow=True)

        assert urlsplit(response.redirect_chain[-1][0]).path == SIGN_IN

    def test_lets_an_operator_in_who_is_a_member_of_no_enterprise(self, stranger, olga):
        response = sign_in(stranger, EMAIL)

        assert response.request["PATH_INFO"] == "/"
        assert "Latest match runs" in response.content.decode()
        assert "Olga Operator" in response.content.decode()

    @pytest.mark.parametrize("path", PAGES)
    def test_keeps_a_member_of_an_enterprise_out(self, stranger, north, path):
        sign_in(stranger, CAST["north"]["email"])

        response = stranger.get(path, follow=True)

        assert urlsplit(response.redirect_chain[-1][0]).path == SIGN_IN
        assert "Latest match runs" not in response.content.decode()

    def test_does_not_know_a_session_of_a_portal(self, north):
        member = Client(HTTP_HOST=f"north.{settings.DOMAIN}")
        sign_in(member, CAST["north"]["email"])
        cookie = member.cookies[settings.SESSION_COOKIE_NAME]
        # Browsers send it to the host that set it, and to no other.
        assert cookie["domain"] == ""

        response = member.get("/", HTTP_HOST=HOST, follow=True)

        assert urlsplit(response.redirect_chain[-1][0]).path == SIGN_IN
        with context.directory():
            assert not Session.objects.filter(session_key=cookie.value).exists()

    def test_is_nothing_to_the_portals(self, operator, north):
        response = operator.get("/", HTTP_HOST=f"north.{settings.DOMAIN}")

        assert response.status_code == 404

    def test_signs_out(self, operator):
        operator.post("/logout/")

        assert operator.get("/").status_code == 302


class TestPolicy:
    def test_is_relaxed_on_the_pages_of_the_theme_alone(self, operator, stranger):
        theme = operator.get("/")["Content-Security-Policy"]
        sign_in_page = stranger.get(SIGN_IN)["Content-Security-Policy"]

        assert "script-src 'self' 'unsafe-eval';" in f"{theme};"
        assert "unsafe-eval" not in sign_in_page
        assert "style-src 'self' 'unsafe-inline'" not in sign_in_page
