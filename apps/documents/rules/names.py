"""Names of files and titles, fit to be shown and kept."""

import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from apps.documents.types import DocumentRefused, MediaType

LONGEST_NAME = 200
LONGEST_TITLE = 160
ENDINGS = {
    MediaType.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    MediaType.PNG: (".png",),
    MediaType.WEBP: (".webp",),
    MediaType.PDF: (".pdf",),
    MediaType.QIF: (".qif", ".xml"),
    MediaType.CSV: (".csv", ".tsv", ".txt"),
}
# Control characters, those that turn the reading direction, and what is no character.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
LONGEST_ENDING = 10


def check_name(name: str) -> str:
    """Return the name of a file as it is kept.

    :raises DocumentRefused: if it is empty, names a folder, or holds what is not seen.
    """
    bare = unicodedata.normalize("NFC", name).strip()
    if not bare.strip("."):
        raise _refused(_("The file has no name."), name)
    if any(mark in bare for mark in "/\\:") or bare.startswith(".."):
        raise _refused(_("The name of the file names a folder."), name)
    if _hides(bare):
        raise _refused(
            _("The name of the file holds characters that are not seen."), name
        )
    if len(bare) <= LONGEST_NAME:
        return bare
    ending = PurePosixPath(bare).suffix[:LONGEST_ENDING]
    return bare[: LONGEST_NAME - len(ending)] + ending


def check_ending(name: str, media_type: MediaType) -> str:
    """Return the name with an ending that says what the file is.

    :raises DocumentRefused: if the ending says that it is something else.
    """
    known = ENDINGS[media_type]
    ending = PurePosixPath(name).suffix.lower()
    if ending in known:
        return name
    if not ending:
        return name[: LONGEST_NAME - len(known[0])] + known[0]
    raise DocumentRefused(
        _("%(name)s is %(format)s by its content, but its name says otherwise.")
        % {"name": name, "format": media_type.label},
        field="file",
        value=name,
        remedy=_("If it is the right file, let its name end in %(ending)s.")
        % {"ending": known[0]},
        facts={"fault": "wrong_ending"},
        status=415,
    )


def check_title(title: str, *, otherwise: str = "") -> str:
    """Return a title as it is kept; the file's name stands for one that is not given.

    :raises DocumentRefused: if it is empty, too long, or holds what is not seen.
    """
    bare = " ".join(unicodedata.normalize("NFC", title).split())
    bare = bare or PurePosixPath(otherwise).stem[:LONGEST_TITLE]
    if not bare or len(bare) > LONGEST_TITLE or _hides(bare):
        raise DocumentRefused(
            _("This cannot be a title."),
            field="title",
            value=title[:LONGEST_TITLE],
            remedy=_("Write up to %(most)d plain characters.")
            % {"most": LONGEST_TITLE},
            facts={"fault": "title"},
        )
    return bare


def _hides(text: str) -> bool:
    return any(unicodedata.category(letter) in HIDDEN for letter in text)


def _refused(detail: str, name: str) -> DocumentRefused:
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}" if _hides(letter) else letter for letter in name
    )
    return DocumentRefused(
        detail,
        field="file",
        value=shown[:LONGEST_NAME],
        remedy=_("Rename it, for example, to data-sheet.pdf."),
        facts={"fault": "name"},
    )
