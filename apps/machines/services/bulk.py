"""Changing many machines at once: each whole or not at all, and all of it undoable."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from apps.audit import selectors as audited
from apps.audit import services as audit
from apps.audit.types import Subject
from apps.kernel.errors import Conflict, DomainError, InvalidInput
from apps.kernel.identifiers import uuid7
from apps.machines import selectors
from apps.machines.models import CostModel, Machine
from apps.machines.services.bulk_planning import (
    Ground,
    Planned,
    check_change,
    plan,
    refused,
)
from apps.machines.services.machines import changed_meanwhile, write_machine
from apps.machines.services.publishing import refresh_listing
from apps.machines.services.writing import write
from apps.machines.types import BulkItem, BulkOutcome, MachineChange
from tenants import jobs
from tenants.types import Actor

# Up to here a reader waits for it; more is done by a job.
MOST_AT_ONCE = 200
MOST_BY_A_JOB = 5_000
# A record names so many machines that were refused, and counts the others.
MOST_NAMED = 500
CHUNK = 100
BULK = "machine_change"


class TooManyToChange(InvalidInput):
    """More machines than are changed in one go."""

    code = "too_many_machines"


class BulkRefused(Conflict):
    """A change of many machines was to be done as a whole, and some are refused.

    `facts["errors"]` names each.
    """

    code = "bulk_refused"


class ChangeUndone(Conflict):
    """The change was taken back already."""

    code = "change_undone"


def preview_changes(items: Iterable[BulkItem]) -> list[BulkOutcome]:
    """Say what changes would do to each machine, and write nothing.

    :raises NothingAsked: if a change asks nothing.
    :raises ImpossibleFigure: if a figure of a change cannot be.
    """
    wanted = list(items)
    known = _known(wanted, is_locked=False)
    ground = Ground.of(_checked(wanted), is_locked=False)
    return [_outcome(item, known.get(item.machine_id), ground)[0] for item in wanted]


@transaction.atomic
def change_machines(
    *,
    items: Sequence[BulkItem],
    by: Actor,
    at: datetime,
    bulk_id: UUID | None = None,
    is_strict: bool = False,
    undo_of: UUID | None = None,
) -> list[BulkOutcome]:
    """Change machines, each whole or not at all; strictly, all of them or none.

    One that was changed since the caller saw it is refused and named.

    :raises TooManyToChange: if they are more than are changed in one go.
    :raises NothingAsked: if a change asks nothing.
    :raises ImpossibleFigure: if a figure of a change cannot be.
    :raises BulkRefused: if it is strict and a machine is refused.
    """
    check_count(len(items), MOST_BY_A_JOB)
    changes = _checked(items)
    known = _known(items, is_locked=True)
    ground = Ground.of(changes, is_locked=True)
    bulk_id = bulk_id or uuid7()
    outcomes = []
    for number, item in enumerate(items, start=1):
        # Each machine once: what comes second is of an older version.
        machine = known.pop(item.machine_id, None)
        outcome, planned = _outcome(item, machine, ground)
        if planned is not None and planned.changed:
            _write(planned, bulk_id, by=by, at=at)
        outcomes.append(outcome)
        if number % CHUNK == 0:
            jobs.report_progress(
                percent=100 * number // len(items),
                note=_("%(done)d of %(all)d machines")
                % {"done": number, "all": len(items)},
            )
    if is_strict:
        _check_all(outcomes)
    _record(bulk_id, items, outcomes, by=by, at=at, undo_of=undo_of)
    return outcomes


@transaction.atomic
def start_change(
    *, items: Sequence[BulkItem], by: Actor, undo_of: UUID | None = None
) -> tuple[UUID, UUID]:
    """Have a job change machines; return the ids of the change and of the job.

    :raises TooManyToChange: if they are more than are changed in one go.
    :raises NothingAsked: if a change asks nothing.
    :raises ImpossibleFigure: if a figure of a change cannot be.
    """
    check_count(len(items), MOST_BY_A_JOB)
    changes = {id(item.change): item.change for item in items}
    for change in changes.values():
        check_change(change)
    places = {key: place for place, key in enumerate(changes)}
    bulk_id = uuid7()
    job_id = jobs.enqueue(
        "machines.change_machines",
        bulk_id=str(bulk_id),
        asked=[change.as_json() for change in changes.values()],
        seen=[
            [str(item.machine_id), item.version, places[id(item.change)]]
            for item in items
        ],
        asker={"user_id": by.user_id and str(by.user_id), "label": by.label},
        language=get_language() or "en",
        undo_of=undo_of and str(undo_of),
    )
    return bulk_id, job_id


def change_as_asked(
    *,
    bulk_id: UUID,
    asked: Sequence[Mapping[str, Any]],
    seen: Sequence[Sequence[Any]],
    asker: Mapping[str, Any],
    language: str,
    at: datetime,
    undo_of: UUID | None = None,
) -> None:
    """Do what `start_change` wrote down; nothing if that is done already."""
    if audited.history_of((BULK, bulk_id, "")).exists():
        return
    changes = [MachineChange.from_json(said) for said in asked]
    user_id = asker.get("user_id")
    with translation.override(language):
        change_machines(
            items=[
                BulkItem(UUID(machine_id), version, changes[place])
                for machine_id, version, place in seen
            ],
            bulk_id=bulk_id,
            undo_of=undo_of,
            by=Actor(user_id=user_id and UUID(user_id), label=asker["label"]),
            at=at,
        )


@transaction.atomic
def undo_change(*, bulk_id: UUID, by: Actor, at: datetime) -> tuple[UUID, UUID | None]:
    """Make the machines of a change what they were, by a change of its own.

    One that was changed since stays, and is named. Return the id of the new change,
    and of the job that does it if they are many.

    :raises ChangeNotFound: if the enterprise made no such change.
    :raises ChangeUndone: if it was taken back already.
    """
    record = selectors.bulk_change(bulk_id)
    if selectors.is_undone(bulk_id):
        raise ChangeUndone(
            _("The change is taken back already."),
            field="bulk_id",
            value=str(bulk_id),
            remedy=_("Change the machines anew."),
        )
    items = [
        BulkItem(
            UUID(event.subject_id),
            event.facts["version"],
            MachineChange.from_json(event.facts["before"]),
        )
        for event in selectors.changes_of(record)
    ]
    audit.record(
        verb="machine_change.undone",
        subject=_subject(bulk_id, len(items)),
        by=by,
        at=at,
    )
    if len(items) > MOST_AT_ONCE:
        return start_change(items=items, by=by, undo_of=bulk_id)
    undo_id = uuid7()
    change_machines(items=items, bulk_id=undo_id, undo_of=bulk_id, by=by, at=at)
    return undo_id, None


def check_count(count: int, most: int) -> None:
    """Refuse none, and more machines than are changed in one go.

    :raises TooManyToChange: if they are none or too many.
    """
    if not count:
        raise TooManyToChange(
            _("No machine is chosen."),
            field="items",
            value=0,
            remedy=_("Choose the machines that are to be changed."),
        )
    if count > most:
        raise TooManyToChange(
            _("%(count)d machines are too many to change in one go.")
            % {"count": count},
            field="items",
            value=count,
            remedy=_("Choose %(most)d machines at most.") % {"most": most},
        )


def _checked(items: Iterable[BulkItem]) -> list[MachineChange]:
    changes = list({id(item.change): item.change for item in items}.values())
    for change in changes:
        check_change(change)
    return changes


def _known(items: Sequence[BulkItem], *, is_locked: bool) -> dict[UUID, Machine]:
    ids = [item.machine_id for item in items]
    if is_locked:
        # All before the first is written, and always in this order: two changes of
        # the same machines wait for each other instead of blocking each other.
        rows = Machine.objects.filter(pk__in=ids).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))
    found = Machine.objects.with_offers().filter(pk__in=ids)
    return {machine.pk: machine for machine in found}


def _outcome(
    item: BulkItem, machine: Machine | None, ground: Ground
) -> tuple[BulkOutcome, Planned | None]:
    if machine is None:
        missing = selectors.machine_not_found(item.machine_id)
        return BulkOutcome(item.machine_id, "", item.version, error=missing), None
    code = machine.code
    try:
        if machine.version != item.version:
            raise changed_meanwhile(code, item.version)
        planned = plan(machine, item.change, ground)
    except DomainError as error:
        return BulkOutcome(machine.pk, code, item.version, error=error), None
    version = machine.version + bool(planned.changed)
    return BulkOutcome(machine.pk, code, version, planned.changed), planned


def _write(planned: Planned, bulk_id: UUID, *, by: Actor, at: datetime) -> None:
    machine = planned.machine
    if planned.changed.get("is_published", [None, None])[1]:
        machine.published_at, machine.published_by = at, by.label
    machine.version += 1
    write_machine(machine)
    for row in planned.capabilities:
        write(row)
    if planned.cost is not None:
        write(planned.cost)
    if planned.drops_costs:
        CostModel.objects.filter(machine=machine).delete()
    audit.record(
        verb="machine.changed_in_bulk",
        subject=machine,
        by=by,
        at=at,
        facts={
            "bulk_id": bulk_id,
            "version": machine.version,
            "changed": planned.changed,
            "before": planned.before,
        },
    )
    if machine.is_published or "is_published" in planned.changed:
        refresh_listing(machine.pk)


def _check_all(outcomes: Sequence[BulkOutcome]) -> None:
    wrong = [(place, one) for place, one in enumerate(outcomes) if one.error]
    if not wrong:
        return
    raise BulkRefused(
        ngettext(
            "%(count)d machine is refused, so none is changed.",
            "%(count)d machines are refused, so none is changed.",
            len(wrong),
        )
        % {"count": len(wrong)},
        remedy=_("Correct or leave out what is refused."),
        facts={
            "errors": [
                {
                    "field": f"items.{place}",
                    "code": one.error.code,
                    "detail": str(one.error),
                }
                for place, one in wrong
                if one.error
            ]
        },
    )


def _record(
    bulk_id: UUID,
    items: Sequence[BulkItem],
    outcomes: Sequence[BulkOutcome],
    *,
    by: Actor,
    at: datetime,
    undo_of: UUID | None,
) -> None:
    wrong = [one for one in outcomes if one.error]
    changed = sum(bool(one.changed) for one in outcomes)
    asked = items[0].change
    is_one = all(item.change is asked for item in items)
    audit.record(
        verb="machine_change.applied",
        subject=_subject(bulk_id, len(items)),
        by=by,
        at=at,
        facts={
            "asked": asked.as_json() if is_one else {},
            "changed": changed,
            "unchanged": len(outcomes) - changed - len(wrong),
            "refused": len(wrong),
            "refusals": [
                {"machine": one.code or str(one.machine_id), **refused(one.error)}
                for one in wrong[:MOST_NAMED]
                if one.error
            ],
            "undo_of": undo_of,
        },
    )


def _subject(bulk_id: UUID, count: int) -> Subject:
    return Subject(type=BULK, id=str(bulk_id), label=f"{count} machines")
