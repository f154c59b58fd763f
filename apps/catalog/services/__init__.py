"""What is done to the catalog: loaded by a release, edited by the operator."""

from apps.catalog.services.editing import (
    AmbiguousName,
    CatalogMovedOn,
    InvalidFact,
    NothingChanged,
    edit_material,
    edit_process,
)
from apps.catalog.services.equating import remove_equivalence, set_equivalence
from apps.catalog.services.loading import load_catalog
from apps.catalog.services.settling import settle_conflict

__all__ = [
    "AmbiguousName",
    "CatalogMovedOn",
    "InvalidFact",
    "NothingChanged",
    "edit_material",
    "edit_process",
    "load_catalog",
    "remove_equivalence",
    "set_equivalence",
    "settle_conflict",
]
