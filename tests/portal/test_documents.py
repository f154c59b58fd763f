"""Documents and photos on the pages of machines and sites."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.documents.models import Document
from apps.machines.models import Capability, Evidence
from tenants import context
from tenants.types import Role
from tests.apps.machines.test_qif import document as qif
from tests.factories import documents as make_documents
from tests.factories import machines as factory


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def machine(north):
    with context.enterprise(north):
        return factory.complete_machine()


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


def photo() -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", (640, 480), (90, 120, 150)).save(made, "JPEG")
    return SimpleUploadedFile("spindle.jpg", made.getvalue())


def upload(client, file, about="", **facts):
    said = {"file": file, "kind": "photo", "circle": "private", **facts}
    return client.post(f"/documents/add/?{about}", said)


def content_of(response) -> bytes:
    return b"".join(response.streaming_content)


class TestUpload:
    def test_of_a_photo_shows_it_on_the_machine(self, planner, north, machine):
        response = upload(planner, photo(), f"machine={machine.pk}", title="Front")

        assert response["Location"] == f"/machines/{machine.pk}/"
        with context.enterprise(north):
            made = Document.objects.get()
            assert Evidence.objects.get().machine_id == machine.pk
        text = planner.get(f"/machines/{machine.pk}/").content.decode()
        assert f'src="/documents/{made.pk}/thumbnail/"' in text
        assert 'alt="Front"' in text

    def test_of_a_photo_shows_it_on_the_site(self, planner, north, machine):
        response = upload(planner, photo(), f"site={machine.site_id}", title="Hall")

        assert response["Location"] == f"/sites/{machine.site_id}/"
        assert "Hall" in planner.get(f"/sites/{machine.site_id}/").content.decode()

    def test_says_why_a_file_is_refused_and_keeps_nothing(self, planner, north):
        file = SimpleUploadedFile("drawing.png", b"<svg onload=alert(1)></svg>")

        response = upload(planner, file, kind="other")

        assert response.status_code == 422
        text = response.content.decode()
        assert "drawing.png is SVG by its content." in text
        assert "Photos are taken as JPEG, PNG or WebP" in text
        with context.enterprise(north):
            assert not Document.objects.exists()

    def test_of_a_result_proposes_what_follows(self, planner, north, machine):
        with context.enterprise(north):
            row = Capability.objects.get(machine=machine)
            grade, process = row.it_grade, row.process_code
        raw = qif(40.0, 40.008, nominal=40, low=-1, high=1).read()
        assert grade >= 6

        response = upload(
            planner,
            SimpleUploadedFile("plates.qif", raw),
            f"machine={machine.pk}",
            kind="inspection_result",
        )

        page = response["Location"]
        text = planner.get(page).content.decode()
        assert "2 pieces, 2 values, 0 out of tolerance" in text
        assert f'<option value="{process}.it_grade" selected' in text
        said = {"figure": f"{process}.it_grade", "observed_value": "6"}
        refused = planner.post(page, {**said, "observed_value": "18"})
        assert refused.status_code == 422
        assert "does not reach" in refused.content.decode()
        added = planner.post(page, {**said, "sample_size": "2", "note": "Plates"})
        assert added["Location"] == f"/machines/{machine.pk}/"
        with context.enterprise(north):
            row.refresh_from_db()
            assert row.figures_origin["it_grade"] == "observed"
            evidence = Evidence.objects.get()
        assert "Plates" in planner.get(f"/machines/{machine.pk}/").content.decode()
        assert "observed" not in planner.get("/documents/").content.decode()

        planner.post(f"/evidence/{evidence.pk}/removal/")
        with context.enterprise(north):
            row.refresh_from_db()
            assert "it_grade" not in row.figures_origin

    def test_shows_it_with_the_certificate(self, planner, north):
        with context.enterprise(north):
            certificate = factory.certificate()
        about = f"certificate={certificate.pk}"

        response = upload(planner, photo(), about, kind="certificate", title="Scan")

        assert response["Location"] == f"/certificates/{certificate.pk}/"
        text = planner.get(response["Location"]).content.decode()
        assert "Scan" in text
        assert f"/documents/add/?{about}" in text

    def test_lets_choose_what_it_shows_something_of(self, planner, north, machine):
        with context.enterprise(north):
            made = make_documents.document()

        page = f"/documents/{made.pk}/evidence/"

        assert f"?machine={machine.pk}" in planner.get(page).content.decode()
        assert "There is no machine" not in planner.get(page).content.decode()
        added = planner.post(f"{page}?site={machine.site_id}", {"note": "Hall"})
        assert added["Location"] == f"/sites/{machine.site_id}/"
        with context.enterprise(north):
            assert Evidence.objects.get().note == "Hall"

    @pytest.mark.parametrize("about", ["machine=1", "site=x", f"machine={'0' * 32}"])
    def test_for_nothing_is_not_found(self, planner, about):
        assert planner.get(f"/documents/add/?{about}").status_code == 404


class TestServing:
    @pytest.mark.parametrize(
        ("part", "media_type", "inline"),
        [
            ("file", "application/octet-stream", False),
            ("picture", "image/jpeg", True),
            ("thumbnail", "image/webp", True),
        ],
    )
    def test_is_inert(self, planner, north, part, media_type, inline):
        upload(planner, photo())
        with context.enterprise(north):
            made = Document.objects.get()

        response = planner.get(f"/documents/{made.pk}/{part}/")

        assert response["Content-Type"] == media_type
        said = response.get("Content-Disposition", "inline")
        assert said.startswith("attachment") is not inline
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cache-Control"] == "private, no-store"
        assert content_of(response)

    def test_shows_no_pdf_in_the_page(self, planner, north):
        with context.enterprise(north):
            made = make_documents.document()

        assert planner.get(f"/documents/{made.pk}/picture/").status_code == 404
        assert planner.get(f"/documents/{made.pk}/thumbnail/").status_code == 404
        response = planner.get(f"/documents/{made.pk}/file/")
        assert response["Content-Disposition"] == 'attachment; filename="vmx24.pdf"'
        assert content_of(response) == make_documents.PDF

    @pytest.mark.parametrize("part", ["", "file/", "picture/", "thumbnail/"])
    def test_of_another_enterprise_is_as_none(self, planner, south, part):
        with context.enterprise(south):
            foreign = make_documents.document()
        nobodys = "01960000-0000-7000-8000-00000000dead"

        answers = [
            planner.get(f"/documents/{key}/{part}") for key in (foreign.pk, nobodys)
        ]

        assert [one.status_code for one in answers] == [404, 404]
        assert (
            answers[0].content.replace(str(foreign.pk).encode(), nobodys.encode())
            == answers[1].content
        )


class TestChange:
    def test_retitles_and_shows_to_others(self, planner, north):
        with context.enterprise(north):
            made = make_documents.document()
        page = f"/documents/{made.pk}/"
        said = {"title": "New sheet", "circle": "market", "version": "1"}

        assert planner.post(page, said)["Location"] == page
        with context.enterprise(north):
            made.refresh_from_db()
        assert (made.title, made.circle, made.version) == ("New sheet", "market", 3)
        stale = planner.post(page, {**said, "title": "Old"})
        assert stale.status_code == 422
        assert "changed by someone else" in stale.content.decode()

    def test_throws_away_what_is_no_evidence(self, planner, north, machine):
        with context.enterprise(north):
            used = factory.evidence(machine=machine).document
            free = make_documents.document()

        planner.post(f"/documents/{used.pk}/removal/")
        planner.post(f"/documents/{free.pk}/removal/")

        with context.enterprise(north):
            assert list(Document.objects.values_list("pk", flat=True)) == [used.pk]
        assert "evidence of something" in planner.get("/documents/").content.decode()


class TestList:
    def test_keeps_its_filters_in_the_address(self, planner, north):
        with context.enterprise(north):
            make_documents.document(title="Sheet of VMX24")
            make_documents.document(title="Audit report", kind="certificate")

        text = planner.get("/documents/?kind=certificate&q=audit").content.decode()

        assert "Audit report" in text
        assert "Sheet of VMX24" not in text
        assert (
            "No document is like that"
            in planner.get("/documents/?format=image/png").content.decode()
        )

    def test_offers_a_viewer_nothing_to_change(self, member_of, north):
        viewer = member_of(north, Role.VIEWER)
        with context.enterprise(north):
            made = make_documents.document()

        page = viewer.get(f"/documents/{made.pk}/").content.decode()

        assert "Title and readers" not in page
        assert viewer.get("/documents/add/").status_code == 403
        assert viewer.post(f"/documents/{made.pk}/removal/").status_code == 403
