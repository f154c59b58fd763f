"""When work is done: the week of the enterprise or of one machine, and exceptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from apps.audit import selectors as audit
from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.rules.public_holidays import is_known
from apps.capacity.rules.working_time import working_periods
from apps.capacity.types import ShiftTime, WorkingWeek
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import Moment, PortalForm
from apps.portal.machines import found_machine, may_write
from apps.portal.public import places
from tenants.middleware import actor_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
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
        # The page does not ask when a break starts; a shift that is left as it was
        # keeps what a partner system has said of it.
        self.known = {replace(one, break_starts=None): one for one in week.shifts}
        self._choose("time_zone", places.time_zones(country))
        self._choose(
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

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

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


def day_names() -> list[str]:
    """Return the days of the week from Monday, in the reader's language."""
    names = get_day_names("wide", "stand-alone", locale=formats.locale())
    return [str(names[day]) for day in DAYS]


def minutes_of(shifts: Sequence[ShiftTime]) -> int:
    """Return the minutes worked in a week of these shifts, holidays apart."""
    if not shifts:
        return 0
    week = WorkingWeek(tuple(shifts), "UTC")
    # Cut out of an endless pattern, so that Sunday's night shift counts whole.
    window = Period(ANY_MONDAY, ANY_MONDAY + timedelta(weeks=1))
    return sum(period.minutes for period in working_periods(week, (), window))


@access(*READERS)
@require_safe
def week(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Show the working week and its exceptions."""
    machine, calendar = _found(machine_id)
    form = _week_form(request, calendar, machine_id)
    return _page(request, machine, calendar, form)


@access(Role.PLANNER)
@require_POST
def week_set(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Let a planner set the working week, or see what a change comes to."""
    machine, calendar = _found(machine_id)
    form = _week_form(request, calendar, machine_id)
    if form.is_valid() and "preview" not in request.POST:
        try:
            services.set_shifts(
                machine_id=machine_id,
                shifts=form.shifts(),
                time_zone=form.cleaned_data["time_zone"],
                holiday_country=form.cleaned_data["holiday_country"],
                version=form.cleaned_data["version"],
                by=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                _t("%(hours)s a week are set. Listings follow within seconds.")
                % {"hours": form.hours()},
            )
            return redirect(*_page_of(machine_id))
    return _page(request, machine, calendar, form)


@access(Role.PLANNER)
@require_POST
def follow(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let a machine follow the enterprise's week again."""
    try:
        services.follow_enterprise_calendar(
            machine_id=machine_id, by=actor_of(request), at=timezone.now()
        )
    except services.CalendarUnknown as error:
        raise Http404 from error
    return redirect("portal:machine-calendar", machine_id)


@access(Role.PLANNER)
@require_POST
def exception_add(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Let a planner close a period, or open one."""
    machine, calendar = _found(machine_id)
    if calendar is None or calendar.machine_id != machine_id:
        raise Http404
    form = ExceptionForm(request.POST)
    # Times are meant on the clock at the machine, not on the reader's.
    with timezone.override(ZoneInfo(calendar.time_zone)):
        is_valid = form.is_valid()
    if is_valid and _add_exception(request, form, calendar.pk):
        return redirect(*_page_of(machine_id))
    shown = _week_form(request, calendar, machine_id, is_sent=False)
    return _page(request, machine, calendar, shown, exception_form=form)


@access(Role.PLANNER)
@require_POST
def exception_remove(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Let the week hold again."""
    try:
        calendar = services.remove_exception(
            exception_id=exception_id, by=actor_of(request), at=timezone.now()
        )
    except services.ExceptionUnknown as error:
        raise Http404 from error
    return redirect(*_page_of(calendar.machine_id))


def _found(machine_id: UUID | None) -> tuple[Any, Any]:
    machine = found_machine(machine_id).machine if machine_id else None
    return machine, capacity.calendar_of(machine_id)


def _page(
    request: HttpRequest,
    machine: Any,
    calendar: Any,
    form: WeekForm,
    *,
    exception_form: ExceptionForm | None = None,
) -> HttpResponse:
    is_own = calendar is not None and calendar.machine_id == (machine and machine.pk)
    preset = PRESETS.get(request.GET.get("preset", ""))
    asked = exception_form or ExceptionForm()
    is_refused = "preview" not in request.POST and bool(form.errors or asked.errors)
    return render(
        request,
        "portal/capacity/week.html",
        {
            "form": form,
            "rows": form.rows(),
            "machine": machine,
            "calendar": calendar,
            "is_own": is_own,
            "can_write": may_write(request),
            "presets": [(key, label) for key, (label, _shifts) in PRESETS.items()],
            "preset": preset[0] if preset else "",
            "exceptions": _exceptions(calendar),
            "exception_form": asked,
            "events": audit.events_of(calendar) if is_own else [],
        },
        status=422 if is_refused else 200,
    )


def _add_exception(
    request: HttpRequest, form: ExceptionForm, calendar_id: UUID
) -> bool:
    facts = form.cleaned_data
    if facts["ends_at"] <= facts["starts_at"]:
        form.add_error(
            "ends_at",
            _t("It ends before it begins. Give an end that is later than the start."),
        )
        return False
    try:
        services.add_exception(
            calendar_id=calendar_id,
            period=Period(facts["starts_at"], facts["ends_at"]),
            working=facts["kind"] == "open",
            reason=facts["reason"],
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return False
    return True


def _page_of(machine_id: UUID | None) -> tuple[Any, ...]:
    if machine_id is None:
        return ("portal:shifts",)
    return "portal:machine-calendar", machine_id


def _week_form(
    request: HttpRequest,
    calendar: Any,
    machine_id: UUID | None,
    *,
    is_sent: bool | None = None,
) -> WeekForm:
    enterprise = request.enterprise  # type: ignore[attr-defined]
    shifts: tuple[ShiftTime, ...] = ()
    time_zone, country = enterprise.time_zone, ""
    if calendar is not None:
        shifts = tuple(_shift_time(shift) for shift in calendar.shifts.all())
        time_zone, country = calendar.time_zone, calendar.holiday_country
    elif is_known(enterprise.country):
        country = enterprise.country
    preset = PRESETS.get(request.GET.get("preset", ""))
    if is_sent is None:
        is_sent = request.method == "POST"
    is_own = calendar is not None and calendar.machine_id == machine_id
    return WeekForm(
        request.POST if is_sent else None,
        country=enterprise.country,
        week=WorkingWeek(preset[1] if preset else shifts, time_zone, country),
        version=calendar.version if is_own else None,
    )


def _shift_time(shift: Any) -> ShiftTime:
    return ShiftTime(
        weekday=shift.weekday,
        starts=shift.starts,
        ends=shift.ends,
        break_minutes=shift.break_minutes,
        break_starts=shift.break_starts,
    )


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


def _exceptions(calendar: Any) -> list[dict[str, Any]]:
    if calendar is None:
        return []
    now = timezone.now()
    rows = sorted(calendar.exceptions.all(), key=lambda row: row.period.lower)
    with timezone.override(ZoneInfo(calendar.time_zone)):
        return [
            {
                "row": row,
                "starts": formats.moment(row.period.lower),
                "ends": formats.moment(row.period.upper),
                "is_over": row.period.upper <= now,
            }
            for row in rows
        ]
