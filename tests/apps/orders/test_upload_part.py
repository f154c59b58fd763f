import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction

from apps.audit import selectors as audit
from apps.catalog.selectors import UnknownMaterial
from apps.kernel.identifiers import uuid7
from apps.orders import selectors, services
from apps.orders.models import Part
from apps.orders.rules import geometry
from apps.orders.rules.geometry import GeometryReaderLost
from apps.orders.rules.part_file import PartFileRefused, PartFileTooLarge
from apps.orders.types import GeometryState
from tenants import context, jobs
from tenants.models import Job
from tenants.types import Actor, EnterpriseRef
from tests.apps.orders import part_files
from tests.factories import orders as make
from tests.support.data import shared_data
from tests.support.world import NOON

BOX = part_files.binary_stl(part_files.box_facets((0, 0, 0), (10, 20, 30)))
SOUP = part_files.binary_stl(part_files.box_facets((0, 0, 0), (10, 20, 30))[:-1])


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def upload(
    by: Actor, content: bytes = BOX, file_name: str = "box.stl", **facts: str
) -> Part:
    known = {"number": "BX-1", "revision": "A", "name": "Box"}
    return services.upload_part(
        **{**known, **facts}, file=ContentFile(content, name=file_name), by=by, at=NOON
    )


def stored_files(media: Path) -> list[str]:
    return sorted(
        str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()
    )


class TestUploadPart:
    def test_keeps_the_file_under_a_name_that_tells_nothing(
        self, in_south: EnterpriseRef, buyer: Actor, media: Path
    ) -> None:
        part = upload(buyer, file_name="Secret project.stl")

        assert part.geometry_state == GeometryState.PENDING
        assert part.file_name == "Secret project.stl"
        assert part.file_bytes == 684
        assert part.file_sha256 == hashlib.sha256(BOX).hexdigest()
        assert (part.uploaded_at, part.uploaded_by) == (NOON, "Bruno Buyer")
        (stored,) = stored_files(media)
        assert stored == part.file.name
        assert stored.startswith(f"{in_south.schema}/parts/")
        assert len(stored.rsplit("/", 1)[1]) == 32
        assert (media / stored).read_bytes() == BOX

    def test_has_it_measured_and_leaves_a_trace(
        self, in_south: EnterpriseRef, buyer: Actor
    ) -> None:
        part = upload(buyer)

        (job,) = Job.objects.filter(kind="orders.read_geometry")
        assert job.args == {"part_id": str(part.pk)}
        (event,) = audit.events_of(part)
        assert (event.verb, event.by_label) == ("part.uploaded", "Bruno Buyer")
        assert event.facts["sha256"] == part.file_sha256

    def test_takes_a_real_file_from_disk(
        self, in_south: EnterpriseRef, buyer: Actor
    ) -> None:
        path = shared_data("parts/nist-plate.step")

        with path.open("rb") as file:
            part = services.upload_part(
                number="PL-1",
                revision="",
                name="Plate",
                file=File(file, name=path.name),
                by=buyer,
                at=NOON,
            )

        assert part.file_bytes == 1_476_300
        assert str(part) == "PL-1"

    def test_refuses_a_revision_that_is_taken_and_keeps_no_file(
        self, in_south: EnterpriseRef, buyer: Actor, media: Path
    ) -> None:
        upload(buyer)

        with pytest.raises(services.PartExists) as refused:
            upload(buyer, file_name="other.stl")

        assert str(refused.value) == (
            "There is a part BX-1 A already. Upload it under the next revision."
        )
        assert len(stored_files(media)) == 1
        assert upload(buyer, revision="B").revision == "B"

    def test_refuses_a_revision_taken_meanwhile_and_keeps_no_file(
        self,
        in_south: EnterpriseRef,
        buyer: Actor,
        media: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        upload(buyer)
        # As if the other upload were committed between the look and the write.
        monkeypatch.setattr(
            type(Part.objects.all()), "exists", lambda _rows: False, raising=True
        )

        with pytest.raises(services.PartExists):
            upload(buyer)

        assert len(stored_files(media)) == 1

    @pytest.mark.parametrize(
        ("content", "name", "error"),
        [
            (BOX, "box.step", PartFileRefused),
            (b"", "box.stl", PartFileRefused),
            (BOX[:-1], "box.stl", PartFileRefused),
            (BOX, "box.exe", PartFileRefused),
            (BOX, "\x00", PartFileRefused),
        ],
    )
    def test_refuses_a_bad_file_and_changes_nothing(
        self,
        in_south: EnterpriseRef,
        buyer: Actor,
        media: Path,
        content: bytes,
        name: str,
        error: type[Exception],
    ) -> None:
        with pytest.raises(error):
            upload(buyer, content, name)

        assert not Part.objects.exists()
        assert not Job.objects.filter(kind="orders.read_geometry").exists()
        assert stored_files(media) == []

    def test_refuses_a_file_that_is_too_large(
        self, in_south: EnterpriseRef, buyer: Actor, tmp_path: Path
    ) -> None:
        large = tmp_path / "large.stl"
        with large.open("wb") as sparse:
            sparse.truncate(100 * 1024 * 1024 + 1)

        with large.open("rb") as file, pytest.raises(PartFileTooLarge):
            services.upload_part(
                number="BX-1",
                revision="A",
                name="Box",
                file=File(file, name="large.stl"),
                by=buyer,
                at=NOON,
            )

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"number": "  "}, "number"),
            ({"number": "x" * 65}, "number"),
            ({"name": ""}, "name"),
            ({"revision": "x" * 17}, "revision"),
            ({"name": "a\x00b"}, "name"),
            ({"file_unit": "furlong"}, "file_unit"),
        ],
    )
    def test_refuses_what_cannot_be_meant(
        self, in_south: EnterpriseRef, buyer: Actor, facts: dict[str, str], field: str
    ) -> None:
        with pytest.raises(services.PartNotNamed) as refused:
            upload(buyer, **facts)

        assert refused.value.field == field
        assert not Part.objects.exists()

    def test_refuses_a_material_that_the_catalog_does_not_know(
        self, in_south: EnterpriseRef, buyer: Actor
    ) -> None:
        with pytest.raises(UnknownMaterial):
            upload(buyer, material_code="unobtainium")

    def test_is_invisible_to_another_enterprise(
        self, in_south: EnterpriseRef, north: EnterpriseRef, buyer: Actor
    ) -> None:
        part = upload(buyer)

        with context.enterprise(north):
            assert not selectors.parts().exists()
            with pytest.raises(selectors.PartNotFound):
                selectors.part_detail(part.pk)
            assert upload(buyer).number == "BX-1"


class TestReadGeometry:
    def test_measures_the_part_and_keeps_a_preview(
        self, in_south: EnterpriseRef, buyer: Actor, media: Path
    ) -> None:
        uploaded = upload(buyer)

        part = services.read_geometry(part_id=uploaded.pk, at=NOON)

        part.refresh_from_db()
        assert part.geometry_state == GeometryState.READY
        assert (part.volume_mm3, part.area_mm2) == (6000.0, 2200.0)
        assert part.sizes_mm == (10.0, 20.0, 30.0)
        assert (part.triangle_count, part.body_count) == (12, 1)
        assert part.is_watertight
        assert part.preview.name.startswith(f"{in_south.schema}/previews/")
        assert (media / part.preview.name).read_bytes()[:4] == b"glTF"
        assert [event.verb for event in audit.events_of(part)] == [
            "part.measured",
            "part.uploaded",
        ]

    def test_reads_a_file_without_a_unit_in_inches_where_told_so(
        self, in_south: EnterpriseRef, buyer: Actor
    ) -> None:
        uploaded = upload(buyer, file_unit="[in_i]")

        part = services.read_geometry(part_id=uploaded.pk, at=NOON)

        assert part.sizes_mm == (254.0, 508.0, 762.0)

    def test_says_on_the_part_why_it_cannot_be_read(
        self, in_south: EnterpriseRef, buyer: Actor
    ) -> None:
        uploaded = upload(buyer, SOUP)

        part = services.read_geometry(part_id=uploaded.pk, at=NOON)

        part.refresh_from_db()
        assert part.geometry_state == GeometryState.FAILED
        assert part.geometry_error == (
            "box.stl is not a closed solid: 3 edges are open."
            " Close or stitch the surfaces and export the part as a solid."
        )
        assert part.is_watertight is False
        assert part.sizes_mm == (10.0, 20.0, 30.0)
        assert part.volume_mm3 is None
        assert not part.preview

    def test_does_nothing_the_second_time(
        self, in_south: EnterpriseRef, buyer: Actor, media: Path
    ) -> None:
        part = make.part()

        services.read_geometry(part_id=part.pk, at=NOON + timedelta(hours=1))

        assert stored_files(media) == []
        assert not audit.events_of(part)

    def test_leaves_the_part_waiting_when_the_reader_is_killed(
        self,
        in_south: EnterpriseRef,
        buyer: Actor,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        doomed = tmp_path / "reader.py"
        doomed.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
        monkeypatch.setattr("apps.orders.rules.geometry.READER", "reader")
        monkeypatch.setitem(geometry.ENVIRONMENT, "PYTHONPATH", str(tmp_path))
        uploaded = upload(buyer)

        with pytest.raises(GeometryReaderLost):
            services.read_geometry(part_id=uploaded.pk, at=NOON)

        uploaded.refresh_from_db()
        assert uploaded.geometry_state == GeometryState.PENDING

    def test_refuses_a_part_that_is_not_here(
        self, in_south: EnterpriseRef, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            theirs = make.unread_part()

        with pytest.raises(selectors.PartNotFound):
            services.read_geometry(part_id=theirs.pk, at=NOON)

    def test_is_done_by_a_job(
        self, committed: None, south: EnterpriseRef, buyer: Actor
    ) -> None:
        with context.enterprise(south):
            part = upload(buyer)

        jobs.run_due()

        with context.enterprise(south):
            part.refresh_from_db()
            assert part.geometry_state == GeometryState.READY
            assert part.volume_mm3 == 6000.0


class TestReadGeometryAgain:
    def test_queues_a_part_that_failed(
        self, in_south: EnterpriseRef, buyer: Actor
    ) -> None:
        part = make.unread_part(
            geometry_state=GeometryState.FAILED, geometry_error="Too slow."
        )

        part = services.read_geometry_again(part_id=part.pk, by=buyer, at=NOON)

        assert part.geometry_state == GeometryState.PENDING
        assert part.geometry_error == ""
        (job,) = Job.objects.filter(kind="orders.read_geometry")
        assert job.args == {"part_id": str(part.pk)}

    def test_refuses_a_part_that_was_read(
        self, in_south: EnterpriseRef, buyer: Actor
    ) -> None:
        part = make.part()

        with pytest.raises(services.GeometryNotFailed):
            services.read_geometry_again(part_id=part.pk, by=buyer, at=NOON)

        assert not Job.objects.filter(kind="orders.read_geometry").exists()

    def test_refuses_a_part_that_is_not_here(
        self, in_south: EnterpriseRef, buyer: Actor
    ) -> None:
        with pytest.raises(selectors.PartNotFound):
            services.read_geometry_again(part_id=uuid7(), by=buyer, at=NOON)


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"volume_mm3": None}, "orders_part_ready_is_measured"),
            ({"size_z_mm": 0.0}, "orders_part_ready_is_measured"),
            ({"geometry_state": "failed"}, "orders_part_failed_says_why"),
            ({"geometry_state": "lost"}, "orders_part_geometry_state_known"),
            ({"file_kind": "iges"}, "orders_part_file_kind_known"),
            ({"file_unit": "ell"}, "orders_part_file_unit_known"),
            ({"file_bytes": 0}, "orders_part_file_not_empty"),
            ({"file_sha256": "0"}, "orders_part_file_sha256_shaped"),
            ({"uploaded_by": ""}, "orders_part_uploaded_by_someone"),
        ],
    )
    def test_remembers_what_a_part_is(
        self, in_south: EnterpriseRef, facts: dict[str, object], constraint: str
    ) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make.part(**facts)
