"""Saying what holds week by week, at any level."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.capacity.models import Calendar
from apps.capacity.rules.calendar_checks import check_place, check_shifts
from apps.capacity.selectors.calendars import draft_of, of_level, with_facts
from apps.capacity.services.calendars.writing import (
    CalendarUnknown,
    Surroundings,
    change,
)
from apps.capacity.types import (
    NOTHING_SAID,
    CalendarDraft,
    CalendarLevel,
    LevelKind,
    ShiftTime,
)
from tenants.types import Actor


@transaction.atomic
def set_shifts(
    *,
    shifts: Sequence[ShiftTime],
    by: Actor,
    at: datetime,
    machine_id: UUID | None = None,
    level: CalendarLevel | None = None,
    time_zone: str | None = None,
    holiday_country: str | None = None,
    version: int | None = None,
) -> Calendar:
    """Set the working week of a level: of a machine, or of the enterprise without one.

    What is not given stays as it is; a first week takes its holidays from the site, or
    from the enterprise, and its clock as well, unless it is of several machines at a
    site: then each follows the site's clock.
    Reservations stand even where the new week has no shift for them.

    :raises InvalidInput: if the zone or the country is unknown, or a shift cannot be.
    :raises MachineNotFound: if there is no such machine; likewise the other levels.
    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    check_place(time_zone or "", holiday_country or "")
    check_shifts(shifts)
    concerned = level or CalendarLevel(machine_id=machine_id)

    def edit(said: CalendarDraft, around: Surroundings) -> CalendarDraft:
        zone, country = said.time_zone, said.holiday_country
        if said.shifts is None:
            country = country or around.observed
            if concerned.kind in (LevelKind.ENTERPRISE, LevelKind.MACHINE):
                zone = zone or around.clock
        return replace(
            said,
            shifts=tuple(shifts),
            time_zone=zone if time_zone is None else time_zone,
            holiday_country=country if holiday_country is None else holiday_country,
        )

    return change(
        concerned,
        edit,
        verb="calendar.shifts_set",
        by=by,
        at=at,
        version=version,
        facts=lambda said: {"shifts": len(shifts), "time_zone": said.time_zone},
    )


@transaction.atomic
def inherit_week(
    *, level: CalendarLevel, by: Actor, at: datetime, version: int | None = None
) -> Calendar:
    """Drop a level's own week with its clock and holidays; the next above holds again.

    Its exceptions and its efficiency stay.

    :raises CalendarUnknown: if it has no week of its own.
    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    kept = _kept(level)
    if kept is None or kept.shifts is None:
        raise CalendarUnknown(
            _("It has no week of its own."),
            field="level",
            value=level.kind.value,
            remedy=_("The week of the level above holds already."),
        )
    return change(
        level,
        lambda said, _around: replace(
            said, shifts=None, time_zone="", holiday_country=""
        ),
        verb="calendar.week_inherited",
        by=by,
        at=at,
        version=version,
    )


@transaction.atomic
def follow_enterprise_calendar(*, machine_id: UUID, by: Actor, at: datetime) -> None:
    """Take back all that a machine's own calendar says: it follows those above again.

    :raises CalendarUnknown: if it says nothing of its own.
    """
    level = CalendarLevel(machine_id=machine_id)
    if _kept(level) in (None, NOTHING_SAID):
        raise CalendarUnknown(
            _("The machine has no calendar of its own."),
            field="machine",
            value=str(machine_id),
            remedy=_("It follows the levels above already."),
        )
    change(
        level,
        lambda _said, _around: NOTHING_SAID,
        verb="calendar.dropped",
        by=by,
        at=at,
    )


@transaction.atomic
def set_efficiency(
    *,
    level: CalendarLevel,
    percent: int | None,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Calendar:
    """Say which share of working time makes progress; none to take that from above.

    :raises InvalidInput: if it is not from 1 to 200.
    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    return change(
        level,
        lambda said, _around: replace(said, efficiency_percent=percent),
        verb="calendar.efficiency_set",
        by=by,
        at=at,
        version=version,
        facts=lambda said: {"efficiency_percent": said.efficiency_percent},
    )


@transaction.atomic
def set_keeps_exceptions(
    *,
    level: CalendarLevel,
    keeps: bool,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Calendar:
    """Say whether exceptions of the levels above hold here too.

    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    return change(
        level,
        lambda said, _around: replace(said, keeps_exceptions=keeps),
        verb="calendar.exceptions_kept",
        by=by,
        at=at,
        version=version,
        facts=lambda said: {"keeps_exceptions": said.keeps_exceptions},
    )


@transaction.atomic
def replace_calendar(
    *,
    level: CalendarLevel,
    facts: CalendarDraft,
    version: int | None,
    by: Actor,
    at: datetime,
) -> Calendar:
    """Let a level say all this and nothing else, in one go.

    A level that has said nothing yet is of version 0.

    :raises InvalidInput: if the calendar cannot mean what it would say.
    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    return change(
        level,
        lambda _said, _around: facts,
        verb="calendar.replaced",
        by=by,
        at=at,
        version=version,
        facts=lambda said: {
            "shifts": None if said.shifts is None else len(said.shifts),
            "exceptions": len(said.exceptions),
        },
    )


def _kept(level: CalendarLevel) -> CalendarDraft | None:
    found = with_facts(Calendar.objects.filter(of_level(level))).first()
    return None if found is None else draft_of(found)
