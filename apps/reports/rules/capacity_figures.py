"""Utilization worked out from machine weeks; nothing is rounded but percentages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.reports.rules import formats
from apps.reports.types import MachineWeek, MachineWeeks


@dataclass(frozen=True, slots=True)
class Load:
    """Working minutes, and what they are given to."""

    total_minutes: int = 0
    held_minutes: int = 0
    booked_minutes: int = 0
    maintenance_minutes: int = 0

    @property
    def reserved_minutes(self) -> int:
        """Minutes that nobody else can have."""
        return self.held_minutes + self.booked_minutes + self.maintenance_minutes

    @property
    def free_minutes(self) -> int:
        """Minutes still to be had."""
        return self.total_minutes - self.reserved_minutes

    @property
    def work_minutes(self) -> int:
        """Minutes given to work for somebody: held and booked."""
        return self.held_minutes + self.booked_minutes

    @property
    def utilization(self) -> Decimal | None:
        """Share of the working time given to work, in percent."""
        return formats.share(self.work_minutes, self.total_minutes)


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """The load of one machine, over all weeks and in each."""

    machine_id: UUID
    code: str
    name: str
    load: Load
    weeks: tuple[tuple[date, Load], ...]


@dataclass(frozen=True, slots=True)
class CapacityFigures:
    """The load of all machines, in total, by week and by machine."""

    load: Load
    weeks: tuple[tuple[date, Load], ...]
    machines: tuple[MachineFigures, ...]

    @property
    def busiest_machine(self) -> MachineFigures | None:
        """The machine with the highest utilization, if any works at all."""
        return max(self._working, key=_utilization_of, default=None)

    @property
    def freest_week(self) -> tuple[date, Load] | None:
        """The week with the most free time."""
        with_time = [week for week in self.weeks if week[1].free_minutes > 0]
        return max(with_time, key=lambda week: week[1].free_minutes, default=None)

    @property
    def _working(self) -> list[MachineFigures]:
        return [each for each in self.machines if each.load.total_minutes]


def work_out(machines: Iterable[MachineWeeks]) -> CapacityFigures:
    """Add machine weeks up, by machine and by week; machines go by their code."""
    by_week: dict[date, list[MachineWeek]] = {}
    by_machine = []
    for machine in sorted(machines, key=lambda each: each.code.casefold()):
        for week in machine.weeks:
            by_week.setdefault(week.monday, []).append(week)
        by_machine.append(
            MachineFigures(
                machine_id=machine.machine_id,
                code=machine.code,
                name=machine.name,
                load=_sum(machine.weeks),
                weeks=tuple((week.monday, _sum([week])) for week in machine.weeks),
            )
        )
    return CapacityFigures(
        load=_sum(week for machine in by_week.values() for week in machine),
        weeks=tuple((monday, _sum(by_week[monday])) for monday in sorted(by_week)),
        machines=tuple(by_machine),
    )


def _sum(weeks: Iterable[MachineWeek]) -> Load:
    total = held = booked = maintenance = 0
    for week in weeks:
        total += week.total_minutes
        held += week.held_minutes
        booked += week.booked_minutes
        maintenance += week.maintenance_minutes
    return Load(total, held, booked, maintenance)


def _utilization_of(machine: MachineFigures) -> Decimal:
    return machine.load.utilization or Decimal(0)
