"""The operator's console in a browser: its theme works under our content policy.

The frame around `main` is the theme's own, with what it lacks in landmarks.
"""

import pytest
from django.conf import settings

from tenants import context
from tenants.models import Job, User
from tenants.types import JobState
from tests.browser.conftest import violations_on
from tests.factories import exchange as make
from tests.support.world import NOON, PASSWORD

CONSOLE = f"http://console.{settings.DOMAIN}"
EMAIL = "olga@spindle.example"


@pytest.fixture
def olga(committed):
    with context.owner():
        User.objects.filter(email=EMAIL).delete()
        return User.objects.create_superuser(EMAIL, PASSWORD, name="Olga Operator")


@pytest.fixture
def failed(north):
    with context.jobs():
        return Job.objects.create(
            enterprise_id=north.id,
            kind="reports.render",
            state=JobState.FAILED,
            run_after=NOON,
            finished_at=NOON,
            attempts=5,
            error="The chart could not be drawn.",
        )


@pytest.fixture
def console(open_page, olga):
    page = open_page(f"{CONSOLE}/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Latest match runs").wait_for()
    return page


def look(page) -> list[str]:
    """Return what axe finds in both themes, between which the page chooses once."""
    found = []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.reload()
        assert page.locator("html.dark").count() == (theme == "dark")
        found += violations_on(page, within="main")
    return found


def test_shows_what_needs_the_operator(console, failed, north, south):
    make.shop(north)
    make.listing(north)
    make.matched(make.demand(south).pk)

    console.reload()

    panel = console.locator("section", has_text="Latest failures")
    panel.get_by_role("link", name="reports.render").wait_for()
    console.get_by_role("link", name="Wheel brackets").wait_for()
    assert look(console) == []


def test_queues_a_failed_job_again(console, failed):
    console.locator("a[href='/tenants/job/']").first.click()
    console.get_by_role("link", name="reports.render").click()
    console.get_by_role("link", name="Retry this job").click()
    console.get_by_role("heading", name="reports.render").wait_for()
    assert look(console) == []
    console.get_by_role("button", name="Retry this job").click()

    console.get_by_text("reports.render is queued again.").wait_for()
    with context.jobs():
        assert Job.objects.get(pk=failed.pk).state == JobState.QUEUED


def test_opens_the_menus_of_its_theme(console):
    # The theme's Alpine evaluates expressions: without leave, nothing would open.
    console.keyboard.press("t")
    console.get_by_text("Olga Operator").first.click()
    console.get_by_text("Log out").first.wait_for()
