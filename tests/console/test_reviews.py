"""The operator's queue of certificates."""

import pytest

from apps.machines.models import Certificate
from apps.verification.models import CertificateReview
from tenants import context
from tests.factories import verification as make
from tests.factories.documents import PDF

LIST = "/verification/certificatereview/"


@pytest.fixture
def waiting(north) -> CertificateReview:
    with context.enterprise(north):
        return make.certificate_review()


def page(row: CertificateReview, action: str) -> str:
    return f"{LIST}{row.pk}/{action}/"


def state_of(row: CertificateReview) -> tuple[str, str]:
    with context.operator():
        found = CertificateReview.objects.get(pk=row.pk)
    return found.state, found.reason


class TestQueue:
    def test_lists_whose_and_what(self, operator, waiting, north):
        text = operator.get(LIST).content.decode()

        for said in ("DE-12345", "TÜV SÜD", north.name, "ISO 9001", "Waiting"):
            assert said in text
        assert "Certificates to check" in operator.get("/").content.decode()

    def test_gives_the_evidence_as_an_attachment(self, operator, waiting, north):
        answer = operator.get(page(waiting, "evidence"))

        assert answer.content == PDF
        assert answer["Content-Disposition"] == 'attachment; filename="vmx24.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox")
        assert "no-store" in answer["Cache-Control"]

    def test_verifies_after_asking(self, operator, waiting):
        asked = operator.get(page(waiting, "verify")).content.decode()
        assert "Does this certificate hold?" in asked
        assert state_of(waiting) == ("submitted", "")

        operator.post(page(waiting, "verify"))

        assert state_of(waiting) == ("verified", "")
        text = operator.get(page(waiting, "change")).content.decode()
        assert page(waiting, "reject") not in text

    def test_rejects_with_a_reason_only(self, operator, waiting, north):
        refused = operator.post(page(waiting, "reject"), {"reason": " "})
        assert refused.status_code == 422
        assert "A rejection says why" in refused.content.decode()
        assert state_of(waiting) == ("submitted", "")

        operator.post(page(waiting, "reject"), {"reason": "Another number."})

        assert state_of(waiting) == ("rejected", "Another number.")
        with context.enterprise(north):
            # The certificate follows by a job of its own enterprise.
            assert Certificate.objects.get().state == "submitted"

    def test_is_not_for_strangers(self, stranger, waiting):
        for action in ("evidence", "verify", "reject", "change"):
            assert stranger.get(page(waiting, action)).status_code == 302
        assert stranger.post(page(waiting, "verify")).status_code == 302
        assert state_of(waiting) == ("submitted", "")
