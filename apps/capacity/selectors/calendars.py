"""Which calendar a machine follows."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Prefetch, Q

from apps.capacity.models import Calendar, CalendarException, Shift
from apps.capacity.rules.public_holidays import holidays_kept
from apps.capacity.types import (
    CalendarFacts,
    ShiftTime,
    WorkingException,
    WorkingWeek,
)
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import HolidayPlace
from tenants import context


def calendar_of(machine_id: UUID | None) -> Calendar | None:
    """Return the calendar that a machine follows, with shifts and exceptions.

    Its own if it has one, else the enterprise's; without a machine the enterprise's.
    """
    return _calendars([machine_id]).get(machine_id)


def calendar_facts(machine_ids: Collection[UUID]) -> dict[UUID, CalendarFacts]:
    """Return what the rules need to know of each machine's calendar.

    A machine without any calendar has a week without shifts. Those that follow the
    enterprise's calendar keep the public holidays of their own sites.
    """
    found = _calendars(machine_ids)
    nothing = CalendarFacts(WorkingWeek((), context.current().time_zone))
    kept = _holidays_kept(found)
    facts: dict[tuple[UUID, HolidayPlace], CalendarFacts] = {}
    answer: dict[UUID, CalendarFacts] = {}
    for machine_id in machine_ids:
        calendar = found.get(machine_id)
        if calendar is None:
            answer[machine_id] = nothing
            continue
        key = (calendar.id, kept[machine_id])
        if key not in facts:
            facts[key] = _facts(calendar, kept[machine_id])
        answer[machine_id] = facts[key]
    return answer


def _holidays_kept(
    found: Mapping[UUID | None, Calendar],
) -> dict[UUID, HolidayPlace]:
    """Return whose holidays each machine keeps by its calendar and its site."""
    followed = {key: row for key, row in found.items() if key is not None}
    observing = [key for key, row in followed.items() if row.holiday_country]
    places = machines.holiday_places_of(observing) if observing else {}
    return {
        machine_id: holidays_kept(
            calendar.holiday_country,
            places.get(machine_id),
            is_own=calendar.machine_id is not None,
        )
        for machine_id, calendar in followed.items()
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


def _facts(calendar: Calendar, holidays: HolidayPlace) -> CalendarFacts:
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
            holiday_country=holidays.country,
            holiday_subdivision=holidays.region,
        ),
        exceptions=tuple(
            WorkingException(
                Period(exception.period.lower, exception.period.upper),
                exception.working,
            )
            for exception in calendar.exceptions.all()
        ),
    )
