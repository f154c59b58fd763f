"""Loading the catalog's facts into the database, around what the operator changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models, transaction

from apps.catalog import data, rules, selectors
from apps.catalog.models import (
    CatalogVersion,
    CertificateKind,
    ExchangeRate,
    Material,
    MaterialEquivalence,
    OperatorFact,
    Process,
)
from apps.catalog.services import indexing
from apps.catalog.services.equating import key_of
from apps.catalog.services.versions import Changed, lock_catalog, record_version
from apps.catalog.types import (
    Conflict,
    EntryKind,
    EquivalenceKind,
    LoadedCatalog,
    VersionOrigin,
)
from tenants.types import Actor

Row = TypeVar("Row", bound=models.Model)
SPINDLE = Actor(label="Spindle")
# Where an entry stands among the others says nothing of the trade.
UNTOLD = frozenset({"order"})


class _Release:
    """A release laid over the rows: what it adds, changes, and leaves in dispute."""

    def __init__(self) -> None:
        self.changes: list[Changed] = []
        self.added: dict[str, int] = {}
        self.held: dict[tuple[str, str], dict[str, OperatorFact]] = {}
        for fact in OperatorFact.objects.all():
            self.held.setdefault((fact.kind, fact.key), {})[fact.field] = fact

    def lay(
        self,
        kind: EntryKind,
        rows: list[Row],
        facts: tuple[str, ...],
        key: Callable[[Row], str],
    ) -> int:
        """Write the rows of one kind, each around what is held against it."""
        model = type(rows[0])
        present = {key(row): row for row in model._default_manager.all()}
        new: list[Row] = []
        changed: list[Row] = []
        for row in rows:
            name = key(row)
            held = self.held.get((kind, name), {})
            old = present.get(name)
            if old is None:
                if not self._is_removed(held, row):
                    new.append(row)
                continue
            if self._merge(kind, name, old, row, facts, held):
                changed.append(old)
        model._default_manager.bulk_create(new)
        if changed:
            model._default_manager.bulk_update(changed, facts, batch_size=500)
        if new:
            self.added[kind.value] = len(new)
        return len(rows)

    def _merge(
        self,
        kind: EntryKind,
        name: str,
        old: models.Model,
        row: models.Model,
        facts: tuple[str, ...],
        held: Mapping[str, OperatorFact],
    ) -> bool:
        merged = rules.merge(
            {fact: getattr(old, fact) for fact in facts},
            {fact: _as_stored(row, fact) for fact in facts},
            {field: rules.Held(fact.base, fact.value) for field, fact in held.items()},
        )
        for field, fact in held.items():
            if field in merged.settled:
                fact.delete()
            else:
                self._dispute(fact, merged.conflicts)
        for change in merged.changes:
            setattr(old, change.field, merged.values[change.field])
            if change.field not in UNTOLD:
                self.changes.append((kind, name, change))
        return bool(merged.changes)

    def _is_removed(self, held: Mapping[str, OperatorFact], row: models.Model) -> bool:
        gone = [fact for fact in held.values() if fact.value is None]
        for fact in gone:
            said = rules.plain(_as_stored(row, fact.field))
            self._dispute(fact, {} if said == fact.base else {fact.field: said})
        return bool(gone)

    def _dispute(self, fact: OperatorFact, conflicts: Mapping[str, Any]) -> None:
        is_in_conflict = fact.field in conflicts
        released = conflicts.get(fact.field)
        if (is_in_conflict, released) != (fact.is_in_conflict, fact.released):
            fact.is_in_conflict, fact.released = is_in_conflict, released
            fact.save(update_fields=["is_in_conflict", "released"])


@transaction.atomic
def load_catalog(*, at: datetime) -> LoadedCatalog:
    """Write the catalog's facts, changing rows that are there already.

    What the operator changed stays; where the release has changed its mind too, the
    two are listed as a conflict. Rows that the facts no longer name stay: tenants may
    hold their codes.
    """
    lock_catalog()
    sources: dict[str, str] = data.read("sources")
    processes = _processes(sources)
    materials, equivalences = _materials(sources)
    release = _Release()
    counts = {
        "processes": release.lay(
            EntryKind.PROCESS, processes, FACTS_OF_PROCESS, lambda row: row.code
        ),
        "materials": release.lay(
            EntryKind.MATERIAL, materials, FACTS_OF_MATERIAL, lambda row: row.code
        ),
        "equivalences": release.lay(
            EntryKind.EQUIVALENCE,
            equivalences,
            ("kind", "source"),
            lambda row: key_of(row.a_id, row.b_id),
        ),
        "certificate_kinds": _upsert(_certificate_kinds(), ["code"]),
        "exchange_rates": _upsert(_exchange_rates(), ["currency", "on"]),
    }
    indexing.index_all()
    if release.changes or release.added:
        record_version(
            origin=VersionOrigin.RELEASE,
            reason="Release",
            changes=release.changes,
            added=release.added,
            by=SPINDLE,
            at=at,
        )
    selectors.forget()
    last = CatalogVersion.objects.order_by("-number").first()
    return LoadedCatalog(
        **counts,
        version=last.number if last else 0,
        conflicts=tuple(_conflicts()),
    )


def _as_stored(row: models.Model, fact: str) -> Any:
    field = row._meta.get_field(fact)
    assert isinstance(field, models.Field)
    return field.to_python(getattr(row, fact))


def _conflicts() -> list[Conflict]:
    return [
        Conflict(EntryKind(fact.kind), fact.key, fact.field, fact.value, fact.released)
        for fact in OperatorFact.objects.filter(is_in_conflict=True).order_by(
            "kind", "key", "field"
        )
    ]


def _facts_of(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(
        field.attname for field in model._meta.concrete_fields if not field.primary_key
    )


FACTS_OF_PROCESS = _facts_of(Process)
FACTS_OF_MATERIAL = _facts_of(Material)


def _upsert(rows: list[Row], unique: list[str]) -> int:
    model = type(rows[0])
    changed = [
        field.name
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in unique
    ]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=changed
    )
    return len(rows)


def _processes(sources: dict[str, str]) -> list[Process]:
    facts: list[dict[str, Any]] = data.read("processes")
    parents = {row["code"]: row["parent"] for row in facts}
    with_parts = set(parents.values())
    stated = {
        row["code"]: tuple(row["parameters"]) for row in facts if "parameters" in row
    }
    made = []
    for order, row in enumerate(facts):
        grades = row["it_grades"] or (None, None)
        roughness = row["roughness_um"] or (None, None)
        said = [row["standard"] or "Spindle", sources.get(row["source"] or "", "")]
        made.append(
            Process(
                code=row["code"],
                parent_id=row["parent"],
                path=rules.path_of(row["code"], parents),
                din_group=row["din_group"],
                standard=row["standard"],
                name_en=row["name_en"],
                name_zh=row["name_zh"],
                name_ru=row["name_ru"],
                name_de=row["name_de"],
                aliases=row["aliases"],
                definition=row["definition"],
                it_grade_min=grades[0],
                it_grade_max=grades[1],
                roughness_min_um=roughness[0],
                roughness_max_um=roughness[1],
                parameters=_parameters(
                    rules.inherited(row["code"], parents, stated),
                    row.get("ranges", ()),
                    sources,
                ),
                source=". ".join(part for part in said if part),
                is_leaf=row["code"] not in with_parts,
                order=order,
            )
        )
    return made


def _parameters(
    codes: tuple[str, ...], ranges: Iterable[dict[str, Any]], sources: dict[str, str]
) -> list[dict[str, Any]]:
    known = {row["parameter"]: row for row in ranges}
    made = []
    for code in codes:
        row = known.get(code)
        made.append(
            {
                "parameter": code,
                "min": _number(row["min"]) if row else None,
                "max": _number(row["max"]) if row else None,
                "source": sources[row["source"]] if row else "",
            }
        )
    return made


def _number(value: Decimal | int | None) -> float | None:
    # A column of JSON has no decimals.
    return None if value is None else float(value)


def _materials(
    sources: dict[str, str],
) -> tuple[list[Material], list[MaterialEquivalence]]:
    made: list[Material] = []
    edges: list[MaterialEquivalence] = []
    for row in data.read("materials"):
        base = _material(row, sources, len(made))
        made.append(base)
        for other in row["equivalents"]:
            is_same = other["kind"] == EquivalenceKind.IDENTICAL
            named = "equivalent-aluminium" if is_same else "equivalent"
            why = sources[other.get("source", named)]
            # A grade of another standard cuts, weighs and costs as its model does.
            made.append(
                Material(
                    code=other["code"],
                    name=other["name"],
                    standard=other["standard"],
                    number="",
                    group=base.group,
                    density_kg_m3=base.density_kg_m3,
                    removal_factor=base.removal_factor,
                    price_eur_kg=base.price_eur_kg,
                    aliases=[],
                    source=f"{other['standard']}. Figures of {base.name}. {why}",
                    order=len(made),
                )
            )
            edges.append(
                MaterialEquivalence(
                    a_id=base.code, b_id=other["code"], kind=other["kind"], source=why
                )
            )
    return made, edges


def _material(row: dict[str, Any], sources: dict[str, str], order: int) -> Material:
    rating = row["machinability"]
    return Material(
        code=row["code"],
        name=row["name"],
        standard=row["standard"],
        number=row["number"],
        group=row["group"],
        density_kg_m3=row["density_kg_m3"],
        removal_factor=row["removal_factor"],
        price_eur_kg=row["price_eur_kg"],
        aliases=row["aliases"],
        source=(
            f"{sources['designation']} {row['standard']}. {sources['iso-513']}"
            f" Machinability: {rating['grade']}, {rating['percent']} %;"
            f" {sources['machinability-' + rating['kind']]}. {sources['price']}"
        ),
        order=order,
    )


def _certificate_kinds() -> list[CertificateKind]:
    return [
        CertificateKind(order=order, **row)
        for order, row in enumerate(data.read("certificates"))
    ]


def _exchange_rates() -> list[ExchangeRate]:
    return [ExchangeRate(**row) for row in data.read("exchange_rates")]
