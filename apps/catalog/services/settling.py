"""What becomes of a fact where operator and release say different things."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog.models import (
    CatalogVersion,
    Material,
    MaterialEquivalence,
    OperatorFact,
    Process,
)
from apps.catalog.services import editing, equating
from apps.catalog.services.versions import lock_catalog
from apps.catalog.types import EntryKind, EquivalenceKind
from apps.kernel.errors import NotFound
from tenants.types import Actor


class NoConflict(NotFound):
    """Raised when there is nothing to decide."""

    code = "no_conflict"


@transaction.atomic
def settle_conflict(
    *, fact_id: UUID, take_release: bool, reason: str, by: Actor, at: datetime
) -> CatalogVersion | None:
    """Decide between operator and release; taking the release makes a version.

    :raises NoConflict: if the two do not differ, or no longer.
    """
    lock_catalog()
    fact = (
        OperatorFact.objects.select_for_update()
        .filter(pk=fact_id, is_in_conflict=True)
        .first()
    )
    if fact is None:
        raise NoConflict(
            _("There is nothing to decide."), field="fact_id", value=str(fact_id)
        )
    if not take_release:
        fact.base, fact.released, fact.is_in_conflict = fact.released, None, False
        fact.save()
        return None
    seen = fact.version_id
    last = CatalogVersion.objects.order_by("-number").first()
    if last is not None:
        seen = last.number
    if fact.kind == EntryKind.EQUIVALENCE:
        return _take_equivalence(fact, seen, reason, by, at)
    model = Process if fact.kind == EntryKind.PROCESS else Material
    edit = (
        editing.edit_process
        if fact.kind == EntryKind.PROCESS
        else editing.edit_material
    )
    return edit(
        code=fact.key,
        facts={fact.field: _typed(model, fact.field, fact.released)},
        reason=reason,
        seen=seen,
        by=by,
        at=at,
    )


def _take_equivalence(
    fact: OperatorFact, seen: int, reason: str, by: Actor, at: datetime
) -> CatalogVersion:
    one, other = fact.key.split("~")
    facts: dict[str, Any] = {
        row.field: row.released if row.is_in_conflict else row.base
        for row in OperatorFact.objects.filter(kind=fact.kind, key=fact.key)
    }
    present = MaterialEquivalence.objects.filter(
        a_id__in=[one, other], b_id__in=[one, other]
    ).first()
    if present is not None:
        facts = {"kind": present.kind, "source": present.source, **facts}
    return equating.set_equivalence(
        one=one,
        other=other,
        kind=EquivalenceKind(facts["kind"]),
        source=facts["source"],
        reason=reason,
        seen=seen,
        by=by,
        at=at,
    )


def _typed(model: type[Process] | type[Material], name: str, value: Any) -> Any:
    field = model._meta.get_field(name)
    if value is not None and field.get_internal_type() == "DecimalField":
        return Decimal(str(value))
    return value
