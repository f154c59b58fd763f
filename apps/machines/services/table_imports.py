"""Tables of machines: uploaded, looked at, imported and taken back."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict, InvalidInput
from apps.machines import selectors
from apps.machines.models import TableImport, TableRefusal
from apps.machines.rules import (
    document_kinds,
    document_machines,
    mtconnect,
    table_file,
)
from apps.machines.rules.table_columns import BY_KEY
from apps.machines.rules.table_file import Table
from apps.machines.rules.table_header import (
    Header,
    HeaderUnclear,
    Heading,
    check_mapping,
    find_header,
)
from apps.machines.rules.table_machines import (
    Choices,
    Reading,
    Refusal,
    mark_of,
    read_machines,
)
from apps.machines.services import device_tables
from apps.machines.services.table_planning import Change, Planner, catalog_names
from apps.machines.types import TableLength, TableState
from tenants import jobs
from tenants.types import Actor

# How many machines are compared and written at a time.
CHUNK = 200
SAMPLE = 20
MOST_REFUSALS = 5_000
DRAFTS_LAST = timedelta(days=7)


class TableNotDraft(Conflict):
    """The table is imported already, or is being imported."""

    code = "table_not_draft"


class TableUnclear(InvalidInput):
    """A choice about the table cannot be."""

    code = "table_unclear"


@transaction.atomic
def upload_table(
    *,
    raw: bytes,
    file_name: str,
    by: Actor,
    at: datetime,
    site_id: UUID | None = None,
    length_unit: str = TableLength.MM,
) -> TableImport:
    """Read a table and work out what it would do; nothing of it is imported yet.

    The documents of `document_kinds` are read as tables whose columns are known, and
    devices of MTConnect by their own identity. Drafts that nobody imported for a week are dropped.

    :raises TableUnreadable: if the file is too large, no table, locked or hostile.
    :raises DocumentUnreadable: if it is a document, and cannot be read.
    :raises NotAProbeDocument: if it is XML of another kind, or hostile.
    :raises HeaderUnclear: if there is no machine below a header that can be told.
    :raises SiteNotFound: if the enterprise has no such site.
    """
    table, header, not_carried = _read(raw, file_name)
    _check_choices(length_unit, ".", site_id)
    TableImport.objects.filter(
        state=TableState.DRAFT, uploaded_at__lt=at - DRAFTS_LAST
    ).delete()
    made = TableImport(
        file_name=file_name[-200:],
        file_kind=table.kind,
        file_sha256=hashlib.sha256(raw).hexdigest(),
        file_bytes=len(raw),
        language=get_language() or "en",
        content=_packed(table),
        headings=[[one.column, one.text, one.unit_text] for one in header.headings],
        header_row=header.row,
        mapping={str(column): key for column, key in header.mapping.items()},
        length_unit=length_unit,
        decimal_mark=mark_of(table, header),
        site_id=site_id or _only_site(),
        not_carried=not_carried,
        uploaded_at=at,
        uploaded_by=by.label,
    )
    made.save(force_insert=True)
    audit.record(
        verb="machine_table.uploaded",
        subject=made,
        by=by,
        at=at,
        facts={
            "file_name": made.file_name,
            "bytes": made.file_bytes,
            "sha256": made.file_sha256,
        },
    )
    try:
        _check_mapping(made, header.mapping, header)
    except HeaderUnclear:
        # The person says which column is which.
        return made
    return _preview(made, table, header)


@transaction.atomic
def map_columns(
    *,
    table_import_id: UUID,
    mapping: Mapping[int, str],
    length_unit: str,
    decimal_mark: str,
    site_id: UUID | None,
) -> TableImport:
    """Say what the columns of a table mean, and work out again what it would do.

    :raises TableImportNotFound: if there is no such import here.
    :raises TableNotDraft: if it is imported already.
    :raises HeaderUnclear: if a column is meant twice, or the code is missing.
    :raises TableUnclear: if unit or decimal mark cannot be, or a document is to mean
        something else.
    :raises SiteNotFound: if the enterprise has no such site.
    """
    found = locked_draft(table_import_id)
    header = header_of(found)
    _check_mapping(found, mapping, header)
    _check_document(found, mapping)
    _check_choices(length_unit, decimal_mark, site_id)
    found.mapping = {str(column): key for column, key in mapping.items()}
    found.length_unit = length_unit
    found.decimal_mark = decimal_mark
    found.site_id = site_id
    return _preview(found, table_of(found), header)


@transaction.atomic
def start_table(*, table_import_id: UUID, by: Actor, at: datetime) -> TableImport:
    """Have a table imported by a job.

    :raises TableImportNotFound: if there is no such import here.
    :raises TableNotDraft: if it is imported already.
    :raises TableUnclear: if its columns are not told yet, or nothing is to be done.
    """
    found = locked_draft(table_import_id)
    if not found.is_previewed:
        raise TableUnclear(
            _("It is not said yet what the columns mean."),
            field="mapping",
            remedy=_("Say which column is the machine code."),
        )
    if not (found.created_count + found.changed_count):
        raise TableUnclear(
            _("The table would change nothing."),
            field="file",
            value=found.file_name,
            remedy=_("Correct what is refused and upload it again.")
            if found.refused_count
            else _("All its machines say the same already."),
        )
    found.state = TableState.APPLYING
    found.asked_by_id = by.user_id
    found.applied_at, found.applied_by = at, by.label
    found.job_id = jobs.enqueue("machines.apply_table", table_import_id=str(found.pk))
    found.save()
    return found


@transaction.atomic
def drop_table(*, table_import_id: UUID) -> None:
    """Throw a table away that was not imported.

    :raises TableImportNotFound: if there is no such import here.
    :raises TableNotDraft: if it is imported already.
    """
    locked_draft(table_import_id).delete()


def locked_draft(table_import_id: UUID) -> TableImport:
    """Return an import that is still to be decided on, locked."""
    found = locked_import(table_import_id)
    if found.state != TableState.DRAFT:
        raise TableNotDraft(
            _("%(file)s is imported already, or is being imported.")
            % {"file": found.file_name},
            field="state",
            value=found.state,
            remedy=_("Upload the file again to import it once more."),
        )
    return found


def locked_import(table_import_id: UUID) -> TableImport:
    """Return an import whose row no one else can change until the commit."""
    found: TableImport | None = (
        TableImport.objects.select_for_update(no_key=True)
        .filter(pk=table_import_id)
        .first()
    )
    return found or selectors.table_import(table_import_id)


def reading_of(found: TableImport, table: Table) -> Reading:
    """Read the machines of a table by what was said of its columns."""
    header = header_of(found)
    choices = Choices(
        mapping={int(column): key for column, key in found.mapping.items()},
        length_unit=found.length_unit,
        decimal_mark=found.decimal_mark,
    )
    return read_machines(table, header, choices, catalog_names())


def header_of(found: TableImport) -> Header:
    """Return the header as it was recognized at the upload."""
    return Header(
        found.header_row,
        tuple(
            Heading(column, text, found.mapping.get(str(column), ""), unit)
            for column, text, unit in found.headings
        ),
    )


def table_of(found: TableImport) -> Table:
    """Return the rows that were uploaded."""
    return Table.from_json(json.loads(zlib.decompress(found.content)))


def keep_refusals(found: TableImport, refusals: Iterable[Refusal]) -> None:
    """Write down why cells were refused, in place of what was written before."""
    found.refusals.all().delete()
    ordered = sorted(refusals, key=lambda one: (one.row, one.cell))
    TableRefusal.objects.bulk_create(
        [
            TableRefusal(
                table_import=found,
                position=position,
                row=one.row,
                cell=one.cell[:300],
                machine_code=one.machine_code[:60],
                field=one.field,
                value=one.value[:200],
                code=one.code,
                problem=one.problem[:300],
                remedy=one.remedy[:500],
            )
            for position, one in enumerate(ordered[:MOST_REFUSALS])
        ],
        batch_size=1000,
    )


def refused_machines(refusals: Iterable[Refusal]) -> int:
    """Count the machines that are left out; a row without a code is one."""
    return len({one.machine_code or f"\n{one.row}" for one in refusals})


def _preview(found: TableImport, table: Table, header: Header) -> TableImport:
    with translation.override(found.language):
        if found.file_kind == device_tables.KIND:
            refusals = _look_at_devices(found, table)
        else:
            refusals = _look_at_rows(found, table)
    found.refused_count = refused_machines(
        one for one in refusals if one.row != header.row
    )
    found.is_previewed = True
    found.save()
    keep_refusals(found, refusals)
    return found


def _look_at_rows(found: TableImport, table: Table) -> list[Refusal]:
    reading = reading_of(found, table)
    planner = Planner(default_site_id=found.site_id)
    for start in range(0, len(reading.machines), CHUNK):
        planner.consider(reading.machines[start : start + CHUNK])
    plan = planner.plan
    found.row_count = reading.row_count
    found.created_count = sum(change.is_new for change in plan.changes)
    found.changed_count = len(plan.changes) - found.created_count
    found.unchanged_count = plan.unchanged
    found.new_sites = sorted(plan.new_sites)
    found.sample = [_shown(change) for change in plan.changes[:SAMPLE]]
    return reading.refusals + plan.refusals


def _look_at_devices(found: TableImport, table: Table) -> list[Refusal]:
    plan = device_tables.plan_table(found, table, for_writing=False)
    found.row_count = len(table.rows)
    found.created_count = sum(change.is_new for change in plan.changes)
    found.changed_count = len(plan.changes) - found.created_count
    found.unchanged_count = len(plan.unchanged)
    found.sample = [device_tables.shown(one) for one in plan.changes[:SAMPLE]]
    return device_tables.refusals_of(plan)


def _shown(change: Change) -> dict[str, Any]:
    stated = change.stated
    said = {**stated.site, **stated.facts, **stated.cost}
    return {
        "row": stated.rows[0],
        "code": stated.code,
        "is_new": change.is_new,
        "facts": {key: _plain(value) for key, value in said.items() if key in BY_KEY},
        "processes": {
            code: {key: _plain(value) for key, value in facts.items()}
            for code, facts in stated.capabilities.items()
        },
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | int | float | str) else str(value)


def _read(raw: bytes, file_name: str) -> tuple[Table, Header, list[dict[str, str]]]:
    kind = document_kinds.kind_of(raw)
    if kind is None and mtconnect.recognizes(raw):
        table, left = device_tables.read_devices(raw)
        return table, Header(0, ()), document_machines.listed(left)
    if kind is None:
        table = table_file.read(raw, name=file_name)
        return table, find_header(table), []
    reading = kind.read(raw, file_name, catalog_names())
    table, header = document_machines.table_of(reading)
    return table, header, document_machines.listed(reading.not_carried)


def _check_mapping(
    found: TableImport, mapping: Mapping[int, str], header: Header
) -> None:
    # Devices have no columns: each says itself what it is.
    if found.file_kind != device_tables.KIND:
        check_mapping(mapping, header)


def _check_document(found: TableImport, mapping: Mapping[int, str]) -> None:
    known = {int(column): key for column, key in found.mapping.items()}
    if found.is_document and dict(mapping) != known:
        raise TableUnclear(
            _("The document itself says what its values mean."),
            field="mapping",
            value=found.file_kind,
            remedy=_("Choose the site only."),
        )


def _packed(table: Table) -> bytes:
    return zlib.compress(json.dumps(table.as_json()).encode(), 6)


def _only_site() -> UUID | None:
    found = list(selectors.sites().values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def _check_choices(length_unit: str, mark: str, site_id: UUID | None) -> None:
    if length_unit not in TableLength.values:
        raise TableUnclear(
            _("%(unit)s is not a unit of lengths here.") % {"unit": length_unit},
            field="length_unit",
            value=length_unit,
            remedy=_("Use one of: %(known)s.")
            % {"known": ", ".join(TableLength.values)},
        )
    if mark not in {".", ","}:
        raise TableUnclear(
            _("%(mark)s is not a decimal mark.") % {"mark": mark},
            field="decimal_mark",
            value=mark,
            remedy=_("Use a point or a comma."),
        )
    if site_id is not None:
        selectors.site(site_id)
