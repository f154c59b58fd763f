"""How long a batch keeps a machine, in working minutes."""

from decimal import ROUND_CEILING, Decimal

from apps.capacity.types import FULL_EFFICIENCY

PARTS_OF_A_MINUTE = 1000
"""Minutes per part are counted in thousandths, so that all of it is whole numbers."""


def thousandths(minutes: Decimal) -> int:
    """Return minutes in thousandths; what is finer counts as a whole one."""
    return int((minutes * PARTS_OF_A_MINUTE).to_integral_value(ROUND_CEILING))


def working_minutes(
    quantity: int,
    *,
    setup_minutes: int,
    part_thousandths: int,
    efficiency_percent: int = FULL_EFFICIENCY,
) -> int:
    """Return the working minutes of a batch: setup and all parts, rounded up once.

    At an efficiency of 80 % ten minutes of progress take 12.5 of working time. Setup
    is work like any other, so it is divided too.
    """
    progress = setup_minutes * PARTS_OF_A_MINUTE + quantity * part_thousandths
    return -(-progress * FULL_EFFICIENCY // (efficiency_percent * PARTS_OF_A_MINUTE))
