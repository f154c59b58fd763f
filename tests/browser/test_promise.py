"""A planner's way through the promise calculator in a browser: ask, read, hold, free."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from playwright.sync_api import expect

from apps.capacity.models import Reservation
from tenants import context
from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.factories import capacity
from tests.factories import machines as factory
from tests.factories.routes import route, route_held, step
from tests.support.world import CAST, PASSWORD

PORTAL = f"http://north.{settings.DOMAIN}"
# Far ahead, so that the clock of the test run plays no part.
SIX = datetime(2035, 5, 7, 4, tzinfo=UTC)


@pytest.fixture
def look():
    """Say what is wrong with the page that is open."""

    def at(page):
        return violations_in_both_themes(page) + [
            f"scrolls sideways at {width}" for width in widths_too_small(page)
        ]

    return at


@pytest.fixture
def shop(north, committed) -> None:
    """Two mills, one of them busy on Monday morning, and an oven at 80 %."""
    with context.enterprise(north):
        mill = factory.complete_machine()
        factory.complete_machine(code="Hurco05")
        factory.machine(code="Oven1")
        capacity.early_shifts()
        capacity.held(mill.pk, not_before=SIX, minutes=150)


@pytest.fixture
def calculator(open_page, shop):
    page = open_page(f"{PORTAL}/capacity/promise/")
    page.fill("[name=login]", CAST["north"]["email"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="When could it be finished?").wait_for()
    return page


def test_a_planner_asks_reads_why_holds_and_frees(calculator, north, look):
    page = calculator
    page.fill("#id_quantity", "60")
    page.fill("#id_release_at", "2035-05-07T06:00")
    page.select_option("#id_s1-process_code", "milling")
    page.fill("#id_s1-setup_minutes", "20")
    page.fill("#id_s1-minutes_per_part", "10")
    page.fill("#id_s1-most_lots", "3")
    page.get_by_role("button", name="Add a step").click()
    page.select_option("#id_s2-process_code", "")
    page.locator("#id_s2-machine_ids-ts-control").fill("Oven")
    page.get_by_role("option", name="Oven1").click()
    page.fill("#id_s2-setup_minutes", "0")
    page.fill("#id_s2-minutes_per_part", "1.5")
    page.fill("#id_s2-transport_minutes", "45")
    page.get_by_role("button", name="Work it out").click()

    page.get_by_text("All parts can be there on").wait_for()
    page.get_by_text("Why then: step 2 on Oven1").wait_for()
    for summary in page.locator("details.disclose > summary").all():
        summary.click()
    assert page.get_by_text("Held until").first.is_visible()
    assert page.get_by_text("Transport", exact=False).first.is_visible()
    assert look(page) == []

    page.get_by_role("button", name="Hold it").click()
    page.get_by_text("stretches of machine time are held until").wait_for()
    expect(page.locator("[data-countdown]")).to_have_text("in 2 days")
    assert look(page) == []

    page.get_by_role("button", name="Free it").click()
    page.locator("dialog[open] [type=submit]").click()
    page.get_by_text("The machine time is free again.").wait_for()
    with context.enterprise(north):
        states = Reservation.objects.filter(route_id__isnull=False)
        assert set(states.values_list("state", flat=True)) == {"released"}


def test_a_hold_says_that_it_has_lapsed_while_it_is_looked_at(calculator, north):
    page = calculator
    # A clock of the page's own: nothing here waits for one that ticks.
    page.clock.install(time=datetime.now(UTC))
    with context.enterprise(north):
        now = datetime.now(UTC)
        mill = Reservation.objects.get().machine_id
        route_held(
            route(step(mill), release_at=now),
            at=now,
            expires_at=now + timedelta(minutes=90),
        )
    page.reload()
    place = page.locator("[data-countdown]")
    expect(place).to_have_text(re.compile(r"^in (89|90) minutes$"))
    page.clock.fast_forward("01:29:00")
    expect(place).to_have_text(re.compile(r"^in \d+ seconds$"))
    page.clock.fast_forward("01:00")
    expect(place).to_have_text("It has lapsed: the time is free for others.")
