"""What can be told of a part's file before it is opened."""

import re
import struct
from pathlib import PurePosixPath, PureWindowsPath

from django.utils.translation import gettext as _

from apps.kernel.errors import InvalidInput
from apps.orders.types import PartFileKind

LARGEST_FILE_MB = 100
LARGEST_FILE_BYTES = LARGEST_FILE_MB * 1024 * 1024
LONGEST_NAME = 200
# How much of either end of a file `kind_of` wants to see.
END_BYTES = 4096

KINDS = {
    ".step": PartFileKind.STEP,
    ".stp": PartFileKind.STEP,
    ".stl": PartFileKind.STL,
}
STL_HEADER_BYTES = 84
STL_FACET_BYTES = 50

# First bytes of what people upload by mistake.
OTHER_FORMATS = (
    (b"PK\x03\x04", "ZIP"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"glTF", "glTF"),
    (b"AC10", "DWG"),
    (b"\xd0\xcf\x11\xe0", "SolidWorks or Office"),
    (b"\x1f\x8b", "gzip"),
    (b"<?xml", "XML"),
    (b"<svg", "SVG"),
    (b"<!DOCTYPE", "HTML"),
    (b"<html", "HTML"),
    (b"ply", "PLY"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
)


class PartFileRefused(InvalidInput):
    """The file is not one that a part can be read from."""

    code = "part_file_refused"


class PartFileTooLarge(PartFileRefused):
    """The file is larger than Spindle takes."""

    code = "part_file_too_large"
    status = 413


def clean_name(name: str) -> str:
    """Return the last component of a file's name, fit to be shown.

    :raises PartFileRefused: if nothing is left of it.
    """
    bare = PurePosixPath(PureWindowsPath(name).name).name
    shown = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", bare).strip()
    if not shown or shown in {".", ".."}:
        raise PartFileRefused(
            _("The file has no name."),
            field="file",
            value=name,
            remedy=_("Name it, for example, bracket.step."),
        )
    if len(shown) <= LONGEST_NAME:
        return shown
    suffix = PurePosixPath(shown).suffix[:10]
    return shown[: LONGEST_NAME - len(suffix)] + suffix


def kind_of(*, name: str, size: int, head: bytes, tail: bytes) -> PartFileKind:
    """Return the format that name, size and both ends of a file agree on.

    :raises PartFileTooLarge: if it is larger than Spindle takes.
    :raises PartFileRefused: if it is empty, cut short, or not what its name says.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in KINDS:
        raise _refused(
            name,
            _("%(name)s is not a STEP or STL file by its name."),
            _("Export the part as STEP (.step, .stp) or STL (.stl)."),
        )
    if size == 0:
        raise _refused(
            name,
            _("%(name)s is empty: it has 0 bytes."),
            _("Export the part again and check the file's size."),
        )
    if size > LARGEST_FILE_BYTES:
        raise PartFileTooLarge(
            _("%(name)s has %(size)d MB; Spindle takes files up to %(limit)d MB.")
            % {
                "name": name,
                "size": -(-size // (1024 * 1024)),
                "limit": LARGEST_FILE_MB,
            },
            field="file",
            value=name,
            remedy=_("Export one part a file, or an STL with a coarser resolution."),
        )
    kind = KINDS[suffix]
    if kind is PartFileKind.STEP:
        _check_step(name, head, tail)
    else:
        _check_stl(name, size, head, tail)
    return kind


def _check_step(name: str, head: bytes, tail: bytes) -> None:
    if not _is_step(head):
        raise _wrong_format(name, head, expected="STEP")
    if b"END-ISO-10303-21" not in tail:
        raise _refused(
            name,
            _("%(name)s is cut short: its last line, END-ISO-10303-21, is missing."),
            _("Export or upload the file again."),
        )


def _check_stl(name: str, size: int, head: bytes, tail: bytes) -> None:
    if _is_step(head):
        raise _wrong_format(name, head, expected="STL")
    if size >= STL_HEADER_BYTES and len(head) >= STL_HEADER_BYTES:
        (facets,) = struct.unpack_from("<I", head, STL_HEADER_BYTES - 4)
        expected = STL_HEADER_BYTES + facets * STL_FACET_BYTES
        if size == expected and facets:
            return
    if _is_text(head) and head.lstrip().lower().startswith(b"solid"):
        _check_text_stl(name, size, head, tail)
        return
    if size < STL_HEADER_BYTES or _other_format(head):
        raise _wrong_format(name, head, expected="STL")
    if facets == 0:
        raise _no_facets(name)
    raise PartFileRefused(
        _(
            "%(name)s announces %(facets)s facets, which take %(expected)s bytes, "
            "but has %(size)s."
        )
        % {"name": name, "facets": facets, "expected": expected, "size": size},
        field="file",
        value=name,
        remedy=_("Export or upload the file again."),
    )


def _check_text_stl(name: str, size: int, head: bytes, tail: bytes) -> None:
    if b"facet" not in head.lower() and size <= END_BYTES:
        raise _no_facets(name)
    if b"endsolid" not in tail.lower():
        raise _refused(
            name,
            _("%(name)s is cut short: its last line, endsolid, is missing."),
            _("Export or upload the file again."),
        )


def _is_step(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"ISO-10303-21")


def _is_text(head: bytes) -> bool:
    return b"\x00" not in head


def _other_format(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next(
        (label for magic, label in OTHER_FORMATS if start.startswith(magic)), ""
    )


def _wrong_format(name: str, head: bytes, *, expected: str) -> PartFileRefused:
    if _is_step(head):
        held = "STEP"
    elif _is_text(head) and head.lstrip().lower().startswith(b"solid"):
        held = "STL"
    else:
        held = _other_format(head)
    if held in {"STEP", "STL"}:
        text = _("%(name)s holds %(held)s, not %(expected)s.")
        remedy = _("Give the file the ending .%(suffix)s and upload it again.")
    elif held:
        text = _("%(name)s is a %(held)s file, not %(expected)s.")
        remedy = _("Export the part as STEP (.step, .stp) or STL (.stl).")
    else:
        text = _("%(name)s does not begin as %(expected)s files do.")
        remedy = _("Export the part as STEP (.step, .stp) or STL (.stl).")
    return PartFileRefused(
        text % {"name": name, "held": held, "expected": expected},
        field="file",
        value=name,
        remedy=remedy % {"suffix": held.lower()},
    )


def _no_facets(name: str) -> PartFileRefused:
    return _refused(
        name,
        _("%(name)s holds no facets: it is an empty solid."),
        _("Select the body to export and export it again."),
    )


def _refused(name: str, text: str, remedy: str) -> PartFileRefused:
    return PartFileRefused(
        text % {"name": name}, field="file", value=name, remedy=remedy
    )
