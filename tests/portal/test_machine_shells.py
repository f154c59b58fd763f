"""Machines as Asset Administration Shells, as members of an enterprise see them."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.machines import selectors
from tenants import context, jobs
from tenants.types import Role
from tests.factories import machines as factory
from tests.support import shells
from tests.support.data import shared_data


@pytest.fixture
def planner(member_of, north):
    with context.enterprise(north):
        factory.site()
    return member_of(north, Role.PLANNER)


@pytest.fixture
def machine(north):
    with context.enterprise(north):
        made = factory.machine()
        factory.capability(made.pk)
        factory.cost_model(made.pk)
        return made


class TestExport:
    def test_names_what_is_not_in_the_file_beside_it(self, planner, machine):
        page = planner.get(f"/machines/{machine.pk}/shell/").content.decode()

        assert f"/machines/{machine.pk}/shell/aasx/" in page
        assert "cost_model/hourly_rate" in page
        assert "Costs never leave the enterprise." in page
        detail = planner.get(f"/machines/{machine.pk}/").content.decode()
        assert f"/machines/{machine.pk}/shell/" in detail

    def test_sends_the_files(self, planner, machine):
        plain = planner.get(f"/machines/{machine.pk}/shell/json/")
        package = planner.get(f"/machines/{machine.pk}/shell/aasx/")

        assert plain["Content-Type"] == "application/json"
        assert plain["Content-Disposition"] == 'attachment; filename="Hurco04.json"'
        said = json.loads(plain.content)
        assert len(said["assetAdministrationShells"]) == 1
        with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
            assert "aasx/aas-environment.json" in archive.namelist()
        assert planner.get(f"/machines/{machine.pk}/shell/exe/").status_code == 404

    def test_sends_those_that_the_filter_keeps(self, planner, machine, north):
        with context.enterprise(north):
            factory.machine(code="M-02", maker="Hermle")

        answer = planner.get("/machines/export/json/?q=Hermle")

        found = json.loads(answer.content)["assetAdministrationShells"]
        assert [one["idShort"] for one in found] == ["M_02"]
        listed = planner.get("/machines/?q=Hermle").content.decode()
        assert "/machines/export/aasx/?q=Hermle" in listed


class TestImport:
    def test_previews_and_imports_a_document(self, planner, north):
        raw = shells.package(
            shells.environment(
                shells.submodel(
                    "Nameplate",
                    shells.texts("ManufacturerName", en="Hermle"),
                    shells.prop("YearOfConstruction", "2022"),
                )
            )
        )
        file = SimpleUploadedFile("machines.aasx", raw)

        response = planner.post("/machines/tables/", {"file": file})

        assert response.status_code == 302, response.content.decode()
        page = response["Location"]
        text = planner.get(page).content.decode()
        assert "Import 1 machine" in text
        assert "Nameplate/YearOfConstruction" in text
        assert "What each column of the file is" not in text
        assert planner.post(page, {"site_id": ""}).status_code == 302
        assert "It is not said at which site" in planner.get(page).content.decode()
        with context.enterprise(north):
            site = selectors.sites().get()
        planner.post(page, {"site_id": str(site.pk)})
        planner.post(f"{page}start/")
        jobs.run_due()
        with context.enterprise(north):
            assert selectors.machines_of().get().maker == "Hermle"

    def test_says_why_a_file_of_another_kind_holds_no_machine(self, planner):
        found = shared_data("aas/IDTA-02067-production-calendar.json")
        file = SimpleUploadedFile(found.name, found.read_bytes())

        page = planner.post("/machines/tables/", {"file": file})["Location"]

        text = planner.get(page).content.decode()
        assert "It is of working time, which is kept under capacity, not here." in text
        assert "Import 0" not in text

    def test_refuses_a_hostile_file_in_place(self, planner):
        file = SimpleUploadedFile("machines.json", b'{"submodels":' + b"[" * 5000)

        answer = planner.post("/machines/tables/", {"file": file})

        assert answer.status_code == 422
        assert "nests elements deeper" in answer.content.decode()
