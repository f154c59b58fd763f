"""Reading what work on a machine costs."""

from uuid import UUID

from apps.machines.models import CostModel, Machine
from apps.machines.types import CostInputs


def cost_inputs(machine_id: UUID) -> CostInputs | None:
    """Return what prices on a machine are worked out from, if it is stated."""
    row = CostModel.objects.filter(machine_id=machine_id).first()
    return None if row is None else _cost_inputs(row)


def cost_model_of(machine: Machine) -> CostModel | None:
    """Return the row itself of a machine whose costs are stated."""
    # The reverse of a one-to-one raises where there is none.
    found: CostModel | None = getattr(machine, "costmodel", None)
    return found


def _cost_inputs(row: CostModel) -> CostInputs:
    return CostInputs(
        currency=row.currency,
        hourly_rate=row.hourly_rate,
        setup_minutes=row.setup_minutes,
        setup_rate=row.setup_rate,
        programming_hours=row.programming_hours,
        programming_rate=row.programming_rate,
        inspection_minutes_per_part=row.inspection_minutes_per_part,
        material_markup_percent=row.material_markup_percent,
        scrap_percent=row.scrap_percent,
        margin_percent=row.margin_percent,
        minimum_charge=row.minimum_charge,
        removal_cm3_per_min=row.removal_cm3_per_min,
        finishing_cm2_per_min=row.finishing_cm2_per_min,
    )
