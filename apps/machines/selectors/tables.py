"""Reading tables that were uploaded, and what keeps them from being taken back."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import ManyToOneRel
from django.utils.translation import gettext as _

from apps.kernel.errors import NotFound
from apps.machines.models import (
    Capability,
    CostModel,
    Machine,
    TableEntry,
    TableImport,
    TableImportQuerySet,
)
from apps.machines.types import TableOutcome


class TableImportNotFound(NotFound):
    """The enterprise has imported no such table."""

    code = "table_import_not_found"


def table_imports() -> TableImportQuerySet:
    """Return the tables that were uploaded, the newest first."""
    found: TableImportQuerySet = TableImport.objects.newest_first()
    return found


def table_import(table_import_id: UUID) -> TableImport:
    """Return one uploaded table.

    :raises TableImportNotFound: if the enterprise has none of this id.
    """
    found = TableImport.objects.filter(pk=table_import_id).first()
    if found is None:
        raise TableImportNotFound(
            _("There is no such import."),
            field="table_import",
            value=str(table_import_id),
        )
    return found


def hindrances(entries: Iterable[TableEntry]) -> dict[UUID, str]:
    """Say which imported machines cannot be taken back, and why."""
    wanted = {entry.machine_id: entry for entry in entries}
    rows = {row.pk: row for row in Machine.objects.filter(pk__in=wanted)}
    uses = uses_of(wanted)
    found: dict[UUID, str] = {}
    for machine_id, entry in wanted.items():
        row = rows.get(machine_id)
        more = [
            use for use, n in uses[machine_id].items() if n > entry.uses.get(use, 0)
        ]
        if row is None:
            found[machine_id] = _("It is no longer there.")
        elif row.is_published and entry.outcome == TableOutcome.CREATED:
            found[machine_id] = _("It is published: withdraw it first.")
        elif row.version != entry.version:
            found[machine_id] = _("It was edited since.")
        elif more:
            found[machine_id] = _("It has %(what)s since.") % {"what": ", ".join(more)}
    return found


def uses_of(machine_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Count what other apps keep of machines, by what it is called."""
    found: dict[UUID, dict[str, int]] = {one: {} for one in machine_ids}
    for relation in Machine._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel):
            continue
        model = relation.related_model
        if model in {Capability, CostModel}:
            continue
        # Counted in a plain query: those apps are above this one and not imported.
        column = relation.field.attname
        kept = model._default_manager.filter(**{f"{column}__in": found})
        name = str(model._meta.verbose_name_plural)
        for machine_id in kept.values_list(column, flat=True):
            found[machine_id][name] = found[machine_id].get(name, 0) + 1
    return found
