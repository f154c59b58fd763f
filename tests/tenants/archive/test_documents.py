"""Documents go out with their enterprise and come back, to the last byte."""

from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image

from apps.documents import services
from apps.documents.models import Document
from apps.machines.models import Evidence
from tenants import context
from tenants.archive import reading, restoring, storing
from tenants.models import Enterprise
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import archives as make
from tests.support.world import NOON


def contents(ref: EnterpriseRef) -> dict[str, tuple[bytes, bytes]]:
    """Return the bytes of each document and of its thumbnail, by title."""
    with context.enterprise(ref):
        return {
            one.title: (
                one.file.read(),
                one.thumbnail.read() if one.thumbnail else b"",
            )
            for one in Document.objects.all()
        }


class TestDocuments:
    def test_keep_their_bytes_in_another_schema(self, west: EnterpriseRef) -> None:
        photo = BytesIO()
        Image.new("RGB", (800, 600), (90, 120, 150)).save(photo, "JPEG")
        with context.enterprise(west):
            services.upload_document(
                file=ContentFile(photo.getvalue(), "front.jpg"),
                kind="photo",
                title="Front",
                by=SYSTEM,
                at=NOON,
            )
        with context.directory():
            row = Enterprise.objects.get(pk=west.id)
        before = contents(west)
        assert before["Front"][1].startswith(b"RIFF")

        made = make.archive(row)
        manifest = reading.verify_archive(storing.path_of(made.path))
        copy = restoring.import_as_new(
            path=storing.path_of(made.path), slug="west-copy", by=SYSTEM, at=NOON
        )

        assert contents(copy.enterprise) == before
        assert len(manifest.files) == made.file_count
        with context.enterprise(copy.enterprise):
            evidence = Evidence.objects.get(machine__isnull=False)
            assert evidence.document.file.name.startswith(f"{copy.schema}/documents/")
