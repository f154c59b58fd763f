"""A real browser against a real server; skipped, saying so, where there is none."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from spindle.local import assets
from spindle.local.environment import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDE, NARROW = (1440, 900), (390, 844)
WIDTHS = (360, 390, 768, 1440, 1920)
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
BY_STANDARD = {"type": "tag", "values": STANDARDS}
OF_COLORS = ("color-contrast", "link-in-text-block")
# The browser logs every answer of these kinds; the pages themselves show them.
# Nor does it keep openers apart on plain HTTP, as the tests' hosts are.
EXPECTED = (
    "status of 403",
    "status of 404",
    "status of 422",
    "Cross-Origin-Opener-Policy",
)

LOCAL_SCHEMES = ("data", "blob", "about")

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" not in str(item.path):
            continue
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            reason = "there is no Chromium here: apt-get install chromium"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def served_assets() -> Iterator[None]:
    """Third parties' files where the server finds them, fetched at most once."""
    from django.contrib.staticfiles.finders import get_finder
    from django.test import override_settings

    var = ROOT / "var"
    assets.prepare(var)
    with override_settings(STATICFILES_DIRS=[var / "assets"]):
        get_finder.cache_clear()
        yield
    get_finder.cache_clear()


@pytest.fixture(scope="session")
def port(served_assets: None) -> Iterator[int]:
    """The whole site on a port of this machine, a thread for each request."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    class Closing(ThreadedWSGIServer):
        def process_request_thread(self, *args: Any) -> None:
            super().process_request_thread(*args)
            # Each thread has a connection of its own and ends here.
            connections.close_all()

    http = Closing(("127.0.0.1", 0), Quiet, ipv6=False, allow_reuse_address=True)
    http.set_app(get_wsgi_application())
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield http.server_port
    http.shutdown()
    http.server_close()
    thread.join(5)


@contextmanager
def chromium(*rules: str) -> Iterator[Browser]:
    """Start Chromium, for which the hosts of these rules exist and no others."""
    allowing = pytest.MonkeyPatch()
    # Playwright keeps an event loop running in this thread, and Django refuses the
    # database where it sees one, although nothing here is awaited.
    allowing.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                f"--host-resolver-rules={', '.join([*rules, 'MAP * ~NOTFOUND'])}",
            ],
        )
        yield launched
        launched.close()
    allowing.undo()


@contextmanager
def opened_by(browser: Browser, host: str) -> Iterator[Open]:
    """Open pages as a person with a browser of their own.

    Fails at its end if a page logged an error, broke its content policy or asked a
    host that is neither this one nor below it.
    """
    contexts = []
    complaints: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error" and not any(text in said.text for text in EXPECTED):
            complaints.append(said.text)

    def asked(request: Request) -> None:
        parts = urlsplit(request.url)
        is_ours = f".{parts.hostname}".endswith(f".{host}")
        if parts.scheme not in LOCAL_SCHEMES and not is_ours:
            complaints.append(f"asked {request.url}")

    def open_one(
        address: str, *, theme: str = "light", size: tuple[int, int] = WIDE
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Berlin",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", heard)
        page.on("request", asked)
        page.goto(address, wait_until="networkidle")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def browser(port: int, django_db_setup: None) -> Iterator[Browser]:
    """Chromium, for which our hosts are the test's server."""
    ours = f"127.0.0.1:{port}"
    hosts = (settings.DOMAIN, f"*.{settings.DOMAIN}")
    with chromium(*(f"MAP {host} {ours}" for host in hosts)) as launched:
        yield launched


@pytest.fixture
def open_page(browser: Browser, committed: None) -> Iterator[Open]:
    """Open pages on the server that runs within the tests."""
    with opened_by(browser, settings.DOMAIN) as open_one:
        yield open_one


def violations_on(page: Page, *rules: str, within: str | None = None) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA, one line for each element."""
    only = {"type": "rule", "values": rules} if rules else BY_STANDARD
    # What passed is not listed, which on a page of forms takes most of the time.
    options = {"runOnly": only, "resultTypes": ["violations"]}
    found = Axe().run(page, context=within, options=options)
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def violations_in_both_themes(page: Page, *, within: str | None = None) -> list[str]:
    """Return what axe finds in light and in dark, where only colors differ."""
    page.emulate_media(color_scheme="dark")
    dark = violations_on(page, *OF_COLORS, within=within)
    page.emulate_media(color_scheme="light")
    light = violations_on(page, within=within)
    return [f"dark: {one}" for one in dark] + [f"light: {one}" for one in light]


def widths_too_small(page: Page) -> list[int]:
    """Return at which widths of the window the page must be scrolled sideways."""
    before = page.viewport_size
    assert before is not None
    small = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            small.append(width)
    page.set_viewport_size(before)
    return small
