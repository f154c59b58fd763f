"""The operator's queue of certificates."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from apps.machines.models import Certificate
from apps.verification import services
from apps.verification.models import CertificateReview
from tenants import context
from tenants.types import SYSTEM
from tests.factories import verification as make
from tests.factories.documents import PDF
from tests.support.world import NOON

LIST = "/verification/certificatereview/"


@pytest.fixture
def waiting(north) -> CertificateReview:
    with context.enterprise(north):
        return make.certificate_review()


def page(row: CertificateReview, action: str) -> str:
    return f"{LIST}{row.pk}/{action}/"


def badge(text: str, item: str) -> str:
    """Return the count beside an item of the menu, empty if there is none."""
    found = re.search(rf"{item}\s*</span>\s*<span[^>]*>\s*(\d+)\s*</span>", text)
    return found[1] if found else ""


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

    def test_counts_in_the_menu_what_waits(self, operator, north):
        item = "Certificates to check"
        assert badge(operator.get(LIST).content.decode(), item) == ""

        with context.enterprise(north):
            make.certificate_review()

        assert badge(operator.get(LIST).content.decode(), item) == "1"

    def test_begins_with_what_has_waited_longest(self, operator, north):
        with context.enterprise(north):
            for number in ("TAKEN-BACK", "FIRST", "SECOND"):
                review = make.certificate_review(number=number)
                if number == "TAKEN-BACK":
                    services.withdraw_submission(
                        certificate_id=review.certificate_id, by=SYSTEM, at=NOON
                    )

        text = operator.get(LIST).content.decode()

        places = [text.index(one) for one in ("FIRST", "SECOND", "TAKEN-BACK")]
        assert places == sorted(places)

    def test_notes_beside_the_enterprise_what_was_read_and_decided(
        self, operator, waiting, north
    ):
        operator.get(page(waiting, "evidence"))
        operator.post(page(waiting, "verify"))

        with context.operator():
            said = LogEntry.objects.filter(object_id=str(north.id)).order_by("id")
            assert list(said.values_list("change_message", flat=True)) == [
                "iso-9001 DE-12345: evidence read",
                "iso-9001 DE-12345: verified",
            ]

    def test_gives_the_evidence_as_an_attachment(self, operator, waiting, north):
        answer = operator.get(page(waiting, "evidence"))

        assert answer.content == PDF
        assert answer["Content-Disposition"] == 'attachment; filename="vmx24.pdf"'
        assert answer["Content-Type"] == "application/octet-stream"
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
