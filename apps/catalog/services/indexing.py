"""The names by which processes and materials are found."""

from collections.abc import Iterable, Iterator

from apps.catalog import rules
from apps.catalog.models import Material, Process, SearchName
from apps.catalog.types import EntryKind

# A name in none of the four languages in particular.
NO_LANGUAGE = ""
Key = tuple[str, str, str, str]


def index_process(row: Process) -> None:
    """Make a process be found by the names that it has now."""
    _index(EntryKind.PROCESS, row.code, _names_of_process(row))


def index_material(row: Material) -> None:
    """Make a material be found by the names that it has now."""
    _index(EntryKind.MATERIAL, row.code, _names_of_material(row))


def index_all() -> None:
    """Make everything be found by the names that it has now."""
    wanted: dict[Key, SearchName] = {}
    for process in Process.objects.all():
        wanted |= _rows(EntryKind.PROCESS, process.code, _names_of_process(process))
    for material in Material.objects.all():
        wanted |= _rows(EntryKind.MATERIAL, material.code, _names_of_material(material))
    _replace(wanted, SearchName.objects.all())


def _index(kind: EntryKind, code: str, names: Iterable[tuple[str, str]]) -> None:
    present = SearchName.objects.filter(kind=kind, code=code)
    _replace(_rows(kind, code, names), present)


def _replace(wanted: dict[Key, SearchName], present: Iterable[SearchName]) -> None:
    known = {(row.kind, row.code, row.language, row.words): row.pk for row in present}
    gone = [pk for key, pk in known.items() if key not in wanted]
    if gone:
        SearchName.objects.filter(pk__in=gone).delete()
    SearchName.objects.bulk_create(
        row for key, row in wanted.items() if key not in known
    )


def _rows(
    kind: EntryKind, code: str, names: Iterable[tuple[str, str]]
) -> dict[Key, SearchName]:
    made: dict[tuple[str, str], SearchName] = {}
    for language, name in names:
        words = rules.words_of(name)
        tight = rules.tight(words)
        if tight:
            made.setdefault(
                (language, tight),
                SearchName(
                    kind=kind, code=code, language=language, words=words, tight=tight
                ),
            )
    return {(kind, code, row.language, row.words): row for row in made.values()}


def _names_of_process(row: Process) -> Iterator[tuple[str, str]]:
    for language in rules.LANGUAGES:
        yield language, getattr(row, f"name_{language}")
    for name in rules.spellings([*row.aliases, row.code]):
        yield NO_LANGUAGE, name


def _names_of_material(row: Material) -> Iterator[tuple[str, str]]:
    names = [row.name, *row.number.split(", "), *row.aliases, row.code]
    for name in rules.spellings(names):
        yield NO_LANGUAGE, name
