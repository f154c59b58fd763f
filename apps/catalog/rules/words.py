"""How names and questions are made comparable, whatever the keyboard they came from."""

import re
import unicodedata
from collections.abc import Iterable

# What a German writes who has no umlauts; folded on both sides, so none is lost.
DIGRAPHS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ё": "е", "Ё": "Е"})
UMLAUTS = re.compile(r"([aou])e")
HAN = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff])")
NOT_WORD = re.compile(r"[\W_]+")
IN_BRACKETS = re.compile(r"^(.*?)\s*\(([^)]*)\)\s*$")
# Cyrillic letters that are taken for Latin ones when a grade is read off a drawing.
LOOKALIKES = str.maketrans("АВЕКМНОРСТХавекмнорстх", "ABEKMHOPCTXabekmhopctx")


def words_of(text: str) -> str:
    """Return a text without case, width, accents or punctuation, words apart.

    Each Chinese character is a word, for nothing else parts them.
    """
    flat = unicodedata.normalize("NFKC", text.translate(DIGRAPHS)).casefold()
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFD", flat)
        if not unicodedata.combining(letter)
    )
    spaced = HAN.sub(r" \1 ", NOT_WORD.sub(" ", UMLAUTS.sub(r"\1", bare)))
    return " ".join(spaced.split())


def tight(words: str) -> str:
    """Return words run together: `5 axis`, `5-axis` and `5axis` are the same."""
    return words.replace(" ", "")


def as_designation(text: str) -> str:
    """Return a text with digits as if typed in Latin letters, as it is indexed."""
    if any(letter.isdigit() for letter in text):
        return text.translate(LOOKALIKES)
    return text


def spellings(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, with and without brackets, as people may type them.

    A designation in Cyrillic is also found as its Latin lookalike.
    """
    found: dict[str, None] = {}
    for name in names:
        parts = [name]
        match = IN_BRACKETS.match(name)
        if match and match[1]:
            parts += [match[1], match[2]]
        for part in [*parts, *(piece.removeprefix("UNS ") for piece in parts)]:
            found.setdefault(part.strip())
            found.setdefault(as_designation(part).strip())
    return tuple(name for name in found if name)
