"""Importing a document, first with its site, then again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.machines import selectors
from tenants import context
from tenants.types import Role
from tests.apps.machines.test_mtconnect import SPINDLE, XYZ, document
from tests.factories import machines as factory

SITE = {
    "site-name": "Augsburg",
    "site-country": "DE",
    "site-time_zone": "Europe/Berlin",
    "site-city": "Augsburg",
}
ACME = '<Description manufacturer="Acme" model="M1">Acme mill</Description>'


def upload(raw: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("probe.xml", raw, "text/xml")


def codes() -> list[str]:
    return [machine.code for machine in selectors.machines_of()]


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def probe() -> bytes:
    return document(ACME + XYZ + SPINDLE)


class TestImport:
    def test_opens_the_first_site_on_the_way(self, planner, north, probe):
        assert "The site where they stand" in (
            planner.get("/machines/import/").content.decode()
        )

        response = planner.post("/machines/import/", {"file": upload(probe), **SITE})

        text = response.content.decode()
        assert response.status_code == 200, text
        assert "1 machine read" in text
        assert "New" in text
        assert "3-axis milling" in text
        assert "X, Y and Z with a spindle and no rotary axis" in text
        assert "materials, envelope, tolerance, hourly rate" in text
        with context.enterprise(north):
            assert [site.name for site in selectors.sites()] == ["Augsburg"]
            assert len(codes()) == 1

    def test_says_what_is_unchanged(self, planner, north, probe):
        with context.enterprise(north):
            site = factory.site()
        facts = {"site_id": str(site.pk)}
        planner.post("/machines/import/", {"file": upload(probe), **facts})

        response = planner.post("/machines/import/", {"file": upload(probe), **facts})

        assert "Unchanged" in response.content.decode()
        with context.enterprise(north):
            assert len(codes()) == 1

    def test_refuses_what_is_no_probe_document_and_opens_no_site(self, planner, north):
        response = planner.post(
            "/machines/import/", {"file": upload(b"<html></html>"), **SITE}
        )

        assert response.status_code == 422
        assert "field-error" in response.content.decode()
        with context.enterprise(north):
            assert list(selectors.sites()) == []

    def test_asks_for_file_and_site_at_once(self, planner):
        response = planner.post("/machines/import/", {"site-name": ""})

        text = response.content.decode()
        assert response.status_code == 422
        assert text.count("This is empty. Fill it in.") >= 1
        assert 'id="id_file_error"' in text
        assert 'id="id_site-name_error"' in text
