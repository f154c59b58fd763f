"""A planner's way in a browser: import, complete, set shifts, publish, plan."""

import pytest
from django.conf import settings

from tenants import jobs
from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.support.data import shared_data
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


def test_a_planner_gets_machines_into_the_exchange(open_page, look):
    page = open_page(f"{PORTAL}/machines/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("No machines yet").wait_for()
    assert look(page) == []

    main = page.get_by_role("main")
    main.get_by_role("link", name="Import machines").first.click()
    page.set_input_files("#id_file", shared_data("nist/Devices.xml"))
    page.get_by_role("button", name="Look at it").click()
    page.fill("#id_site-name", "Augsburg")
    assert look(page) == []
    page.get_by_role("button", name="Look at it again").click()
    page.get_by_role("button", name="Import 8 machines").click()
    page.get_by_text("Waiting for a worker").wait_for()
    jobs.run_due()
    page.get_by_role("heading", name="What the import did").wait_for()
    assert look(page) == []

    row = page.locator("tr", has_text="Hurco04")
    row.get_by_role("link", name="Complete").click()
    page.get_by_text("Proposed from the document").wait_for()
    assert page.locator("#id_process_code").input_value() == "milling-3-axis"
    page.get_by_label("P: steel").check()
    page.get_by_label("N: non-ferrous metal").check()
    assert page.locator("#id_size_x_mm").is_hidden()
    page.select_option("#id_envelope_kind", "box")
    for name, value in (("x", "610"), ("y", "508"), ("z", "610")):
        page.fill(f"#id_size_{name}_mm", value)
    page.select_option("#id_it_grade", "8")
    page.fill("#id_roughness_um", "1.6")
    assert look(page) == []
    page.get_by_role("button", name="Save and state the costs").click()
    page.get_by_role("heading", name="What work on it costs").wait_for()
    page.fill("#id_hourly_rate", "68")
    page.fill("#id_setup_minutes", "45")
    page.fill("#id_removal_cm3_per_min", "60")
    assert look(page) == []
    page.get_by_role("button", name="Save").click()
    page.get_by_text("It has no shifts").wait_for()
    assert look(page) == []

    page.get_by_role("link", name="Let other machines be alike").click()
    assert page.get_by_label("Hurco03").is_checked()
    assert not page.get_by_label("Hurco06").is_checked()
    assert look(page) == []
    page.get_by_role("button", name="Copy to these").click()
    page.get_by_text("3 machines offer the same as Hurco04 now").wait_for()
    assert page.get_by_text("Ready to publish").count() == 4

    page.goto(f"{PORTAL}/capacity/shifts/")
    page.get_by_role("link", name="Two shifts").click()
    page.get_by_text("75 h of work a week").wait_for()
    page.get_by_text("Times as text").click()
    page.fill("#id_d5_s0_starts", "06:00")
    page.fill("#id_d5_s0_ends", "12:00")
    page.keyboard.press("Tab")
    page.get_by_text("81 h of work a week").wait_for()
    assert look(page) == []
    page.get_by_role("button", name="Save the calendar").click()
    page.get_by_text("The calendar is saved.").wait_for()
    assert look(page) == []

    page.goto(f"{PORTAL}/machines/?q=Hurco04")
    page.get_by_role("link", name="Hurco04", exact=True).click()
    page.get_by_role("button", name="Publish").click()
    assert look(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("is shown to buyers within seconds").wait_for()
    assert look(page) == []

    page.goto(f"{PORTAL}/capacity/promise/")
    page.fill("#id_quantity", "30")
    page.select_option("#id_s1-process_code", "milling-3-axis")
    page.fill("#id_s1-minutes_per_part", "12")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_text("All parts can be there on").wait_for()
    assert look(page) == []


@pytest.mark.parametrize(
    "path", ["sites/", "sites/add/", "certificates/", "certificates/add/"]
)
def test_what_belongs_to_machines_can_be_read_in_any_window(open_page, look, path):
    page = open_page(f"{PORTAL}/{path}")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("main h1").wait_for()

    assert look(page) == []
