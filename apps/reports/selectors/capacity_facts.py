"""Machine weeks, and the reservations behind them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.capacity import selectors as capacity
from apps.capacity.types import ReservationKind, ReservationState
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.orders import selectors as orders
from apps.reports.types import (
    CapacityFacts,
    CapacityParameters,
    MachineWeek,
    MachineWeeks,
    ReservationFact,
)


def capacity_facts(
    parameters: CapacityParameters, period: Period, *, at: datetime
) -> CapacityFacts:
    """Return the weeks of the machines asked for, or of all that are in use."""
    found = machines.machines_of()
    if parameters.machine_ids:
        found = found.filter(pk__in=parameters.machine_ids)
    else:
        found = found.in_use()
    by_id = {machine.pk: machine for machine in found}
    loads = capacity.week_load(
        machine_ids=list(by_id),
        from_monday=parameters.starts_on,
        weeks=parameters.weeks,
        at=at,
    )
    codes = {machine.pk: machine.code for machine in by_id.values()}
    return CapacityFacts(
        machines=tuple(
            MachineWeeks(
                machine_id=load.machine_id,
                code=by_id[load.machine_id].code,
                name=by_id[load.machine_id].label,
                weeks=tuple(
                    MachineWeek(
                        monday=week.monday,
                        total_minutes=week.total_minutes,
                        held_minutes=week.held_minutes,
                        booked_minutes=week.booked_minutes,
                        maintenance_minutes=week.maintenance_minutes,
                    )
                    for week in load.weeks
                ),
            )
            for load in loads
        ),
        reservations=_reservations(codes, period, at=at),
    )


def _reservations(
    codes: dict[UUID, str], period: Period, *, at: datetime
) -> tuple[ReservationFact, ...]:
    rows = list(capacity.reservations_of(list(codes), period, at=at))
    numbers = _numbers(rows)
    facts = [
        ReservationFact(
            machine_code=codes[row.machine_id],
            starts_at=row.start,
            ends_at=row.finish,
            minutes=row.minutes,
            kind=str(ReservationKind(row.kind).label),
            state=str(ReservationState(row.state).label),
            reference=numbers.get(row.order_id) or numbers.get(row.quote_id) or "",
        )
        for row in rows
    ]
    return tuple(sorted(facts, key=lambda each: (each.machine_code, each.starts_at)))


def _numbers(reservations: Iterable[Any]) -> dict[UUID | None, str]:
    """Return the numbers of the orders and quotes that time is reserved for."""
    order_ids = {row.order_id for row in reservations if row.order_id}
    quote_ids = {row.quote_id for row in reservations if row.quote_id}
    numbers: dict[UUID | None, str] = {}
    for found, keys in ((orders.orders(), order_ids), (orders.quotes(), quote_ids)):
        rows = found.filter(pk__in=keys).select_related(None).only("number")
        numbers.update({row.pk: row.number for row in rows})
    return numbers
