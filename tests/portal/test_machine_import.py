"""One page for all files of machines: what it tells them apart by, and what comes of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.machines import selectors, services
from apps.portal import formats
from tenants import context, jobs
from tenants.types import Role
from tests.apps.machines.test_mtconnect import SPINDLE, XYZ, document
from tests.apps.machines.test_mtconnect_tables import LIMITED
from tests.factories import machines as factory
from tests.support import shells
from tests.support.data import shared_data
from tests.support.tables import HEADER, HURCO, workbook

SITE = {
    "site-name": "Augsburg",
    "site-country": "DE",
    "site-time_zone": "Europe/Berlin",
    "site-city": "Augsburg",
}
ACME = '<Description manufacturer="Acme" model="M1">Acme mill</Description>'
URLS = ["/machines/import/", "/machines/tables/"]


def codes(north) -> list[str]:
    with context.enterprise(north):
        return [machine.code for machine in selectors.machines_of()]


def upload(browser, raw: bytes, url: str = URLS[0]) -> str:
    """Give a file without an ending that would tell its kind."""
    response = browser.post(url, {"file": SimpleUploadedFile("machines", raw)})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def kind_of(north) -> str:
    with context.enterprise(north):
        return selectors.table_imports()[0].file_kind


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def site(north):
    with context.enterprise(north):
        return factory.site()


class TestOnePage:
    @pytest.mark.parametrize("url", URLS)
    def test_takes_a_device_from_preview_to_undo(self, planner, north, site, url):
        page = upload(planner, document(LIMITED, SPINDLE, said=ACME), url)

        text = planner.get(page).content.decode()
        assert "Import 1 machine" in text
        assert "3-axis milling" in text
        assert "X, Y and Z with a spindle and no rotary axis" in text
        assert f"Proposed envelope: {formats.sizes((762.0, 406.0, 508.0))}" in text
        assert codes(north) == []
        planner.post(f"{page}start/")
        jobs.run_due()
        assert codes(north) == ["Mill"]
        text = planner.get(page).content.decode()
        assert "process, materials, envelope, tolerance, hourly rate" in text
        assert ">Complete</a>" in text
        assert "Set the shifts" in text
        planner.post(f"{page}undo/")
        jobs.run_due()
        assert codes(north) == []

    def test_tells_files_apart_by_what_they_hold(self, planner, north, site):
        with context.enterprise(north):
            factory.complete_machine()
            aspect = services.export_catena_x(selectors.machines_of())
        shell = shells.environment(
            shells.submodel("Nameplate", shells.prop("SerialNumber", "7"))
        )
        files = {
            "xlsx": workbook(HEADER, HURCO),
            "csv": b"Code,Name\nM-9,Mill\n",
            "mtconnect": document(XYZ, SPINDLE),
            "aas-json": shell,
            "aasx": shells.package(shell),
            "catena-x": aspect,
        }

        found = {}
        for kind, raw in files.items():
            page = upload(planner, raw)
            assert planner.get(page).status_code == 200
            found[kind] = kind_of(north)

        assert found == {kind: kind for kind in files}
        listed = planner.get(URLS[0]).content.decode()
        assert all(f">{kind}</span>" in listed for kind in files)

    def test_opens_the_first_site_on_the_way(self, planner, north):
        page = upload(planner, document(XYZ, SPINDLE))
        text = planner.get(page).content.decode()
        assert "It is not said at which site the machine stands." in text
        assert "The site where they stand" in text

        response = planner.post(page, {**SITE, "site-name": ""})
        assert response.status_code == 422
        assert 'id="id_site-name_error"' in response.content.decode()
        assert planner.post(page, SITE).status_code == 302

        assert "Import 1 machine" in planner.get(page).content.decode()
        with context.enterprise(north):
            assert [one.name for one in selectors.sites()] == ["Augsburg"]

    def test_says_what_is_unchanged(self, planner, north, site):
        raw = shared_data("nist/Devices.xml").read_bytes()
        page = upload(planner, raw)
        planner.post(f"{page}start/")
        jobs.run_due()

        again = planner.get(upload(planner, raw)).content.decode()

        assert len(codes(north)) == 8
        assert "Import 8" not in again

    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"<html></html>", "is a html, not an MTConnectDevices document"),
            (b"<MTConnectStreams/>", "answer of an agent to /current, /sample"),
            (
                b"2022-08-08T13:51:34.7167146Z|avail|AVAILABLE\n",
                "is the data stream of an MTConnect adapter",
            ),
            (b"\x89PNG\r\n\x1a\n\x00", "is neither a workbook nor text"),
        ],
    )
    def test_refuses_what_speaks_of_no_machine(self, planner, north, site, raw, said):
        file = SimpleUploadedFile("machines", raw)

        response = planner.post("/machines/import/", {"file": file})

        assert response.status_code == 422
        assert said in response.content.decode()
        with context.enterprise(north):
            assert list(selectors.table_imports()) == []
