"""A planner's way through work centers in a browser."""

import pytest
from django.conf import settings

from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.support.world import CAST, PASSWORD

PORTAL = f"http://north.{settings.DOMAIN}"


@pytest.fixture
def look():
    """Say what is wrong with the page that is open."""

    def at(page):
        return violations_in_both_themes(page) + [
            f"scrolls sideways at {width}" for width in widths_too_small(page)
        ]

    return at


def test_a_planner_groups_machines_and_reads_their_history(open_page, look):
    page = open_page(f"{PORTAL}/sites/add/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("#id_name", "Plant 1")
    page.get_by_role("button", name="Add the site").click()

    page.get_by_role("link", name="Add a work center").click()
    assert page.locator("#id_site_id option:checked").inner_text() == "Plant 1"
    page.fill("#id_code", "WC-MILL")
    page.fill("#id_name", "Milling")
    assert look(page) == []
    page.get_by_role("button", name="Add the work center").click()
    page.get_by_role("heading", name="WC-MILL").wait_for()

    page.goto(f"{PORTAL}/machines/add/")
    page.fill("#id_code", "Hurco04")
    page.fill("#id_name", "Hurco")
    page.select_option("#id_work_center", "WC-MILL")
    assert look(page) == []
    page.get_by_role("button", name="Add the machine").click()
    page.get_by_role("link", name="WC-MILL").click()

    assert page.get_by_role("link", name="Hurco04").is_visible()
    assert look(page) == []
    page.get_by_role("button", name="Drop the work center").click()
    page.select_option("#machines_to", "")
    assert look(page) == []
    page.locator("dialog[open] [type=submit]").click()
    page.get_by_text("No work centers yet").wait_for()
    assert look(page) == []

    page.goto(f"{PORTAL}/machines/")
    page.get_by_role("link", name="Hurco04", exact=True).click()
    page.get_by_role("link", name="Whole history").click()
    page.get_by_text("Work center: WC-MILL").wait_for()
    assert look(page) == []
