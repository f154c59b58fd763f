"""Language and theme."""

import pytest
from django.conf import settings

from apps.portal.preferences import THEME_COOKIE
from tenants import context
from tenants.models import User
from tenants.types import Role


class TestChoose:
    def test_keeps_the_theme_and_shows_it(self, public_site):
        response = public_site.post(
            "/preferences/", {"theme": "dark", "next": "/status/"}
        )

        assert response["Location"] == "/status/"
        assert public_site.cookies[THEME_COOKIE].value == "dark"
        assert 'data-bs-theme="dark"' in public_site.get("/status/").content.decode()

    def test_follows_the_device_until_told_otherwise(self, public_site):
        assert "data-bs-theme" not in public_site.get("/status/").content.decode()

    def test_keeps_a_members_language_for_other_browsers_too(self, member_of, north):
        viewer = member_of(north, Role.VIEWER)

        viewer.post("/preferences/", {"language": "zh-hans", "next": "/"})

        assert '<html lang="zh-hans"' in viewer.get("/").content.decode()
        with context.directory():
            assert (
                User.objects.get(email="viewer.member@north.example").language
                == "zh-hans"
            )

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
    )
    def test_leads_nowhere_else(self, public_site, elsewhere):
        response = public_site.post(
            "/preferences/", {"theme": "light", "next": elsewhere}
        )

        assert response["Location"] == "/"

    def test_ignores_what_is_not_offered(self, public_site):
        public_site.post("/preferences/", {"theme": "neon", "language": "de"})

        assert THEME_COOKIE not in public_site.cookies
        assert settings.LANGUAGE_COOKIE_NAME not in public_site.cookies
