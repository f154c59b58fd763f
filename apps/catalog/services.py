"""Loading the catalog's facts into the database."""

from typing import Any, TypeVar

from django.db import models, transaction

from apps.catalog import data, rules, selectors
from apps.catalog.models import (
    CertificateKind,
    ExchangeRate,
    Material,
    MaterialEquivalence,
    Process,
)
from apps.catalog.types import EquivalenceKind, LoadedCatalog

Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def load_catalog() -> LoadedCatalog:
    """Write the catalog's facts, changing rows that are there already.

    Rows that the facts no longer name stay: tenants may hold their codes.
    """
    sources: dict[str, str] = data.read("sources")
    materials, equivalences = _materials(sources)
    loaded = LoadedCatalog(
        processes=_upsert(_processes(sources), ["code"]),
        materials=_upsert(materials, ["code"]),
        equivalences=_upsert(equivalences, ["a", "b"]),
        certificate_kinds=_upsert(_certificate_kinds(), ["code"]),
        exchange_rates=_upsert(_exchange_rates(), ["currency", "on"]),
    )
    selectors.forget()
    return loaded


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
                source=". ".join(part for part in said if part),
                is_leaf=row["code"] not in with_parts,
                order=order,
            )
        )
    return made


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
            why = sources["equivalent-aluminium" if is_same else "equivalent"]
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
