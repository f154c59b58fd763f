"""Reads Asset Administration Shells: JSON, XML and AASX, in a limited child process."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.machines.rules.aas_machines import read_machines
from apps.machines.rules.document_machines import (
    DocumentKind,
    DocumentReading,
    DocumentUnreadable,
)
from apps.machines.rules.reading_process import Limits, answer_of
from apps.machines.rules.table_machines import Names

READER = "apps.machines.rules.aas_reader"
LIMITS = Limits(memory_mb=1024, cpu_seconds=20, wall_seconds=40)
MOST_BYTES = 20 * 1024 * 1024
START = 1 << 16
ZIP = b"PK\x03\x04"
# What the origin of every package is called, and no part of a workbook.
ORIGIN = b"aasx-origin"
JSON_STARTS = (b"{", b"[")
JSON_MARKS = (
    b'"assetAdministrationShells"',
    b'"AssetAdministrationShell"',
    b'"submodels"',
    b'"Submodel"',
)
XML_MARK = b"admin-shell.io/aas/"


def recognizes(raw: bytes) -> bool:
    """Say whether a file is an Asset Administration Shell by what it begins with."""
    if raw.startswith(ZIP):
        return ORIGIN in raw
    start = raw[:START].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return XML_MARK in start
    return start.startswith(JSON_STARTS) and any(mark in raw for mark in JSON_MARKS)


def read(raw: bytes, name: str, names: Names) -> DocumentReading:
    """Read the machines of a file.

    :raises DocumentUnreadable: if it is too large, broken, locked or hostile.
    :raises ReaderLost: if the reader was killed from outside.
    """
    said = read_shells(raw, name)
    reading = read_machines(said, names)
    reading.kind = _kind(raw)
    return reading


def read_shells(raw: bytes, name: str, limits: Limits = LIMITS) -> dict[str, Any]:
    """Return what a file says, as `aas_reader` tells it.

    :raises DocumentUnreadable: if it is too large, broken, locked or hostile.
    :raises ReaderLost: if the reader was killed from outside.
    """
    if len(raw) > MOST_BYTES:
        raise _unreadable({"fault": "too_large"}, name)
    said = answer_of(raw, READER, limits)
    if "fault" in said:
        raise _unreadable(said, name)
    return said


AAS = DocumentKind("aas", recognizes, read)


def _kind(raw: bytes) -> str:
    if raw.startswith(ZIP):
        return "aasx"
    start = raw[:START].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "aas-xml" if start.startswith(b"<") else "aas-json"


def _unreadable(answer: Mapping[str, Any], name: str) -> DocumentUnreadable:
    detail, remedy = _explain(str(answer["fault"]))
    figures = {"reason": "", "most": MOST_BYTES >> 20, **answer, "name": name}
    return DocumentUnreadable(
        detail % figures,
        field="file",
        value=name,
        remedy=remedy,
        facts={"fault": answer["fault"]},
    )


def _explain(fault: str) -> tuple[str, str]:
    save = _("Save it again as JSON or as AASX of version 3.")
    split = _("Split it into several files.")
    broken = _("%(name)s cannot be read: %(reason)s.")
    texts = {
        "empty": (_("%(name)s is empty."), save),
        "password": (
            _("%(name)s is protected by a password."),
            _("Save a copy without a password."),
        ),
        "no_text": (_("%(name)s is not text in UTF-8."), save),
        "json_broken": (broken, save),
        "xml_broken": (broken, save),
        "package_broken": (broken, save),
        "broken": (broken, save),
        "no_environment": (
            _("%(name)s holds no Asset Administration Shell."),
            _("Save the shells with their submodels."),
        ),
        "old_version": (
            _("%(name)s follows the metamodel before version 3."),
            _("Save it by a tool for version 3, such as AASX Package Explorer."),
        ),
        "doctype": (
            _("%(name)s declares a document type or entities, which is unsafe."),
            _("Remove the DOCTYPE; shells have none."),
        ),
        "bomb": (_("%(name)s unpacks to far more than shells hold."), save),
        "too_deep": (
            _("%(name)s nests elements deeper than %(most)d levels."),
            save,
        ),
        "too_many": (
            _("%(name)s has more than %(most)d elements."),
            split,
        ),
        "too_large": (
            _("%(name)s is larger than %(most)d MB or unpacks to too much."),
            split,
        ),
        "too_slow": (_("%(name)s takes too long to read."), split),
        "reader_failed": (_("%(name)s could not be read."), save),
    }
    return texts[fault]
