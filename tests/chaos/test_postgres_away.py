"""PostgreSQL restarts: callers are asked to come back, and are served when they do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from spindle.local.services import ServiceUrls
from tenants import context
from tenants.models import User
from tenants.types import EnterpriseRef
from tests.support.api import HOST as API
from tests.support.api import partner_of
from tests.support.cloud import Cloud
from tests.support.world import CAST

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with Cloud(tmp_path, "web") as running:
        yield running


def session_of(email: str, host: str) -> str:
    browser = Client(HTTP_HOST=host)
    with context.directory():
        browser.force_login(
            User.objects.get(email=email),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"


def test_is_told_to_callers_and_needs_no_hand_to_mend(
    north: EnterpriseRef, running_services: ServiceUrls, cloud: Cloud
) -> None:
    host = f"north.{settings.DOMAIN}"
    portal = ("GET", host, "/")
    cookie = {"Cookie": session_of(CAST["north"]["email"], host)}
    sites = ("GET", API, "/v1/sites")
    token = {"Authorization": f"Bearer {partner_of(north).token}"}
    public = ("GET", settings.DOMAIN, "/")
    for _ in range(8):
        # Each thread of the web server has met the database.
        assert cloud.ask(*portal, **cookie).status == 200
        assert cloud.ask(*sites, **token).status == 200
    connections.close_all()

    for stop in (running_services.postgres.kill, running_services.postgres.stop):
        stop()
        try:
            page = cloud.ask(*portal, **cookie)
            problem = cloud.ask(*sites, **token)
            front = cloud.ask(*public)
            alive = cloud.ask("GET", host, "/healthz")
            ready = cloud.ask("GET", host, "/readyz")
        finally:
            running_services.postgres.start()

        assert (page.status, page.headers["Retry-After"]) == (503, "5")
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Nothing that was saved is lost." in page.body.decode()
        assert (problem.status, problem.headers["Retry-After"]) == (503, "5")
        assert problem.headers["Content-Type"] == "application/problem+json"
        assert problem.json()["code"] == "database_away"
        assert front.status == 503
        assert (alive.status, ready.status) == (200, 503)

        # The first request after it, in whichever thread, is served.
        for _ in range(8):
            assert cloud.ask(*portal, **cookie).status == 200
            assert cloud.ask(*sites, **token).status == 200
        assert cloud.ask("GET", host, "/readyz").status == 200
