"""A planner narrows the list of machines in a browser, and changes many at once."""

import pytest
from django.conf import settings

from tenants import context
from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.factories import machines as factory
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


@pytest.fixture
def shop(north):
    with context.enterprise(north):
        center = factory.work_center()
        factory.complete_machine(work_center=center.code)
        factory.complete_machine(code="Mazak01", name="Lathe", maker="Mazak")
        factory.machine(code="Bare01", maker="")


def test_a_planner_changes_many_machines_at_once(open_page, shop, look):
    page = open_page(f"{PORTAL}/machines/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")

    page.get_by_text("3 machines", exact=True).wait_for()
    page.get_by_text("More filters").click()
    assert look(page) == []
    page.select_option("#complete", "yes")
    page.get_by_text("2 machines", exact=True).wait_for()
    page.get_by_role("link", name="Facts: Complete").wait_for()
    page.get_by_role("link", name="Maker and model").click()
    page.locator("th[aria-sort=ascending]", has_text="Maker and model").wait_for()
    assert look(page) == []

    page.get_by_role("link", name="Facts: Complete").click()
    page.get_by_text("3 machines", exact=True).wait_for()
    page.get_by_label("Tick all on this page").check()
    page.get_by_role("button", name="Change the ticked ones").click()
    page.get_by_role("heading", name="Change 3 machines").wait_for()
    assert look(page) == []
    page.select_option("#id_is_published", "yes")
    page.fill("#id_hourly_rate_percent", "10")
    page.get_by_role("button", name="Show what would change").click()

    page.get_by_role("heading", name="2 machines would change").wait_for()
    page.get_by_text("Bare01 has no hourly rate.").wait_for()
    assert look(page) == []
    page.get_by_role("button", name="Change 2 machines").click()

    page.get_by_role("heading", name="2 machines are changed").wait_for()
    assert look(page) == []
    page.get_by_role("button", name="Take it back").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    page.get_by_text("An earlier change is taken back").wait_for()
    assert look(page) == []


def test_a_row_is_a_card_on_a_phone(open_page, shop):
    page = open_page(f"{PORTAL}/machines/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("3 machines", exact=True).wait_for()

    page.set_viewport_size({"width": 360, "height": 800})

    row = page.locator("tbody tr").first
    box = row.bounding_box()
    assert box["width"] <= 360
    code = row.locator("th").bounding_box()
    site = row.locator("[data-label=Site]").bounding_box()
    assert site["y"] > code["y"]
    assert site["x"] >= 0
