"""Reading the catalog.

Processes, materials and kinds of certificate change only with a release, so each
process reads them once and keeps them; `forget` makes it read them again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.catalog import rules
from apps.catalog.models import (
    CertificateKind,
    ExchangeRate,
    Material,
    MaterialEquivalence,
    Process,
)
from apps.catalog.types import (
    CertificateEntry,
    CrossRate,
    EquivalenceKind,
    Equivalent,
    MaterialGrade,
    MaterialGroup,
    ProcessNode,
)
from apps.kernel.errors import DomainError, InvalidInput
from apps.kernel.money import Money, round_money

SEARCH_LIMIT = 20


class UnknownProcess(InvalidInput):
    """The catalog has no process of this code."""

    code = "unknown_process"


class UnknownMaterial(InvalidInput):
    """The catalog has no material of this code."""

    code = "unknown_material"


class UnknownCertificateKind(InvalidInput):
    """The catalog has no certificate of this code."""

    code = "unknown_certificate_kind"


class NoExchangeRate(DomainError):
    """No rate of a currency is known for a day."""

    code = "no_exchange_rate"


@dataclass(frozen=True, slots=True)
class _Catalog:
    """All rows at once: a few hundred, read more often than anything else."""

    processes: dict[str, ProcessNode]
    children: dict[str, tuple[str, ...]]
    materials: dict[str, MaterialGrade]
    equivalences: tuple[tuple[str, str, EquivalenceKind, str], ...]
    certificate_kinds: dict[str, CertificateEntry]


_kept: _Catalog | None = None


def forget() -> None:
    """Read the catalog again at the next question."""
    global _kept  # noqa: PLW0603  (one catalog a process)
    _kept = None


def _catalog() -> _Catalog:
    global _kept  # noqa: PLW0603  (one catalog a process)
    if _kept is not None:
        return _kept
    read = _read()
    # Before the first load there is nothing worth keeping.
    if read.processes:
        _kept = read
    return read


def _read() -> _Catalog:
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
    )


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
        raise UnknownProcess(
            _("There is no process %(code)s.") % {"code": code},
            field="process_code",
            value=code,
            remedy=_("Choose a process from the catalog."),
        )
    return found


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
    """Return the processes that answer to some words in any language, best first."""
    if not q.strip():
        return []
    ranked = [
        (rank, node.order, node)
        for node in process_tree()
        if (rank := rules.rank_process(node, q, language)) is not None
    ]
    ranked.sort(key=lambda found: found[:2])
    return [node for _rank, _order, node in ranked[:limit]]


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
        raise UnknownMaterial(
            _("There is no material %(code)s.") % {"code": code},
            field="material_code",
            value=code,
            remedy=_("Choose a material from the catalog."),
        )
    return found


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
    """Return the materials that answer to some words, best first."""
    if not q.strip():
        return []
    ranked = [
        (rank, position, grade)
        for position, grade in enumerate(materials())
        if (rank := rules.rank_material(grade, q)) is not None
    ]
    ranked.sort(key=lambda found: found[:2])
    return [grade for _rank, _position, grade in ranked[:limit]]


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


# --- money


def cross_rate(from_currency: str, to_currency: str, on: date) -> CrossRate:
    """Return the newest rate between two currencies that a day knew.

    :raises NoExchangeRate: if a currency has no rate on or before the day.
    """
    asked = {from_currency, to_currency} - {rules.EURO}
    newest = {
        row.currency: row
        for row in ExchangeRate.objects.filter(currency__in=asked, on__lte=on)
        .order_by("currency", "-on")
        .distinct("currency")
    }
    for currency in sorted(asked - newest.keys()):
        raise NoExchangeRate(
            _("There is no exchange rate of %(currency)s on or before %(on)s.")
            % {"currency": currency, "on": on.isoformat()},
            field="currency",
            value=currency,
            remedy=_("Use one of the currencies of the catalog."),
        )
    one = Decimal(1)
    per_euro = {currency: row.units_per_eur for currency, row in newest.items()}
    return CrossRate(
        rate=rules.cross_rate(
            per_euro.get(from_currency, one), per_euro.get(to_currency, one)
        )
        if from_currency != to_currency
        else one,
        on=min((row.on for row in newest.values()), default=on),
    )


def convert(money: Money, to_currency: str, on: date) -> tuple[Money, Decimal]:
    """Return an amount in another currency, to the cent, and the rate it was made at.

    :raises NoExchangeRate: if a currency has no rate on or before the day.
    """
    rate = cross_rate(money.currency, to_currency, on).rate
    return Money(round_money(money.amount * rate), to_currency), rate
