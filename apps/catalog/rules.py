"""How words are looked up in a tree, in a list of names, and in four languages."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from apps.catalog.types import MaterialGrade, ProcessNode

EURO = "EUR"
RATE_STEP = Decimal("0.00000001")
LANGUAGES = ("en", "zh", "ru", "de")

EXACT, STARTS, WORD_STARTS, CONTAINS = range(4)


def path_of(code: str, parents: Mapping[str, str | None]) -> str:
    """Return the codes from the root down to a node, with slashes between.

    :raises ValueError: if the node's parents lead in a circle.
    """
    steps = [code]
    while (parent := parents[steps[-1]]) is not None:
        if parent in steps:
            msg = f"the parents of {code} lead in a circle"
            raise ValueError(msg)
        steps.append(parent)
    return "/".join(reversed(steps))


def below(
    codes: Iterable[str], children: Mapping[str, tuple[str, ...]]
) -> frozenset[str]:
    """Return the nodes themselves and all that stands below them.

    An unknown code stays in the answer: nothing is below it, and it is not lost.
    """
    found: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting.extend(children.get(code, ()))
    return frozenset(found)


def linked(start: str, links: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return what can be reached from a node by links that hold both ways."""
    neighbors: dict[str, set[str]] = {}
    for a, b in links:
        neighbors.setdefault(a, set()).add(b)
        neighbors.setdefault(b, set()).add(a)
    found = {start}
    waiting = [start]
    while waiting:
        for other in neighbors.get(waiting.pop(), set()) - found:
            found.add(other)
            waiting.append(other)
    return frozenset(found)


def language_of(tag: str) -> str:
    """Return the catalog's language for a tag such as `zh-hans`; English if none."""
    short = tag.lower().replace("_", "-").split("-", maxsplit=1)[0]
    return short if short in LANGUAGES else "en"


def label(process: ProcessNode, language: str) -> str:
    """Return the name of a process in the reader's language."""
    name: str = getattr(process, f"name_{language_of(language)}")
    return name


def rank_process(process: ProcessNode, words: str, language: str) -> int | None:
    """Return how well a process answers to some words; lower is better."""
    own = label(process, language)
    names = [process.name_en, process.name_zh, process.name_ru, process.name_de]
    best = rank_names([own, process.code, *names, *process.aliases], words)
    if best is None:
        return None
    # In the reader's own language, a name beats the same name elsewhere.
    in_own = rank_names([own], words) == best
    return best * 2 + (0 if in_own else 1)


def rank_material(material: MaterialGrade, words: str) -> int | None:
    """Return how well a material answers to some words; lower is better."""
    return rank_names(
        [material.name, material.code, material.number, *material.aliases], words
    )


def rank_names(names: Iterable[str], words: str) -> int | None:
    """Return how well any of the names answers; None if a word is in none of them."""
    asked = _plain(words)
    plain = [_plain(name) for name in names]
    if asked in plain:
        return EXACT
    if any(name.startswith(asked) for name in plain):
        return STARTS
    text = " ".join(plain)
    tokens = asked.split()
    if not all(token in text for token in tokens):
        return None
    starts = {piece for name in plain for piece in name.split()}
    if all(any(piece.startswith(token) for piece in starts) for token in tokens):
        return WORD_STARTS
    return CONTAINS


def _plain(text: str) -> str:
    folded = text.casefold().replace("ё", "е")
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def cross_rate(from_per_eur: Decimal, to_per_eur: Decimal) -> Decimal:
    """Return units of one currency for one unit of another, to eight places."""
    return (to_per_eur / from_per_eur).quantize(RATE_STEP, rounding=ROUND_HALF_UP)
