"""A list of machines from upload to undo, as a planner sees it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.machines import selectors
from apps.machines.models import Machine
from tenants import context, jobs
from tenants.types import Role
from tests.factories import machines as factory
from tests.support.tables import HEADER, HERMLE, HURCO, workbook

WRONG = (*HERMLE[:6], "a lot", *HERMLE[7:])


@pytest.fixture
def planner(member_of, north):
    with context.enterprise(north):
        factory.site()
    return member_of(north, Role.PLANNER)


def uploaded(planner, *rows) -> str:
    file = SimpleUploadedFile("machines.xlsx", workbook(*rows))
    response = planner.post("/machines/tables/", {"file": file})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def codes(north) -> list[str]:
    with context.enterprise(north):
        return [machine.code for machine in selectors.machines_of()]


class TestWizard:
    def test_previews_imports_and_takes_back(self, planner, north):
        page = uploaded(planner, HEADER, HURCO, WRONG)

        text = planner.get(page).content.decode()
        assert "Import 1 machine" in text
        assert "Sheet1!G3" in text
        assert "a lot is not a number." in text
        assert codes(north) == []

        planner.post(f"{page}start/")
        assert "Waiting for a worker" in planner.get(page).content.decode()
        jobs.run_due()
        assert codes(north) == ["M-01"]
        text = planner.get(page).content.decode()
        assert "What the import did" in text
        assert "Take it back" in text

        planner.post(f"{page}undo/")
        jobs.run_due()
        assert codes(north) == []
        assert "Taken back" in planner.get(page).content.decode()

    def test_asks_what_the_columns_are(self, planner, north):
        page = uploaded(planner, ("Ref", "Bed X"), ("M-01", 24))
        assert "Say what the columns mean" in planner.get(page).content.decode()
        with context.enterprise(north):
            site_id = str(selectors.sites()[0].pk)
        answers = {"length_unit": "[in_i]", "decimal_mark": ".", "site_id": site_id}

        twice = {**answers, "column_0": "code", "column_1": "code"}
        response = planner.post(page, twice)
        assert response.status_code == 422
        assert "Two columns are said to be Machine code." in response.content.decode()

        response = planner.post(
            page, {**answers, "column_0": "code", "column_1": "name"}
        )
        assert response.status_code == 302
        assert "Import 1 machine" in planner.get(page).content.decode()

    def test_says_what_was_not_taken_back(self, planner, north):
        page = uploaded(planner, HEADER, HURCO)
        planner.post(f"{page}start/")
        jobs.run_due()
        with context.enterprise(north):
            factory.capability(Machine.objects.get().pk, process_code="turning")

        planner.post(f"{page}undo/")
        jobs.run_due()

        assert "It was edited since." in planner.get(page).content.decode()
        assert codes(north) == ["M-01"]

    def test_refuses_a_file_beside_its_field(self, planner):
        file = SimpleUploadedFile("machines.xlsx", b"PK\x03\x04")
        response = planner.post("/machines/tables/", {"file": file})

        assert response.status_code == 422
        assert 'id="id_file_error"' in response.content.decode()

    def test_throws_a_draft_away(self, planner):
        page = uploaded(planner, HEADER, HURCO)

        assert planner.post(f"{page}removal/").status_code == 302

        assert planner.get(page).status_code == 404
        assert (
            "Nothing imported yet" in planner.get("/machines/tables/").content.decode()
        )


class TestFiles:
    def test_sends_templates_export_and_refusals(self, planner, north):
        page = uploaded(planner, HEADER, HURCO, WRONG)
        with context.enterprise(north):
            factory.complete_machine()

        book = planner.get("/machines/template/xlsx/")
        assert book.content.startswith(b"PK")
        sheet = planner.get("/machines/template/csv/").content.decode()
        assert sheet.startswith("\ufeffMachine code,Name,Site,")
        assert planner.get("/machines/template/pdf/").status_code == 404
        sent = planner.get("/machines/export/")
        assert (
            sent["Content-Disposition"] == 'attachment; filename="north-machines.csv"'
        )
        assert "Hurco04" in sent.content.decode()
        assert "Sheet1!G3" in planner.get(f"{page}refusals/").content.decode()
