"""The form of a working week: seven days, their shifts and presets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from babel.dates import get_day_names
from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.capacity.rules.public_holidays import is_known
from apps.capacity.rules.working_time import working_periods
from apps.capacity.types import ShiftTime, WorkingWeek
from apps.kernel.periods import Period
from apps.portal import formats
from apps.portal.forms import Moment, PortalForm
from apps.portal.public import places

DAYS = range(7)
WORKDAYS = range(5)
SLOTS, MOST_SLOTS = 2, 4
SHIFT_FIELDS = ("starts", "ends", "break")

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
            input_formats=["%H:%M", "%H.%M", "%H%M", "%H"],
            error_messages={
                "invalid": _(
                    "“%(value)s” is not a time. Write hours and minutes, as 06:00."
                )
            },
        )

    def to_python(self, value: Any) -> time | None:
        """Read a time; 24:00 is the midnight at the day's end."""
        text = str(value or "").strip()
        try:
            return super().to_python("00:00" if text == "24:00" else text)
        except ValidationError as error:
            error.params = {"value": text}
            raise


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the form."""

    name: str
    slots: Sequence[Sequence[BoundField]]
    hours: str


class WeekForm(PortalForm):
    """Seven days with up to so many shifts each."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("The clock that these times are read on.")
    )
    holiday_country = forms.ChoiceField(
        label=_("Public holidays"),
        required=False,
        help_text=_("No work is planned on them; exceptions go before."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        country: str,
        week: WorkingWeek,
        version: int | None,
        is_of_all: bool = False,
    ) -> None:
        super().__init__(
            data,
            initial={
                "time_zone": week.time_zone,
                "holiday_country": week.holiday_country,
                "version": version,
                **_shifts_by_field(week.shifts),
            },
        )
        if is_of_all:
            self.fields["holiday_country"].help_text = _t(
                "No work is planned on them; exceptions go before. A machine keeps "
                "those of its own site's country and region."
            )
        # The page does not ask when a break starts; a shift that is left as it was
        # keeps what a partner system has said of it.
        self.known = {replace(one, break_starts=None): one for one in week.shifts}
        self.offer("time_zone", places.time_zones(country))
        self.offer(
            "holiday_country",
            [
                ("", _t("None: work through them")),
                *[choice for choice in places.countries() if is_known(choice[0])],
            ],
        )
        asked = int(data.get("slots") or 0) if data and _is_digit(data) else 0
        self.slots = min(max(SLOTS, asked, _most_a_day(week.shifts)), MOST_SLOTS)
        names = day_names()
        for day in DAYS:
            for slot in range(self.slots):
                self._add_shift(day, slot, names[day])

    def _add_shift(self, day: int, slot: int, name: str) -> None:
        words = {"day": name, "number": slot + 1}
        starts, ends = Clock(), Clock()
        starts.label = _t("%(day)s, shift %(number)d, from") % words
        ends.label = _t("%(day)s, shift %(number)d, to") % words
        pause = forms.IntegerField(
            required=False,
            min_value=0,
            max_value=MINUTES_A_DAY,
            label=_t("%(day)s, shift %(number)d, break in minutes") % words,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        )
        for part, field in zip(SHIFT_FIELDS, (starts, ends, pause), strict=True):
            key = field_name(day, slot, part)
            field.widget.attrs["aria-label"] = str(field.label)
            self.fields[key] = field

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of each shift."""
        facts = super().clean() or self.cleaned_data
        for day in DAYS:
            for slot in range(self.slots):
                self._check_shift(day, slot)
        return facts

    def _check_shift(self, day: int, slot: int) -> None:
        names = [field_name(day, slot, part) for part in SHIFT_FIELDS]
        if any(name in self.errors for name in names):
            return
        starts, ends, pause = (self.cleaned_data.get(name) for name in names)
        if starts is None and (ends is not None or pause):
            self.add_error(
                names[0],
                _t("The shift has no start. Fill it in, or empty the shift."),
            )
        elif starts is not None and ends is None:
            self.add_error(
                names[1],
                _t("The shift has no end. Fill it in, or empty the shift."),
            )

    def shifts(self) -> tuple[ShiftTime, ...]:
        """Return the shifts that are whole."""
        facts = self.initial
        if self.is_bound:
            self.is_valid()
            facts = self.cleaned_data
        found = []
        for day in DAYS:
            for slot in range(self.slots):
                starts, ends, pause = (
                    facts.get(field_name(day, slot, part)) for part in SHIFT_FIELDS
                )
                if starts is not None and ends is not None:
                    shift = ShiftTime(day, starts, ends, pause or 0)
                    found.append(self.known.get(shift, shift))
        return tuple(found)

    def rows(self) -> list[Row]:
        """Return the days with their boxes and hours."""
        shifts = self.shifts()
        return [
            Row(
                name=name,
                slots=[
                    [self[field_name(day, slot, part)] for part in SHIFT_FIELDS]
                    for slot in range(self.slots)
                ],
                hours=formats.duration(
                    minutes_of([shift for shift in shifts if shift.weekday == day])
                ),
            )
            for day, name in enumerate(day_names())
        ]

    def hours(self) -> str:
        """Return the working time of the week, overlaps counted once."""
        return formats.duration(minutes_of(self.shifts()))


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


def _shifts_by_field(shifts: Sequence[ShiftTime]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for day in DAYS:
        of_day = [shift for shift in shifts if shift.weekday == day]
        for slot, shift in enumerate(of_day):
            found[field_name(day, slot, "starts")] = shift.starts
            found[field_name(day, slot, "ends")] = shift.ends
            found[field_name(day, slot, "break")] = shift.break_minutes or None
    return found


def _most_a_day(shifts: Sequence[ShiftTime]) -> int:
    return max(
        (sum(1 for shift in shifts if shift.weekday == day) for day in DAYS), default=0
    )


def _is_digit(data: Mapping[str, Any]) -> bool:
    return str(data.get("slots", "")).isdecimal()
