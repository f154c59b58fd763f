"""Taking a change of a calendar back."""

from datetime import datetime

from django.db import transaction

from apps.capacity.models import Calendar
from apps.capacity.selectors import kept_state
from apps.capacity.selectors.calendars import of_level
from apps.capacity.services.calendars.writing import change, check_version
from apps.capacity.types import CalendarLevel
from tenants.types import Actor


@transaction.atomic
def undo_calendar(
    *,
    level: CalendarLevel,
    version: int | None,
    by: Actor,
    at: datetime,
    to_version: int | None = None,
) -> Calendar:
    """Let a level say again what it said before its last change, or in a version.

    That is a change as well: to undo it once more is to do it again. What only others
    changed above it stays.

    :raises NothingToUndo: if it never said anything else, or too long ago.
    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    calendar = Calendar.objects.filter(of_level(level)).first()
    if calendar is not None:
        check_version(calendar, version)
    kept = kept_state(calendar, to_version)
    assert calendar is not None
    return change(
        level,
        lambda _said, _around: kept.draft,
        verb="calendar.undone",
        by=by,
        at=at,
        # Between the look and the lock somebody may have changed it.
        version=calendar.version,
        facts=lambda _said: {"restored": kept.version},
    )
