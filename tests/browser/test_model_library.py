"""A planner finds a machine's model, takes its figures over and confirms them."""

from django.conf import settings

from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.support.world import CAST, PASSWORD

PORTAL = f"http://north.{settings.DOMAIN}"


def wrong_with(page):
    return violations_in_both_themes(page) + [
        f"scrolls sideways at {width}" for width in widths_too_small(page)
    ]


def test_a_planner_registers_a_machine_by_its_model(open_page):
    page = open_page(f"{PORTAL}/sites/add/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("#id_name", "Augsburg")
    page.get_by_role("main").get_by_role("button", name="Add the site").click()
    page.get_by_text("Augsburg").first.wait_for()

    page.goto(f"{PORTAL}/machines/add/")
    page.fill("#id_code", "DMU01")
    page.get_by_label("Maker and model").press_sequentially("dgm mori dmu50 3rd")
    choice = page.get_by_role("link", name="DMG MORI DMU 50 3rd Generation")
    choice.wait_for()
    assert wrong_with(page) == []

    choice.click()
    page.get_by_text("Filled in from the maker's figures of DMG MORI DMU 50").wait_for()
    assert page.locator("#id_code").input_value() == "DMU01"
    assert page.locator("#id_spindle_rpm").input_value() == "15000"
    assert page.locator("#id_offer-size_y_mm").input_value() == "520"
    assert wrong_with(page) == []

    page.get_by_role("button", name="Add the machine").click()
    waiting = page.locator("#unconfirmed")
    waiting.wait_for()
    assert waiting.get_by_role("row").count() == 1 + 2 + 2 * 2
    assert wrong_with(page) == []

    waiting.get_by_role("row", name="Axes").get_by_role("button").click()
    page.get_by_text("The figures of DMU01 are confirmed as yours.").wait_for()
    assert waiting.get_by_role("row").count() == 1 + 1 + 2 * 2
    waiting.get_by_role("button", name="Confirm all").click()
    waiting.wait_for(state="detached")
    assert wrong_with(page) == []
