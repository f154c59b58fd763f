"""When a machine can have a piece of work done."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from apps.capacity.models import Reservation
from apps.capacity.rules import limits
from apps.capacity.rules.promises import earliest_stretch, promise_of
from apps.capacity.rules.spans import (
    NO_SPANS,
    Spans,
    minute_of,
    moment_of,
    next_minute_of,
)
from apps.capacity.rules.wording import moment_text, period_text
from apps.capacity.rules.working_time import working_spans
from apps.capacity.selectors.calendars import calendar_facts
from apps.capacity.selectors.reservations import reserved_spans
from apps.capacity.types import FULL_EFFICIENCY, CalendarFacts, Promise
from apps.kernel.errors import Conflict, DomainError, InvalidInput
from apps.kernel.periods import Period

NAMED_IN_A_MESSAGE = 3


class NoFreeTime(DomainError):
    """Raised when a machine's calendar has too little time, reserved or not."""

    code = "no_free_time"
    status = 422


class CapacityConflict(Conflict):
    """Raised when the time asked for exists but is somebody else's."""

    code = "capacity_conflict"


def earliest_finish(
    *,
    machine_id: UUID,
    minutes: int,
    not_before: datetime,
    at: datetime,
    due_before: datetime | None = None,
) -> Promise:
    """Return the earliest stretch in which a machine can do the work, and why then.

    `minutes` is the work itself; what the machine's efficiency makes of it is the
    promise's `working_minutes`.

    :raises InvalidInput: if the minutes or the dates cannot be meant.
    :raises NoFreeTime: if the calendar has too few working minutes before it is due.
    :raises CapacityConflict: if it had enough, but they are reserved.
    """
    first = next_minute_of(_checked_start(minutes, not_before, at))
    calendar = calendar_facts([machine_id])[machine_id]
    return _earliest(
        calendar,
        machine_id=machine_id,
        minutes=_divided(minutes, calendar.efficiency_percent),
        first=first,
        at=at,
        due_before=due_before,
    )


def earliest_again(
    *,
    reservation: Reservation,
    machine_id: UUID,
    not_before: datetime,
    at: datetime,
    due_before: datetime | None = None,
) -> Promise:
    """Return where else what is reserved could go, in as much working time.

    On a machine of another efficiency it takes as much longer or shorter.

    :raises NoFreeTime: if the calendar has too few working minutes before it is due.
    :raises CapacityConflict: if it had enough, but they are reserved.
    """
    calendars = calendar_facts({reservation.machine_id, machine_id})
    was = calendars[reservation.machine_id].efficiency_percent
    calendar = calendars[machine_id]
    return _earliest(
        calendar,
        machine_id=machine_id,
        minutes=-(-reservation.minutes * was // calendar.efficiency_percent),
        first=next_minute_of(max(not_before, at)),
        at=at,
        due_before=due_before,
        besides=(reservation.pk,),
    )


def _earliest(
    calendar: CalendarFacts,
    *,
    machine_id: UUID,
    minutes: int,
    first: int,
    at: datetime,
    due_before: datetime | None,
    besides: Collection[UUID] = (),
) -> Promise:
    working = reserved = NO_SPANS
    until = first
    for weeks in limits.LOOK_AHEAD_WEEKS:
        until = first + weeks * 7 * 24 * 60
        if due_before is not None:
            until = min(until, minute_of(due_before))
        working = working_spans(calendar, first, until)
        reserved = _reserved(machine_id, first, until, at, besides)
        stretch = earliest_stretch(minutes, first, until, working, reserved)
        if stretch is not None:
            return promise_of(
                machine_id,
                minutes,
                first,
                stretch,
                working=working,
                reserved=reserved,
            )
        if due_before is not None and until == minute_of(due_before):
            break
    raise _too_little(calendar, minutes, until, working, reserved)


def check_window(
    *, machine_id: UUID, minutes: int, during: Period, at: datetime
) -> int:
    """Make sure that a window promised earlier is still free and long enough.

    Returns how many working minutes the work takes on this machine.

    :raises InvalidInput: if the minutes or the dates cannot be meant.
    :raises NoFreeTime: if the window has fewer working minutes than asked.
    :raises CapacityConflict: if it has begun, or any of it is reserved.
    """
    _checked_start(minutes, during.start, at)
    calendar = calendar_facts([machine_id])[machine_id]
    minutes = _divided(minutes, calendar.efficiency_percent)
    zone = calendar.week.time_zone
    if during.start < at:
        raise CapacityConflict(
            _("The window %(window)s has begun.")
            % {"window": period_text(during, zone)},
            field="during",
            value=period_text(during, zone),
            remedy=_("Ask for a new promise."),
        )
    blocking = list(
        Reservation.objects.of_machines(machine_id)
        .live(at)
        .overlapping(during)
        .order_by("during")[:NAMED_IN_A_MESSAGE]
    )
    if blocking:
        raise CapacityConflict(
            _("The window %(window)s is no longer free: %(taken)s is reserved.")
            % {
                "window": period_text(during, zone),
                "taken": ", ".join(
                    period_text(Period(r.start, r.finish), zone) for r in blocking
                ),
            },
            field="during",
            value=period_text(during, zone),
            remedy=_("Ask for a new promise."),
            facts={"reservation_ids": [str(r.id) for r in blocking]},
        )
    # Whole minutes inside the window: a half minute at either end is no working time.
    start, end = next_minute_of(during.start), minute_of(during.end)
    offered = working_spans(calendar, start, end).total
    if offered < minutes:
        raise NoFreeTime(
            _(
                "The window %(window)s has %(offered)d working minutes, "
                "%(minutes)d are needed."
            )
            % {
                "window": period_text(during, zone),
                "offered": offered,
                "minutes": minutes,
            },
            field="during",
            value=period_text(during, zone),
            remedy=_("Ask for a longer window."),
        )
    return minutes


def _divided(minutes: int, efficiency_percent: int) -> int:
    return -(-minutes * FULL_EFFICIENCY // efficiency_percent)


def _checked_start(minutes: int, start: datetime, at: datetime) -> datetime:
    if not 1 <= minutes <= limits.LONGEST_PIECE_OF_WORK_MINUTES:
        raise InvalidInput(
            _("%(minutes)d minutes of work cannot be promised.") % {"minutes": minutes},
            field="minutes",
            value=minutes,
            remedy=_("Ask for 1 to %(most)d minutes.")
            % {"most": limits.LONGEST_PIECE_OF_WORK_MINUTES},
        )
    if start > at + limits.FURTHEST_START:
        raise InvalidInput(
            _("%(start)s is too far ahead to promise.")
            % {"start": moment_text(start, "UTC")},
            field="not_before",
            value=start.isoformat(),
            remedy=_("Ask for a start within ten years."),
        )
    # Time gone by cannot be promised.
    return max(start, at)


def _reserved(
    machine_id: UUID, first: int, until: int, at: datetime, besides: Collection[UUID]
) -> Spans:
    if first >= until:
        return NO_SPANS
    window = Period(moment_of(first), moment_of(until))
    taken = NO_SPANS
    uses = reserved_spans([machine_id], window, at=at, besides=besides)
    for spans in uses[machine_id].values():
        taken = taken.plus(spans)
    return taken


def _too_little(
    calendar: CalendarFacts, minutes: int, until: int, working: Spans, reserved: Spans
) -> DomainError:
    facts = {
        "minutes": minutes,
        "working": working.total,
        "free": working.minus(reserved).total,
        "until": moment_text(moment_of(until), calendar.week.time_zone),
    }
    if not calendar.week.shifts and not working.total:
        return NoFreeTime(
            _("The machine has no shifts, so no time can be promised."),
            field="machine",
            remedy=_("Set the shifts of its calendar first."),
        )
    if working.total < minutes:
        return NoFreeTime(
            _(
                "The machine works %(working)d minutes until %(until)s, "
                "%(minutes)d are needed."
            )
            % facts,
            field="minutes",
            value=minutes,
            remedy=_("Allow a later date, or add a shift."),
        )
    return CapacityConflict(
        _(
            "No free stretch of %(minutes)d working minutes is left until %(until)s; "
            "%(free)d minutes are free in pieces that are too short."
        )
        % facts,
        field="minutes",
        value=minutes,
        remedy=_("Allow a later date, or ask another machine."),
    )
