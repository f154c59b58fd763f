"""Which grade may stand for which, as the operator states it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.catalog import rules, selectors
from apps.catalog.models import CatalogVersion, Material, MaterialEquivalence
from apps.catalog.services.editing import (
    InvalidFact,
    NothingChanged,
    check_unmoved,
    keep_edit,
)
from apps.catalog.services.versions import lock_catalog
from apps.catalog.types import EntryKind, EquivalenceKind
from tenants.types import Actor


def key_of(one: str, other: str) -> str:
    """Return the name of a pair, whichever way round it is given."""
    return "~".join(sorted((one, other)))


@transaction.atomic
def set_equivalence(
    *,
    one: str,
    other: str,
    kind: EquivalenceKind,
    source: str,
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> CatalogVersion:
    """State how far two grades stand for each other, for the first time or anew.

    :raises UnknownMaterial: if the catalog has not got one of them.
    :raises InvalidFact: if they are one grade, or no source is given.
    :raises CatalogMovedOn: if somebody changed the pair since.
    :raises NothingChanged: if it was stated so already.
    """
    lock_catalog()
    known = set(
        Material.objects.filter(pk__in=[one, other]).values_list("pk", flat=True)
    )
    for code in (one, other):
        if code not in known:
            raise selectors.unknown_material(code)
    if one == other or not source.strip():
        raise InvalidFact(
            _("An equivalence is between two grades and has a source."),
            field="other" if one == other else "source",
            value=other if one == other else source,
            remedy=_("Choose two grades and say who calls them equivalent."),
        )
    check_unmoved(EntryKind.EQUIVALENCE, key_of(one, other), seen)
    row = _pair(one, other)
    old = {"kind": row.kind, "source": row.source} if row else _NOTHING
    new = {"kind": kind.value, "source": source.strip()}
    changes = rules.changes_between(old, new)
    if not changes:
        raise NothingChanged(
            _("Everything is as it was."), field="kind", value=kind.value
        )
    if row is None:
        a, b = sorted((one, other))
        row = MaterialEquivalence(a_id=a, b_id=b)
    row.kind, row.source = new["kind"], new["source"]
    if row._state.adding:
        row.save()
    else:
        row.save(update_fields=["kind", "source"])
    return keep_edit(
        EntryKind.EQUIVALENCE,
        key_of(one, other),
        changes,
        reason=reason,
        by=by,
        at=at,
    )


@transaction.atomic
def remove_equivalence(
    *, one: str, other: str, reason: str, seen: int, by: Actor, at: datetime
) -> CatalogVersion:
    """State that two grades do not stand for each other after all.

    :raises NothingChanged: if nobody said that they do.
    :raises CatalogMovedOn: if somebody changed the pair since.
    """
    lock_catalog()
    check_unmoved(EntryKind.EQUIVALENCE, key_of(one, other), seen)
    row = _pair(one, other)
    if row is None:
        raise NothingChanged(
            _("%(one)s and %(other)s are no equivalents.")
            % {"one": one, "other": other},
            field="other",
            value=other,
        )
    old = {"kind": row.kind, "source": row.source}
    row.delete()
    return keep_edit(
        EntryKind.EQUIVALENCE,
        key_of(one, other),
        rules.changes_between(old, _NOTHING),
        reason=reason,
        by=by,
        at=at,
    )


_NOTHING: dict[str, str | None] = {"kind": None, "source": None}


def _pair(one: str, other: str) -> MaterialEquivalence | None:
    return (
        MaterialEquivalence.objects.select_for_update()
        .filter(Q(a_id=one, b_id=other) | Q(a_id=other, b_id=one))
        .first()
    )
