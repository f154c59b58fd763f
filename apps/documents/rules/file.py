"""Has a file of strangers looked into by a child that may take only what it is given."""

import json
import logging
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from apps.documents.rules.formats import Unfit, format_of
from apps.documents.types import PHOTO_TYPES, DocumentRefused, Examined, MediaType
from apps.kernel import children

logger = logging.getLogger(__name__)

READER = "apps.documents.rules.file_reader"
LARGEST_MB = 25
LARGEST_BYTES = LARGEST_MB << 20
LARGEST_PHOTO_MB = 15
HEAD = 4096
TOO_LARGE = {"too_large", "photo_too_large", "too_many_pixels"}
ANOTHER_FORMAT = {"other_format", "two_formats", "no_text", "not_table", "not_qif"}


@dataclass(frozen=True, slots=True)
class Limits(children.Limits):
    """What the reader of one file may take."""

    wall_seconds: int = 60
    file_mb: int = 64


# A document that takes longer is refused. A photo within its limits of bytes and pixels
# is sound by then, and drawing it anew takes its time.
OF_DOCUMENTS = Limits(memory_mb=640, cpu_seconds=2)
OF_PHOTOS = Limits(memory_mb=1024, cpu_seconds=20)


class FileReaderLost(RuntimeError):
    """Raised when the reader was killed from outside; trying again may help."""


def examine(
    chunks: Iterable[bytes],
    *,
    name: str,
    size: int,
    folder: Path,
    limits: Limits | None = None,
) -> Examined:
    """Say what a file is, and write it into the folder as it is kept.

    :raises DocumentRefused: if it is too large, of another format, broken or hostile.
    :raises FileReaderLost: if the reader was killed from outside.
    """
    if size > LARGEST_BYTES:
        raise refusal({"fault": "too_large"}, name)
    source = folder / "file"
    with source.open("wb") as copy:
        copy.writelines(chunks)
    try:
        with source.open("rb") as file:
            found = MediaType(format_of(file.read(HEAD)))
    except Unfit as unfit:
        raise refusal({"fault": unfit.fault, **unfit.facts}, name) from unfit
    is_photo = found in PHOTO_TYPES
    if is_photo and size > LARGEST_PHOTO_MB << 20:
        raise refusal({"fault": "photo_too_large"}, name)
    said = _run(folder, source, limits or (OF_PHOTOS if is_photo else OF_DOCUMENTS))
    if "fault" in said:
        raise refusal(said, name)
    return Examined(
        media_type=MediaType(said["media_type"]),
        kept=folder / "kept" if said.get("has_kept") else source,
        thumbnail=folder / "thumbnail" if is_photo else None,
        width_px=said.get("width_px"),
        height_px=said.get("height_px"),
        page_count=said.get("page_count"),
        formula_count=said.get("formula_count", 0),
    )


def _run(folder: Path, source: Path, limits: Limits) -> dict[str, Any]:
    answer = folder / "answer.json"
    try:
        done = children.run(
            READER,
            f"--file={source}",
            f"--kept={folder / 'kept'}",
            f"--thumbnail={folder / 'thumbnail'}",
            f"--answer={answer}",
            folder=folder,
            limits=limits,
        )
    except children.TooSlow:
        return {"fault": "too_slow"}
    if done.returncode in {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT}:
        msg = f"the file reader was ended by signal {-done.returncode}"
        raise FileReaderLost(msg)
    if done.returncode < 0:
        # A library in C that meets its limit of memory aborts rather than raises.
        return {"fault": "too_complex"}
    if done.returncode or not answer.exists():
        said = done.stderr.decode(errors="replace")[-2000:]
        logger.error("file reader ended with %s: %s", done.returncode, said)
        return {"fault": "too_complex" if "MemoryError" in said else "reader_failed"}
    found: dict[str, Any] = json.loads(answer.read_text())
    return found


def refusal(said: Mapping[str, Any], name: str) -> DocumentRefused:
    """Put a fault into words that name the file and what helps."""
    fault = str(said["fault"])
    detail, remedy = _explain(fault)
    figures = {
        "reason": "",
        "format": "",
        "width": 0,
        "height": 0,
        **said,
        "name": name,
        "most": LARGEST_MB,
        "most_photo": LARGEST_PHOTO_MB,
    }
    status = 413 if fault in TOO_LARGE else 415 if fault in ANOTHER_FORMAT else 422
    return DocumentRefused(
        detail % figures,
        field="file",
        value=name,
        remedy=remedy % figures,
        facts={"fault": fault},
        status=status,
    )


def _explain(fault: str) -> tuple[str, str]:
    taken = _("Photos are taken as JPEG, PNG or WebP, documents as PDF, QIF or CSV.")
    again = _("Export or scan it again.")
    printed = _("Print it to a new PDF and upload that.")
    texts = {
        "empty": (_("%(name)s is empty."), again),
        "too_large": (
            _("%(name)s is larger than %(most)d MB."),
            _("Leave out pages or pictures, or save it at a lower resolution."),
        ),
        "photo_too_large": (
            _("%(name)s is larger than %(most_photo)d MB."),
            _("Save the photo at a lower resolution."),
        ),
        "too_many_pixels": (
            _("%(name)s has %(width)d × %(height)d pixels, more than 40 million."),
            _("Save the photo at a lower resolution."),
        ),
        "other_format": (_("%(name)s is %(format)s by its content."), taken),
        "two_formats": (_("%(name)s is two kinds of file in one."), again),
        "animated": (
            _("%(name)s holds more than one picture."),
            _("Save one picture of it."),
        ),
        "photo_broken": (_("%(name)s is broken or cut short."), again),
        "pdf_broken": (_("%(name)s is broken or cut short."), printed),
        "trailing": (_("%(name)s goes on after its end as something else."), printed),
        "encrypted": (
            _("%(name)s is protected by a password or by rights."),
            _("Save a copy without protection."),
        ),
        "script": (_("%(name)s holds a script."), printed),
        "launch": (_("%(name)s starts programs or sends data."), printed),
        "embedded": (
            _("%(name)s holds other files within it."),
            _("Upload those one by one, and print the PDF to a new one."),
        ),
        "form": (_("%(name)s is a form that draws itself by a program."), printed),
        "bomb": (_("%(name)s unpacks to far more than a document holds."), printed),
        "too_complex": (_("%(name)s is too involved to be checked."), again),
        "too_slow": (_("%(name)s takes too long to be checked."), again),
        "entities": (
            _("%(name)s defines entities or shows pages, which QIF does not."),
            again,
        ),
        "not_qif": (_("%(name)s is XML, but no QIF document."), taken),
        "xml_broken": (_("%(name)s is no sound XML: %(reason)s."), again),
        "no_text": (
            _("%(name)s is neither text in UTF-8 nor a format that is taken."),
            _("Save a table as CSV in UTF-8.") + " " + taken,
        ),
        "not_table": (_("%(name)s is text, but no table of several columns."), taken),
    }
    return texts.get(fault, (_("%(name)s could not be read."), again))
