"""What a part takes on a reference machine, so that demands can be compared at all.

Prices and promises come from sellers' own cost models; this is the yardstick by which
listings are scored before anyone has answered: an ordinary machine of the trade.
"""

from dataclasses import dataclass
from decimal import Decimal

from apps.kernel.money import Money
from apps.orders.rules import pricing
from apps.orders.types import CostInputs, PartFacts, PriceLine

REFERENCE_COST = CostInputs(
    currency="EUR",
    hourly_rate=Decimal(60),
    setup_minutes=Decimal(90),
    setup_rate=Decimal(50),
    programming_hours=Decimal(2),
    programming_rate=Decimal(60),
    inspection_minutes_per_part=Decimal(3),
    material_markup_percent=Decimal(10),
    scrap_percent=Decimal(3),
    margin_percent=Decimal(15),
    minimum_charge=Decimal(100),
    removal_cm3_per_min=Decimal(60),
    finishing_cm2_per_min=Decimal(40),
)

# Two sides of a round part are alike, and a solid cylinder fills pi/4 of its box.
ROUND_SIDES_APART = 0.005
ROUND_FILLS_AT_MOST = 0.7855


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a batch takes on the reference machine."""

    work_minutes: int
    material_cost_eur: Decimal
    total_eur: Decimal


def estimate(
    *,
    volume_mm3: float,
    area_mm2: float,
    size_mm: tuple[float, float, float],
    density_kg_m3: int,
    removal_factor: Decimal,
    price_eur_kg: Decimal,
    process_code: str,
    quantity: int,
) -> Estimate:
    """Work out a batch on the reference machine."""
    x, y, z = size_mm
    price = pricing.price(
        REFERENCE_COST,
        PartFacts(
            volume_mm3=Decimal(str(volume_mm3)),
            area_mm2=Decimal(str(area_mm2)),
            size_x_mm=Decimal(str(x)),
            size_y_mm=Decimal(str(y)),
            size_z_mm=Decimal(str(z)),
            density_kg_m3=Decimal(density_kg_m3),
            removal_factor=removal_factor,
            material_price_per_kg=Money(price_eur_kg, "EUR"),
        ),
        quantity=quantity,
        process_code=process_code,
    )
    material = sum(
        (line.amount for line in price.lines if line.code == PriceLine.MATERIAL),
        Decimal(0),
    )
    return Estimate(
        work_minutes=max(1, price.machine_minutes),
        material_cost_eur=material,
        total_eur=price.total,
    )


def round_size(
    size_mm: tuple[float, float, float], volume_mm3: float
) -> tuple[float, float] | None:
    """Return diameter and length of a part that looks turned, else None.

    Known from box and volume alone, so it is a presumption: two sides alike, and no
    more volume than the cylinder between them.
    """
    long, middle, short = sorted(size_mm, reverse=True)
    if volume_mm3 > ROUND_FILLS_AT_MOST * long * middle * short:
        return None
    if middle - short <= ROUND_SIDES_APART * middle:
        return (middle, long)
    if long - middle <= ROUND_SIDES_APART * long:
        return (long, short)
    return None


def coarse(degrees: float | None) -> float | None:
    """Round a coordinate to a tenth of a degree: some 10 km."""
    return None if degrees is None else round(degrees, 1)
