"""Which work centers a shop of the demo keeps."""

from collections.abc import Iterable

from apps.demo.data.work_centers import DEPARTMENTS
from apps.demo.types import Department, MachinePlan

# A smaller shop knows its machines by heart.
FEWEST_MACHINES = 4


def departments_of(machines: Iterable[MachinePlan]) -> dict[str, Department]:
    """Return the work centers that a shop keeps, by the trades of their machines.

    A shop whose machines are few, or all of one department, keeps none.
    """
    trades = [machine.model.trade for machine in machines]
    kept = {
        trade: one for one in DEPARTMENTS for trade in one.trades if trade in trades
    }
    codes = {one.code for one in kept.values()}
    return kept if len(trades) >= FEWEST_MACHINES and len(codes) > 1 else {}
