"""What becomes of files that are welcome."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image

from apps.audit import selectors as audit
from apps.documents import selectors, services
from apps.documents.models import Document
from apps.documents.types import DocumentRefused
from tenants import context
from tenants.types import Actor, Circle, EnterpriseRef
from tests.apps.documents import hostile_files as hostile
from tests.factories import documents as make
from tests.factories import machines
from tests.support.data import shared_data
from tests.support.world import NOON


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def upload(content: bytes, name: str, by: Actor, **facts: Any) -> Document:
    """Upload a file."""
    return services.upload_document(
        file=ContentFile(content, name),
        **{"kind": "other", "by": by, "at": NOON, **facts},
    )


def stored(settings: Any) -> list[Path]:
    """Return the files that are kept."""
    return [one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()]


class TestPhotos:
    @pytest.mark.parametrize(
        ("form", "media_type"),
        [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")],
    )
    def test_are_drawn_anew_with_a_thumbnail(
        self, in_north: EnterpriseRef, planner: Actor, form: str, media_type: str
    ) -> None:
        raw = hostile.photo(form, (1600, 1200))

        made = upload(raw, f"front.{form.lower()}", planner, kind="photo")

        assert (made.media_type, made.width_px, made.height_px) == (
            media_type,
            1600,
            1200,
        )
        assert (made.title, made.circle, made.version) == ("front", "private", 1)
        with Image.open(made.thumbnail.open("rb")) as small:
            assert (small.format, small.size) == ("WEBP", (480, 360))
        with Image.open(made.file.open("rb")) as whole:
            assert (whole.format, whole.size) == (form, (1600, 1200))
        assert made.file.name.startswith(f"{in_north.schema}/documents/")
        assert made.thumbnail.name.startswith(f"{in_north.schema}/thumbnails/")

    def test_stand_upright_and_say_nothing_of_their_taking(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        made = upload(hostile.photo_with_place(), "a.jpg", planner)

        assert (made.width_px, made.height_px) == (48, 64)
        with Image.open(made.file.open("rb")) as kept:
            assert not kept.getexif()
            assert not kept.info.get("icc_profile")
            assert not kept.info.get("comment")

    @pytest.mark.parametrize("mode", ["CMYK", "L", "1", "YCbCr"])
    def test_of_any_colors_are_taken(
        self, in_north: EnterpriseRef, planner: Actor, mode: str
    ) -> None:
        raw = BytesIO()
        Image.new(mode, (40, 30)).save(raw, "JPEG")

        assert upload(raw.getvalue(), "a.jpg", planner).width_px == 40

    @pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "I;16"])
    def test_keep_what_is_transparent(
        self, in_north: EnterpriseRef, planner: Actor, mode: str
    ) -> None:
        raw = BytesIO()
        Image.new(mode, (40, 30)).save(raw, "PNG")

        assert upload(raw.getvalue(), "a.png", planner).height_px == 30


class TestDocuments:
    def test_pdf_is_kept_byte_for_byte(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        raw = hostile.pdf()

        made = upload(raw, "Data sheet.PDF", planner, kind="data_sheet")

        assert made.file.read() == raw
        assert (made.page_count, made.file_bytes) == (1, len(raw))
        event = audit.events_of(made)[0]
        assert (event.verb, event.facts["sha256"]) == (
            "document.uploaded",
            made.file_sha256,
        )

    def test_qif_is_kept_byte_for_byte(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        raw = shared_data("nist/quality/plate-supplier-fair.qif").read_bytes()

        made = upload(raw, "fair.qif", planner, kind="inspection_result")

        assert (made.media_type, made.file.read()) == ("application/qif+xml", raw)

    @pytest.mark.parametrize(
        ("raw", "kept"),
        [
            (b"a,b\n-1,+2\n", b"a,b\r\n-1,+2\r\n"),
            (b"a;b\n=1+1;-3,5\n", b"a;b\r\n'=1+1;-3,5\r\n"),
            ("a\tµ\n1\t2\n".encode("utf-16"), "a\tµ\r\n1\t2\r\n".encode()),
            (b"\xef\xbb\xbfa,b\n@x,-y\n", b"a,b\r\n'@x,'-y\r\n"),
        ],
    )
    def test_csv_is_written_anew(
        self, in_north: EnterpriseRef, planner: Actor, raw: bytes, kept: bytes
    ) -> None:
        assert upload(raw, "table.csv", planner).file.read() == kept

    def test_no_photo_is_refused_as_one(
        self, in_north: EnterpriseRef, planner: Actor, settings: Any
    ) -> None:
        with pytest.raises(DocumentRefused) as refused:
            upload(hostile.pdf(), "a.pdf", planner, kind="photo")

        assert refused.value.field == "kind"
        assert stored(settings) == []

    @pytest.mark.parametrize("facts", [{"kind": "secret"}, {"circle": "friends"}])
    def test_unknown_words_are_refused(
        self, in_north: EnterpriseRef, planner: Actor, facts: dict[str, str]
    ) -> None:
        with pytest.raises(services.UnknownCircle) as refused:
            upload(hostile.pdf(), "a.pdf", planner, **facts)

        assert refused.value.field in facts


class TestChange:
    def test_gives_another_version_and_says_so(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        made = make.document()

        services.retitle_document(
            document_id=made.pk, title="  Sheet \n 2 ", by=planner, at=NOON, version=1
        )
        found = services.change_circle(
            document_id=made.pk, circle="market", by=planner, at=NOON, version=2
        )

        assert (found.title, found.circle, found.version) == ("Sheet 2", "market", 3)
        assert [event.verb for event in audit.events_of(made)] == [
            "document.circle_changed",
            "document.retitled",
        ]
        with pytest.raises(services.DocumentChanged):
            services.retitle_document(
                document_id=made.pk, title="Old", by=planner, at=NOON, version=1
            )

    @pytest.mark.parametrize("title", ["", " ", "x" * 161, "a\u202eb", "a\x07b"])
    def test_refuses_what_is_no_title(
        self, in_north: EnterpriseRef, planner: Actor, title: str
    ) -> None:
        made = make.document()

        with pytest.raises(DocumentRefused) as refused:
            services.retitle_document(
                document_id=made.pk, title=title, by=planner, at=NOON
            )

        assert refused.value.field == "title"

    def test_knows_only_its_own(
        self, in_north: EnterpriseRef, planner: Actor, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            foreign = make.document().pk

        with pytest.raises(selectors.DocumentNotFound):
            services.drop_document(document_id=foreign, by=planner, at=NOON)
        with pytest.raises(selectors.DocumentNotFound):
            selectors.document(foreign)


class TestDrop:
    def test_takes_the_files_once_it_is_certain(
        self, committed: None, north: EnterpriseRef, planner: Actor, settings: Any
    ) -> None:
        with context.enterprise(north):
            made = upload(hostile.photo(), "a.jpg", planner)
            assert len(stored(settings)) == 2
            with pytest.raises(RuntimeError), transaction.atomic():
                services.drop_document(document_id=made.pk, by=planner, at=NOON)
                raise RuntimeError
            assert len(stored(settings)) == 2
            assert Document.objects.count() == 1

            services.drop_document(document_id=made.pk, by=planner, at=NOON)

            assert stored(settings) == []
            assert audit.events_of(made)[0].verb == "document.dropped"

    def test_is_refused_while_it_is_evidence(
        self, in_north: EnterpriseRef, planner: Actor
    ) -> None:
        made = machines.evidence().document

        with pytest.raises(services.DocumentInUse) as refused:
            services.drop_document(document_id=made.pk, by=planner, at=NOON)

        assert refused.value.facts == {"uses": 1}
        assert Document.objects.filter(pk=made.pk).exists()

    def test_leaves_no_file_of_an_upload_that_failed(
        self,
        committed: None,
        north: EnterpriseRef,
        settings: Any,
    ) -> None:
        nobody = Actor(label="")
        with context.enterprise(north), pytest.raises(Exception, match="uploaded_by"):
            upload(hostile.photo(), "a.jpg", nobody)

        assert stored(settings) == []


class TestCircles:
    def test_hold_the_narrower_ones(self, in_north: EnterpriseRef) -> None:
        made = {
            circle: make.document(circle=circle.value, title=circle.value)
            for circle in Circle
        }

        def shown(circle: Circle) -> set[str]:
            return {one.circle for one in selectors.documents_shown_to(circle)}

        assert len(made) == 4
        assert shown(Circle.PUBLIC) == {"public"}
        assert shown(Circle.MARKET) == {"public", "market"}
        assert shown(Circle.COUNTERPARTY) == {"public", "market", "counterparty"}
        assert shown(Circle.PRIVATE) == set(Circle.values)
