"""What there is, and whose it is: nothing may stay unclassified.

`collect()` walks the code: models, URL patterns, jobs, cache key spaces, file
fields, channels and serializer fields. Each has its class where it is declared, or
the architecture test fails with a line that says where to write it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from tenants.types import Disclosure, Tenancy


class Kind(StrEnum):
    """The kinds of things by which something can get to the wrong enterprise."""

    MODEL = "model"
    URL = "URL pattern"
    JOB = "job"
    CACHE = "cache key space"
    FILE = "file field"
    CHANNEL = "channel"
    FIELD = "serializer field"


# Kinds whose things are read by somebody outside of the process.
LEAVING = frozenset({Kind.URL, Kind.FILE, Kind.CHANNEL, Kind.FIELD})


@dataclass(frozen=True, slots=True)
class Classes:
    """Whose a thing is, and who may learn of it."""

    tenancy: Tenancy
    disclosure: Disclosure | None = None
    # The column that names the owner, of what is owned row by row.
    column: str = ""
    # Why, of what its own declaration cannot say: a library's, for example.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing; without classes it is unclassified, and `remedy` says what to do."""

    kind: Kind
    name: str
    classes: Classes | None
    remedy: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        if self.classes is None:
            return f"{self.kind} {self.name} is unclassified. {self.remedy}"
        told = [self.classes.tenancy, self.classes.disclosure, self.classes.column]
        return f"{self.kind} {self.name}: {', '.join(str(one) for one in told if one)}"


Finder = Callable[[], Iterable[Found]]
ViewReader = Callable[[object], Classes | None]

_finders: dict[str, Finder] = {}
_view_readers: dict[str, ViewReader] = {}


class Unclassified(RuntimeError):
    """Raised when something has no class, with a line for each."""


def register_finder(name: str, finder: Finder) -> None:
    """Have `finder` walk over what only its app knows about."""
    _finders[name] = finder


def register_view_reader(name: str, reader: ViewReader) -> None:
    """Have `reader` say what a view declares of itself; None where it says nothing."""
    _view_readers[name] = reader


def classes_of_view(view: object) -> Classes | None:
    """Return what a view declares, by the first reader that understands it."""
    for reader in _view_readers.values():
        found = reader(view)
        if found is not None:
            return found
    return None


def collect() -> list[Found]:
    """Return everything that there is, classified or not, by kind and name."""
    from tenants.isolation import caches, finders

    walks: list[Finder] = [
        finders.models,
        finders.urls,
        finders.jobs,
        finders.files,
        caches.find,
        *_finders.values(),
    ]
    found = {(one.kind, one.name): one for walk in walks for one in walk()}
    return [found[key] for key in sorted(found)]


def of_kind(kind: Kind) -> list[Found]:
    """Return everything of one kind."""
    return [one for one in collect() if one.kind is kind]


def unclassified(found: Iterable[Found] | None = None) -> list[str]:
    """Say of each thing what its classification lacks; nothing if all is well."""
    lacking = []
    for one in collect() if found is None else found:
        if one.classes is None:
            lacking.append(str(one))
        elif one.kind in LEAVING and one.classes.disclosure is None:
            lacking.append(f"{one.kind} {one.name} leaves the system: say to whom.")
        elif one.classes.tenancy is Tenancy.OWNED and not (
            one.classes.column or one.kind is not Kind.MODEL
        ):
            lacking.append(f"{one.kind} {one.name} is owned: name the column.")
    return lacking


def check() -> None:
    """Do nothing if all is classified.

    :raises Unclassified: with a line for each thing that is not.
    """
    lacking = unclassified()
    if lacking:
        raise Unclassified("\n".join(lacking))
