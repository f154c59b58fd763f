"""Writes what a table says into the register: all of it, or at a death nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import DomainError
from apps.machines import selectors
from apps.machines.models import Capability, CostModel, Machine, TableEntry, TableImport
from apps.machines.rules.table_machines import Stated
from apps.machines.services import device_tables, table_imports
from apps.machines.services.device_tables import Written
from apps.machines.services.publishing import note_change
from apps.machines.services.sites import add_site
from apps.machines.services.table_planning import Change, Planner
from apps.machines.types import TableOutcome, TableState
from tenants import jobs
from tenants.types import Actor

# Somebody else may add a machine of the same code meanwhile: then it is known.
ATTEMPTS = 3


@transaction.atomic
def apply_table(*, table_import_id: UUID, at: datetime) -> TableImport:
    """Import a table that was asked for; do nothing where that is done already.

    The chunks of one run are committed together. Who dies leaves nothing, and the
    next run begins anew.

    :raises TableImportNotFound: if there is no such import here.
    """
    found = table_imports.locked_import(table_import_id)
    if found.state != TableState.APPLYING:
        return found
    by = Actor(user_id=found.asked_by_id, label=found.applied_by)
    with translation.override(found.language):
        _apply(found, by=by, at=at)
    return found


def _apply(found: TableImport, *, by: Actor, at: datetime) -> None:
    if found.file_kind == device_tables.KIND:
        table = table_imports.table_of(found)
        done = device_tables.write_table(found, table, by=by, at=at)
        found.new_sites = []
    else:
        done = _write_rows(found, by=by, at=at)
    found.created_count, found.changed_count = done.created, done.changed
    found.unchanged_count = done.unchanged
    found.refused_count = table_imports.refused_machines(
        one for one in done.refusals if one.row != found.header_row
    )
    found.state = TableState.APPLIED
    found.applied_at = at
    # What was done is written down; the rows themselves are of no more use.
    found.content = b""
    found.save()
    table_imports.keep_refusals(found, done.refusals)
    audit.record(
        verb="machine_table.imported",
        subject=found,
        by=by,
        at=at,
        facts={
            "created": done.created,
            "changed": done.changed,
            "unchanged": done.unchanged,
            "refused": found.refused_count,
        },
    )


def _write_rows(found: TableImport, *, by: Actor, at: datetime) -> Written:
    reading = table_imports.reading_of(found, table_imports.table_of(found))
    machines = reading.machines
    done = Written(refusals=list(reading.refusals))
    sites: dict[str, str] = {}
    for start in range(0, len(machines), table_imports.CHUNK):
        chunk = machines[start : start + table_imports.CHUNK]
        made, planner = _write_chunk(found, chunk, sites, by=by, at=at)
        done.created += sum(change.is_new for change in made)
        done.changed += sum(not change.is_new for change in made)
        done.unchanged += planner.plan.unchanged
        done.refusals += planner.plan.refusals
        count = min(start + len(chunk), len(machines))
        jobs.report_progress(
            percent=100 * count // len(machines),
            note=_("%(done)d of %(all)d machines")
            % {"done": count, "all": len(machines)},
        )
    found.new_sites = [{"id": key, "name": name} for name, key in sites.items()]
    return done


def _write_chunk(
    found: TableImport,
    chunk: list[Stated],
    sites: dict[str, str],
    *,
    by: Actor,
    at: datetime,
) -> tuple[list[Change], Planner]:
    """Write some machines under a savepoint, again where a code was taken meanwhile."""
    for attempt in range(1, ATTEMPTS + 1):
        planner = Planner(default_site_id=found.site_id)
        try:
            with transaction.atomic():
                made = planner.consider(chunk, for_writing=True)
                opened = _open_sites(planner, by=by, at=at)
                written = [
                    change
                    for change in made
                    if change.is_new or _write_changed(change, planner, by=by, at=at)
                ]
                _write_new([one for one in written if one.is_new], planner, by, at)
                uses = selectors.uses_of(
                    one.machine.pk for one in written if not one.is_new
                )
                TableEntry.objects.bulk_create(
                    _entry(found, one, uses.get(one.machine.pk, {})) for one in written
                )
        except (IntegrityError, DomainError):
            if attempt == ATTEMPTS:
                raise
        else:
            sites |= opened
            return written, planner
    raise AssertionError  # pragma: no cover


def _open_sites(planner: Planner, *, by: Actor, at: datetime) -> dict[str, str]:
    opened = {}
    for name, draft in planner.plan.new_sites.items():
        site = add_site(draft=draft, by=by, at=at)
        planner.note_site(site)
        opened[name] = str(site.pk)
    return opened


def _write_new(
    changes: list[Change], planner: Planner, by: Actor, at: datetime
) -> None:
    for change in changes:
        change.machine.site = planner.site_named(change.site_name)
    Machine.objects.bulk_create([change.machine for change in changes])
    Capability.objects.bulk_create(
        [row for change in changes for row in change.capabilities]
    )
    CostModel.objects.bulk_create([one.cost for one in changes if one.cost is not None])
    for change in changes:
        audit.record(
            verb="machine.imported",
            subject=change.machine,
            by=by,
            at=at,
            facts=_facts(change),
        )


def _write_changed(
    change: Change, planner: Planner, *, by: Actor, at: datetime
) -> bool:
    """Write a machine that is known already; say whether it could be."""
    machine = change.machine
    try:
        with transaction.atomic():
            if change.site_name:
                machine.site = planner.site_named(change.site_name)
            machine.version += 1
            machine.save()
            for row in change.capabilities:
                row.save()
            if change.cost is not None:
                change.cost.save()
            note_change(
                machine, verb="machine.reimported", by=by, at=at, facts=_facts(change)
            )
    except DomainError as error:
        planner.refuse(change.stated, error)
        return False
    return True


def _facts(change: Change) -> dict[str, Any]:
    stated = change.stated
    return {**stated.facts, **stated.cost, "capabilities": stated.capabilities}


def _entry(found: TableImport, change: Change, uses: dict[str, int]) -> TableEntry:
    return TableEntry(
        table_import=found,
        machine_id=change.machine.pk,
        machine_code=change.machine.code,
        row=change.stated.rows[0],
        outcome=TableOutcome.CREATED if change.is_new else TableOutcome.CHANGED,
        before=change.before,
        uses=uses,
        version=change.machine.version,
    )
