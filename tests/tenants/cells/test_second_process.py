"""A second database is added and filled, and served by a second process."""

import http.client
import re
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from spindle.local.ports import LOOPBACK
from tenants import context
from tenants.cells import selectors, services
from tenants.cells.types import Route
from tenants.models import Enterprise
from tenants.registry.selectors import as_ref
from tenants.types import SYSTEM
from tests.factories import machines
from tests.factories.tenants import enterprise
from tests.support.cloud import Cloud
from tests.support.world import NOON, PASSWORD
from tests.tenants.cells.conftest import SecondDatabase

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
SHOPS = {
    "eastwind": ("Eastwind Milling", "Hurco04"),
    "westwind": ("Westwind Forge", "Mazak01"),
}


class Browser:
    """Keeps cookies, and nothing else."""

    def __init__(self, port: int, host: str) -> None:
        self._port = port
        self._host = host
        self._cookies: SimpleCookie = SimpleCookie()

    def get(self, path: str) -> tuple[int, bytes]:
        return self._send("GET", path)

    def post(self, path: str, **fields: str) -> tuple[int, bytes]:
        return self._send("POST", path, urlencode(fields))

    def _send(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        wire = http.client.HTTPConnection(LOOPBACK, self._port, timeout=30)
        wire.request(
            method,
            path,
            body or None,
            {
                "Host": self._host,
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": "; ".join(
                    f"{name}={found.value}" for name, found in self._cookies.items()
                ),
            },
        )
        answer = wire.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.load(line)
        content = answer.read()
        wire.close()
        return answer.status, content


def sign_in(browser: Browser, email: str) -> int:
    _status, form = browser.get("/account/login/")
    token = TOKEN.search(form)
    assert token is not None
    status, _content = browser.post(
        "/account/login/",
        login=email,
        password=PASSWORD,
        csrfmiddlewaretoken=token[1].decode(),
    )
    return status


@pytest.fixture
def shops(places: SecondDatabase) -> dict[str, Enterprise]:
    """Two shops, with a machine each, that live in database `b`."""
    made = {}
    for slug, (name, code) in SHOPS.items():
        row = enterprise(name=name, slug=slug, email=f"owner@{slug}.example")
        with context.enterprise(as_ref(row)):
            machines.machine(code=code)
        services.move_enterprise(enterprise_id=row.id, target="b", by=SYSTEM, at=NOON)
        with context.directory():
            made[slug] = Enterprise.objects.get(pk=row.id)
    return made


def test_serves_those_who_live_there(
    shops: dict[str, Enterprise],
    places: SecondDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = selectors.where_is(shops["eastwind"])
    assert (found.cell, found.database, found.is_here) == ("east", "b", False)
    assert next(iter(selectors.routes())) == Route(
        f"eastwind.{settings.DOMAIN_HOST}", "10.0.0.2:8000", "b"
    )
    at_home = Client().get("/", headers={"host": f"eastwind.{settings.DOMAIN_HOST}"})
    assert at_home.status_code == 421
    assert at_home["Spindle-Database"] == "b"

    for name, value in places.environment.items():
        monkeypatch.setenv(name, value)
    with Cloud(tmp_path, "web") as cloud:
        for slug, (_name, code) in SHOPS.items():
            browser = Browser(cloud.port, f"{slug}.{settings.DOMAIN_HOST}")

            assert sign_in(browser, f"owner@{slug}.example") == 302
            status, page = browser.get("/machines/")

            assert status == 200
            assert code.encode() in page
            others = {other for _shop, other in SHOPS.values()} - {code}
            assert not any(other.encode() in page for other in others)
        stranger = cloud.ask("GET", f"north.{settings.DOMAIN_HOST}", "/")
        assert stranger.status == 404
