"""Reads the Catena-X aspect ManufacturingCapability in a limited child process."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.machines.rules.catena_x_machines import read_machines
from apps.machines.rules.document_machines import (
    DocumentKind,
    DocumentReading,
    DocumentUnreadable,
)
from apps.machines.rules.reading_process import Limits, answer_of
from apps.machines.rules.table_machines import Names

KIND = "catena-x"
READER = "apps.machines.rules.catena_x_reader"
LIMITS = Limits(memory_mb=1024, cpu_seconds=20, wall_seconds=40)
MOST_BYTES = 20 * 1024 * 1024
# No other document of JSON that is read here has both.
MARKS = (b'"machineTools"', b'"capabilities"')


def recognizes(raw: bytes) -> bool:
    """Say whether a file is such an aspect by the sets that it must have."""
    start = raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"{") and all(mark in raw for mark in MARKS)


def read(raw: bytes, name: str, names: Names) -> DocumentReading:
    """Read the machines of an aspect.

    :raises DocumentUnreadable: if it is too large, broken or hostile.
    :raises ReaderLost: if the reader was killed from outside.
    """
    return read_machines(read_aspect(raw, name), names, KIND)


def read_aspect(raw: bytes, name: str, limits: Limits = LIMITS) -> dict[str, Any]:
    """Return what an aspect says, with texts that can be stored.

    :raises DocumentUnreadable: if it is too large, broken or hostile.
    :raises ReaderLost: if the reader was killed from outside.
    """
    if len(raw) > MOST_BYTES:
        raise _unreadable({"fault": "too_large"}, name)
    said = answer_of(raw, READER, limits)
    if "fault" in said:
        raise _unreadable(said, name)
    aspect: dict[str, Any] = said["aspect"]
    return aspect


CATENA_X = DocumentKind("catena-x", recognizes, read)


def _unreadable(answer: Mapping[str, Any], name: str) -> DocumentUnreadable:
    detail, remedy = _explain(str(answer["fault"]))
    figures = {"reason": "", "path": "", "most": MOST_BYTES >> 20, **answer}
    return DocumentUnreadable(
        detail % {**figures, "name": name},
        field="file",
        value=name,
        remedy=remedy,
        facts={"fault": answer["fault"]},
    )


def _explain(fault: str) -> tuple[str, str]:
    save = _("Save the aspect ManufacturingCapability again, as JSON in UTF-8.")
    split = _("Split it into several files.")
    texts = {
        "no_text": (_("%(name)s is not text in UTF-8."), save),
        "json_broken": (_("%(name)s cannot be read: %(reason)s."), save),
        "no_aspect": (_("%(name)s is no aspect ManufacturingCapability."), save),
        "no_set": (_("In %(name)s, %(path)s is no list."), save),
        "too_deep": (
            _("%(name)s nests elements deeper than %(most)d levels."),
            save,
        ),
        "too_many": (_("%(name)s has more than %(most)d elements."), split),
        "too_large": (
            _("%(name)s is larger than %(most)d MB or unpacks to too much."),
            split,
        ),
        "too_slow": (_("%(name)s takes too long to read."), split),
        "reader_failed": (_("%(name)s could not be read."), save),
    }
    return texts[fault]
