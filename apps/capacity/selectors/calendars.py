"""Which calendar a machine follows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Prefetch, Q

from apps.capacity.models import Calendar, CalendarException, CalendarQuerySet, Shift
from apps.capacity.rules.inheritance import Said, Standing, facts_of
from apps.capacity.types import (
    ENTERPRISE_LEVEL,
    CalendarDraft,
    CalendarFacts,
    CalendarLevel,
    PlannedException,
    ShiftTime,
)
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import Placement
from tenants import context


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What every level says of some machines, and where these stand."""

    machine_ids: tuple[UUID, ...]
    placements: Mapping[UUID, Placement]
    drafts: Mapping[CalendarLevel, CalendarDraft]
    clock: str

    def replaced(self, level: CalendarLevel, draft: CalendarDraft) -> "Inheritance":
        """Return it as it would be if a level said something else."""
        return replace(self, drafts={**self.drafts, level: draft})

    def facts(self) -> dict[UUID, CalendarFacts]:
        """Return what the rules need to know of each machine's calendar."""
        # Machines of one chain and one place share what they come to.
        known: dict[tuple[object, ...], CalendarFacts] = {}
        answer = {}
        for machine_id in self.machine_ids:
            said = self._said(machine_id)
            standing = self._standing(machine_id)
            key = (tuple(level for level, _draft in said), standing)
            if key not in known:
                known[key] = facts_of(
                    [Said(level.kind, draft) for level, draft in said], standing
                )
            answer[machine_id] = known[key]
        return answer

    def _said(self, machine_id: UUID) -> list[tuple[CalendarLevel, CalendarDraft]]:
        levels = levels_over(machine_id, self.placements.get(machine_id))
        return [(level, self.drafts[level]) for level in levels if level in self.drafts]

    def _standing(self, machine_id: UUID) -> Standing:
        placement = self.placements.get(machine_id)
        if placement is None:
            return Standing(self.clock)
        return Standing(placement.time_zone, placement.holidays)


def levels_over(
    machine_id: UUID, placement: Placement | None
) -> tuple[CalendarLevel, ...]:
    """Return the levels of a machine from the top down, its own last."""
    levels = [ENTERPRISE_LEVEL]
    if placement is not None:
        levels.append(CalendarLevel(site_id=placement.site_id))
        if placement.work_center_id is not None:
            levels.append(CalendarLevel(work_center_id=placement.work_center_id))
    return (*levels, CalendarLevel(machine_id=machine_id))


def inheritance_of(machine_ids: Collection[UUID]) -> Inheritance:
    """Read what every level says of machines, in as many queries for many as for one."""
    wanted = tuple(dict.fromkeys(machine_ids))
    clock = context.current().time_zone
    if not wanted:
        return Inheritance((), {}, {}, clock)
    placements = machines.placements_of(wanted)
    rows = with_facts(
        Calendar.objects.filter(
            Q(machine_id__in=wanted)
            | Q(site_id__in={one.site_id for one in placements.values()})
            | Q(
                work_center_id__in={
                    one.work_center_id
                    for one in placements.values()
                    if one.work_center_id is not None
                }
            )
            | of_level(ENTERPRISE_LEVEL)
        )
    )
    return Inheritance(
        wanted, placements, {level_of(row): draft_of(row) for row in rows}, clock
    )


def calendar_facts(machine_ids: Collection[UUID]) -> dict[UUID, CalendarFacts]:
    """Return what the rules need to know of each machine's calendar.

    Each level takes from those above what it does not say: the week, the holidays, the
    efficiency; exceptions add up. A machine without any week has one without shifts.
    """
    return inheritance_of(machine_ids).facts()


def calendar_of(machine_id: UUID | None) -> Calendar | None:
    """Return the calendar that has a machine's week, with shifts and exceptions.

    Its own if it has a week, else that of the next level above that has one; without a
    machine the enterprise's. Where it names no time zone, the site's is filled in.
    """
    if machine_id is None:
        enterprise = with_facts(
            Calendar.objects.filter(of_level(ENTERPRISE_LEVEL))
        ).first()
        return _with_clock(enterprise, context.current().time_zone)
    placement = machines.placements_of([machine_id]).get(machine_id)
    levels = levels_over(machine_id, placement)
    rows = {
        level_of(row): row
        for row in with_facts(Calendar.objects.filter(of_levels(levels)))
        if row.has_week
    }
    found = next((rows[level] for level in reversed(levels) if level in rows), None)
    return _with_clock(
        found, placement.time_zone if placement else context.current().time_zone
    )


def machines_under(level: CalendarLevel) -> list[UUID]:
    """Return the machines that a level's calendar may concern, by their keys."""
    rows = machines.machines_of(
        site_id=level.site_id, work_center_id=level.work_center_id
    )
    if level.machine_id is not None:
        rows = rows.filter(pk=level.machine_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def with_facts(rows: CalendarQuerySet) -> CalendarQuerySet:
    """Read calendars with their shifts and exceptions."""
    found: CalendarQuerySet = rows.prefetch_related(
        Prefetch("shifts", Shift.objects.in_order())
    ).prefetch_related(Prefetch("exceptions", CalendarException.objects.as_added()))
    return found


def level_of(calendar: Calendar) -> CalendarLevel:
    """Return what a calendar is of."""
    return CalendarLevel(calendar.site_id, calendar.work_center_id, calendar.machine_id)


def draft_of(calendar: Calendar) -> CalendarDraft:
    """Return all that a calendar says, read with its shifts and exceptions."""
    return CalendarDraft(
        shifts=tuple(
            ShiftTime(
                weekday=shift.weekday,
                starts=shift.starts,
                ends=shift.ends,
                break_minutes=shift.break_minutes,
                break_starts=shift.break_starts,
            )
            for shift in calendar.shifts.all()
        )
        if calendar.has_week
        else None,
        exceptions=tuple(
            PlannedException(
                Period(exception.period.lower, exception.period.upper),
                exception.working,
                exception.reason,
                exception.pk,
            )
            for exception in calendar.exceptions.all()
        ),
        time_zone=calendar.time_zone,
        holiday_country=calendar.holiday_country,
        keeps_exceptions=calendar.keeps_exceptions,
        efficiency_percent=calendar.efficiency_percent,
    )


def of_level(level: CalendarLevel) -> Q:
    """Keep the calendar of a level."""
    return Q(
        site_id=level.site_id,
        work_center_id=level.work_center_id,
        machine_id=level.machine_id,
    )


def of_levels(levels: Iterable[CalendarLevel]) -> Q:
    """Keep the calendars of several levels."""
    wanted = Q()
    for level in levels:
        wanted |= of_level(level)
    return wanted


def _with_clock(calendar: Calendar | None, clock: str) -> Calendar | None:
    if calendar is not None:
        calendar.time_zone = calendar.time_zone or clock
    return calendar
