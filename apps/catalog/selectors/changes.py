"""What was changed in the catalog, by whom and why."""

from apps.catalog.models import CatalogChange
from apps.catalog.types import ChangedFact, EntryKind, VersionOrigin


def history(
    kind: EntryKind | None = None, key: str = "", *, limit: int = 200
) -> list[ChangedFact]:
    """Return what was changed, newest first, of the whole catalog or one entry.

    For the operator: nobody else may read who changed what.
    """
    rows = CatalogChange.objects.select_related("version")
    if kind is not None:
        rows = rows.filter(kind=kind)
    if key:
        rows = rows.filter(key=key)
    return [
        ChangedFact(
            number=row.version.number,
            at=row.version.at,
            by_label=row.version.by_label,
            origin=VersionOrigin(row.version.origin),
            reason=row.version.reason,
            kind=EntryKind(row.kind),
            key=row.key,
            field=row.field,
            old=row.old,
            new=row.new,
        )
        for row in rows.order_by("-version__number", "kind", "key", "field")[:limit]
    ]
