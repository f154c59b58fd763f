"""A planner's way through sites in a browser: write them, see them on a map."""

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


def test_a_planner_puts_sites_on_the_map(open_page, look):
    page = open_page(f"{PORTAL}/sites/add/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")

    page.fill("#id_name", "Plant 1")
    page.select_option("#id_country", "PL")
    # What can be chosen follows the country, and what was written stays.
    page.locator("#id_holiday_subdivision option", has_text="Mazowieckie").wait_for(
        state="attached"
    )
    assert page.locator("#id_name").input_value() == "Plant 1"
    page.select_option("#id_country", "DE")
    page.locator("#id_holiday_subdivision option", has_text="Bayern").first.wait_for(
        state="attached"
    )
    page.select_option("#id_time_zone", "Europe/Berlin")
    page.select_option("#id_holiday_subdivision", "BY")
    page.fill("#id_city", "Augsburg")
    page.fill("#id_latitude", "48.37")
    page.fill("#id_longitude", "10.9")
    assert look(page) == []
    page.get_by_role("button", name="Add the site").click()

    page.get_by_role("heading", name="Plant 1").wait_for()
    assert page.get_by_text("Assumption Day").count() == 1
    assert page.locator(".map-spot text").text_content() == "Plant 1"
    assert look(page) == []

    page.get_by_role("link", name="Change").click()
    page.fill("#id_longitude", "1000")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    assert look(page) == []

    page.goto(f"{PORTAL}/sites/")
    spot = page.get_by_role("link", name="Plant 1: 0 machines")
    spot.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Plant 1").wait_for()

    page.goto(f"{PORTAL}/sites/")
    assert look(page) == []
    page.goto(f"{PORTAL}/machines/map/")
    assert look(page) == []
