"""An owner takes everything along, or has it erased; nobody else does either."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone

from apps.audit.models import AuditEvent
from tenants import context, jobs
from tenants.lifecycle import services
from tenants.models import Archive
from tenants.types import EnterpriseRef, Role
from tests.portal.conftest import SignIn

NAME = "Nordlicht Precision GmbH"
OTHERS = [role for role in Role if role is not Role.OWNER]


@pytest.fixture
def storage(settings, tmp_path) -> None:
    settings.ARCHIVE_ROOT = tmp_path / "archives"
    settings.MEDIA_ROOT = tmp_path / "files"


class TestExport:
    def test_is_written_shown_and_taken(
        self, committed: None, storage: None, north: EnterpriseRef, request
    ) -> None:
        from tenants.models import User
        from tests.portal.conftest import signed_in

        with context.directory():
            owner = User.objects.get(email="owner@north.example")
        client = signed_in(owner, north)
        asked = client.post("/data/exports/add/", follow=True)
        assert "Being made" in asked.content.decode()
        client.post("/data/exports/add/")

        jobs.run_due()

        with context.directory():
            archive = Archive.objects.get()
        text = client.get("/data/exports/").content.decode()
        assert f"/data/exports/{archive.pk}/" in text
        assert "hx-get" not in text
        answer = client.get(f"/data/exports/{archive.pk}/")
        assert answer["Content-Type"] == "application/zip"
        assert answer["Content-Disposition"].startswith('attachment; filename="north-')
        assert answer["Content-Security-Policy"] == "sandbox"
        packed = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
        assert "manifest.json" in packed.namelist()
        with context.enterprise(north):
            assert list(
                AuditEvent.objects.filter(verb__startswith="enterprise.export")
                .order_by("sequence")
                .values_list("verb", flat=True)
            ) == ["enterprise.export_asked", "enterprise.export_taken"]

        with context.directory():
            Archive.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert client.get(f"/data/exports/{archive.pk}/").status_code == 404
        assert services.sweep_tiers(at=timezone.now())["exports_removed"] == 1
        assert not list((storage_root()).rglob("*.zip"))

    def test_of_another_enterprise_is_not_there(
        self, member_of: SignIn, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        with context.directory():
            theirs = Archive.objects.create(
                enterprise_id=south.id,
                purpose="export",
                state="ready",
                path="x.zip",
                sha256="0" * 64,
                expires_at=timezone.now() + timedelta(days=1),
            )

        assert member_of(north).get(f"/data/exports/{theirs.pk}/").status_code == 404


def storage_root():
    from django.conf import settings

    return settings.ARCHIVE_ROOT


class TestClose:
    def test_is_asked_for_and_taken_back(
        self, member_of: SignIn, north: EnterpriseRef
    ) -> None:
        client = member_of(north)

        text = client.post("/data/closing/", {"typed_name": NAME}, follow=True)

        assert "The enterprise will be erased on" in text.content.decode()
        assert "Close it" not in text.content.decode()
        kept = client.post("/data/closing/withdrawal/", follow=True).content.decode()
        assert "The enterprise stays." in kept
        assert "Close it" in kept

    def test_needs_the_name(self, member_of: SignIn, north: EnterpriseRef) -> None:
        answer = member_of(north).post("/data/closing/", {"typed_name": "north"})

        assert answer.status_code == 422
        assert "Type it as it is written" in answer.content.decode()
        assert services.closing_of(north.id) is None


@pytest.mark.parametrize("role", OTHERS)
def test_is_for_owners_alone(
    member_of: SignIn, north: EnterpriseRef, role: Role
) -> None:
    client = member_of(north, role)

    assert client.get("/data/").status_code == 403
    assert client.post("/data/closing/", {"typed_name": NAME}).status_code == 403
    assert client.post("/data/exports/add/").status_code == 403
    assert services.closing_of(north.id) is None
    with context.directory():
        assert not Archive.objects.exists()


def test_is_not_for_strangers(stranger: Client) -> None:
    assert stranger.get("/data/").status_code == 302
