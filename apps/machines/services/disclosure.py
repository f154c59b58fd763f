"""Choosing who may see which fact of a machine."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.audit.types import Subject
from apps.machines import selectors
from apps.machines.models import FactDisclosure, Machine
from apps.machines.services.publishing import note_change, refresh_listings
from apps.machines.services.writing import locked_machine
from apps.machines.types import DisclosedFact, FactCircle
from tenants import context
from tenants.types import Actor, Circle

# None: no choice of its own, the next wider rule holds.
Choices = Mapping[DisclosedFact, Circle | None]


def choose_circle(
    *,
    fact: DisclosedFact,
    circle: Circle,
    by: Actor,
    at: datetime,
    machine_id: UUID | None = None,
) -> tuple[FactCircle, ...]:
    """Choose who may see a fact of a machine, or of all machines.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    return choose_circles(choices={fact: circle}, by=by, at=at, machine_id=machine_id)


def clear_choice(
    *, fact: DisclosedFact, by: Actor, at: datetime, machine_id: UUID | None = None
) -> tuple[FactCircle, ...]:
    """Let the wider rule say who may see a fact: the enterprise's, or Spindle's.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    return choose_circles(choices={fact: None}, by=by, at=at, machine_id=machine_id)


@transaction.atomic
def choose_circles(
    *, choices: Choices, by: Actor, at: datetime, machine_id: UUID | None = None
) -> tuple[FactCircle, ...]:
    """Choose for several facts at once; what is not named stays as it is.

    Listings of published machines follow. A choice that changes nothing leaves no
    trace. Returns who may see each fact now.

    :raises MachineNotFound: if the enterprise has none of this id.
    """
    machine = None if machine_id is None else locked_machine(machine_id)
    changed = _write(machine, choices)
    if machine is not None:
        if changed:
            machine.version += 1
            machine.save()
            note_change(
                machine, verb="machine.disclosure_chosen", by=by, at=at, facts=changed
            )
        return selectors.circles_of(machine)
    if changed:
        owner = context.current()
        audit.record(
            verb="enterprise.disclosure_chosen",
            subject=Subject(type="enterprise", id=str(owner.id), label=owner.name),
            by=by,
            at=at,
            facts=changed,
        )
        refresh_listings(Machine.objects.all())
    return selectors.enterprise_circles()


def _write(machine: Machine | None, choices: Choices) -> dict[str, str]:
    rows = FactDisclosure.objects.filter(machine=machine)
    known = dict(rows.select_for_update().values_list("fact", "circle"))
    changed = {}
    for fact, circle in sorted(choices.items()):
        if known.get(fact) == circle:
            continue
        if circle is None:
            rows.filter(fact=fact).delete()
        else:
            # Another may have chosen for the same fact since: the later one holds.
            FactDisclosure.objects.update_or_create(
                machine=machine, fact=fact, defaults={"circle": circle}
            )
        changed[fact.value] = "" if circle is None else circle.value
    return changed
