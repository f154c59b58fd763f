"""A planner's way through the calendar editor: draw, type, preview, save, undo."""

import os
from datetime import time, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from apps.capacity import selectors, services
from apps.capacity.types import CalendarForm, CalendarLevel, ShiftTime
from apps.kernel.periods import Period
from tenants import context
from tenants.types import SYSTEM
from tests.browser.conftest import violations_in_both_themes, widths_too_small
from tests.factories import capacity
from tests.factories import machines as factory
from tests.support.world import CAST, PASSWORD

PORTAL = f"http://north.{settings.DOMAIN}"


@pytest.fixture
def look():
    """Say what is wrong with the page that is open."""

    def at(page, within: str | None = None):
        return violations_in_both_themes(page, within=within) + [
            f"scrolls sideways at {width}" for width in widths_too_small(page)
        ]

    return at


@pytest.fixture
def machine(north, committed):
    with context.enterprise(north):
        made = factory.complete_machine()
        capacity.early_shifts(holiday_country="DE")
        monday = timezone.now().replace(hour=6, minute=0, second=0, microsecond=0)
        monday += timedelta(days=14 - monday.weekday())
        capacity.reservation_row(made.pk, monday, timedelta(hours=4), minutes=240)
        services.add_exception(
            level=CalendarLevel(site_id=made.site_id),
            period=Period(
                monday + timedelta(days=3), monday + timedelta(days=3, hours=12)
            ),
            working=False,
            reason="Inventory",
            by=SYSTEM,
            at=timezone.now(),
        )
        return made


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


def photograph(page, name: str) -> None:
    """Keep a picture of the page where the environment names a folder."""
    folder = os.environ.get("SPINDLE_PICTURES")
    if folder:
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=f"{folder}/{name}-{theme}.png", full_page=True)
        page.emulate_media(color_scheme="light")


def shifts_at(north, machine):
    with context.enterprise(north):
        return selectors.calendar_link(
            CalendarLevel(machine_id=machine.pk)
        ).draft.shifts


class Week:
    """The grid of the page, by day and time."""

    def __init__(self, page) -> None:
        self.page = page

    def point(self, day: int, hour: float) -> tuple[float, float]:
        plot = self.page.locator(f'[data-plot="{day}"]').bounding_box()
        return plot["x"] + plot["width"] * hour / 24, plot["y"] + plot["height"] / 2

    def drag(self, start: tuple[int, float], end: tuple[int, float]) -> None:
        self.page.mouse.move(*self.point(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.point(*end), steps=6)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def box(self, day: int, slot: int = 0) -> str:
        """What the boxes of a shift say: they are what is sent."""
        starts, ends, pause, begins = (
            self.page.input_value(f"[name=d{day}_s{slot}_{part}]")
            for part in ("starts", "ends", "break", "pause")
        )
        return f"{starts}-{ends}" + (f" {pause} {begins}".rstrip() if pause else "")

    def said(self) -> str:
        return self.page.locator("[data-said]").inner_text()


def test_a_week_is_drawn_previewed_saved_and_taken_back(
    signed_in, machine, north, look
):
    path = f"/capacity/calendars/{machine.pk}/"
    page = signed_in(path)
    photograph(page, "inherited-1440")
    assert look(page) == []
    page.get_by_label("A week of its own").check()
    week = Week(page)
    assert week.box(0) == "06:00-14:00"

    # Draw Saturday, over its edges and on another day.
    week.drag((5, 7.1), (5, 11.1))
    assert week.box(5) == "07:00-11:15"
    week.drag((5, 11.2), (5, 13))
    assert week.box(5) == "07:00-13:00"
    week.drag((5, 7.05), (5, 6))
    assert week.box(5) == "06:00-13:00"
    week.drag((5, 9), (6, 10))
    assert (week.box(5), week.box(6)) == ("-", "07:00-14:00")
    # Not where another shift is.
    week.drag((6, 9), (0, 9))
    assert (week.box(6), week.box(0)) == ("07:00-14:00", "06:00-14:00")
    assert week.said() == "There is another shift."
    # A night goes on the next day.
    week.drag((2, 22.1), (3, 2.1))
    assert week.box(2, 1) == "22:00-02:15"
    photograph(page, "drawn-1440")
    assert look(page) == []

    for expected in ("-", "06:00-14:00"):
        page.keyboard.press("Control+z")
        assert week.box(2, 1) == "-"
        if expected == "-":
            assert week.box(6) == "07:00-14:00"
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+y")
    assert week.box(2, 1) == "22:00-02:15"

    # Nobody works on Mondays: a booking comes short.
    page.mouse.click(*week.point(0, 10))
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Preview what it changes").click()
    page.get_by_text("Too little time is left for 1 booking.").wait_for()
    assert page.get_by_role("link", name="Booked for an order").is_visible()
    photograph(page, "preview-1440")
    assert look(page) == []
    assert shifts_at(north, machine) is None

    page.get_by_role("button", name="Save the calendar").click()
    page.get_by_text("The calendar is saved.").wait_for()
    shifts = shifts_at(north, machine)
    assert len(shifts) == 6
    assert shifts[2] == ShiftTime(2, time(22), time(2, 15))
    photograph(page, "saved-1440")
    assert look(page) == []

    page.get_by_role("button", name="Undo this change").click()
    page.get_by_text("The calendar is saved.").wait_for()
    assert shifts_at(north, machine) is None


def test_a_week_is_written_by_keyboard_alone(signed_in, machine, north):
    page = signed_in(f"/capacity/calendars/{machine.pk}/")
    page.get_by_label("A week of its own").check()
    week = Week(page)
    page.locator("[data-grid]").focus()
    assert week.said() == "Monday 06:00, in the shift 06:00 to 14:00"

    # Sunday from midnight to two.
    week.press("ArrowUp", "Home")
    assert week.said() == "Sunday 00:00, free"
    week.press("Enter", "Shift+ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    week.press("Enter")
    assert week.box(6) == "00:00-02:00"
    assert week.said() == "Shift 00:00 to 02:00 added"
    # Two hours later, and a quarter shorter at its end.
    week.press("Home", "m", "Shift+ArrowRight", "Shift+ArrowRight", "Enter")
    assert week.box(6) == "02:00-04:00"
    week.press("e", "ArrowLeft", "Enter")
    assert week.box(6) == "02:00-03:45"
    week.press("s", "ArrowLeft", "Escape")
    assert week.box(6) == "02:00-03:45"
    # A break, Saturday like Sunday, and Friday without work.
    week.press("ArrowRight", "b")
    assert "30 " in week.box(6)
    week.press("Control+c", "ArrowUp", "Control+v")
    assert week.box(5) == week.box(6)
    week.press("ArrowUp", "Home", *["Shift+ArrowRight"] * 7, "Delete")
    assert week.box(4) == "-"
    week.press("Control+z", "Control+z")
    assert (week.box(4), week.box(5)) == ("06:00-14:00", "-")
    week.press("Control+y")
    assert week.box(5) == week.box(6)

    # The boxes are the truth: the grid follows them.
    page.get_by_text("Times as text").click()
    page.fill("[name=d0_s0_ends]", "15:30")
    page.keyboard.press("Tab")
    assert page.locator('[data-hours="0"]').inner_text() == "9 h 30 min"

    page.get_by_role("button", name="Save the calendar").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The calendar is saved.").wait_for()
    shifts = shifts_at(north, machine)
    assert shifts[0] == ShiftTime(0, time(6), time(15, 30))
    assert [shift.break_minutes for shift in shifts] == [0, 0, 0, 0, 0, 30, 30]


def test_a_phone_shows_the_same(signed_in, machine, north, look):
    page = signed_in(f"/capacity/calendars/{north.id}/", size=(390, 844))
    photograph(page, "enterprise-390")
    assert look(page, within="#main") == []
    page.get_by_text("Times as text").click()
    page.fill("[name=d5_s0_starts]", "8")
    page.fill("[name=d5_s0_ends]", "12")
    page.get_by_role("button", name="Preview what it changes").click()
    page.get_by_text("Nothing that is held or booked comes short.").wait_for()
    page.get_by_text("before: 40 h, +4 h").wait_for()
    photograph(page, "preview-390")
    assert look(page, within="#main") == []


def test_a_file_is_looked_at_before_it_holds(signed_in, machine, north, look):
    with context.enterprise(north):
        file = selectors.calendar_file(
            level=CalendarLevel(), form=CalendarForm.ICS, at=timezone.now()
        )
    alarm = b"BEGIN:VTODO\r\nUID:oil\r\nSUMMARY:Oil\r\nEND:VTODO\r\n"
    file = file.replace(b"END:VCALENDAR", alarm + b"END:VCALENDAR")
    page = signed_in(f"/capacity/calendars/{machine.pk}/")
    page.set_input_files(
        "input[type=file]",
        {"name": "week.ics", "mimeType": "text/calendar", "buffer": file},
    )
    page.get_by_role("button", name="Look at what it says").click()
    page.get_by_role("heading", name="What is left out").wait_for()
    photograph(page, "reading-1440")
    assert look(page) == []

    page.get_by_role("button", name="Let it hold").click()
    page.get_by_text("The calendar is as the file says.").wait_for()
    assert shifts_at(north, machine) == capacity.EARLY_SHIFTS
