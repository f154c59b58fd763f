"""Showing machines to other enterprises, and ceasing to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.kernel.errors import Conflict, DomainError
from apps.machines import selectors
from apps.machines.models import Machine, MachineQuerySet
from apps.machines.services.writing import locked_machine
from apps.machines.types import MachineState, MissingFact
from tenants import jobs
from tenants.types import Actor

PUBLISH_JOB = "exchange.publish_machine"


class MachineIncomplete(DomainError):
    """The machine does not say enough of itself for others to judge it."""

    code = "machine_incomplete"


class MachineRetired(Conflict):
    """The machine is no longer in use."""

    code = "machine_retired"


@transaction.atomic
def publish_machine(*, machine_id: UUID, by: Actor, at: datetime) -> Machine:
    """Show a machine in the exchange; again, if it is shown already.

    :raises MachineNotFound: if the enterprise has none of this id.
    :raises MachineRetired: if it is no longer in use.
    :raises MachineIncomplete: if it does not say what others need to know.
    """
    machine = locked_machine(machine_id)
    if machine.state == MachineState.RETIRED:
        raise machine_retired(machine)
    _check_complete(machine)
    if not machine.is_published:
        machine.published_at = at
        machine.published_by = by.label
        machine.version += 1
        machine.save()
        audit.record(
            verb="machine.published",
            subject=machine,
            by=by,
            at=at,
            facts={"version": machine.version},
        )
    refresh_listing(machine.pk)
    return machine


@transaction.atomic
def withdraw_machine(*, machine_id: UUID, by: Actor, at: datetime) -> Machine:
    """Take a machine out of the exchange.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    machine = locked_machine(machine_id)
    if machine.is_published:
        unpublish(machine)
        machine.version += 1
        machine.save()
        audit.record(
            verb="machine.withdrawn",
            subject=machine,
            by=by,
            at=at,
            facts={"version": machine.version},
        )
    refresh_listing(machine.pk)
    return machine


def unpublish(machine: Machine) -> None:
    """Mark a locked machine as shown to nobody; the caller saves it."""
    machine.published_at = None
    machine.published_by = ""


def note_change(
    machine: Machine,
    *,
    verb: str,
    by: Actor,
    at: datetime,
    facts: Mapping[str, object],
    was_published: bool | None = None,
) -> None:
    """Record a change of a locked machine and let the exchange know of it.

    :raises MachineIncomplete: if a published machine would no longer say enough.
    """
    if machine.is_published:
        _check_complete(machine)
    audit.record(verb=verb, subject=machine, by=by, at=at, facts=facts)
    if machine.is_published or was_published:
        refresh_listing(machine.pk)


def refresh_listings(machines: MachineQuerySet) -> None:
    """Let the exchange read those of the machines again that are published."""
    for machine_id in machines.published().order_by("pk").values_list("pk", flat=True):
        refresh_listing(machine_id)


def refresh_listing(machine_id: UUID) -> None:
    """Let the exchange read a machine again."""
    # One waiting job is enough: it reads what is true when it runs.
    jobs.enqueue(
        PUBLISH_JOB, dedup_key=f"machine:{machine_id}", machine_id=str(machine_id)
    )


def _check_complete(machine: Machine) -> None:
    fresh = Machine.objects.with_offers().get(pk=machine.pk)
    missing = selectors.missing_facts(fresh)
    if missing:
        raise machine_incomplete(machine, missing)


def machine_retired(machine: Machine) -> MachineRetired:
    """Say that nobody is shown a machine that is not in use."""
    return MachineRetired(
        _("%(code)s is retired.") % {"code": machine.code},
        field="state",
        value=machine.state,
        remedy=_("Put it back into use first."),
    )


def machine_incomplete(
    machine: Machine, missing: Sequence[MissingFact]
) -> MachineIncomplete:
    """Say what a machine lacks before others could judge it."""
    words = selectors.words_of(missing)
    return MachineIncomplete(
        _("%(code)s cannot be shown to others: it does not say its %(missing)s.")
        % {"code": machine.code, "missing": ", ".join(words)},
        field=missing[0].key.value,
        remedy=_("State what is missing, then publish it."),
        facts={
            "missing": [
                {"fact": fact.key.value, "process_code": fact.process_code}
                for fact in missing
            ]
        },
    )
