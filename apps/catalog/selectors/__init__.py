"""Reading the catalog.

Processes, materials and kinds of certificate change seldom, so each process reads them
once and keeps them. A change is announced with the directory's version, which a request
learns of with its first statement: then the catalog is read again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.catalog import data, rules
from apps.catalog.models import (
    CatalogVersion,
    CertificateKind,
    Material,
    MaterialEquivalence,
    Process,
)
from apps.catalog.selectors.changes import history
from apps.catalog.selectors.rates import NoExchangeRate, convert, cross_rate
from apps.catalog.types import (
    CertificateEntry,
    EntryKind,
    EquivalenceKind,
    Equivalent,
    MaterialGrade,
    MaterialGroup,
    Parameter,
    ProcessNode,
    TypicalRange,
)
from apps.kernel.errors import InvalidInput
from tenants.database.session import session

__all__ = [
    "SEARCH_LIMIT",
    "NoExchangeRate",
    "UnknownCertificateKind",
    "UnknownMaterial",
    "UnknownProcess",
    "accepted_materials",
    "catalog_version",
    "certificate_codes_held_by",
    "certificate_kind_by_code",
    "certificate_kinds",
    "convert",
    "cross_rate",
    "equivalents_of",
    "forget",
    "history",
    "label",
    "leaf_codes_below",
    "material_by_code",
    "materials",
    "materials_in_group",
    "parameter_label",
    "parameters",
    "process_by_code",
    "process_tree",
    "refresh",
    "search_materials",
    "search_processes",
    "unknown_material",
    "unknown_process",
]

SEARCH_LIMIT = 20
# Names that PostgreSQL finds near enough to be ranked here.
CANDIDATES = 80


class UnknownProcess(InvalidInput):
    """The catalog has no process of this code."""

    code = "unknown_process"


class UnknownMaterial(InvalidInput):
    """The catalog has no material of this code."""

    code = "unknown_material"


class UnknownCertificateKind(InvalidInput):
    """The catalog has no certificate of this code."""

    code = "unknown_certificate_kind"


@dataclass(frozen=True, slots=True)
class _Catalog:
    """All rows at once: a few hundred, read more often than anything else."""

    processes: dict[str, ProcessNode]
    children: dict[str, tuple[str, ...]]
    materials: dict[str, MaterialGrade]
    equivalences: tuple[tuple[str, str, EquivalenceKind, str], ...]
    certificate_kinds: dict[str, CertificateEntry]
    parameters: dict[str, Parameter]
    version: int
    # The directory's version that it was last known to be as new as.
    confirmed_at: int


_kept: _Catalog | None = None


def forget() -> None:
    """Read the catalog again at the next question."""
    global _kept  # noqa: PLW0603  (one catalog a process)
    _kept = None


def refresh() -> int:
    """Read the catalog again if it has changed; return its version.

    For whoever writes down by which version something was done.
    """
    global _kept  # noqa: PLW0603  (one catalog a process)
    if _kept is not None and _kept.version != _number():
        _kept = None
    return _catalog().version


def catalog_version() -> int:
    """Return the number of the catalog's version that this process knows."""
    return _catalog().version


def _catalog() -> _Catalog:
    global _kept  # noqa: PLW0603  (one catalog a process)
    announced = session().known_directory_version()
    kept = _kept
    if kept is not None:
        if announced is None or announced == kept.confirmed_at:
            return kept
        if kept.version == _number():
            _kept = replace(kept, confirmed_at=announced)
            return _kept
    read = _read()
    # Before the first load there is nothing worth keeping.
    if read.processes:
        _kept = read
    return read


def _number() -> int:
    return CatalogVersion.objects.aggregate(last=Max("number"))["last"] or 0


def _read() -> _Catalog:
    # These two first: what is read after them is as new, or newer and read again.
    confirmed_at = session().directory_version()
    number = _number()
    rows = list(Process.objects.order_by("order"))
    children: dict[str, tuple[str, ...]] = {row.code: () for row in rows}
    for row in rows:
        if row.parent_id is not None:
            children[row.parent_id] += (row.code,)
    return _Catalog(
        processes={row.code: _node(row, children[row.code]) for row in rows},
        children=children,
        materials={row.code: _grade(row) for row in Material.objects.order_by("order")},
        equivalences=tuple(
            (edge.a_id, edge.b_id, EquivalenceKind(edge.kind), edge.source)
            for edge in MaterialEquivalence.objects.order_by("a_id", "b_id")
        ),
        certificate_kinds={
            row.code: CertificateEntry(
                code=row.code,
                name=row.name,
                issuer_scope=row.issuer_scope,
                industry=row.industry,
                includes=tuple(row.includes),
                source=row.source,
            )
            for row in CertificateKind.objects.order_by("order")
        },
        parameters={row["code"]: Parameter(**row) for row in data.read("parameters")},
        version=number,
        confirmed_at=confirmed_at,
    )


def _node(row: Process, children: tuple[str, ...]) -> ProcessNode:
    return ProcessNode(
        code=row.code,
        parent=row.parent_id,
        path=row.path,
        din_group=row.din_group,
        standard=row.standard,
        name_en=row.name_en,
        name_zh=row.name_zh,
        name_ru=row.name_ru,
        name_de=row.name_de,
        aliases=tuple(row.aliases),
        definition=row.definition,
        it_grade_min=row.it_grade_min,
        it_grade_max=row.it_grade_max,
        roughness_min_um=row.roughness_min_um,
        roughness_max_um=row.roughness_max_um,
        source=row.source,
        is_leaf=row.is_leaf,
        order=row.order,
        children=children,
        parameters=tuple(_range(row, stated) for stated in row.parameters),
    )


def _range(row: Process, stated: dict[str, Any]) -> TypicalRange:
    low, high, source = stated["min"], stated["max"], stated["source"]
    # These two have columns of their own, by which claims are judged.
    match stated["parameter"]:
        case "it-grade":
            low, high, source = row.it_grade_min, row.it_grade_max, row.source
        case "roughness":
            low, high, source = row.roughness_min_um, row.roughness_max_um, row.source
    return TypicalRange(stated["parameter"], low, high, source)


def _grade(row: Material) -> MaterialGrade:
    return MaterialGrade(
        code=row.code,
        name=row.name,
        standard=row.standard,
        number=row.number,
        group=MaterialGroup(row.group),
        density_kg_m3=row.density_kg_m3,
        removal_factor=row.removal_factor,
        price_eur_kg=row.price_eur_kg,
        aliases=tuple(row.aliases),
        source=row.source,
    )


# --- processes


def process_tree() -> tuple[ProcessNode, ...]:
    """Return all processes, each parent before its children."""
    return tuple(_catalog().processes.values())


def process_by_code(code: str) -> ProcessNode:
    """Return one process.

    :raises UnknownProcess: if the catalog has none of this code.
    """
    found = _catalog().processes.get(code)
    if found is None:
        raise unknown_process(code)
    return found


def unknown_process(code: str) -> UnknownProcess:
    """Return the refusal of a code that is no process."""
    return UnknownProcess(
        _("There is no process %(code)s.") % {"code": code},
        field="process_code",
        value=code,
        remedy=_("Choose a process from the catalog."),
    )


def parameter_label(code: str, language: str) -> str:
    """Return the name of a parameter in the reader's language."""
    return rules.label(_catalog().parameters[code], language)


def parameters() -> dict[str, Parameter]:
    """Return the figures that processes are described by, by their code."""
    return _catalog().parameters


def leaf_codes_below(codes: Iterable[str]) -> frozenset[str]:
    """Return the processes themselves and all below them in the tree."""
    return rules.below(codes, _catalog().children)


def label(process: ProcessNode | str, language: str) -> str:
    """Return the name of a process in the reader's language.

    An unknown code is returned as it is: a label never fails.
    """
    if isinstance(process, str):
        found = _catalog().processes.get(process)
        if found is None:
            return process
        process = found
    return rules.label(process, language)


def search_processes(
    q: str, language: str, *, limit: int = SEARCH_LIMIT
) -> list[ProcessNode]:
    """Return the processes that answer to some words in any language, best first.

    Typing errors are forgiven. Where names answer equally, one in the reader's own
    language comes first.
    """
    nodes = _catalog().processes
    own = rules.language_of(language)
    best: dict[str, tuple[rules.Rank, bool]] = {}
    for code, spoken, rank in _ranked(EntryKind.PROCESS, rules.words_of(q)):
        found = (rank, spoken != own)
        best[code] = min(best.get(code, found), found)
    codes = sorted(
        best.keys() & nodes.keys(), key=lambda code: (*best[code], nodes[code].order)
    )
    return [nodes[code] for code in codes[:limit]]


def _ranked(kind: EntryKind, asked: str) -> Iterator[tuple[str, str, rules.Rank]]:
    if not asked:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, language, words FROM catalog_names_like(%s, %s, %s, %s)",
            [kind.value, asked, rules.tight(asked), CANDIDATES],
        )
        rows = cursor.fetchall()
    for code, language, words in rows:
        rank = rules.rank(asked, words)
        if rank is not None:
            yield code, language, rank


# --- materials


def materials() -> tuple[MaterialGrade, ...]:
    """Return all materials in the catalog's order."""
    return tuple(_catalog().materials.values())


def material_by_code(code: str) -> MaterialGrade:
    """Return one material.

    :raises UnknownMaterial: if the catalog has none of this code.
    """
    found = _catalog().materials.get(code)
    if found is None:
        raise unknown_material(code)
    return found


def unknown_material(code: str) -> UnknownMaterial:
    """Return the refusal of a code that is no material."""
    return UnknownMaterial(
        _("There is no material %(code)s.") % {"code": code},
        field="material_code",
        value=code,
        remedy=_("Choose a material from the catalog."),
    )


def accepted_materials(code: str) -> frozenset[str]:
    """Return the grade itself and those identical to it.

    What is merely near needs the buyer's consent and is not in the answer.
    """
    links = [
        (a, b)
        for a, b, kind, _source in _catalog().equivalences
        if kind == EquivalenceKind.IDENTICAL
    ]
    return rules.linked(code, links)


def equivalents_of(code: str) -> list[Equivalent]:
    """Return the grades that may stand for one, the closest kind first."""
    catalog = _catalog()
    found = {
        b if a == code else a: (kind, source)
        for a, b, kind, source in catalog.equivalences
        if code in (a, b)
    }
    order = list(EquivalenceKind)
    return sorted(
        (
            Equivalent(grade=catalog.materials[other], kind=kind, source=source)
            for other, (kind, source) in found.items()
        ),
        key=lambda equivalent: (order.index(equivalent.kind), equivalent.grade.code),
    )


def materials_in_group(group: str) -> tuple[MaterialGrade, ...]:
    """Return the materials of one group or family."""
    return tuple(grade for grade in materials() if grade.group == group)


def search_materials(q: str, *, limit: int = SEARCH_LIMIT) -> list[MaterialGrade]:
    """Return the materials that answer to some words or a number, best first.

    A grade is found by its designation in any standard, whether its letters are Latin
    or Cyrillic.
    """
    grades = _catalog().materials
    asked = rules.words_of(rules.as_designation(q))
    best: dict[str, rules.Rank] = {}
    for code, _language, rank in _ranked(EntryKind.MATERIAL, asked):
        best[code] = min(best.get(code, rank), rank)
    order = {code: position for position, code in enumerate(grades)}
    codes = sorted(best.keys() & order.keys(), key=lambda c: (best[c], order[c]))
    return [grades[code] for code in codes[:limit]]


# --- certificates


def certificate_kinds() -> tuple[CertificateEntry, ...]:
    """Return all kinds of certificate in the catalog's order."""
    return tuple(_catalog().certificate_kinds.values())


def certificate_kind_by_code(code: str) -> CertificateEntry:
    """Return one kind of certificate.

    :raises UnknownCertificateKind: if the catalog has none of this code.
    """
    found = _catalog().certificate_kinds.get(code)
    if found is None:
        raise UnknownCertificateKind(
            _("There is no kind of certificate %(code)s.") % {"code": code},
            field="kind_code",
            value=code,
            remedy=_("Choose a kind of certificate from the catalog."),
        )
    return found


def certificate_codes_held_by(code: str) -> frozenset[str]:
    """Return the kind itself and those whose requirements it certifies as well."""
    includes = {
        kind.code: kind.includes for kind in _catalog().certificate_kinds.values()
    }
    return rules.below([code], includes)
