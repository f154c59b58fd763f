"""What calendars said before, and whom it would hit if they said it again."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.capacity.models import Calendar, CalendarRevision
from apps.capacity.rules.drafts import draft_of_facts
from apps.capacity.selectors.calendars import of_level
from apps.capacity.selectors.effects import CalendarEffect, preview_calendar
from apps.capacity.types import CalendarDraft, CalendarLevel
from apps.kernel.errors import Conflict


class NothingToUndo(Conflict):
    """Raised when a calendar has no earlier state that is kept."""

    code = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class KeptState:
    """What a level said in an earlier version of its calendar."""

    version: int
    draft: CalendarDraft


def revisions_of(level: CalendarLevel) -> list[CalendarRevision]:
    """Return the states of a level's calendar that are kept, the newest first."""
    calendar = Calendar.objects.filter(of_level(level)).first()
    if calendar is None:
        return []
    return list(CalendarRevision.objects.filter(calendar=calendar).newest_first())


def kept_state(calendar: Calendar | None, to_version: int | None) -> KeptState:
    """Return the state before a calendar's last change, or that of a version.

    :raises NothingToUndo: if it never said anything else, or too long ago.
    """
    if calendar is None:
        raise _nothing_to_undo(to_version)
    wanted = calendar.version - 1 if to_version is None else to_version
    found = CalendarRevision.objects.filter(calendar=calendar, version=wanted).first()
    if found is None:
        raise _nothing_to_undo(wanted)
    return KeptState(wanted, draft_of_facts(found.facts))


def preview_undo(
    *, level: CalendarLevel, at: datetime, to_version: int | None = None
) -> CalendarEffect:
    """Say whom undo would hit; nothing is written.

    :raises NothingToUndo: if there is nothing to go back to.
    """
    calendar = Calendar.objects.filter(of_level(level)).first()
    draft = kept_state(calendar, to_version).draft
    return preview_calendar(level=level, draft=draft, at=at)


def _nothing_to_undo(version: int | None) -> NothingToUndo:
    return NothingToUndo(
        _("There is no change of this calendar to take back."),
        field="version",
        value=version,
        remedy=_("Change the calendar itself."),
    )
