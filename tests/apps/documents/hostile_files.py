"""Files that mean harm, made anew for each run: none of them lies in the repository."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

SCRIPT = b"<script>alert(document.domain)</script>"
MEGABYTE = 1 << 20
QIF = b'<?xml version="1.0"?>\n%s<QIFDocument xmlns="http://qifstandards.org/xsd/qif2">%s</QIFDocument>'


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file, and what is promised of it: a fault with a status, or a clean copy."""

    name: str
    content: Callable[[], bytes]
    fault: str = ""
    status: int = 422
    # What a copy that is kept must not hold.
    without: bytes = b""


def photo(
    form: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object
) -> bytes:
    """Draw a small photo."""
    made = io.BytesIO()
    Image.new("RGB", size, (90, 120, 150)).save(made, form, **options)  # type: ignore[arg-type]
    return made.getvalue()


def photo_with_place() -> bytes:
    """Draw a photo that says where it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "SECRET-PHOTOGRAPHER"
    exif.get_ifd(0x8825)[1] = "N-SECRET-PLACE"
    return photo(exif=exif, icc_profile=b"SECRET-PROFILE" * 20, comment=b"SECRET-NOTE")


def png_saying(width: int, height: int) -> bytes:
    """Write a PNG that claims a size, and is small."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(b"\0" * MEGABYTE, 9)),
            (b"IEND", b""),
        )
    )


def png_with_text() -> bytes:
    """Write a PNG with a script in a text chunk and an archive behind its end."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Comment", SCRIPT.decode())
    return photo("PNG", pnginfo=info) + archive({"evil.html": SCRIPT})


def png_text_bomb() -> bytes:
    """Write a PNG whose text unpacks to 300 MB."""
    data = b"Comment\0\0" + zlib.compress(b"A" * 300 * MEGABYTE, 9)
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + data))
    whole = photo("PNG")
    return whole[:33] + chunk + whole[33:]


def jpeg_saying(width: int, height: int) -> bytes:
    """Write a JPEG whose header claims a size."""
    whole = bytearray(photo())
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def jpeg_of_scans() -> bytes:
    """Write a JPEG that draws its points a thousand times over."""
    whole = photo(progressive=True, size=(2000, 2000))
    at = whole.rindex(b"\xff\xda")
    scan = whole[at:-2]
    return whole[:at] + scan * 1000 + b"\xff\xd9"


def animated(form: str) -> bytes:
    """Draw two pictures in one file."""
    made = io.BytesIO()
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "blue")]
    frames[0].save(made, form, save_all=True, append_images=frames[1:])
    return made.getvalue()


def pdf(change: Callable[[PdfWriter], object] | None = None) -> bytes:
    """Write a PDF of one empty page."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def pdf_with(key: str, value: str = "") -> bytes:
    """Write a PDF whose catalog has an action."""

    def change(writer: PdfWriter) -> None:
        action = DictionaryObject(
            {
                NameObject("/S"): NameObject(key),
                NameObject("/F"): TextStringObject(value or "calc.exe"),
            }
        )
        writer.root_object[NameObject("/OpenAction")] = action

    return pdf(change)


def scripted() -> DictionaryObject:
    """Return a script among the names of a catalog, as it runs when it is opened."""
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/Whatever"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
    )
    return DictionaryObject({NameObject("/AA"): script})


def pdf_in_hex() -> bytes:
    """Write a PDF whose script hides behind escapes of its name."""
    return pdf_with("/JavaScript").replace(b"/JavaScript", b"/J#61vaScrip#74")


def pdf_packed(body: bytes) -> bytes:
    """Write a PDF with objects packed into a stream that nothing refers to."""
    packed = zlib.compress(body, 9)
    hidden = (
        b"90 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n"
    )
    whole = pdf()
    at = whole.rindex(b"xref")
    return (
        whole[:at]
        + hidden % len(packed)
        + packed
        + b"\nendstream\nendobj\n"
        + whole[at:]
    )


def archive(members: dict[str, bytes]) -> bytes:
    """Pack files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return made.getvalue()


def link_in_archive() -> bytes:
    """Pack a link to a file outside of the archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    return made.getvalue()


def qif(prolog: bytes = b"", body: bytes = b"") -> bytes:
    """Write a QIF document."""
    return QIF % (prolog, body)


def laughs() -> bytes:
    """Write entities that grow by ten in each of nine steps."""
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<!DOCTYPE QIFDocument [<!ENTITY l0 "lol">{steps}]>'
    return qif(prolog.encode(), b"&l9;")


def outside(target: str) -> bytes:
    """Write an entity that is read from elsewhere."""
    prolog = f'<!DOCTYPE QIFDocument [<!ENTITY x SYSTEM "{target}">]>'
    return qif(prolog.encode(), b"<Name>&x;</Name>")


def hostile_files() -> Iterator[Hostile]:
    """Return the whole corpus."""
    yield from _empty_and_large()
    yield from _photos()
    yield from _documents()
    yield from _markup()
    yield from _tables()
    yield from _programs()
    yield from _names()


def _empty_and_large() -> Iterator[Hostile]:
    yield Hostile("empty.pdf", lambda: b"", "empty")
    yield Hostile("empty.jpg", lambda: b"", "empty")
    yield Hostile("blank.csv", lambda: b" \n\t\n", "empty")
    yield Hostile(
        "large.pdf", lambda: b"%PDF-1.7\n" + b"0" * 25 * MEGABYTE, "too_large", 413
    )
    yield Hostile("large.csv", lambda: b"a,b\n" * 8 * MEGABYTE, "too_large", 413)
    yield Hostile(
        "large.jpg", lambda: photo() + b"\0" * 15 * MEGABYTE, "photo_too_large", 413
    )


def _photos() -> Iterator[Hostile]:
    yield Hostile(
        "flood.png", lambda: png_saying(50_000, 50_000), "too_many_pixels", 413
    )
    yield Hostile("long.png", lambda: png_saying(1_000_000, 1), "too_many_pixels", 413)
    yield Hostile("just.png", lambda: png_saying(8_000, 5_001), "too_many_pixels", 413)
    yield Hostile(
        "flood.jpg", lambda: jpeg_saying(60_000, 60_000), "too_many_pixels", 413
    )
    yield Hostile("untrue.png", lambda: png_saying(4_000, 4_000), "photo_broken")
    yield Hostile("nothing.png", lambda: png_saying(0, 0), "photo_broken")
    yield Hostile("scans.jpg", jpeg_of_scans, "too_complex")
    yield Hostile("text-bomb.png", png_text_bomb, "photo_broken")
    yield Hostile("cut.jpg", lambda: photo(size=(640, 480))[:-40], "photo_broken")
    yield Hostile("cut.png", lambda: photo("PNG", (640, 480))[:-90], "photo_broken")
    yield Hostile("cut.webp", lambda: photo("WEBP", (640, 480))[:-30], "photo_broken")
    yield Hostile("head.jpg", lambda: b"\xff\xd8\xff\xe0", "photo_broken")
    yield Hostile(
        "noise.jpg", lambda: b"\xff\xd8\xff" + b"\x5a\xa5" * 999, "photo_broken"
    )
    yield Hostile(
        "noise.png", lambda: b"\x89PNG\r\n\x1a\n" + b"\x5a" * 999, "photo_broken"
    )
    yield Hostile(
        "noise.webp", lambda: b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0", "photo_broken"
    )
    yield Hostile("moving.png", lambda: animated("PNG"), "animated")
    yield Hostile("moving.webp", lambda: animated("WEBP"), "animated")
    yield Hostile("moving.gif", lambda: animated("GIF"), "other_format", 415)
    yield Hostile("place.jpg", photo_with_place, without=b"SECRET")
    yield Hostile("script.png", png_with_text, without=b"alert")
    yield Hostile("page.jpg", lambda: photo() + b"<html>" + SCRIPT, without=b"alert")
    yield Hostile(
        "pdf.jpg", lambda: photo() + pdf_with("/JavaScript"), without=b"/JavaScript"
    )
    yield Hostile(
        "zip.jpg", lambda: photo() + archive({"a": SCRIPT}), without=b"PK\x03"
    )
    yield Hostile(
        "comment.jpg", lambda: photo(comment=b"*/=1;" + SCRIPT), without=b"alert"
    )
    yield Hostile("php.webp", lambda: photo("WEBP") + b"<?php evil();", without=b"php")


def _documents() -> Iterator[Hostile]:
    yield Hostile("script.pdf", lambda: pdf_with("/JavaScript"), "script")
    yield Hostile("hidden-script.pdf", pdf_in_hex, "script")
    yield Hostile("launch.pdf", lambda: pdf_with("/Launch"), "launch")
    yield Hostile("submit.pdf", lambda: pdf_with("/SubmitForm"), "launch")
    yield Hostile("other.pdf", lambda: pdf_with("/GoToE"), "launch")
    yield Hostile(
        "js.pdf",
        lambda: pdf(lambda made: made.root_object.update(scripted())),
        "script",
    )
    yield Hostile(
        "inside.pdf",
        lambda: pdf(lambda made: made.add_attachment("evil.exe", b"MZ")),
        "embedded",
    )
    yield Hostile(
        "locked.pdf", lambda: pdf(lambda made: made.encrypt("key")), "encrypted"
    )
    yield Hostile(
        "packed.pdf", lambda: pdf_packed(b"1 0 <</S/JavaScript/JS(a)>>"), "script"
    )
    yield Hostile("bomb.pdf", lambda: pdf_packed(b" " * 300 * MEGABYTE), "bomb")
    yield Hostile("cut.pdf", lambda: pdf()[:-60], "pdf_broken")
    yield Hostile("head.pdf", lambda: b"%PDF-1.7\n%%EOF", "pdf_broken")
    yield Hostile(
        "noise.pdf", lambda: b"%PDF-1.7\n" + b"1 0 obj<<" * 9_999, "pdf_broken"
    )
    yield Hostile(
        "deep.pdf",
        lambda: b"%PDF-1.7\n1 0 obj" + b"[" * 99_999 + b"\n%%EOF",
        "pdf_broken",
    )
    yield Hostile("zip.pdf", lambda: pdf() + archive({"a.exe": b"MZ"}), "trailing")
    yield Hostile("page.pdf", lambda: pdf() + SCRIPT, "trailing")
    yield Hostile("late.pdf", lambda: b"GIF89a=1;/*" + pdf(), "other_format", 415)
    yield Hostile("late.csv", lambda: b"a,b\n" + pdf(), "two_formats", 415)


def _markup() -> Iterator[Hostile]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
    yield Hostile("drawing.svg", lambda: svg, "other_format", 415)
    yield Hostile(
        "drawing.png", lambda: b'<?xml version="1.0"?>' + svg, "other_format", 415
    )
    yield Hostile("page.html", lambda: b"<!DOCTYPE html>" + SCRIPT, "other_format", 415)
    yield Hostile("page.csv", lambda: b"\n <html>" + SCRIPT, "other_format", 415)
    yield Hostile("script.csv", lambda: SCRIPT, "other_format", 415)
    yield Hostile("laughs.qif", laughs, "entities")
    yield Hostile("file.qif", lambda: outside("file:///etc/passwd"), "entities")
    yield Hostile("host.qif", lambda: outside("http://127.0.0.1:9/x"), "entities")
    yield Hostile("cut.qif", lambda: qif()[:-9], "xml_broken")
    yield Hostile(
        "deep.qif", lambda: qif(b"", b"<a>" * 500 + b"</a>" * 500), "too_complex"
    )
    yield Hostile(
        "style.qif", lambda: qif(b'<?xml-stylesheet href="evil.xsl"?>'), "entities"
    )
    yield Hostile(
        "page.qif",
        lambda: qif(
            b"", b'<h:script xmlns:h="http://www.w3.org/1999/xhtml">1</h:script>'
        ),
        "entities",
    )
    yield Hostile(
        "other.xml", lambda: b"<?xml version='1.0'?><order/>", "other_format", 415
    )
    yield Hostile("untrue.qif", lambda: b"<QIFDocument/>", "not_qif", 415)


def _tables() -> Iterator[Hostile]:
    yield Hostile(
        "formula.csv", lambda: b"name,value\n=cmd|'/c calc'!A1,2\n", without=b"\n=cmd"
    )
    yield Hostile("plus.csv", lambda: b"a;b\n+1+cmd;-2\n", without=b"\n+1")
    yield Hostile("at.csv", lambda: b'a,b\n"@SUM(1)",3\n', without=b'"@SUM')
    yield Hostile("tab.csv", lambda: b'a,b\n"\t=1+1",3\n', without=b'"\t=')
    yield Hostile("nul.csv", lambda: b"a,b\n1,\x002\n", "no_text", 415)
    yield Hostile("control.csv", lambda: b"a,b\n1,\x1b[31m\n", "no_text", 415)
    yield Hostile("bytes.csv", lambda: b"\x80\x81,\xfe\n" * 9, "no_text", 415)
    yield Hostile("prose.csv", lambda: b"Only words stand here.\n", "not_table", 415)
    yield Hostile(
        "cell.csv", lambda: b"a,b\n" + b"x" * 99_999 + b",1\n", "not_table", 415
    )


def _programs() -> Iterator[Hostile]:
    bomb = gzip.compress(b"\0" * 64 * MEGABYTE)
    yield Hostile(
        "bomb.zip", lambda: archive({"a": b"\0" * 64 * MEGABYTE}), "other_format", 415
    )
    yield Hostile("bomb.pdf.gz", lambda: bomb, "other_format", 415)
    yield Hostile("link.zip", link_in_archive, "other_format", 415)
    yield Hostile(
        "program.jpg", lambda: b"MZ\x90\x00" + b"\0" * 99, "other_format", 415
    )
    yield Hostile("program.pdf", lambda: b"\x7fELF" + b"\0" * 99, "other_format", 415)
    yield Hostile("shell.csv", lambda: b"#!/bin/sh\nrm -rf /\n", "other_format", 415)
    yield Hostile("office.pdf", lambda: b"\xd0\xcf\x11\xe0" * 99, "other_format", 415)
    yield Hostile("printer.pdf", lambda: b"%!PS-Adobe\n", "other_format", 415)
    yield Hostile(
        "phone.jpg", lambda: b"\0\0\0\x18ftypheic\0\0\0\0", "other_format", 415
    )


def _names() -> Iterator[Hostile]:
    yield Hostile("photo.exe", photo, "wrong_ending", 415)
    yield Hostile("photo.pdf", photo, "wrong_ending", 415)
    yield Hostile("sheet.jpg", pdf, "wrong_ending", 415)
    yield Hostile("sheet.pdf.html", pdf, "wrong_ending", 415)
    yield Hostile("photo\u202egpj.exe", photo, "name")
    yield Hostile("photo\u2066.jpg", photo, "name")
    yield Hostile("pho\x07to.jpg", photo, "name")
    yield Hostile("photo\x00.jpg", photo, "name")
    yield Hostile("line\nbreak.jpg", photo, "name")
    yield Hostile("../../etc/passwd", photo, "name")
    yield Hostile("..\\..\\windows\\win.ini", photo, "name")
    yield Hostile("C:photo.jpg", photo, "name")
    yield Hostile("..", photo, "name")
    yield Hostile("   ", photo, "name")
