"""Where archives lie: whole under their names, or not at all."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

SUFFIX = ".zip"
UNFINISHED = ".part"
# No archive takes as long to write; what is left of one that was killed goes then.
UNFINISHED_SECONDS = 24 * 3600
CHUNK = 1024 * 1024


def root() -> Path:
    """Return the folder of archives, made where it is missing."""
    folder = Path(settings.ARCHIVE_ROOT)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def path_of(name: str) -> Path:
    """Return an archive's file by the name that its row keeps."""
    return Path(settings.ARCHIVE_ROOT) / name


def name_of(archive_id: UUID) -> str:
    """Return the name of an archive's file: opaque, spread over folders."""
    return f"{archive_id.hex[-2:]}/{archive_id.hex}{SUFFIX}"


@contextmanager
def whole_file(name: str) -> Iterator[Path]:
    """Let a file be written aside; it gets its name only once it is on the disk."""
    target = root() / name
    target.parent.mkdir(exist_ok=True, mode=0o750)
    aside = target.with_suffix(UNFINISHED)
    try:
        yield aside
        _flush(aside)
        aside.replace(target)
        _flush(target.parent)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a whole file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def remove(name: str) -> None:
    """Remove an archive's file, if it is there."""
    if name:
        path_of(name).unlink(missing_ok=True)


def remove_unfinished() -> int:
    """Remove what writers that were killed have left; return how many files."""
    before = time.time() - UNFINISHED_SECONDS
    old = [
        path
        for path in root().glob(f"*/*{UNFINISHED}")
        if path.stat().st_mtime < before
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
