"""Takes an import back: exactly what it did, and only where nobody worked on it since."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict, DomainError
from apps.machines import selectors
from apps.machines.models import (
    Capability,
    CostModel,
    Machine,
    Site,
    TableEntry,
    TableImport,
    WorkCenter,
)
from apps.machines.services import table_imports
from apps.machines.services.publishing import note_change
from apps.machines.services.table_planning import COSTS
from apps.machines.types import TableOutcome, TableState
from tenants import jobs
from tenants.types import Actor

REASON_LENGTH = 300


class NothingToUndo(Conflict):
    """The import has not been done, or is taken back already."""

    code = "nothing_to_undo"


@transaction.atomic
def start_undo(*, table_import_id: UUID, by: Actor, at: datetime) -> TableImport:
    """Have an import taken back by a job.

    :raises TableImportNotFound: if there is no such import here.
    :raises NothingToUndo: if there is nothing of it to take back.
    """
    found = table_imports.locked_import(table_import_id)
    if found.state not in {TableState.APPLIED, TableState.PARTLY_UNDONE}:
        raise NothingToUndo(
            _("Nothing of %(file)s can be taken back now.") % {"file": found.file_name},
            field="state",
            value=found.state,
            remedy=_("Only an import that is done can be taken back, and only once."),
        )
    found.state = TableState.UNDOING
    found.asked_by_id = by.user_id
    found.undone_at, found.undone_by = at, by.label
    found.job_id = jobs.enqueue("machines.undo_table", table_import_id=str(found.pk))
    found.save()
    return found


@transaction.atomic
def undo_table(*, table_import_id: UUID, at: datetime) -> TableImport:
    """Take back what an import did, machine by machine.

    One that was published, reserved or edited since stays, and it is written down why.

    :raises TableImportNotFound: if there is no such import here.
    """
    found = table_imports.locked_import(table_import_id)
    if found.state != TableState.UNDOING:
        return found
    by = Actor(user_id=found.asked_by_id, label=found.undone_by)
    with translation.override(found.language):
        _undo(found, by=by, at=at)
    return found


def _undo(found: TableImport, *, by: Actor, at: datetime) -> None:
    entries = list(found.entries.filter(is_undone=False).order_by("machine_id"))
    for start in range(0, len(entries), table_imports.CHUNK):
        chunk = entries[start : start + table_imports.CHUNK]
        _undo_chunk(chunk, by=by, at=at)
        done = start + len(chunk)
        jobs.report_progress(
            percent=100 * done // len(entries),
            note=_("%(done)d of %(all)d machines")
            % {"done": done, "all": len(entries)},
        )
    left = sum(not one.is_undone for one in entries)
    if not left:
        ids = [one["id"] for one in found.new_sites]
        Site.objects.filter(pk__in=ids, version=1, machines__isnull=True).delete()
    found.state = TableState.PARTLY_UNDONE if left else TableState.UNDONE
    found.undone_at = at
    found.save()
    audit.record(
        verb="machine_table.undone",
        subject=found,
        by=by,
        at=at,
        facts={"undone": len(entries) - left, "kept": left},
    )


def _undo_chunk(entries: list[TableEntry], *, by: Actor, at: datetime) -> None:
    ids = [one.machine_id for one in entries]
    # Locked first, so that nobody reserves one between the look and the deed.
    locked = Machine.objects.filter(pk__in=ids).order_by("pk")
    list(locked.select_for_update(of=("self",)).values_list("pk"))
    machines = {one.pk: one for one in Machine.objects.with_offers().filter(pk__in=ids)}
    hindrances = selectors.hindrances(entries)
    gone = []
    for entry in entries:
        entry.kept_because = hindrances.get(entry.machine_id, "")[:REASON_LENGTH]
        if entry.kept_because:
            continue
        machine = machines[entry.machine_id]
        if entry.outcome == TableOutcome.CREATED:
            gone.append(machine)
        elif not _restored(machine, entry, by=by, at=at):
            continue
        entry.is_undone = True
    for machine in gone:
        audit.record(
            verb="machine.import_undone",
            subject=machine,
            by=by,
            at=at,
            facts={"outcome": "removed"},
        )
    Machine.objects.filter(pk__in=[one.pk for one in gone]).delete()
    TableEntry.objects.bulk_update(entries, ["is_undone", "kept_because"])


def _restored(machine: Machine, entry: TableEntry, *, by: Actor, at: datetime) -> bool:
    """Let a machine say what it said before; say whether it could be."""
    before = entry.before
    try:
        with transaction.atomic():
            machine.site_id = UUID(before["site_id"])
            machine.work_center_id = _center_id(before)
            for name, value in before["facts"].items():
                setattr(machine, name, value)
            machine.version += 1
            machine.save()
            _restore_capabilities(machine, before["capabilities"])
            _restore_cost(machine, before["cost"])
            note_change(
                machine,
                verb="machine.import_undone",
                by=by,
                at=at,
                facts={"outcome": "restored"},
            )
    except DomainError as error:
        entry.kept_because = str(error)[:REASON_LENGTH]
        return False
    return True


def _center_id(before: dict[str, Any]) -> UUID | None:
    """Return the work center that a machine had, if it is still there."""
    center_id = before.get("work_center_id")
    if center_id is None:
        return None
    found = WorkCenter.objects.filter(pk=center_id, site_id=before["site_id"])
    # Locked, so that nobody drops it before the machine is written.
    row: WorkCenter | None = found.select_for_update(no_key=True).first()
    return row.pk if row is not None else None


def _restore_capabilities(machine: Machine, before: dict[str, dict[str, Any]]) -> None:
    rows = {row.process_code: row for row in machine.capabilities.all()}
    added = rows.keys() - before.keys()
    Capability.objects.filter(machine=machine, process_code__in=added).delete()
    for process_code, facts in before.items():
        row = rows.get(process_code)
        if row is None:
            row = Capability(machine=machine, process_code=process_code)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()


def _restore_cost(machine: Machine, before: dict[str, Any] | None) -> None:
    row: CostModel | None = getattr(machine, "costmodel", None)
    if before is None:
        CostModel.objects.filter(machine=machine).delete()
        return
    row = row or CostModel(machine=machine)
    for name in COSTS:
        value = before[name]
        is_word = name == "currency" or value is None
        setattr(row, name, value if is_word else Decimal(value))
    row.save()
