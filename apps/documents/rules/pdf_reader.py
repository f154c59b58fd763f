"""Looks into a PDF for what acts instead of being read."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apps.documents.rules.formats import Unfit

MOST_OBJECTS = 200_000
MOST_PAGES = 5_000
MOST_UNPACKED = 64 << 20
DEEPEST = 200
# Names of PDF 2.0 (ISO 32000-2) below which something runs, starts or is hidden.
ACTING = {
    "/JavaScript": "script",
    "/JS": "script",
    "/Launch": "launch",
    "/ImportData": "launch",
    "/SubmitForm": "launch",
    "/GoToE": "launch",
    "/EmbeddedFile": "embedded",
    "/EmbeddedFiles": "embedded",
    "/RichMedia": "embedded",
    "/Movie": "embedded",
    "/Sound": "embedded",
    "/XFA": "form",
}
RAW_NAME = re.compile(rb"/[A-Za-z0-9#]{2,60}")
HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
BODY = re.compile(rb">>\s{0,8}stream\r?\n.*?endstream", re.DOTALL)
PACKED = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)
END = re.compile(rb"%%EOF\s*\Z")
TAIL = 1 << 20


def look_into(source: Path) -> dict[str, Any]:
    """Count the pages of a PDF that does nothing but show them.

    :raises Unfit: if it is locked, broken, acts, or ends as something else.
    """
    raw = source.read_bytes()
    if not END.search(raw[-TAIL:]):
        raise Unfit("trailing" if b"%%EOF" in raw else "pdf_broken")
    _check_words(raw)
    return {"page_count": _walk(source)}


def _check_words(raw: bytes) -> None:
    """Refuse names that act wherever a lenient reader may find them."""
    for text in _readable(raw):
        for found in RAW_NAME.finditer(text):
            name = HEX.sub(lambda code: bytes([int(code[1], 16)]), found[0])
            fault = ACTING.get(name.decode("latin-1"))
            if fault:
                raise Unfit(fault)
            if name == b"/Encrypt":
                raise Unfit("encrypted")


def _readable(raw: bytes) -> Iterator[bytes]:
    yield BODY.sub(b">>", raw)
    left = MOST_UNPACKED
    for start in PACKED.finditer(raw):
        unpacker = zlib.decompressobj()
        try:
            text = unpacker.decompress(raw[start.end() : start.end() + left], left)
        except zlib.error:
            continue
        left -= len(text)
        if left <= 0:
            raise Unfit("bomb")
        yield text


def _walk(source: Path) -> int:
    """Follow every object of the file, those within packed ones too."""
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError, PyPdfError

    try:
        reader = PdfReader(source, strict=False)
        for number, generation in _numbers(reader):
            _check(_object(reader, number, generation))
        _check(reader.trailer)
        pages = len(reader.pages)
    except (Unfit, MemoryError, RecursionError):
        raise
    except LimitReachedError as error:
        raise Unfit("bomb") from error
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unfit("pdf_broken") from error
    except (OSError, IndexError, AssertionError, NotImplementedError) as error:
        raise Unfit("pdf_broken") from error
    if not 0 < pages <= MOST_PAGES:
        raise Unfit("pdf_broken" if not pages else "too_complex")
    return pages


def _numbers(reader: Any) -> list[tuple[int, int]]:
    if reader.is_encrypted or "/Encrypt" in reader.trailer:
        raise Unfit("encrypted")
    plain = [
        (number, generation)
        for generation, offsets in reader.xref.items()
        for number in offsets
    ]
    found = plain + [(number, 0) for number in reader.xref_objStm]
    if len(found) > MOST_OBJECTS:
        raise Unfit("too_complex")
    return found


def _object(reader: Any, number: int, generation: int) -> Any:
    from pypdf.errors import PdfReadError
    from pypdf.generic import IndirectObject

    try:
        return reader.get_object(IndirectObject(number, generation, reader))
    except PdfReadError:
        # Files list objects that are not there; nobody else can read them either.
        return None


def _check(top: Any) -> None:
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

    waiting: list[tuple[Any, int]] = [(top, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise Unfit("too_complex")
        if isinstance(value, IndirectObject):
            continue
        if isinstance(value, DictionaryObject):
            for key in value:
                if key in ACTING:
                    raise Unfit(ACTING[key])
                waiting.append((value.raw_get(key), depth + 1))
        elif isinstance(value, ArrayObject):
            waiting += [(inner, depth + 1) for inner in list.__iter__(value)]
        elif isinstance(value, NameObject) and value in ACTING:
            raise Unfit(ACTING[value])
