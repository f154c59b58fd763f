"""Closing a period, or opening it for once."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.capacity.models import Calendar, CalendarException
from apps.capacity.rules.calendar_checks import check_exception
from apps.capacity.selectors.calendars import level_of
from apps.capacity.services.calendars.writing import (
    CalendarUnknown,
    Surroundings,
    change,
)
from apps.capacity.types import CalendarDraft, CalendarLevel, PlannedException
from apps.kernel.errors import NotFound
from apps.kernel.periods import Period
from tenants.types import Actor


class ExceptionUnknown(NotFound):
    """Raised when the enterprise has no such calendar exception."""

    code = "calendar_exception_unknown"


@transaction.atomic
def add_exception(
    *,
    period: Period,
    working: bool,
    by: Actor,
    at: datetime,
    reason: str = "",
    calendar_id: UUID | None = None,
    level: CalendarLevel | None = None,
    version: int | None = None,
) -> CalendarException:
    """Add a period in which the week does not hold; it goes before earlier ones.

    It is added to a calendar by its key, or to that of a level, which may be new.

    :raises InvalidInput: if the period is empty.
    :raises CalendarUnknown: if there is no such calendar.
    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    added = PlannedException(period, working, reason)
    check_exception(added)
    if level is None:
        level = _level_of(calendar_id)
    calendar = change(
        level,
        lambda said, _around: replace(said, exceptions=(*said.exceptions, added)),
        verb="calendar.exception_added",
        by=by,
        at=at,
        version=version,
        facts=lambda _said: {
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "working": working,
            "reason": reason,
        },
    )
    exception: CalendarException = calendar.exceptions.latest("id")
    return exception


@transaction.atomic
def remove_exception(
    *, exception_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> Calendar:
    """Let the week hold again in the period of an exception.

    :raises ExceptionUnknown: if there is no such exception.
    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    found = (
        CalendarException.objects.select_related("calendar")
        .filter(pk=exception_id)
        .first()
    )
    if found is None:
        raise _exception_unknown(exception_id)

    def edit(said: CalendarDraft, _around: Surroundings) -> CalendarDraft:
        rest = tuple(one for one in said.exceptions if one.id != exception_id)
        # Of two who remove it one finds it gone.
        if len(rest) == len(said.exceptions):
            raise _exception_unknown(exception_id)
        return replace(said, exceptions=rest)

    return change(
        level_of(found.calendar),
        edit,
        verb="calendar.exception_removed",
        by=by,
        at=at,
        version=version,
        facts=lambda _said: {
            "from": found.period.lower.isoformat(),
            "to": found.period.upper.isoformat(),
        },
    )


def _level_of(calendar_id: UUID | None) -> CalendarLevel:
    calendar = (
        None if calendar_id is None else Calendar.objects.filter(pk=calendar_id).first()
    )
    if calendar is None:
        raise CalendarUnknown(
            _("There is no such calendar."),
            field="calendar",
            value=None if calendar_id is None else str(calendar_id),
            remedy=_("Look at the calendars that there are."),
        )
    return level_of(calendar)


def _exception_unknown(exception_id: UUID) -> ExceptionUnknown:
    return ExceptionUnknown(
        _("There is no such calendar exception."),
        field="exception",
        value=str(exception_id),
        remedy=_("Look at the calendar again; somebody may have removed it."),
    )
