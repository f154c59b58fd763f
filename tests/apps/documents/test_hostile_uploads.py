"""Every hostile file is refused within two seconds, or kept without its harm."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from apps.documents import services
from apps.documents.models import Document
from apps.documents.rules import file as files
from apps.documents.types import DocumentKind, DocumentRefused
from tenants.types import Actor, EnterpriseRef
from tests.apps.documents import hostile_files as make
from tests.support.world import NOON

CORPUS = list(make.hostile_files())
# What the machine's other work may add to a process that is timed.
SECONDS = 2.0
MEGABYTE = 1 << 20
# Examines the photo that is named first, and prints the memory its reader took, in MB.
PEAK_OF_READER = """
import resource, sys
from pathlib import Path
import django

django.setup()
from apps.documents.rules import file as files

photo, folder = map(Path, sys.argv[1:])
content = photo.read_bytes()
files.examine([content], name=photo.name, size=len(content), folder=folder)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
"""


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def stored(settings: Any) -> list[Path]:
    """Return the files that are kept."""
    root = Path(settings.MEDIA_ROOT)
    return [one for one in root.rglob("*") if one.is_file()]


class Upload(ContentFile):  # type: ignore[type-arg]
    """A file under the very name that was given, as no web server would let it in."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def upload(hostile: make.Hostile, by: Actor) -> Document:
    """Upload a hostile file."""
    return services.upload_document(
        file=Upload(hostile.content(), hostile.name),
        kind=DocumentKind.OTHER,
        title="Hostile",
        by=by,
        at=NOON,
    )


def cpu_of_children() -> float:
    """Return how long children have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class TestCorpus:
    def test_has_sixty_files_and_more(self) -> None:
        assert len(CORPUS) >= 60
        assert len({(one.name, one.fault) for one in CORPUS}) == len(CORPUS)

    @pytest.mark.parametrize(
        "hostile",
        [one for one in CORPUS if one.fault],
        ids=lambda one: ascii(one.name),
    )
    def test_is_refused(
        self,
        in_north: EnterpriseRef,
        planner: Actor,
        settings: Any,
        hostile: make.Hostile,
    ) -> None:
        content = hostile.content()
        before = cpu_of_children()

        with pytest.raises(DocumentRefused) as refused:
            services.upload_document(
                file=Upload(content, hostile.name),
                kind=DocumentKind.OTHER,
                title="Hostile",
                by=planner,
                at=NOON,
            )

        error = refused.value
        assert (error.facts["fault"], error.status) == (hostile.fault, hostile.status)
        assert error.field == "file"
        assert error.remedy
        assert cpu_of_children() - before <= SECONDS
        assert Document.objects.count() == 0
        assert stored(settings) == []

    @pytest.mark.parametrize(
        "hostile",
        [one for one in CORPUS if not one.fault],
        ids=lambda one: ascii(one.name),
    )
    def test_is_kept_without_its_harm(
        self,
        in_north: EnterpriseRef,
        planner: Actor,
        settings: Any,
        hostile: make.Hostile,
    ) -> None:
        assert hostile.without in hostile.content()

        made = upload(hostile, planner)

        kept = stored(settings)
        assert len(kept) == (2 if made.is_picture else 1)
        for one in kept:
            assert hostile.without not in one.read_bytes()


class TestMemory:
    def test_of_the_worker_stays(self, in_north: EnterpriseRef, planner: Actor) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.monotonic()
        # Those whose making costs no memory here.
        some = [
            one
            for one in CORPUS
            if one.name in {"flood.png", "scans.jpg", "laughs.qif", "untrue.png"}
        ]
        for hostile in some:
            with pytest.raises(DocumentRefused):
                upload(hostile, planner)

        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
        assert len(some) == 4
        assert grown <= 200
        assert time.monotonic() - started < 60

    def test_of_the_reader_is_bounded(self, tmp_path: Path) -> None:
        """A sound photo of 40 megapixels does not fit into 200 MB, and says so."""
        content = make.photo("PNG", (8_000, 5_000))
        tight = files.Limits(memory_mb=200, cpu_seconds=20)

        with pytest.raises(DocumentRefused) as refused:
            files.examine(
                [content],
                name="a.png",
                size=len(content),
                folder=tmp_path,
                limits=tight,
            )

        assert refused.value.facts["fault"] == "too_complex"

    def test_of_the_largest_photo_suffices(self, tmp_path: Path) -> None:
        content = make.photo("PNG", (8_000, 5_000))

        found = files.examine(
            [content], name="a.png", size=len(content), folder=tmp_path
        )

        assert (found.width_px, found.height_px) == (8_000, 5_000)

    def test_of_the_reader_stays_below_the_limit(self, tmp_path: Path) -> None:
        """Asked in a process of its own, whose only child is the reader."""
        photo = tmp_path / "a.png"
        photo.write_bytes(make.photo("PNG", (8_000, 5_000)))

        told = subprocess.run(
            [sys.executable, "-c", PEAK_OF_READER, photo, tmp_path],
            capture_output=True,
            text=True,
            check=True,
        )

        assert 100 < int(told.stdout) <= files.OF_PHOTOS.memory_mb


class TestReader:
    def test_that_takes_too_long_is_stopped(self, tmp_path: Path) -> None:
        content = make.jpeg_saying(6_000, 6_000) + make.photo("JPEG", (64, 64))
        tight = files.Limits(memory_mb=1024, cpu_seconds=20, wall_seconds=0)

        with pytest.raises(DocumentRefused) as refused:
            files.examine(
                [content],
                name="a.jpg",
                size=len(content),
                folder=tmp_path,
                limits=tight,
            )

        assert refused.value.facts["fault"] == "too_slow"


@pytest.fixture(autouse=True)
def _leaves_no_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    import tempfile

    before = set(Path(tempfile.gettempdir()).glob("spindle-document-*"))
    yield
    after = set(Path(tempfile.gettempdir()).glob("spindle-document-*"))
    assert after <= before
