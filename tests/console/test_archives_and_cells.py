"""What the operator sees of archives and moves, and what the operator never does."""

import pytest
from django.test import Client

from tenants import context
from tenants.models import Archive, Enterprise, Job
from tenants.types import ArchivePurpose, ArchiveState, EnterpriseRef
from tests.console.test_actions import act, said
from tests.factories import archives as make
from tests.factories import cells


@pytest.fixture
def row(north: EnterpriseRef) -> Enterprise:
    with context.directory():
        return Enterprise.objects.get(pk=north.id)


@pytest.fixture
def archive(row: Enterprise) -> Archive:
    with context.directory():
        return Archive.objects.create(
            enterprise=row,
            purpose=ArchivePurpose.BACKUP,
            state=ArchiveState.READY,
            path="ab/secret-place.zip",
            sha256="a" * 64,
            size=2_936_850,
            row_count=100_057,
        )


class TestArchives:
    def test_are_shown_by_size_rows_and_digest(
        self, operator: Client, archive: Archive
    ) -> None:
        listed = operator.get("/tenants/archive/").content.decode()
        opened = operator.get(f"/tenants/archive/{archive.pk}/change/")

        assert "Nordlicht Precision GmbH" in listed
        assert "100057" in listed
        assert "2.8\xa0MB" in listed
        assert "a" * 64 in opened.content.decode()

    def test_are_not_to_be_had(self, operator: Client, archive: Archive) -> None:
        for page in ("/tenants/archive/", f"/tenants/archive/{archive.pk}/change/"):
            assert "secret-place" not in operator.get(page).content.decode()

    def test_are_asked_for(self, operator: Client, row: Enterprise) -> None:
        response = act(operator, "/tenants/enterprise/", "back_up", row.pk)

        assert said(response) == "Nordlicht Precision GmbH is being written."
        with context.directory():
            made = Archive.objects.get(enterprise=row)
        assert (made.state, made.purpose) == (ArchiveState.MAKING, "backup")
        with context.jobs():
            job = Job.objects.get(kind="tenants.write_archive")
        assert job.args["archive_id"] == str(made.pk)

    def test_of_nothing_are_refused(self, operator: Client, row: Enterprise) -> None:
        with context.directory():
            Enterprise.objects.filter(pk=row.pk).update(
                tier="archived", schema_name=None
            )

        response = act(operator, "/tenants/enterprise/", "back_up", row.pk)

        assert "has no rows of its own here" in said(response)
        with context.directory():
            assert not Archive.objects.exists()


class TestPlaces:
    def test_are_shown_with_their_limits(
        self, operator: Client, north: EnterpriseRef
    ) -> None:
        cells.database()

        listed = operator.get("/tenants/database/").content.decode()
        pools = operator.get("/tenants/cell/").content.decode()

        assert "2000" in listed
        assert "East" in listed
        assert "10.0.0.2:8000" in pools

    def test_show_how_far_a_move_is(self, operator: Client, row: Enterprise) -> None:
        make.move(row, cells.database(), state="copied")

        listed = operator.get("/tenants/move/").content.decode()

        assert "Copied" in listed
        assert "2 of 4" in listed

    def test_say_where_each_enterprise_lives(
        self, operator: Client, north: EnterpriseRef
    ) -> None:
        listed = operator.get("/tenants/enterprise/?database__code__exact=main")

        assert "Nordlicht" in listed.content.decode()
