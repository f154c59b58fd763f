"""The main job in a browser: from two strangers to one order, and what each prints."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.apps.orders.part_files import binary_stl, box_facets
from tests.browser.conftest import (
    chromium,
    opened_by,
    violations_in_both_themes,
    widths_too_small,
)
from tests.browser.faces import running_faces
from tests.browser.machine_files import device_document
from tests.support.data import ROOT
from tests.support.world import PASSWORD

SHARED_PART = ROOT / "parts" / "nist-plate.step"
SECONDS = 1000
# From one thing to act upon to the next, on any of these pages.
MOST_TABS = 120

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed", "served_assets")]


@dataclass
class Face:
    """The site as two people see it, each with a browser of their own."""

    domain: str
    open_page: Callable[..., Page]

    def of(self, slug: str) -> str:
        """Return where an enterprise's portal is."""
        return f"http://{slug}.{self.domain}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Face]:
    """A web server and a worker of their own, and a browser that knows no others."""
    with (
        running_faces(tmp_path) as domain,
        chromium("MAP localhost 127.0.0.1", "MAP *.localhost 127.0.0.1") as browser,
        opened_by(browser, "localhost") as open_page,
    ):
        yield Face(domain, open_page)


def test_a_part_becomes_an_order_between_two_enterprises(site: Face, tmp_path: Path):
    shop = sign_up(site, "Rheinfeld Zerspanung", country="DE", person="Renate Rhein")
    state_certificate(shop)
    import_machines(shop, *device_document(tmp_path))
    complete_machine(shop, "Hurco04")
    let_others_be_alike(shop, "Hurco04", "Hurco03", "Hurco06")
    state_smaller_envelope(shop, "Hurco06")
    let_quote_by_itself(shop, "Hurco04")
    set_shifts(shop)
    for code in ("Hurco03", "Hurco04", "Hurco06"):
        publish_machine(shop, code)
    see_capacity(shop)

    buyer = sign_up(site, "Aurora Aeroespacial", country="BR", person="Ana Aurora")
    upload_part(buyer, tmp_path)
    publish_rfq(buyer)
    see_matches(buyer)
    see_quotes(buyer, 1)

    quote_by_hand(shop, "Hurco03", unit_price="61.50")

    buyer.reload()
    see_quotes(buyer, 2)
    award_by_keyboard(buyer)
    number = buyer.locator(".page-eyebrow, .eyebrow").first.inner_text()
    assert number.startswith("ORD-"), number
    see_order(shop, "Aurora Aeroespacial")
    see_order(buyer, "Rheinfeld Zerspanung")

    ask_for_report(shop, "Capacity")
    ask_for_report(buyer, "RFQ")
    read_report(shop, tmp_path / "shop")
    read_report(buyer, tmp_path / "buyer")


def check(page: Page) -> None:
    """Anyone can read the page that is open: in both themes, in any window."""
    found = violations_in_both_themes(page)
    found += [f"scrolls sideways at {width}" for width in widths_too_small(page)]
    assert not found, "\n".join([page.url, *found])


def go(page: Page, path: str) -> None:
    """Open another page of the same portal."""
    page.goto("/".join(page.url.split("/")[:3]) + path)


# --- the shop


def sign_up(site: Face, name: str, *, country: str, person: str) -> Page:
    page = site.open_page(f"http://{site.domain}/")
    page.get_by_role("link", name="Sign up").first.click()
    page.locator("#id_name").press_sequentially(name)
    page.get_by_text("is free").wait_for()
    page.select_option("#id_country", country)
    page.locator("#id_country").dispatch_event("change")
    page.fill("#id_person_name", person)
    page.fill("#id_email", f"owner@{country.lower()}.example")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.get_by_role("heading", name=f"Hello, {person}").wait_for()
    assert page.url == site.of(name.lower().replace(" ", "-")) + "/"
    check(page)
    return page


def state_certificate(page: Page) -> None:
    go(page, "/certificates/add/")
    page.select_option("#id_kind_code", "iso-9001")
    page.fill("#id_number", "Q-2026-117")
    page.fill("#id_issuer", "TÜV SÜD")
    page.get_by_role("main").locator("button[type=submit]").click()
    page.get_by_text("on the listings of all your machines").wait_for()
    check(page)


def import_machines(page: Page, document: Path, count: int) -> None:
    go(page, "/machines/")
    page.get_by_text("No machines yet").wait_for()
    page.get_by_role("main").get_by_role("link", name="Import machines").first.click()
    page.set_input_files("#id_file", document)
    check(page)
    page.get_by_role("button", name="Look at it").click()
    page.fill("#id_site-name", "Rheinfelden")
    check(page)
    page.get_by_role("button", name="Look at it again").click()
    page.get_by_role("button", name=f"Import {count} machines").click()
    page.get_by_role("heading", name="What the import did").wait_for()
    check(page)


def complete_machine(page: Page, code: str) -> None:
    page.locator("tr", has_text=code).get_by_role("link", name="Complete").click()
    page.get_by_label("N: non-ferrous metal").check()
    page.select_option("#id_process_code", "milling-3-axis")
    page.select_option("#id_envelope_kind", "box")
    for name, value in (("x", "610"), ("y", "508"), ("z", "610")):
        page.fill(f"#id_size_{name}_mm", value)
    page.fill("#id_max_mass_kg", "900")
    page.select_option("#id_it_grade", "7")
    page.fill("#id_roughness_um", "0.8")
    check(page)
    page.get_by_role("button", name="Save and state the costs").click()
    page.fill("#id_hourly_rate", "68")
    page.fill("#id_setup_minutes", "45")
    page.fill("#id_removal_cm3_per_min", "120")
    page.fill("#id_finishing_cm2_per_min", "90")
    check(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name=code, exact=True).wait_for()
    check(page)


def let_others_be_alike(page: Page, code: str, *others: str) -> None:
    page.get_by_role("link", name="Let other machines be alike").click()
    for box in page.get_by_role("main").get_by_role("checkbox").all():
        box.set_checked(any(other in box_label(box) for other in others))
    check(page)
    page.get_by_role("button", name="Copy to these").click()
    page.get_by_text(f"{len(others)} machines offer the same as {code} now").wait_for()


def box_label(box) -> str:
    return box.evaluate("e => e.labels[0].textContent")


def state_smaller_envelope(page: Page, code: str) -> None:
    open_machine(page, code)
    page.get_by_role("link", name="Change 3-axis milling").click()
    for name, value in (("x", "110"), ("y", "90"), ("z", "60")):
        page.fill(f"#id_size_{name}_mm", value)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("110 × 90 × 60 mm").wait_for()


def let_quote_by_itself(page: Page, code: str) -> None:
    open_machine(page, code)
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Quote by itself").check()
    check(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name=code, exact=True).wait_for()


def set_shifts(page: Page) -> None:
    go(page, "/capacity/shifts/")
    page.get_by_role("link", name="Two shifts").click()
    page.get_by_text("75 h of work a week").wait_for()
    check(page)
    page.get_by_role("button", name="Save the calendar").click()
    page.get_by_text("The calendar is saved.").wait_for()


def publish_machine(page: Page, code: str) -> None:
    open_machine(page, code)
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("is shown to buyers within seconds").wait_for()


def open_machine(page: Page, code: str) -> None:
    go(page, f"/machines/?q={code}")
    page.get_by_role("table").get_by_role("link", name=code, exact=True).click()
    page.get_by_role("heading", name=code, exact=True).wait_for()


def see_capacity(page: Page) -> None:
    go(page, "/capacity/")
    page.get_by_role("heading", name="Load by week").wait_for()
    check(page)


# --- the buyer


def upload_part(page: Page, directory: Path) -> None:
    go(page, "/parts/upload/")
    if SHARED_PART.exists():
        file = SHARED_PART
    else:
        file = directory / "plate.stl"
        file.write_bytes(binary_stl(box_facets((0, 0, 0), (305, 203, 25))))
    page.set_input_files("#id_file", file)
    page.fill("#id_number", "AU-4711")
    page.fill("#id_name", "Cover plate")
    page.select_option("#id_material_code", "en-aw-6061-t6")
    check(page)
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("Bounding box").wait_for(timeout=30 * SECONDS)
    check(page)


def publish_rfq(page: Page) -> None:
    page.get_by_role("link", name="Ask for quotes").click()
    page.fill("#id_title", "Cover plates for the test rig")
    page.fill("#id_quantity", "40")
    page.select_option("#id_process_codes", ["milling-3-axis", "milling-5-axis"])
    page.select_option("#id_material_code", "en-aw-6061-t6")
    page.select_option("#id_it_grade", "8")
    page.fill("#id_roughness_um", "1.6")
    page.fill("#id_due_on", f"{datetime.now(UTC) + timedelta(weeks=8):%Y-%m-%d}")
    page.select_option("#id_certificate_codes", ["iso-9001"])
    check(page)
    page.get_by_role("button", name="Publish").click()


def see_matches(page: Page) -> None:
    page.locator("#fitting").wait_for(timeout=30 * SECONDS)
    fitting = page.locator("#fitting tbody tr")
    expect(fitting).to_have_count(2)
    expect(fitting.first.locator("td").first).to_have_text("1")
    page.get_by_text("The nearest misses, with their reasons").click()
    expect(page.locator("#refused .reason").first).to_contain_text(
        "envelope 110 x 90 x 60 mm is smaller than the part's"
    )


def see_quotes(page: Page, count: int) -> None:
    expect(page.locator("#quotes tbody tr")).to_have_count(count, timeout=30 * SECONDS)
    check(page)


def award_by_keyboard(page: Page) -> None:
    """Open a score, then a quote, and award it, without a pointer."""
    press_tab_until(page, "summary", within="details.score")
    page.keyboard.press("Enter")
    page.locator("details.score figure, details.score table").first.wait_for()
    page.locator("body").focus()
    press_tab_until(page, "a", within="#quotes tbody")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Price, line by line").wait_for()
    check(page)
    press_tab_until(page, "[data-open=award]")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    check(page)
    press_tab_until(page, "[type=submit]", within="dialog[open]")
    page.keyboard.press("Enter")
    page.get_by_text("is placed.").wait_for()
    check(page)


def press_tab_until(page: Page, wanted: str, *, within: str = "body") -> None:
    """Move the focus forward until it is where it is wanted, visibly."""
    reached = (
        "([wanted, within]) => document.activeElement.matches(wanted)"
        " && document.activeElement.closest(within) !== null"
        " && document.activeElement.matches(':focus-visible')"
    )
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(reached, [wanted, within]):
            return
    pytest.fail(f"no {wanted} in {within} is reached by {MOST_TABS} tabs")


# --- both


def quote_by_hand(page: Page, code: str, *, unit_price: str) -> None:
    go(page, "/inbox/")
    check(page)
    page.get_by_role("link", name="Cover plates for the test rig").click()
    page.get_by_role("heading", name="Our machines").wait_for()
    check(page)
    page.goto(page.url + "quote/")
    page.select_option("#id_listing_id", label=f"{code} · 3-axis milling")
    page.fill("#id_unit_price", unit_price)
    check(page)
    page.get_by_role("button", name="Send the quote").click()
    page.get_by_text("is with the buyer").wait_for()
    check(page)


def see_order(page: Page, counterparty: str) -> None:
    go(page, "/orders/")
    page.locator("tr", has_text=counterparty).get_by_role("link").first.click()
    page.get_by_role("heading", name="Cover plates for the test rig").wait_for()
    check(page)


def ask_for_report(page: Page, kind: str) -> None:
    go(page, "/reports/")
    page.get_by_role("navigation", name="Kind of report").get_by_role(
        "link", name=kind
    ).click()
    check(page)
    page.get_by_role("button", name="Make the report").click()


def read_report(page: Page, directory: Path) -> None:
    directory.mkdir()
    pdf = page.get_by_role("main").get_by_role("link", name="PDF").first
    pdf.wait_for(timeout=45 * SECONDS)
    check(page)
    assert saved(page, "PDF", directory / "report.pdf").startswith(b"%PDF-")
    saved(page, "XLSX", directory / "report.xlsx")
    book = openpyxl.load_workbook(directory / "report.xlsx")
    assert any(sheet.max_row > 1 for sheet in book.worksheets)


def saved(page: Page, name: str, path: Path) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name=name).first.click()
    download.value.save_as(path)
    return path.read_bytes()
