"""A register's entry, the link to claim it, and an owner's data, in a browser."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from tenants import jobs
from tenants.lifecycle import services
from tenants.types import SYSTEM
from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.browser.test_console import console, look, olga  # noqa: F401  (fixtures)
from tests.factories import registers as make
from tests.support.world import CAST, PASSWORD

SITE = f"http://{settings.DOMAIN}"
SHOTS = os.environ.get("SPINDLE_SHOTS", "")


def shot(page: Page, name: str) -> None:
    """Keep what a person would see, for whoever asks for it."""
    if not SHOTS:
        return
    for theme in ("light", "dark"):
        for width in (1440, 390):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(
                path=Path(SHOTS) / f"{name}-{theme}-{width}.png", full_page=True
            )
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def storage(settings, tmp_path):
    settings.ARCHIVE_ROOT = tmp_path / "archives"


def test_an_entry_can_be_read_and_claimed(open_page):
    row = make.registered(
        website="https://www.ostwerk.example", activities=["28.41", "25.62"]
    )
    page = open_page(f"{SITE}/enterprises/{row.slug}/")
    page.get_by_text("Is this yours?").wait_for()
    assert violations_in_both_themes(page) == []
    assert widths_too_small(page) == []
    shot(page, "entry")
    token = services.issue_claim(enterprise_id=row.pk, by=SYSTEM, at=timezone.now())

    page = open_page(f"{SITE}/claim/{token}/")
    page.get_by_role("heading", name="Claim Ostwerk").wait_for()
    assert violations_in_both_themes(page) == []
    assert widths_too_small(page) == []
    shot(page, "claim")
    page.fill("#id_person_name", "Olga Ost")
    page.fill("#id_email", "olga@ostwerk.example")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Claim it").click()
    page.get_by_role("heading", name="Hello, Olga Ost").wait_for()

    assert page.url == f"http://{row.slug}.{settings.DOMAIN}/"
    page = open_page(f"{SITE}/claim/{token}/")
    page.get_by_role("heading", name="This link opens nothing").wait_for()
    assert violations_in_both_themes(page) == []


def test_the_directory_goes_on_by_pages(open_page):
    for number in range(60):
        make.registered(
            slug=f"werk-{number:02d}",
            name=f"Werk {number:02d}",
            register_number=str(number),
        )
    page = open_page(f"{SITE}/enterprises/?q=werk")
    shot(page, "directory")
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Werk 59").wait_for()
    assert violations_in_both_themes(page) == []
    assert widths_too_small(page) == []
    page.get_by_role("link", name="Previous").click()
    page.get_by_role("link", name="Werk 00").wait_for()


def test_an_owner_exports_and_thinks_again_about_closing(open_page, storage):
    page = open_page(f"{SITE}/sign-in/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hello, Nora Nordmann").wait_for()
    page.goto(f"http://north.{settings.DOMAIN}/data/")
    assert violations_in_both_themes(page) == []
    assert widths_too_small(page) == []

    page.get_by_role("button", name="Export everything").click()
    page.get_by_text("Being made").wait_for()
    jobs.run_due()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download").click()
    assert taken.value.suggested_filename.startswith("north-")
    shot(page, "data")

    page.fill("#id_typed_name", CAST["north"]["name"])
    page.get_by_role("button", name="Close it").click()
    page.get_by_text("The enterprise will be erased on").wait_for()
    assert violations_in_both_themes(page) == []
    shot(page, "closing")
    page.get_by_role("button", name="Keep the enterprise").click()
    page.get_by_text("The enterprise stays.").wait_for()


def test_the_operator_asks_before_a_tier_changes(console):  # noqa: F811
    row = make.registered()
    at = f"http://console.{settings.DOMAIN}/tenants"
    for address, name in (
        (f"/enterprise/{row.pk}/claim/", "console-claim"),
        (f"/enterprise/{row.pk}/close/", "console-close"),
        ("/registerimport/upload/", "console-register"),
    ):
        console.goto(at + address)
        assert look(console) == []
        shot(console, name)
