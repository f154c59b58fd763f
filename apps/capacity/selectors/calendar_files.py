"""Calendars as files of RFC 5545 and of IDTA 02067, and what such files would say."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.capacity.models import Reservation
from apps.capacity.rules import limits
from apps.capacity.rules.ical_file import CalendarReading
from apps.capacity.rules.ical_plan import PlannedEvent, plan_as_ics
from apps.capacity.rules.ical_writing import as_ics
from apps.capacity.rules.idta_file import read_calendar
from apps.capacity.rules.idta_writing import as_package
from apps.capacity.rules.inheritance import Standing
from apps.capacity.selectors.calendar_chains import CalendarChain, calendar_chain
from apps.capacity.selectors.reservations import reservations_of
from apps.capacity.types import (
    CalendarDraft,
    CalendarForm,
    CalendarLevel,
    LevelKind,
    ReservationKind,
    ReservationState,
)
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import HolidayPlace
from tenants import context


def calendar_file(
    *,
    level: CalendarLevel,
    form: CalendarForm,
    at: datetime,
    is_own: bool = False,
) -> bytes:
    """Write what holds at a level, or what it says itself, as a file.

    :raises SiteNotFound: if the enterprise has no such site; likewise the others.
    """
    chain = calendar_chain(level)
    kind, standing = level.kind, chain.standing
    draft = chain.own.draft
    if not is_own:
        # All of it at once, so that a reader needs no other calendar.
        kind, draft = LevelKind.MACHINE, in_force(chain)
        kept = chain.facts.week
        place = HolidayPlace(kept.holiday_country, kept.holiday_subdivision)
        standing = Standing(standing.clock, place)
    ics = as_ics(
        name=chain.own.name,
        key=str(_key(level)),
        draft=draft,
        kind=kind,
        standing=standing,
        at=at,
    )
    if form is CalendarForm.ICS:
        return ics
    above = chain.links[-2].level if len(chain.links) > 1 and is_own else None
    return as_package(
        ics,
        key=_key(level),
        name=chain.own.name,
        above=None if above is None else _key(above),
    )


def plan_file(*, machine_id: UUID, at: datetime) -> bytes:
    """Write what is reserved of a machine from now on, as a file of RFC 5545.

    :raises MachineNotFound: if the enterprise has no such machine.
    """
    machine = machines.machine_detail(machine_id).machine
    ahead = Period(at, at + limits.FURTHEST_START)
    return plan_as_ics(
        name=str(machine),
        events=(
            PlannedEvent(
                id=row.pk,
                period=Period(row.start, row.finish),
                title=_title(row),
                is_certain=row.state == ReservationState.BOOKED,
                version=row.version,
            )
            for row in reservations_of([machine_id], ahead, at=at)
        ),
        at=at,
    )


def _title(row: Reservation) -> str:
    kind = ReservationKind(row.kind)
    if kind is ReservationKind.MAINTENANCE:
        return row.reason or str(kind.label)
    about = row.order_id or row.quote_id
    return f"{kind.label} {about}" if about else str(kind.label)


def in_force(chain: CalendarChain) -> CalendarDraft:
    """Return all that holds at a level as one level would say it alone."""
    facts = chain.facts
    return CalendarDraft(
        shifts=facts.week.shifts,
        exceptions=tuple(one.exception for one in chain.exceptions),
        time_zone=facts.week.time_zone,
        holiday_country=facts.week.holiday_country,
        keeps_exceptions=False,
        efficiency_percent=facts.efficiency_percent,
    )


def read_calendar_file(
    *, level: CalendarLevel, raw: bytes, at: datetime
) -> CalendarReading:
    """Return what a level would say by a file, and what the file says besides.

    Nothing is written; `preview_calendar` says whom it would hit, and
    `replace_calendar` lets it hold.

    :raises CalendarUnreadable: if it is too large, broken or hostile.
    :raises SiteNotFound: if the enterprise has no such site; likewise the others.
    """
    chain = calendar_chain(level)
    today = at.astimezone(ZoneInfo(chain.clock)).date()
    return read_calendar(raw, kind=level.kind, standing=chain.standing, today=today)


def _key(level: CalendarLevel) -> UUID:
    return level.subject_id or context.current().id
