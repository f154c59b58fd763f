"""How nodes hang together, and what they are called in four languages."""

from collections.abc import Iterable, Mapping

from apps.catalog.types import Parameter, ProcessNode

LANGUAGES = ("en", "zh", "ru", "de")


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


def label(named: ProcessNode | Parameter, language: str) -> str:
    """Return the name of a process or a parameter in the reader's language."""
    name: str = getattr(named, f"name_{language_of(language)}")
    return name


def inherited(
    code: str,
    parents: Mapping[str, str | None],
    stated: Mapping[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """Return what a node states, or else the nearest node above that states any."""
    place: str | None = code
    while place is not None:
        if place in stated:
            return stated[place]
        place = parents[place]
    return ()


def is_kin(one: str, other: str, parents: Mapping[str, str | None]) -> bool:
    """Say whether one of two nodes stands above the other, or is it."""
    return one in path_of(other, parents).split("/") or other in path_of(
        one, parents
    ).split("/")
