"""Times of a working week as forms ask for them, and presets to begin with."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from babel.dates import get_day_names
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.capacity.rules.working_time import working_periods
from apps.capacity.types import ShiftTime, WorkingWeek
from apps.kernel.periods import Period
from apps.portal import formats
from apps.portal.forms import Moment, PortalForm

DAYS = range(7)
WORKDAYS = range(5)
SHORT_TIME = re.compile(r"(\d{1,2})[:.]?(\d{2})?", re.ASCII)

MIDNIGHT, SIX, TWO, TEN = time(0), time(6), time(14), time(22)
PRESETS: dict[str, tuple[str | Promise, tuple[ShiftTime, ...]]] = {
    "one": (
        _("One shift, 06–14"),
        tuple(ShiftTime(day, SIX, TWO, 30) for day in WORKDAYS),
    ),
    "two": (
        _("Two shifts, 06–22"),
        tuple(
            ShiftTime(day, start, end, 30)
            for day in WORKDAYS
            for start, end in ((SIX, TWO), (TWO, TEN))
        ),
    ),
    "three": (
        _("Three shifts, Monday to Friday"),
        tuple(
            ShiftTime(day, start, end, 30)
            for day in WORKDAYS
            for start, end in ((SIX, TWO), (TWO, TEN), (TEN, SIX))
        ),
    ),
    "always": (
        _("Day and night, 24/7"),
        tuple(ShiftTime(day, MIDNIGHT, MIDNIGHT) for day in DAYS),
    ),
}

# A week in which nothing but the pattern counts, with neighbors on both sides.
ANY_MONDAY = datetime(2024, 1, 8, tzinfo=UTC)
MINUTES_A_DAY = 24 * 60


class Clock(forms.TimeField):
    """A time of day, to the minute."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            # Not the browser's own box for times: it counts to twelve wherever the
            # browser does, whatever the page's language.
            widget=forms.TimeInput(
                attrs={"inputmode": "numeric", "maxlength": 5}, format="%H:%M"
            ),
            input_formats=["%H:%M"],
            error_messages={
                "invalid": _(
                    "“%(value)s” is not a time. Write hours and minutes, as 06:00."
                )
            },
        )

    def to_python(self, value: Any) -> time | None:
        """Read a time; 24:00 is the midnight at the day's end.

        6, 06, 600, 6.00 and 06:00 all mean six o'clock.
        """
        text = str(value or "").strip()
        if isinstance(value, time):
            text = f"{value:%H:%M}"
        short = SHORT_TIME.fullmatch(text)
        clock = f"{short[1]}:{short[2] or '00'}" if short else text
        try:
            return super().to_python("00:00" if clock == "24:00" else clock)
        except ValidationError as error:
            error.params = {"value": text}
            raise


class ExceptionForm(PortalForm):
    """A period in which the week does not hold."""

    kind = forms.ChoiceField(
        label=_("What is different"),
        choices=[("closed", _("Closed: no work")), ("open", _("Extra shift: work"))],
    )
    starts_at = Moment(label=_("From"))
    ends_at = Moment(label=_("To"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Such as company holidays, or a Saturday worked."),
    )


def field_name(day: int, slot: int, part: str) -> str:
    """Name the box of a day, a shift and what is asked of it."""
    return f"d{day}_s{slot}_{part}"


def day_names(width: Literal["wide", "short"] = "wide") -> list[str]:
    """Return the days of the week from Monday, in the reader's language."""
    names = get_day_names(width, "stand-alone", locale=formats.locale())
    return [str(names[day]) for day in DAYS]


def minutes_of(shifts: Sequence[ShiftTime]) -> int:
    """Return the minutes worked in a week of these shifts, holidays apart."""
    if not shifts:
        return 0
    week = WorkingWeek(tuple(shifts), "UTC")
    # Cut out of an endless pattern, so that Sunday's night shift counts whole.
    window = Period(ANY_MONDAY, ANY_MONDAY + timedelta(weeks=1))
    return sum(period.minutes for period in working_periods(week, (), window))
