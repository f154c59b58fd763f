"""Files written whole or not at all."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage

from apps.reports.models import Report, ReportFile, file_path
from apps.reports.types import Rendered


class _Staged(File):  # type: ignore[type-arg]  # generic in the stubs only
    """A finished file that the storage moves into its place."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def store(*, report: Report, rendered: Rendered, at: datetime) -> ReportFile:
    """Store a finished file and write down what it is."""
    row = ReportFile(
        report=report,
        edition=report.edition,
        format=rendered.format,
        name=rendered.name,
        sha256=hashlib.sha256(rendered.data).hexdigest(),
        size=len(rendered.data),
        created_at=at,
    )
    storage = row.file.storage
    with _staged(storage, file_path(row, rendered.name), rendered.data) as content:
        row.file.save(rendered.name, content, save=False)
    row.save(force_insert=True)
    return row


def sweep(report: Report) -> None:
    """Remove what an earlier try left behind: files that no row speaks of."""
    storage = ReportFile._meta.get_field("file").storage
    folder = str(Path(file_path(ReportFile(report=report), "any")).parent)
    kept = set(ReportFile.objects.filter(report=report).values_list("file", flat=True))
    try:
        names = storage.listdir(folder)[1]
    except (FileNotFoundError, NotImplementedError):
        return
    for name in names:
        path = f"{folder}/{name}"
        if path not in kept:
            storage.delete(path)


@contextmanager
def _staged(storage: Storage, path: str, data: bytes) -> Iterator["File[Any]"]:
    """Offer content that the storage can take over in one step.

    On a file system the bytes are on disk beside their final place before they get
    their name; a rename is whole or does not happen. An object store is so by itself.
    """
    try:
        folder = Path(storage.path(path)).parent
    except NotImplementedError:
        yield ContentFile(data)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, suffix=".partial", delete=False) as partial:
        partial.write(data)
        partial.flush()
        os.fsync(partial.fileno())
        staged = Path(partial.name)
        try:
            yield _Staged(partial, name=str(staged))
        finally:
            staged.unlink(missing_ok=True)
