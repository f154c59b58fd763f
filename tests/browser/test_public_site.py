"""The public site in a browser: reachable, readable, and quick to sign up on."""

import pytest
from django.conf import settings

from tests.browser.conftest import (
    violations_in_both_themes,
    violations_on,
    widths_too_small,
)
from tests.support.world import CAST, PASSWORD

SITE = f"http://{settings.DOMAIN}"
PAGES = (
    "/",
    "/enterprises/",
    "/enterprises/north/",
    "/demands/",
    "/processes/",
    "/processes/milling-5-axis/",
    "/sign-up/",
    "/sign-in/",
    "/status/",
    "/nowhere/",
)


@pytest.mark.parametrize("path", PAGES)
def test_can_be_read_by_anyone_in_any_window(open_page, path):
    page = open_page(SITE + path)

    assert violations_in_both_themes(page) == []
    assert widths_too_small(page) == []


class TestSignUp:
    def test_proposes_an_address_and_opens_the_portal(self, open_page):
        page = open_page(f"{SITE}/sign-up/")
        assert page.input_value("#id_time_zone") == "Europe/Berlin"

        page.locator("#id_name").press_sequentially("Westwind Zerspanung")
        page.get_by_text("is free").wait_for()
        assert page.input_value("#id_slug") == "westwind-zerspanung"
        page.select_option("#id_country", "CN")
        page.locator("#id_time_zone option[value='Asia/Shanghai']:checked").wait_for(
            state="attached"
        )
        assert page.input_value("#id_currency") == "CNY"
        page.fill("#id_person_name", "Wanda West")
        page.fill("#id_email", "wanda@westwind.example")
        page.fill("#id_password", PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign up").click()
        page.get_by_role("heading", name="Hello, Wanda West").wait_for()

        assert page.url == f"http://westwind-zerspanung.{settings.DOMAIN}/"
        assert violations_on(page) == []

    def test_leads_the_keyboard_to_what_is_wrong(self, open_page):
        page = open_page(f"{SITE}/sign-up/")

        page.get_by_role("main").get_by_role("button", name="Sign up").click()
        page.get_by_role("heading", name="need another look").wait_for()

        assert page.locator(".error-summary").evaluate(
            "e => e === document.activeElement"
        )
        page.get_by_role("link", name="Your name: This is empty").click()
        assert page.locator("#id_person_name").evaluate(
            "e => e === document.activeElement"
        )
        assert violations_on(page) == []


class TestSignIn:
    def test_leads_to_the_portal_and_out_again(self, open_page):
        page = open_page(f"{SITE}/sign-in/")
        page.fill("[name=login]", CAST["north"]["email"])
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Hello, Nora Nordmann").wait_for()

        page.locator("summary", has_text="Nora Nordmann").click()
        assert violations_on(page) == []
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("You are signed out.").wait_for()

        assert page.url == f"http://north.{settings.DOMAIN}/account/login/"
        assert violations_on(page) == []

    def test_opens_help_by_keyboard(self, open_page):
        page = open_page(f"{SITE}/sign-in/")
        page.fill("[name=login]", CAST["north"]["email"])
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Hello, Nora Nordmann").wait_for()

        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        assert violations_on(page) == []
        page.keyboard.press("Escape")

        assert page.get_by_role("dialog").count() == 0


def test_keeps_the_chosen_theme_and_language(open_page):
    page = open_page(f"{SITE}/status/")

    page.locator("summary.bar-button").click()
    page.get_by_role("button", name="Dark").click()
    page.locator("html[data-bs-theme=dark]").wait_for()
    page.locator("summary.bar-button").click()
    page.get_by_role("button", name="Русский").click()
    page.locator("html[lang=ru]").wait_for()

    page.reload()
    assert page.locator("html[lang=ru][data-bs-theme=dark]").count() == 1
