"""What a calendar can mean, and what it cannot."""

from collections.abc import Sequence
from datetime import time, timedelta
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from apps.capacity.rules import limits, public_holidays
from apps.capacity.types import CalendarDraft, PlannedException, ShiftTime
from apps.kernel.errors import InvalidInput

LAST_WEEKDAY = 6
MINUTES_A_DAY = 24 * 60
LEAST_EFFICIENCY, MOST_EFFICIENCY = 1, 200
REASON_LENGTH = 200


def check_draft(draft: CalendarDraft) -> None:
    """Refuse what a level cannot mean.

    :raises InvalidInput: naming the field at fault.
    """
    check_place(draft.time_zone, draft.holiday_country)
    check_shifts(draft.shifts or ())
    check_efficiency(draft.efficiency_percent)
    if len(draft.exceptions) > limits.MOST_EXCEPTIONS:
        raise InvalidInput(
            _("A calendar has at most %(most)d exceptions.")
            % {"most": limits.MOST_EXCEPTIONS},
            field="exceptions",
            value=len(draft.exceptions),
            remedy=_("Remove those that are over."),
        )
    for exception in draft.exceptions:
        check_exception(exception)


def check_exception(exception: PlannedException) -> None:
    """Refuse an exception of no length, or with more words than are kept."""
    if exception.period.start >= exception.period.end:
        raise InvalidInput(
            _("The exception ends before it begins."),
            field="period",
            value=exception.period.end.isoformat(),
            remedy=_("Give an end that is later than the start."),
        )
    if len(exception.reason) > REASON_LENGTH:
        raise InvalidInput(
            _("A reason has at most %(most)d characters.") % {"most": REASON_LENGTH},
            field="reason",
            value=exception.reason[:REASON_LENGTH],
            remedy=_("Shorten it."),
        )


def check_efficiency(percent: int | None) -> None:
    """Refuse an efficiency that no machine has."""
    if percent is not None and not LEAST_EFFICIENCY <= percent <= MOST_EFFICIENCY:
        raise InvalidInput(
            _("%(percent)s%% is no efficiency.") % {"percent": percent},
            field="efficiency_percent",
            value=percent,
            remedy=_("Use %(least)d to %(most)d, or leave it empty.")
            % {"least": LEAST_EFFICIENCY, "most": MOST_EFFICIENCY},
        )


def check_place(time_zone: str, country: str) -> None:
    """Refuse a zone or a country that nobody knows."""
    if time_zone and time_zone not in available_timezones():
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


def check_shifts(shifts: Sequence[ShiftTime]) -> None:
    """Refuse a week that cannot be worked."""
    if len(shifts) > limits.MOST_SHIFTS:
        raise InvalidInput(
            _("A week has at most %(most)d shifts.") % {"most": limits.MOST_SHIFTS},
            field="shifts",
            value=len(shifts),
            remedy=_("Join shifts that follow each other."),
        )
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
    length = minutes_from(shift.starts, shift.ends) or MINUTES_A_DAY
    pause_from = (
        0
        if shift.break_starts is None
        else minutes_from(shift.starts, shift.break_starts)
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


def minutes_from(start: time, end: time) -> int:
    """Count the minutes from one time of the clock to the next other."""

    def since_midnight(clock: time) -> timedelta:
        return timedelta(hours=clock.hour, minutes=clock.minute)

    gap = since_midnight(end) - since_midnight(start)
    return int(gap.total_seconds() // 60) % MINUTES_A_DAY
