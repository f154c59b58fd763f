"""Taking a change of a calendar back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.capacity.models import Calendar, CalendarRevision
from apps.capacity.rules.drafts import draft_of_facts
from apps.capacity.selectors.calendars import of_level
from apps.capacity.services.calendars.writing import change, check_version
from apps.capacity.types import CalendarLevel
from apps.kernel.errors import Conflict
from tenants.types import Actor


class NothingToUndo(Conflict):
    """Raised when a calendar has no earlier state that is kept."""

    code = "nothing_to_undo"


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
    if calendar is None:
        raise _nothing_to_undo()
    check_version(calendar, version)
    wanted = calendar.version - 1 if to_version is None else to_version
    revision = CalendarRevision.objects.filter(
        calendar=calendar, version=wanted
    ).first()
    if revision is None:
        raise _nothing_to_undo()
    return change(
        level,
        lambda _said, _around: draft_of_facts(revision.facts),
        verb="calendar.undone",
        by=by,
        at=at,
        # Between the look and the lock somebody may have changed it.
        version=calendar.version,
        facts=lambda _said: {"restored": wanted},
    )


def _nothing_to_undo() -> NothingToUndo:
    return NothingToUndo(
        _("There is no change of this calendar to take back."),
        field="version",
        remedy=_("Change the calendar itself."),
    )
