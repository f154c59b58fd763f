"""The one way in which a calendar changes: locked, checked, kept for undo, announced."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity.models import (
    Calendar,
    CalendarException,
    CalendarRevision,
    Shift,
)
from apps.capacity.rules import limits, public_holidays
from apps.capacity.rules.calendar_checks import check_draft
from apps.capacity.rules.drafts import facts_of_draft
from apps.capacity.selectors.calendars import (
    calendar_facts,
    draft_of,
    machines_under,
    of_level,
    with_facts,
)
from apps.capacity.services.turns import announce, lock_machine
from apps.capacity.types import (
    CalendarDraft,
    CalendarLevel,
    LevelKind,
    PlannedException,
    ShiftTime,
)
from apps.kernel.errors import Conflict, NotFound
from apps.kernel.identifiers import uuid7
from apps.machines import selectors as machines
from tenants import context
from tenants.types import Actor

NAME_LENGTH = 100


class CalendarUnknown(NotFound):
    """Raised when the enterprise has no such calendar."""

    code = "calendar_unknown"


class CalendarChanged(Conflict):
    """Raised when somebody else has changed the calendar since it was read."""

    code = "calendar_changed"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a level is called, and which clock and holidays it has around it."""

    name: str
    clock: str
    country: str

    @property
    def observed(self) -> str:
        """The country whose holidays a first week keeps, if they are known."""
        return self.country if public_holidays.is_known(self.country) else ""


def change(
    level: CalendarLevel,
    edit: Callable[[CalendarDraft, Surroundings], CalendarDraft],
    *,
    verb: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
    facts: Callable[[CalendarDraft], Mapping[str, object]] = lambda _draft: {},
) -> Calendar:
    """Let a level say something else, and tell of the machines that this hits.

    :raises CalendarChanged: if `version` is no longer the calendar's.
    :raises InvalidInput: if the calendar cannot mean what it would say.
    """
    around = _lock_level(level)
    calendar = _locked_calendar(level, around.name)
    check_version(calendar, version)
    before = draft_of(calendar)
    after = edit(before, around)
    check_draft(after)
    concerned = machines_under(level)
    followed = calendar_facts(concerned)
    _keep_revision(calendar, before, by_label="", at=calendar.updated_at)
    _write(calendar, before, after)
    calendar.version += 1
    calendar.save()
    _keep_revision(calendar, after, by_label=by.label, at=at)
    audit.record(
        verb=verb,
        subject=calendar,
        by=by,
        at=at,
        facts={"version": calendar.version, **facts(after)},
    )
    follows = calendar_facts(concerned)
    announce(key for key in concerned if follows[key] != followed[key])
    # Without the shifts and exceptions that were read before the change.
    calendar.refresh_from_db()
    return calendar


def check_version(calendar: Calendar, version: int | None) -> None:
    """Refuse a change of what somebody else has changed since it was read.

    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    if version is not None and calendar.version != version:
        raise CalendarChanged(
            _("Somebody else has changed this calendar."),
            field="version",
            value=version,
            remedy=_("Look at the calendar again and repeat the change."),
        )


def _lock_level(level: CalendarLevel) -> Surroundings:
    """Keep what the calendar is of from going away, and say what is around it."""
    enterprise = context.current()
    match level.kind:
        case LevelKind.MACHINE:
            machine = lock_machine(_given(level))
            site, name = machine.site, str(machine)
        case LevelKind.WORK_CENTER:
            center = machines.work_center(_given(level))
            machines.work_centers().filter(pk=center.pk).select_for_update(
                of=("self",), no_key=True
            ).first()
            site, name = center.site, str(center)
        case LevelKind.SITE:
            site = machines.site(_given(level))
            machines.sites().filter(pk=site.pk).select_for_update(no_key=True).first()
            name = site.name
        case _:
            return Surroundings(
                enterprise.name, enterprise.time_zone, enterprise.country
            )
    return Surroundings(name, site.time_zone, site.holiday_place.country)


def _given(level: CalendarLevel) -> UUID:
    if level.subject_id is None:
        msg = "the enterprise's calendar is of nothing in particular"
        raise ValueError(msg)
    return level.subject_id


def _locked_calendar(level: CalendarLevel, name: str) -> Calendar:
    # Two planners may say the first word at once: the second finds the first's.
    Calendar.objects.bulk_create(
        [
            Calendar(
                site_id=level.site_id,
                work_center_id=level.work_center_id,
                machine_id=level.machine_id,
                name=name[:NAME_LENGTH],
                has_week=False,
                version=0,
            )
        ],
        ignore_conflicts=True,
    )
    return (
        with_facts(Calendar.objects.filter(of_level(level))).select_for_update().get()
    )


def _keep_revision(
    calendar: Calendar, draft: CalendarDraft, *, by_label: str, at: datetime
) -> None:
    CalendarRevision.objects.bulk_create(
        [
            CalendarRevision(
                calendar=calendar,
                version=calendar.version,
                facts=facts_of_draft(draft),
                changed_at=at,
                changed_by=by_label,
            )
        ],
        # The state before is kept already, unless nobody could undo in those days.
        ignore_conflicts=True,
    )
    CalendarRevision.objects.filter(
        calendar=calendar, version__lte=calendar.version - limits.KEPT_REVISIONS
    ).delete()


def _write(calendar: Calendar, before: CalendarDraft, after: CalendarDraft) -> None:
    calendar.has_week = after.shifts is not None
    calendar.time_zone = after.time_zone
    calendar.holiday_country = after.holiday_country
    calendar.keeps_exceptions = after.keeps_exceptions
    calendar.efficiency_percent = after.efficiency_percent
    if after.shifts != before.shifts:
        _write_shifts(calendar, after.shifts or ())
    if after.exceptions != before.exceptions:
        _write_exceptions(calendar, before.exceptions, after.exceptions)


def _write_shifts(calendar: Calendar, shifts: Sequence[ShiftTime]) -> None:
    Shift.objects.filter(calendar=calendar).delete()
    Shift.objects.bulk_create(
        Shift(
            calendar=calendar,
            weekday=shift.weekday,
            starts=shift.starts,
            ends=shift.ends,
            break_minutes=shift.break_minutes,
            break_starts=shift.break_starts,
        )
        for shift in shifts
    )


def _write_exceptions(
    calendar: Calendar,
    before: Sequence[PlannedException],
    after: Sequence[PlannedException],
) -> None:
    """Write exceptions in their order; those that stay keep their keys."""
    rest = iter(before)
    kept: list[UUID] = []
    for wanted in after:
        same = next((one for one in rest if one == wanted), None)
        if same is None or same.id is None:
            break
        kept.append(same.id)
    CalendarException.objects.filter(calendar=calendar).exclude(pk__in=kept).delete()
    new = after[len(kept) :]
    # Of two that overlap the one with the later key holds.
    keys = sorted(uuid7() for _one in new)
    CalendarException.objects.bulk_create(
        CalendarException(
            pk=key,
            calendar=calendar,
            period=DateTimeTZRange(one.period.start, one.period.end, "[)"),
            working=one.working,
            reason=one.reason,
        )
        for key, one in zip(keys, new, strict=True)
    )
