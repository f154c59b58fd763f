"""Makes plain nodes and grades, and the rows that only tests add to the catalog."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.catalog.models import (
    CatalogChange,
    CatalogVersion,
    CertificateKind,
    ExchangeRate,
    Material,
    MaterialEquivalence,
    OperatorFact,
    Process,
    SearchName,
)
from apps.catalog.types import (
    EntryKind,
    EquivalenceKind,
    MaterialGroup,
    ProcessNode,
    VersionOrigin,
)
from tenants import context
from tenants.types import Actor

NEW_YEARS_EVE = date(2024, 12, 31)
NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
OLGA = Actor(
    label="Olga Operator", user_id=UUID("0190a000-0000-7000-8000-000000000009")
)
OTTO = Actor(
    label="Otto Operator", user_id=UUID("0190a000-0000-7000-8000-00000000000a")
)

MILLING = ProcessNode(
    code="milling",
    parent="cutting",
    path="separating/cutting/milling",
    din_group="3.2.3",
    standard="DIN 8589-3",
    name_en="Milling",
    name_zh="铣削",
    name_ru="Фрезерование",
    name_de="Fräsen",
    aliases=("CNC milling", "加工中心"),
    definition="Removes chips with a turning tool that has one or more edges.",
    it_grade_min=6,
    it_grade_max=13,
    roughness_min_um=0.2,
    roughness_max_um=25.0,
    source="DIN 8589-3",
    is_leaf=False,
    order=1,
    children=(),
)


def process(**facts: Any) -> Process:
    """Write a process below milling."""
    with context.owner():
        return Process.objects.create(
            **{
                "code": "milling-6-axis",
                "parent_id": "milling",
                "path": "separating/cutting/milling/milling-6-axis",
                "name_en": "6-axis milling",
                "name_zh": "六轴铣削",
                "name_ru": "6-осевое фрезерование",
                "name_de": "6-Achs-Fräsen",
                "definition": "Mills with six axes.",
                "source": "a test",
                "is_leaf": True,
                "order": 9000,
                **facts,
            }
        )


def material(**facts: Any) -> Material:
    """Write a grade of aluminium."""
    with context.owner():
        return Material.objects.create(
            **{
                "code": "unobtainium",
                "name": "Unobtainium",
                "standard": "ISO 0",
                "group": MaterialGroup.N,
                "density_kg_m3": 2700,
                "removal_factor": Decimal("1.000"),
                "price_eur_kg": Decimal("5.00"),
                "source": "a test",
                "order": 9000,
                **facts,
            }
        )


def equivalence(a: str, b: str, **facts: Any) -> MaterialEquivalence:
    """Let one grade stand for another."""
    with context.owner():
        return MaterialEquivalence.objects.create(
            **{
                "a_id": a,
                "b_id": b,
                "kind": EquivalenceKind.IDENTICAL,
                "source": "a test",
                **facts,
            }
        )


def certificate_kind(**facts: Any) -> CertificateKind:
    """Write a kind of certificate."""
    with context.owner():
        return CertificateKind.objects.create(
            **{
                "code": "test-seal",
                "name": "Test seal",
                "issuer_scope": "Nobody",
                "industry": "general",
                "source": "a test",
                "order": 9000,
                **facts,
            }
        )


def exchange_rate(**facts: Any) -> ExchangeRate:
    """Write what a euro bought in dollars a day later."""
    with context.owner():
        return ExchangeRate.objects.create(
            **{
                "currency": "USD",
                "units_per_eur": Decimal("1.0300"),
                "on": date(2025, 1, 2),
                "source": "a test",
                **facts,
            }
        )


def version(**facts: Any) -> CatalogVersion:
    """Write a version that an operator made."""
    with context.owner():
        return CatalogVersion.objects.create(
            **{
                "number": 9000,
                "at": NOON,
                "by_id": OLGA.user_id,
                "by_label": OLGA.label,
                "origin": VersionOrigin.OPERATOR,
                "reason": "A test",
                **facts,
            }
        )


def change(**facts: Any) -> CatalogChange:
    """Write what a version changed of milling."""
    made = facts.pop("version", None) or version()
    with context.owner():
        return CatalogChange.objects.create(
            **{
                "version": made,
                "kind": EntryKind.PROCESS,
                "key": "milling",
                "field": "name_en",
                "old": "Milling",
                "new": "Mill work",
                **facts,
            }
        )


def operator_fact(**facts: Any) -> OperatorFact:
    """Hold another name of milling against the release."""
    made = facts.pop("version", None) or version()
    with context.owner():
        return OperatorFact.objects.create(
            **{
                "version": made,
                "kind": EntryKind.PROCESS,
                "key": "milling",
                "field": "name_en",
                "base": "Milling",
                "value": "Mill work",
                **facts,
            }
        )


def search_name(**facts: Any) -> SearchName:
    """Make milling be found as chipping, too."""
    with context.owner():
        return SearchName.objects.create(
            **{
                "kind": EntryKind.PROCESS,
                "code": "milling",
                "words": "chipping",
                "tight": "chipping",
                **facts,
            }
        )
