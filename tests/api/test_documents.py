"""A partner's system keeps documents, and says what they show."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from tenants import context
from tenants.types import EnterpriseRef
from tests.factories import documents as make_documents
from tests.factories import machines as factory
from tests.support.api import Partner, partner_of

NOBODYS = "01960000-0000-7000-8000-00000000dead"


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def partner(north: EnterpriseRef) -> Partner:
    return partner_of(north, "machines:read", "machines:write")


def photo() -> Any:
    made = BytesIO()
    Image.new("RGB", (64, 48)).save(made, "JPEG")
    return ContentFile(made.getvalue(), "front.jpg")


class TestDocuments:
    def test_are_uploaded_read_changed_and_dropped(self, partner: Partner) -> None:
        body = {"file": photo(), "kind": "photo", "title": "Front"}
        made = partner.post("/v1/documents", body)
        assert made.status_code == 201, made.json()
        found = made.json()
        path = f"/v1/documents/{found['id']}"
        assert made["Location"].endswith(path)
        assert (found["media_type"], found["width_px"], found["circle"]) == (
            "image/jpeg",
            64,
            "private",
        )

        read = partner.get(path)
        assert read["ETag"] == '"1"'
        content = partner.get(f"{path}/content")
        assert content["Content-Disposition"] == 'attachment; filename="front.jpg"'
        assert content["Content-Type"] == "application/octet-stream"
        assert content["X-Content-Type-Options"] == "nosniff"
        assert content["Content-Security-Policy"] == "sandbox"
        assert b"".join(content.streaming_content).startswith(b"\xff\xd8\xff")

        change = {"title": "Left side", "circle": "market"}
        assert partner.call("PUT", path, change).status_code == 428
        done = partner.call("PUT", path, change, **{"If-Match": '"1"'})
        assert (done.status_code, done["ETag"]) == (200, '"3"')
        assert partner.call("DELETE", path, **{"If-Match": '"1"'}).status_code == 412
        assert partner.call("DELETE", path, **{"If-Match": '"3"'}).status_code == 204
        assert partner.get(path).status_code == 404

    def test_are_listed_by_filters(
        self, partner: Partner, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            make_documents.document(title="Sheet")
            make_documents.document(title="Audit", kind="certificate")

        listed = partner.get("/v1/documents?kind=certificate&search=aud").json()

        assert [one["title"] for one in listed["items"]] == ["Audit"]
        assert partner.get("/v1/documents?kind=secret").status_code == 400

    @pytest.mark.parametrize(
        ("content", "name", "status"),
        [
            (b"<svg/>", "a.svg", 415),
            (b"", "a.pdf", 422),
            (b"%PDF-1.7 broken", "a.pdf", 422),
            (b"\xff\xd8\xff" + b"\0" * (15 << 20), "a.jpg", 413),
        ],
    )
    def test_that_are_hostile_are_refused(
        self, partner: Partner, content: bytes, name: str, status: int
    ) -> None:
        file = ContentFile(content, name)

        refused = partner.post("/v1/documents", {"file": file, "kind": "other"})

        assert refused.status_code == status, refused.json()
        assert refused["Content-Type"] == "application/problem+json"
        error = refused.json()["errors"][0]
        assert error["pointer"] == "/file"
        assert partner.get("/v1/documents").json()["items"] == []

    def test_of_others_are_as_none(
        self, partner: Partner, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            foreign = make_documents.document().pk

        for path in ("", "/content"):
            answers = [
                partner.get(f"/v1/documents/{key}{path}").json()
                for key in (foreign, NOBODYS)
            ]
            assert [one["code"] for one in answers] == ["not_found", "not_found"]
            assert answers[0]["detail"] == answers[1]["detail"]


class TestEvidence:
    def test_makes_a_figure_observed_and_a_claim_again(
        self, partner: Partner, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            machine = factory.complete_machine()
            document = make_documents.document()
        path = f"/v1/machines/{machine.pk}/evidence"
        said = {
            "document_id": str(document.pk),
            "kind": "inspection_result",
            "process_code": "milling-3-axis",
            "figure": "it_grade",
            "observed_value": 7,
            "sample_size": 20,
            "measured_on": "2026-05-06",
        }

        refused = partner.post(path, {**said, "observed_value": 9})
        assert (refused.status_code, refused.json()["code"]) == (422, "no_proof")
        added = partner.post(path, said)
        assert added.status_code == 201, added.json()

        assert [one["figure"] for one in partner.get(path).json()["items"]] == [
            "it_grade"
        ]
        capability = partner.get(f"/v1/machines/{machine.pk}").json()["capabilities"][0]
        assert capability["figures_origin"]["it_grade"] == "observed"
        in_use = partner.call(
            "DELETE", f"/v1/documents/{document.pk}", **{"If-Match": '"1"'}
        )
        assert (in_use.status_code, in_use.json()["code"]) == (409, "document_in_use")
        one = f"/v1/evidence/{added.json()['id']}"
        assert partner.get(one).json()["sample_size"] == 20
        assert partner.call("DELETE", one).status_code == 204
        capability = partner.get(f"/v1/machines/{machine.pk}").json()["capabilities"][0]
        assert "it_grade" not in capability["figures_origin"]

    def test_of_a_certificate(self, partner: Partner, north: EnterpriseRef) -> None:
        with context.enterprise(north):
            certificate = factory.certificate()
            document = make_documents.document()
        path = f"/v1/certificates/{certificate.pk}/evidence"

        added = partner.post(
            path, {"document_id": str(document.pk), "kind": "certificate"}
        )

        assert added.status_code == 201, added.json()
        assert [one["document_title"] for one in partner.get(path).json()["items"]] == [
            "VMX24 data sheet"
        ]

    def test_names_the_document_that_is_not_there(
        self, partner: Partner, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            machine = factory.machine()

        refused = partner.post(
            f"/v1/machines/{machine.pk}/evidence",
            {"document_id": NOBODYS, "kind": "photo"},
        )

        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/document_id"
