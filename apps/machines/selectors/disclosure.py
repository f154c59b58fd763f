"""Reading who may see which fact of a machine."""

from uuid import UUID

from apps.machines.models import FactDisclosure, Machine
from apps.machines.rules import circles
from apps.machines.types import DisclosedFact, FactCircle
from tenants.types import Circle


def circles_of(machine: Machine) -> tuple[FactCircle, ...]:
    """Return who may see each fact of a machine, and whose choice that is."""
    chosen = _chosen(machine.pk)
    return circles.resolved(chosen[None], chosen[machine.pk])


def enterprise_circles() -> tuple[FactCircle, ...]:
    """Return who may see each fact of the machines that have no choice of their own."""
    return circles.resolved(_chosen(None)[None], {})


def machines_with_choices() -> list[Machine]:
    """Return the machines that differ from the enterprise's choices, by code."""
    return list(
        Machine.objects.filter(disclosures__isnull=False).distinct().order_by("code")
    )


def _chosen(machine_id: UUID | None) -> dict[UUID | None, dict[DisclosedFact, Circle]]:
    found: dict[UUID | None, dict[DisclosedFact, Circle]] = {None: {}, machine_id: {}}
    rows = FactDisclosure.objects.of_machine_or_all(machine_id)
    for key, fact, circle in rows.values_list("machine_id", "fact", "circle"):
        found[key][DisclosedFact(fact)] = Circle(circle)
    return found
