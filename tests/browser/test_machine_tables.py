"""A planner's list of machines in a browser: looked at, imported, taken back."""

import pytest
from django.conf import settings

from tenants import context, jobs
from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.factories import machines as factory
from tests.support.tables import HEADER, HERMLE, HURCO, workbook
from tests.support.world import CAST, PASSWORD

PORTAL = f"http://north.{settings.DOMAIN}"
WRONG = (*HERMLE[:6], "a lot", *HERMLE[7:])


@pytest.fixture
def look():
    """Say what is wrong with the page that is open."""

    def at(page):
        return violations_in_both_themes(page) + [
            f"scrolls sideways at {width}" for width in widths_too_small(page)
        ]

    return at


def test_a_planner_imports_a_list_and_takes_it_back(open_page, look, north, tmp_path):
    with context.enterprise(north):
        factory.site()
    book = tmp_path / "machines.xlsx"
    book.write_bytes(workbook(HEADER, HURCO, WRONG))
    page = open_page(f"{PORTAL}/machines/tables/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Nothing imported yet").wait_for()
    assert look(page) == []

    page.set_input_files("#id_file", book)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("heading", name="What is refused, and what would help").wait_for()
    assert page.get_by_text("Sheet1!G3").is_visible()
    assert look(page) == []

    page.get_by_role("button", name="Import 1 machine").click()
    page.get_by_text("Waiting for a worker").wait_for()
    assert look(page) == []
    jobs.run_due()
    page.get_by_role("heading", name="What the import did").wait_for()
    assert look(page) == []

    page.get_by_role("button", name="Take it back").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    page.get_by_text("Waiting for a worker").wait_for()
    jobs.run_due()
    page.get_by_text("Taken back").first.wait_for()
    page.goto(f"{PORTAL}/machines/tables/")
    page.get_by_role("link", name="machines.xlsx").wait_for()
    assert look(page) == []
