"""Archives as strangers send them, and disks as they are: each is refused in words."""

import json
import os
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.kernel.errors import Conflict
from apps.orders.models import Part
from tenants import context
from tenants.archive import (
    belongings,
    clearing,
    copying,
    reading,
    restoring,
    rules,
    sealing,
    storing,
)
from tenants.archive.rules import BadArchive
from tenants.archive.types import MANIFEST
from tenants.archive.verifying import checksums
from tenants.archive.writing import ArchiveNotWritten
from tenants.models import Archive, Enterprise, Slot
from tenants.registry.selectors import as_ref
from tenants.registry.services import SlugTaken
from tenants.types import SYSTEM, ArchiveState, EnterpriseRef
from tests.factories import archives as make
from tests.factories.tenants import enterprise
from tests.support.world import NOON

ROOT = Path(__file__).resolve().parents[3]
Change = Callable[[dict[str, bytes]], None]


@pytest.fixture
def small(alone: None) -> Enterprise:
    """A Polish shop with one part and its files."""
    row = enterprise()
    with context.enterprise(as_ref(row)):
        make.stored_part()
    return row


@pytest.fixture
def exported(small: Enterprise) -> Path:
    """Its archive."""
    return storing.path_of(make.archive(small).path)


def rewritten(path: Path, change: Change, *, is_sealed: bool = False) -> Path:
    """Return a copy of an archive with other entries, as a stranger would make it."""
    with zipfile.ZipFile(path) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    change(entries)
    if is_sealed:
        document = json.loads(entries[MANIFEST])
        document[sealing.SEAL] = sealing.seal(document)
        entries[MANIFEST] = json.dumps(document).encode()
    made = path.with_name("changed.zip")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return made


def in_manifest(change: Callable[[dict[str, Any]], None]) -> Change:
    """Change the manifest alone."""

    def go(entries: dict[str, bytes]) -> None:
        document = json.loads(entries[MANIFEST])
        change(document)
        entries[MANIFEST] = json.dumps(document).encode()

    return go


def with_digest(table: str, content: bytes) -> Change:
    """Change a table's lines, and the manifest so that it agrees."""

    def go(entries: dict[str, bytes]) -> None:
        entries[f"tables/{table}.jsonl"] = content
        document = json.loads(entries[MANIFEST])
        meter = copying.Meter()
        meter.write(content)
        facts = meter.facts
        document["tables"][table] = {
            "rows": facts.rows,
            "size": facts.size,
            "sha256": facts.sha256,
        }
        entries[MANIFEST] = json.dumps(document).encode()

    return go


def import_it(path: Path) -> restoring.Restored:
    return restoring.import_as_new(path=path, slug="copy", by=SYSTEM, at=NOON)


def traces() -> tuple[int, int]:
    with context.owner():
        return Enterprise.objects.count(), Slot.objects.filter(state="claimed").count()


class TestReadManifest:
    def test_refuses_what_was_cut_short(self, exported: Path) -> None:
        whole = exported.read_bytes()
        for length in (0, 10, len(whole) // 2, len(whole) - 30):
            exported.write_bytes(whole[:length])

            with pytest.raises(BadArchive, match="not a whole ZIP file"):
                reading.read_manifest(exported)

    def test_names_the_entry_with_a_changed_byte(self, exported: Path) -> None:
        with zipfile.ZipFile(exported) as packed:
            info = packed.getinfo("tables/orders_part.jsonl")
        content = bytearray(exported.read_bytes())
        start = info.header_offset + len(info.FileHeader()) + 20
        content[start] ^= 0xFF
        exported.write_bytes(content)

        with pytest.raises(BadArchive) as refusal:
            reading.verify_archive(exported)

        assert refusal.value.field == "tables/orders_part.jsonl"
        assert refusal.value.remedy

    @pytest.mark.parametrize(
        ("change", "field", "words"),
        [
            (lambda e: e.pop(MANIFEST), MANIFEST, "missing"),
            (lambda e: e.update({MANIFEST: b"[" * 100_000}), MANIFEST, "not JSON"),
            (lambda e: e.update({MANIFEST: b"[]"}), MANIFEST, "missing or malformed"),
            (
                in_manifest(lambda d: d.update(version=2)),
                MANIFEST,
                "format version 2; this Spindle reads 1",
            ),
            (in_manifest(lambda d: d.update(format="zip")), MANIFEST, "not an archive"),
            (
                lambda e: e.pop("tables/orders_part.jsonl"),
                "tables/orders_part.jsonl",
                "missing",
            ),
            (lambda e: e.update({"notes.txt": b"hi"}), "'notes.txt'", "does not know"),
            (lambda e: e.update({"../../x": b"hi"}), "'../../x'", "does not know"),
            (
                lambda e: e.update({"schema.sql": e["schema.sql"] + b";"}),
                "schema.sql",
                "size is not what the manifest says",
            ),
            (
                in_manifest(lambda d: d["files"][0].update(path="../north/parts/x")),
                MANIFEST,
                "leads out of the enterprise's folder",
            ),
            (
                in_manifest(lambda d: d["files"][0].update(path="/etc/passwd")),
                MANIFEST,
                "leads out of the enterprise's folder",
            ),
            (
                in_manifest(lambda d: d["files"][0].update(path="parts\\..\\x")),
                MANIFEST,
                "leads out of the enterprise's folder",
            ),
            (
                in_manifest(lambda d: d["tables"].update({'x"; DROP': {}})),
                MANIFEST,
                "“tables” is missing or malformed",
            ),
            (
                in_manifest(lambda d: d["tables"]["orders_part"].update(rows=-1)),
                MANIFEST,
                "malformed",
            ),
        ],
    )
    def test_refuses_in_words(
        self, exported: Path, change: Change, field: str, words: str
    ) -> None:
        with pytest.raises(BadArchive, match=words) as refusal:
            reading.read_manifest(rewritten(exported, change))

        assert refusal.value.field == field
        assert refusal.value.remedy

    def test_refuses_a_bomb_before_it_unpacks(self, exported: Path) -> None:
        bomb = b" " * 30_000_000

        with pytest.raises(BadArchive, match="would unpack to 30000000 bytes"):
            reading.read_manifest(rewritten(exported, with_digest("orders_part", bomb)))

    def test_knows_the_platforms_own_seal(self, exported: Path) -> None:
        changed = rewritten(exported, in_manifest(lambda d: d.update(purpose="move")))

        assert reading.read_manifest(exported).is_ours
        assert not reading.read_manifest(changed).is_ours


class TestImportAsNew:
    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (b"not json\n", "PostgreSQL refuses it"),
            (b'{"id": 1}\n', "PostgreSQL refuses it"),
            (b"[]\n", "PostgreSQL refuses it"),
            (b"\\.\n", "."),
            (b'{"id": "0190a000-0000-7000-8000-000000000001"}\n', "null value"),
        ],
    )
    def test_writes_nothing_where_a_table_is_wrong(
        self, exported: Path, line: bytes, words: str
    ) -> None:
        before = traces()

        with pytest.raises(BadArchive, match=words) as refusal:
            import_it(rewritten(exported, with_digest("machines_site", line)))

        assert refusal.value.field == "tables/machines_site.jsonl"
        assert traces() == before

    def test_refuses_columns_that_nobody_knows(self, exported: Path) -> None:
        """They would be dropped in silence, and the checksum tells."""

        def smuggle(entries: dict[str, bytes]) -> None:
            line = json.loads(entries["tables/orders_part.jsonl"])
            line["is_admin"] = True
            with_digest("orders_part", json.dumps(line).encode() + b"\n")(entries)

        with pytest.raises(BadArchive, match="not the same once they are in"):
            import_it(rewritten(exported, smuggle))

    def test_runs_no_sql_of_a_stranger(self, exported: Path) -> None:
        def attack(entries: dict[str, bytes]) -> None:
            text = b"CREATE TABLE public.owned (); " + entries["schema.sql"]
            entries["schema.sql"] = text
            meter = copying.Meter()
            meter.write(text)
            document = json.loads(entries[MANIFEST])
            document["template_digest"] = "f" * 64
            document["schema_sql"] = {
                "rows": meter.rows,
                "size": meter.size,
                "sha256": meter.facts.sha256,
            }
            entries[MANIFEST] = json.dumps(document).encode()

        with pytest.raises(BadArchive, match="was not sealed here"):
            import_it(rewritten(exported, attack))

        with context.owner(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.owned')")
            assert cursor.fetchone() == (None,)

    def test_refuses_tables_of_a_newer_spindle(self, exported: Path) -> None:
        def later(document: dict[str, Any]) -> None:
            document["template_digest"] = "f" * 64
            document["migrations"].append("orders.9999_from_the_future")

        with pytest.raises(BadArchive, match="9999_from_the_future. Update Spindle"):
            import_it(rewritten(exported, in_manifest(later), is_sealed=True))

    def test_refuses_an_address_that_is_taken(self, exported: Path) -> None:
        with pytest.raises(SlugTaken):
            restoring.import_as_new(path=exported, slug="north", by=SYSTEM, at=NOON)

    def test_refuses_an_enterprise_without_an_owner(self, exported: Path) -> None:
        def behead(entries: dict[str, bytes]) -> None:
            name = "directory/members.jsonl"
            entries[name] = b""
            document = json.loads(entries[MANIFEST])
            document["directory"][name] = {
                "rows": 0,
                "size": 0,
                "sha256": copying.Meter().facts.sha256,
            }
            entries[MANIFEST] = json.dumps(document).encode()

        before = traces()
        with pytest.raises(BadArchive, match="nobody would own"):
            import_it(rewritten(exported, behead))

        assert traces() == before


class TestRestoreSame:
    def test_takes_nothing_that_was_not_sealed_here(
        self, exported: Path, small: Enterprise
    ) -> None:
        changed = rewritten(exported, in_manifest(lambda d: d.update(purpose="move")))

        with pytest.raises(BadArchive, match="not sealed by this installation"):
            restoring.restore_same(
                enterprise_id=small.id, path=changed, by=SYSTEM, at=NOON
            )

    def test_takes_nothing_of_another(
        self, exported: Path, south: EnterpriseRef
    ) -> None:
        with pytest.raises(BadArchive, match="of another enterprise: Westwind Forge"):
            restoring.restore_same(
                enterprise_id=south.id, path=exported, by=SYSTEM, at=NOON
            )

    def test_does_not_write_over_rows_that_are_there(
        self, exported: Path, small: Enterprise
    ) -> None:
        with pytest.raises(Conflict, match="in a database already"):
            restoring.restore_same(
                enterprise_id=small.id, path=exported, by=SYSTEM, at=NOON
            )


class TestWriteArchive:
    def test_names_a_file_that_is_missing(self, small: Enterprise) -> None:
        with context.enterprise(as_ref(small)):
            part = Part.objects.get()
            Path(part.file.path).unlink()
        name = str(part.file.name).partition("/")[2]

        with pytest.raises(ArchiveNotWritten, match=f"{name} is missing") as refusal:
            make.archive(small)

        assert refusal.value.value == name
        with context.directory():
            row = Archive.objects.get()
        assert row.state == ArchiveState.FAILED
        assert name in row.error
        assert [path for path in storing.root().rglob("*") if path.is_file()] == []

    def test_leaves_nothing_called_ready_on_a_full_disk(
        self, small: Enterprise
    ) -> None:
        before, _hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, _hard))
        try:
            with pytest.raises(ArchiveNotWritten, match="could not be written"):
                make.archive(small)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (before, _hard))

        with context.directory():
            assert Archive.objects.get().state == ArchiveState.FAILED
        assert [path for path in storing.root().rglob("*") if path.is_file()] == []

    def test_leaves_nothing_called_ready_when_killed(
        self, small: Enterprise, settings: Any
    ) -> None:
        with context.enterprise(as_ref(small)):
            make.stored_part(content=os.urandom(30_000_000), number="BIG")
        # The writer's storage is that of the run, not of this test.
        shutil.copytree(settings.MEDIA_ROOT, _media_of_the_run(), dirs_exist_ok=True)
        writer = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "archive", "export", small.slug],
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
                "DJANGO_SETTINGS_MODULE": "spindle.settings.test",
                "SPINDLE_ARCHIVE_ROOT": str(settings.ARCHIVE_ROOT),
            },
        )
        while not list(storing.root().rglob("*.part")):
            assert writer.poll() is None
        writer.kill()
        writer.wait()

        with context.directory():
            assert Archive.objects.get().state == ArchiveState.MAKING
        assert list(storing.root().rglob("*.zip")) == []
        [torn] = storing.root().rglob("*.part")
        yesterday = torn.stat().st_mtime - storing.UNFINISHED_SECONDS - 1
        os.utime(torn, (yesterday, yesterday))
        clearing.clear_unfinished(at=NOON)
        with context.directory():
            assert Archive.objects.get().state == ArchiveState.FAILED
        assert not torn.exists()


def _media_of_the_run() -> Path:
    return Path(os.environ["SPINDLE_VAR"]) / "files"


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "",
            "/",
            "a//b",
            "a/../b",
            "..",
            "./a",
            "a/.",
            "a\\b",
            "a\nb",
            "a\0b",
            "x" * 301,
        ],
    )
    def test_refuses(self, path: str) -> None:
        with pytest.raises(BadArchive):
            rules.check_path(path)

    @pytest.mark.parametrize("path", ["parts/0190", "reports/1/Auslastung 五轴.pdf"])
    def test_accepts(self, path: str) -> None:
        assert rules.check_path(path) == path


class TestBelongings:
    def test_finds_all_that_is_owned_or_says_why_not(self) -> None:
        assert [one.table for one in belongings.shared_tables()] == [
            "exchange_counterparty",
            "exchange_demand",
            "exchange_idlelot",
            "exchange_listing",
            "exchange_matchrun",
            "exchange_showcaseitem",
            "tenants_apiclient",
            "tenants_idempotencyrecord",
            "tenants_job",
            "verification_certificatereview",
        ]
        assert sorted(belongings.left_out()) == [
            "exchange_match",
            "tenants_archive",
            "tenants_jobprogress",
            "tenants_move",
            "tenants_slot",
        ]


def test_the_others_are_untouched_by_a_restore(
    exported: Path, north: EnterpriseRef
) -> None:
    before = checksums(north.schema)

    import_it(exported)

    assert checksums(north.schema) == before
