"""Which calendar a machine follows."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Prefetch, Q

from apps.capacity.models import Calendar, CalendarException, Shift
from apps.capacity.types import (
    CalendarFacts,
    ShiftTime,
    WorkingException,
    WorkingWeek,
)
from apps.kernel.periods import Period
from tenants import context


def calendar_of(machine_id: UUID | None) -> Calendar | None:
    """Return the calendar that a machine follows, with shifts and exceptions.

    Its own if it has one, else the enterprise's; without a machine the enterprise's.
    """
    return _calendars([machine_id]).get(machine_id)


def calendar_facts(machine_ids: Collection[UUID]) -> dict[UUID, CalendarFacts]:
    """Return what the rules need to know of each machine's calendar.

    A machine without any calendar has a week without shifts.
    """
    found = _calendars(machine_ids)
    nothing = CalendarFacts(WorkingWeek((), context.current().time_zone))
    facts = {calendar.id: _facts(calendar) for calendar in found.values()}
    return {
        machine_id: facts[found[machine_id].id] if machine_id in found else nothing
        for machine_id in machine_ids
    }


def _calendars(machine_ids: Iterable[UUID | None]) -> dict[UUID | None, Calendar]:
    wanted = set(machine_ids)
    rows = {
        row.machine_id: row
        for row in Calendar.objects.filter(
            Q(machine_id__in=wanted - {None}) | Q(machine_id__isnull=True)
        )
        .prefetch_related(Prefetch("shifts", Shift.objects.in_order()))
        .prefetch_related(Prefetch("exceptions", CalendarException.objects.as_added()))
    }
    found: dict[UUID | None, Calendar] = {}
    for machine_id in wanted:
        row = rows.get(machine_id) or rows.get(None)
        if row is not None:
            found[machine_id] = row
    return found


def _facts(calendar: Calendar) -> CalendarFacts:
    return CalendarFacts(
        week=WorkingWeek(
            shifts=tuple(
                ShiftTime(
                    weekday=shift.weekday,
                    starts=shift.starts,
                    ends=shift.ends,
                    break_minutes=shift.break_minutes,
                    break_starts=shift.break_starts,
                )
                for shift in calendar.shifts.all()
            ),
            time_zone=calendar.time_zone,
            holiday_country=calendar.holiday_country,
        ),
        exceptions=tuple(
            WorkingException(
                Period(exception.period.lower, exception.period.upper),
                exception.working,
            )
            for exception in calendar.exceptions.all()
        ),
    )
