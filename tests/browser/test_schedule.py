"""A planner's way through the schedule in a browser: read, pin, undo, propose."""

import threading
from contextlib import suppress

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Error

from apps.scheduling.models import JobOrder
from apps.scheduling.rules.solver import warm_up
from apps.scheduling.services import pin_job_order
from tenants import context, jobs
from tenants.types import Actor
from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.portal.planned_shop import PlannedShop, coming_monday
from tests.support.world import CAST, PASSWORD

OWNER = Actor(label="Paula Planner")
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
def shop(north, committed) -> PlannedShop:
    with context.enterprise(north):
        return PlannedShop(coming_monday())


@pytest.fixture
def day(shop) -> str:
    return shop.seven.date().isoformat()


@pytest.fixture
def signed_in(open_page):
    """Open a page as the owner of north."""

    def at(path: str, **how):
        page = open_page(f"{PORTAL}{path}", **how)
        page.fill("[name=login]", CAST["north"]["email"])
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{PORTAL}{path}")
        page.wait_for_load_state("networkidle")
        return page

    return at


def milling(north) -> JobOrder:
    with context.enterprise(north):
        return JobOrder.objects.select_related("pinned_machine").get(title="Milling")


def bar(page, title: str):
    return page.locator(".gantt-bar", has_text=title)


def pinned(page) -> None:
    page.get_by_text("is pinned to").wait_for()


def test_every_bar_says_why_it_is_there(signed_in, shop, day, look):
    page = signed_in(f"/schedule/?zoom=day&from={day}")
    assert look(page) == []

    bar(page, "Drive shaft: Milling").click()
    page.get_by_text("The step before, Drive shaft: Turning").wait_for()
    assert f"bar={shop.milling.pk}" in page.url
    assert look(page) == []

    # What the reason names is one press away.
    page.locator("#why").get_by_role("link", name="Drive shaft: Turning").click()
    page.get_by_text("It may not start before").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#why").is_visible()


def test_a_bar_is_dragged_to_another_machine_and_put_back(
    signed_in, shop, day, north, look
):
    page = signed_in(f"/schedule/?zoom=day&from={day}")
    held = bar(page, "Drive shaft: Milling")
    box = held.locator(".gantt-body").bounding_box()
    other = page.locator(f'tr[data-machine="{shop.other.pk}"]')
    plot = other.locator(".gantt-plot").bounding_box()
    lathe = page.locator(f'tr[data-machine="{shop.lathe.pk}"]')

    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 14, steps=4)
    assert "is-option" in other.get_attribute("class")
    assert "is-option" not in (lathe.get_attribute("class") or "")
    # An hour is a 24th of the day that is shown.
    page.mouse.move(
        box["x"] + 10 + plot["width"] / 24, plot["y"] + plot["height"] / 2, steps=8
    )
    assert "is-target" in other.get_attribute("class")
    page.mouse.up()
    pinned(page)

    job = milling(north)
    assert job.pinned_machine.code == "MILL-2"
    assert (job.pinned_start_at - shop.seven).total_seconds() == 3 * 3600
    assert page.locator(".gantt-pin").count() == 1
    assert look(page) == []

    page.get_by_role("button", name="Undo the last pin").click()
    page.get_by_text("the last pin is undone").wait_for()
    assert milling(north).pinned_machine is None
    assert page.locator(".gantt-pin").count() == 0


def test_a_bar_goes_nowhere_it_cannot_be_done(signed_in, shop, day, north):
    page = signed_in(f"/schedule/?zoom=day&from={day}")
    box = bar(page, "Drive shaft: Milling").locator(".gantt-body").bounding_box()
    lathe = page.locator(f'tr[data-machine="{shop.lathe.pk}"] .gantt-plot')
    place = lathe.bounding_box()

    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, place["y"] + 20, steps=6)
    page.mouse.up()

    page.get_by_text("This work cannot be done on LATHE-1.").wait_for(state="attached")
    assert milling(north).pinned_machine is None
    assert "bar=" not in page.url


def test_all_of_it_is_done_by_keyboard(signed_in, shop, day, north):
    page = signed_in(f"/schedule/?zoom=day&from={day}")
    bar(page, "Drive shaft: Turning").focus()
    page.keyboard.press("ArrowDown")
    assert "Milling" in page.evaluate("document.activeElement.textContent")

    page.keyboard.press("Enter")
    page.get_by_text("The step before, Drive shaft: Turning").wait_for()

    page.keyboard.press("p")
    pinned(page)
    job = milling(north)
    assert job.pinned_machine.code == "MILL-1"
    assert (job.pinned_start_at - shop.seven).total_seconds() == 2 * 3600
    # The keyboard stays where it was.
    assert "Milling" in page.evaluate("document.activeElement.textContent")

    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.get_by_text("is pinned to MILL-2").wait_for()
    job = milling(north)
    # Two steps of a quarter of an hour.
    assert (job.pinned_start_at - shop.seven).total_seconds() == 2.5 * 3600

    page.keyboard.press("Control+z")
    page.get_by_text("the last pin is undone").wait_for()
    assert milling(north).pinned_machine.code == "MILL-1"

    page.keyboard.press("u")
    page.get_by_text("is not pinned any more").wait_for()
    assert milling(north).pinned_machine is None


def test_a_phone_shows_the_list_by_machine(signed_in, shop, day):
    page = signed_in(f"/schedule/?from={day}", size=(360, 800))

    assert not page.locator(".gantt").is_visible()
    page.locator("#list").get_by_role("link", name="Drive shaft: Milling").click()
    page.get_by_text("The step before, Drive shaft: Turning").wait_for()


def test_a_proposal_is_asked_for_watched_stopped_and_accepted(
    signed_in, shop, day, north, look
):
    warm_up()
    with context.enterprise(north):
        pin_job_order(
            job_order_id=shop.milling.pk,
            machine_id=shop.other.pk,
            start_at=None,
            version=shop.milling.version,
            by=OWNER,
            at=timezone.now(),
        )
    page = signed_in("/schedule/request/")
    page.select_option("#id_objective", "makespan")
    page.fill("#id_budget_seconds", "60")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("progressbar").wait_for()

    worker = threading.Thread(target=work)
    worker.start()
    page.get_by_text("Best so far").wait_for()
    # A press that falls into the moment in which the page renews itself is lost.
    while page.get_by_role("button", name="Stop, and take the best so far").count():
        with suppress(Error):
            page.get_by_role("button", name="Stop, and take").click(timeout=2_000)
        page.wait_for_timeout(500)
    # The page comes by itself once the plan is there.
    page.get_by_role("heading", name="Before and after").wait_for()
    worker.join()
    moved = page.locator("#moved")
    assert moved.get_by_role("link", name="Drive shaft: Milling").is_visible()
    assert look(page) == []

    page.get_by_role("button", name="Accept").click()
    page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    page.get_by_text("it is the plan in force now").wait_for()
    page.goto(f"{PORTAL}/schedule/?zoom=month")
    there = page.locator(f'tr[data-machine="{shop.other.pk}"]')
    assert bar(there, "Drive shaft: Milling").count() == 1
    # Closer by one press, from where one was.
    page.get_by_role("link", name="Week", exact=True).click()
    page.locator(".gantt-week").wait_for()


def work() -> None:
    """Do what waits, as a worker beside the site does."""
    jobs.run_due()
    connections.close_all()


def test_a_proposal_is_read_and_filtered(signed_in, shop, day, north, look):
    with context.enterprise(north):
        proposal = shop.propose(
            gap_percent=2.5,
            figures={"before": {"late_jobs": 0}, "after": {"late_jobs": 1}},
        )
    page = signed_in(f"/schedule/{proposal.pk}/?from={day}")

    assert page.get_by_text("Within at most 2.5%").is_visible()
    assert page.locator(".gantt-ghost").count() == 1
    assert look(page) == []
    page.select_option("#only", "moved")
    page.wait_for_url("**only=moved**")
    assert bar(page, "Drive shaft: Turning").count() == 0


def test_work_is_written_without_leaving_the_keyboard(signed_in, shop, look):
    page = signed_in("/work-requests/add/")
    page.fill("#id_title", "Housing")
    page.fill("#id_s0-title", "Milling")
    page.fill("#id_s0-o0-machine", "MILL-1")
    page.fill("#id_s0-o0-run", "240")
    assert look(page) == []
    page.get_by_role("button", name="Another machine").click()
    page.fill("#id_s0-o1-machine", "MILL-9")
    page.fill("#id_s0-o1-run", "300")
    page.locator("#id_title").focus()
    # The first button of the form adds a row; Enter saves.
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert look(page) == []
    page.fill("#id_s0-o1-machine", "MILL-2")
    page.get_by_role("button", name="Add the work request").click()
    page.get_by_role("heading", name="Housing").wait_for()
    assert look(page) == []


def test_the_other_pages_can_be_read_by_anyone(signed_in, shop, look):
    page = signed_in("/schedule/request/")
    assert look(page) == []
    for path in (
        "/schedule/what-if/",
        "/schedule/proposals/",
        "/work-requests/",
        "/work-requests/rush/",
        f"/work-requests/{shop.shaft.pk}/",
        "/setup-times/",
        f"/machines/{shop.mill.pk}/setup-times/",
    ):
        page.goto(f"{PORTAL}{path}")
        assert look(page) == [], path
