"""An enterprise goes out to a file and comes back, to the last byte."""

import zipfile
from typing import Any

from django.db import connection

from apps.audit import selectors
from apps.audit.types import Fault
from apps.orders.models import Part
from tenants import context
from tenants.archive import catalogue, reading, restoring, storing
from tenants.archive.verifying import checksums
from tenants.models import Enterprise, Membership
from tenants.types import SYSTEM, Actor, ArchiveState, EnterpriseRef, Tier
from tests.factories import archives as make
from tests.factories.audit import audit_event
from tests.support.world import NOON


class TestWriteArchive:
    def test_holds_a_row_of_every_table(self, west_row: Enterprise) -> None:
        made = make.archive(west_row)

        manifest = reading.verify_archive(storing.path_of(made.path))
        empty = [table for table, facts in manifest.tables.items() if not facts.rows]
        with context.owner(), connection.cursor() as cursor:
            tables = catalogue.table_names(cursor, west_row.schema_name or "")
        assert empty == []
        assert sorted(manifest.tables) == tables
        assert manifest.is_ours
        assert made.state == ArchiveState.READY
        assert made.row_count == manifest.rows
        assert made.file_count == len(manifest.files) == 11
        assert made.sha256 == storing.digest_of(storing.path_of(made.path))

    def test_says_neither_schema_nor_host_path(
        self, west_row: Enterprise, settings: Any
    ) -> None:
        made = make.archive(west_row)

        with zipfile.ZipFile(storing.path_of(made.path)) as packed:
            for name in packed.namelist():
                content = packed.read(name)
                assert (west_row.schema_name or "").encode() not in content, name
                assert str(settings.MEDIA_ROOT).encode() not in content, name


class TestImportAsNew:
    def test_gives_equal_checksums_in_another_schema(self, west: EnterpriseRef) -> None:
        with context.directory():
            row = Enterprise.objects.get(pk=west.id)
        before = checksums(west.schema)
        made = make.archive(row)

        manifest = reading.read_manifest(storing.path_of(made.path))
        copy = restoring.import_as_new(
            path=storing.path_of(made.path), slug="west-copy", by=SYSTEM, at=NOON
        )

        assert manifest.checksums == before
        assert checksums(copy.schema) == before
        assert checksums(west.schema) == before
        assert copy.not_carried == {
            "exchange_demand": 1,
            "exchange_listing": 1,
            "exchange_showcaseitem": 1,
            "tenants_apiclient": 1,
            "tenants_job": manifest.shared["tenants_job"].rows,
            "verification_certificatereview": 1,
        }

    def test_gives_a_record_of_what_was_done_that_still_holds(
        self, west_row: Enterprise, planner: Actor
    ) -> None:
        made = make.archive(west_row)
        copy = restoring.import_as_new(
            path=storing.path_of(made.path), slug="west-copy", by=SYSTEM, at=NOON
        )

        with context.enterprise(copy.enterprise):
            assert selectors.verify_chain() is None
            audit_event(by=planner)
        with context.enterprise(copy.enterprise):
            assert selectors.verify_chain() is None
        with context.owner(copy.schema), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
            cursor.execute(
                "UPDATE audit_auditevent SET by_label = 'Nobody' WHERE sequence = 2"
            )
        with context.enterprise(copy.enterprise):
            broken = selectors.verify_chain()
        assert broken is not None
        assert (broken.sequence, broken.fault) == (2, Fault.ALTERED)


class TestRestoreSame:
    def test_brings_all_of_it_back(self, west: EnterpriseRef) -> None:
        with context.directory():
            row = Enterprise.objects.get(pk=west.id)
        before = checksums(west.schema)
        made = make.archive(row)
        with context.directory():
            Enterprise.objects.filter(pk=west.id).update(
                schema_name=None, tier=Tier.ARCHIVED
            )
            row.slot.delete()

        back = restoring.restore_same(
            enterprise_id=west.id,
            path=storing.path_of(made.path),
            by=SYSTEM,
            at=NOON,
        )

        assert checksums(back.schema) == before
        assert back.enterprise.tier == Tier.ACTIVATED
        with context.enterprise(back.enterprise):
            assert selectors.verify_chain() is None
            part = Part.objects.exclude(preview="").first()
            assert part is not None
            assert part.file.read() == make.STEP
        with context.directory():
            assert Membership.objects.filter(enterprise_id=west.id).count() == 2
