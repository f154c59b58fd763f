"""What the operator does about tiers and registers, each asked once more."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tenants import context, jobs
from tenants.lifecycle import services
from tenants.models import Enterprise, RegisterImport
from tenants.types import ImportState, Tier
from tests.factories import registers as make
from tests.support.world import PASSWORD


def page(row_id: object, action: str) -> str:
    return f"/tenants/enterprise/{row_id}/{action}/"


def tier_of(row_id: object) -> str:
    with context.directory():
        return Enterprise.objects.get(pk=row_id).tier


class TestTierActions:
    def test_are_offered_by_tier(self, operator, north):
        text = operator.get(page(north.id, "change")).content.decode()

        assert page(north.id, "rest") in text
        assert page(north.id, "close") in text
        for other in ("archive", "revive", "claim", "keep"):
            assert page(north.id, other) not in text

    def test_let_rest_after_asking(self, operator, north):
        asked = operator.get(page(north.id, "rest")).content.decode()
        assert "Let this enterprise rest?" in asked
        assert tier_of(north.id) == Tier.ACTIVATED

        done = operator.post(page(north.id, "rest"), follow=True).content.decode()

        assert "Nordlicht Precision GmbH rests." in done
        assert tier_of(north.id) == Tier.DORMANT
        assert page(north.id, "archive") in done

    def test_close_needs_the_name_and_can_be_taken_back(self, operator, north):
        refused = operator.post(
            page(north.id, "close"), {"typed_name": "north"}, follow=True
        )
        assert "not the enterprise" in refused.content.decode()
        assert services.closing_of(north.id) is None

        operator.post(page(north.id, "close"), {"typed_name": north.name})
        assert services.closing_of(north.id) is not None

        operator.post(page(north.id, "keep"))
        assert services.closing_of(north.id) is None

    def test_give_out_a_link_that_is_shown_once(self, operator, olga):
        row = make.registered()
        assert (
            page(row.pk, "claim")
            in operator.get(page(row.pk, "change")).content.decode()
        )

        shown = operator.post(page(row.pk, "claim")).content.decode()

        token = re.search(r"/claim/([^/<]+)/", shown).group(1)
        claim = services.read_claim(token, at=timezone.now())
        assert claim.enterprise.pk == row.pk
        assert token not in operator.get(page(row.pk, "claim")).content.decode()
        assert tier_of(row.pk) == Tier.REGISTERED

    def test_are_for_operators_alone(self, stranger, north):
        assert stranger.post(page(north.id, "rest")).status_code == 302
        assert tier_of(north.id) == Tier.ACTIVATED


class TestRegister:
    def upload(self, operator, content: bytes, source: str = make.REGISTER):
        file = SimpleUploadedFile("register.csv", content)
        return operator.post(
            "/tenants/registerimport/upload/",
            {"source": source, "file": file},
            follow=True,
        )

    def test_is_uploaded_and_read_in_the_background(
        self, committed, settings, tmp_path
    ):
        from django.test import Client

        from tenants.registry.services import create_operator
        from tests.console.conftest import HOST

        settings.ARCHIVE_ROOT = tmp_path
        olga = create_operator(
            email="upload@spindle.example", name="Ursula Upload", password=PASSWORD
        )
        operator = Client(HTTP_HOST=HOST)
        with context.directory():
            operator.force_login(
                olga, backend="allauth.account.auth_backends.AuthenticationBackend"
            )

        answer = self.upload(operator, make.HEADER + make.ROW + b"HRB 2,Ohne Land,,\n")
        assert "The register is being read." in answer.content.decode()
        jobs.run_due()

        with context.directory():
            row = RegisterImport.objects.get()
        assert (row.state, row.created_count, row.refused_count) == (
            ImportState.DONE,
            1,
            1,
        )
        errors = operator.get(f"/tenants/registerimport/{row.pk}/errors/")
        assert errors["Content-Disposition"].startswith("attachment")
        assert b"This row has no country." in b"".join(errors.streaming_content)
        with context.owner():
            RegisterImport.objects.all().delete()
            olga.delete()

    def test_needs_source_and_file(self, operator):
        text = operator.post("/tenants/registerimport/upload/", {}).content.decode()

        assert text.count("This field is required.") == 2
        with context.directory():
            assert not RegisterImport.objects.exists()


@pytest.mark.parametrize("action", ["rest", "archive", "revive"])
def test_a_refusal_is_told(operator, action):
    row = make.registered()

    assert operator.post(page(row.pk, action)).status_code == 403
    assert tier_of(row.pk) == Tier.REGISTERED
