"""What a planner can do about when machines work."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity.models import Calendar, CalendarException, Shift
from apps.capacity.rules import public_holidays
from apps.capacity.services.turns import announce, lock_machine
from apps.capacity.types import ShiftTime
from apps.kernel.errors import Conflict, InvalidInput, NotFound
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from tenants import context
from tenants.types import Actor

LAST_WEEKDAY = 6
MINUTES_A_DAY = 24 * 60


class CalendarUnknown(NotFound):
    """Raised when the enterprise has no such calendar."""

    code = "calendar_unknown"


class ExceptionUnknown(NotFound):
    """Raised when the enterprise has no such calendar exception."""

    code = "calendar_exception_unknown"


class CalendarChanged(Conflict):
    """Raised when somebody else has changed the calendar since it was read."""

    code = "calendar_changed"


@transaction.atomic
def set_shifts(
    *,
    shifts: Sequence[ShiftTime],
    by: Actor,
    at: datetime,
    machine_id: UUID | None = None,
    time_zone: str | None = None,
    holiday_country: str | None = None,
    version: int | None = None,
) -> Calendar:
    """Set the working week of a machine, or of the enterprise without one.

    What is not given stays as it is; a new calendar takes it from the enterprise, or
    from the site of its machine.
    Reservations stand even where the new week has no shift for them.

    :raises InvalidInput: if the zone or the country is unknown, or a shift cannot be.
    :raises MachineNotFound: if there is no such machine.
    :raises CalendarChanged: if `version` is no longer the calendar's.
    """
    _check_place(time_zone, holiday_country)
    _check_shifts(shifts)
    calendar = _locked_calendar(machine_id)
    if version is not None and calendar.version != version:
        raise CalendarChanged(
            _("Somebody else has changed this calendar."),
            field="version",
            value=version,
            remedy=_("Look at the calendar again and repeat the change."),
        )
    if time_zone is not None:
        calendar.time_zone = time_zone
    if holiday_country is not None:
        calendar.holiday_country = holiday_country
    calendar.version = calendar.version + 1
    calendar.save(
        update_fields=["time_zone", "holiday_country", "version", "updated_at"]
    )
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
    audit.record(
        verb="calendar.shifts_set",
        subject=calendar,
        by=by,
        at=at,
        facts={"shifts": len(shifts), "time_zone": calendar.time_zone},
    )
    announce(_followers(calendar))
    return calendar


@transaction.atomic
def follow_enterprise_calendar(*, machine_id: UUID, by: Actor, at: datetime) -> None:
    """Drop a machine's own calendar, so that it follows the enterprise's again.

    :raises CalendarUnknown: if it has none of its own.
    """
    calendar = (
        Calendar.objects.select_for_update().filter(machine_id=machine_id).first()
    )
    if calendar is None:
        raise CalendarUnknown(_("The machine has no calendar of its own."))
    audit.record(verb="calendar.dropped", subject=calendar, by=by, at=at)
    calendar.delete()
    announce([machine_id])


@transaction.atomic
def add_exception(
    *,
    calendar_id: UUID,
    period: Period,
    working: bool,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> CalendarException:
    """Add a period in which the week does not hold; it goes before earlier ones.

    :raises InvalidInput: if the period is empty.
    :raises CalendarUnknown: if there is no such calendar.
    """
    if period.start >= period.end:
        raise InvalidInput(
            _("The exception ends before it begins."),
            field="period",
            remedy=_("Give an end that is later than the start."),
        )
    calendar = _turn_over(calendar_id)
    exception = CalendarException.objects.create(
        calendar=calendar,
        period=DateTimeTZRange(period.start, period.end, "[)"),
        working=working,
        reason=reason,
    )
    audit.record(
        verb="calendar.exception_added",
        subject=calendar,
        by=by,
        at=at,
        facts={
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "working": working,
            "reason": reason,
        },
    )
    announce(_followers(calendar))
    return exception


@transaction.atomic
def remove_exception(*, exception_id: UUID, by: Actor, at: datetime) -> Calendar:
    """Let the week hold again in the period of an exception.

    :raises ExceptionUnknown: if there is no such exception.
    """
    # Locked, so that of two who remove it one finds it gone.
    exception = (
        CalendarException.objects.select_for_update().filter(pk=exception_id).first()
    )
    if exception is None:
        raise ExceptionUnknown(_("There is no such calendar exception."))
    calendar = _turn_over(exception.calendar_id)
    audit.record(
        verb="calendar.exception_removed",
        subject=calendar,
        by=by,
        at=at,
        facts={
            "from": exception.period.lower.isoformat(),
            "to": exception.period.upper.isoformat(),
        },
    )
    exception.delete()
    announce(_followers(calendar))
    return calendar


def _locked_calendar(machine_id: UUID | None) -> Calendar:
    enterprise = context.current()
    name, time_zone = enterprise.name, enterprise.time_zone
    country = enterprise.country
    if machine_id is not None:
        machine = lock_machine(machine_id)
        name, time_zone = str(machine), machine.site.time_zone
        country = machine.site.holiday_place.country
    # Two planners may set the first shifts at once: the second finds the first's.
    Calendar.objects.bulk_create(
        [
            Calendar(
                machine_id=machine_id,
                name=name[:100],
                time_zone=time_zone,
                holiday_country=country if public_holidays.is_known(country) else "",
            )
        ],
        ignore_conflicts=True,
    )
    return Calendar.objects.of_machine(machine_id).select_for_update().get()


def _turn_over(calendar_id: UUID) -> Calendar:
    """Count the calendar's version up, which also locks it, and return it."""
    Calendar.objects.filter(pk=calendar_id).update(version=F("version") + 1)
    calendar = Calendar.objects.filter(pk=calendar_id).first()
    if calendar is None:
        raise CalendarUnknown(_("There is no such calendar."), field="calendar")
    return calendar


def _followers(calendar: Calendar) -> list[UUID]:
    if calendar.machine_id is not None:
        return [calendar.machine_id]
    with_their_own = Calendar.objects.filter(machine__isnull=False)
    return list(
        machines.machines_of()
        .exclude(pk__in=with_their_own.values("machine_id"))
        .values_list("pk", flat=True)
    )


def _check_place(time_zone: str | None, country: str | None) -> None:
    if time_zone is not None and time_zone not in available_timezones():
        raise InvalidInput(
            _("%(zone)s is not a time zone.") % {"zone": time_zone},
            field="time_zone",
            value=time_zone,
            remedy=_("Use an IANA name such as Europe/Berlin."),
        )
    if country and not public_holidays.is_known(country):
        raise InvalidInput(
            _("The public holidays of %(country)s are not known.")
            % {"country": country},
            field="holiday_country",
            value=country,
            remedy=_("Leave it empty and add closed days as exceptions."),
        )


def _check_shifts(shifts: Sequence[ShiftTime]) -> None:
    seen: set[tuple[int, time]] = set()
    for shift in shifts:
        if not 0 <= shift.weekday <= LAST_WEEKDAY:
            raise InvalidInput(
                _("%(weekday)s is not a weekday.") % {"weekday": shift.weekday},
                field="weekday",
                value=shift.weekday,
                remedy=_("Use 0 for Monday to 6 for Sunday."),
            )
        if (shift.weekday, shift.starts) in seen:
            raise InvalidInput(
                _("Two shifts start at %(start)s on the same day.")
                % {"start": f"{shift.starts:%H:%M}"},
                field="starts",
                value=f"{shift.starts:%H:%M}",
                remedy=_("Keep one of them."),
            )
        seen.add((shift.weekday, shift.starts))
        _check_times(shift)


def _check_times(shift: ShiftTime) -> None:
    for name in ("starts", "ends", "break_starts"):
        clock: time | None = getattr(shift, name)
        if clock is not None and (clock.second or clock.microsecond):
            raise InvalidInput(
                _("%(time)s is not a whole minute.") % {"time": clock.isoformat()},
                field=name,
                value=clock.isoformat(),
                remedy=_("Give hours and minutes only."),
            )
    length = _minutes_from(shift.starts, shift.ends) or MINUTES_A_DAY
    pause_from = (
        0
        if shift.break_starts is None
        else _minutes_from(shift.starts, shift.break_starts)
    )
    if shift.break_minutes < 0 or (
        shift.break_minutes and pause_from + shift.break_minutes >= length
    ):
        raise InvalidInput(
            _("A break of %(minutes)d minutes does not fit into the shift.")
            % {"minutes": shift.break_minutes},
            field="break_minutes",
            value=shift.break_minutes,
            remedy=_("Make it shorter, or let it start inside the shift."),
        )


def _minutes_from(start: time, end: time) -> int:
    def since_midnight(clock: time) -> timedelta:
        return timedelta(hours=clock.hour, minutes=clock.minute)

    gap = since_midnight(end) - since_midnight(start)
    return int(gap.total_seconds() // 60) % MINUTES_A_DAY
