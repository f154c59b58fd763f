"""What a file is by its first bytes, and the words in which readers refuse it."""

import re

JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
PDF = "application/pdf"
QIF = "application/qif+xml"
CSV = "text/csv"

# First bytes of what people upload by mistake or in bad faith, in words they know.
OTHER_FORMATS = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"PK\x03\x04", "ZIP or Office"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\xd0\xcf\x11\xe0", "Office before 2007"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"#!", "a script"),
    (b"%!PS", "PostScript"),
    (b"{\\rtf", "RTF"),
    (b"ISO-10303-21", "STEP"),
    (b"SQLite format 3", "a database"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b"\x1aE\xdf\xa3", "Matroska"),
)
BRANDS_AT, BRANDS_END = 4, 12
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
ROOT = re.compile(rb"<(?!\?|!)(?:[\w.-]{1,60}:)?([\w.-]{1,80})")


class Unfit(Exception):
    """The file is not taken; `fault` says why, and `facts` what is known of it."""

    def __init__(self, fault: str, **facts: object) -> None:
        super().__init__(fault)
        self.fault, self.facts = fault, facts


def format_of(head: bytes) -> str:
    """Return the format that a file begins as; text that is nothing else is CSV.

    :raises Unfit: if it is empty, or begins as something that is not taken.
    """
    if not head:
        raise Unfit("empty")
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"%PDF-"):
        return PDF
    for start, name in OTHER_FORMATS:
        if head.startswith(start):
            raise Unfit("other_format", format=name)
    if head[BRANDS_AT : BRANDS_AT + 4] == b"ftyp":
        brand = head[BRANDS_AT + 4 : BRANDS_END]
        is_photo = brand in {b"heic", b"heix", b"mif1", b"msf1", b"avif"}
        raise Unfit("other_format", format="HEIC or AVIF" if is_photo else "a film")
    if b"%PDF-" in head:
        # Readers look for it a kilobyte in: what stands before is something else.
        raise Unfit("two_formats")
    return _markup_or_text(head)


def _markup_or_text(head: bytes) -> str:
    text = head.decode("utf-16", "ignore").encode() if head[:2] in MARKS[1:] else head
    text = text.removeprefix(MARKS[0]).lstrip()
    if not text.startswith(b"<"):
        if not text:
            raise Unfit("empty")
        return CSV
    if text[:9].lower() == b"<!doctype" or text[:5].lower() == b"<html":
        raise Unfit("other_format", format="HTML")
    root = ROOT.search(text)
    name = root[1].decode() if root else ""
    if name == "QIFDocument" or (not name and b"<!DOCTYPE" not in text):
        return QIF
    if name.lower() in {"svg", "html"}:
        raise Unfit("other_format", format=name.upper())
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Unfit("entities")
    raise Unfit("other_format", format=f"XML ({name[:40]})")
