"""The forms of the calendar editor: what one level says, and files of calendars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.capacity.rules.calendar_checks import (
    LEAST_EFFICIENCY,
    MOST_EFFICIENCY,
    check_shifts,
)
from apps.capacity.rules.public_holidays import is_known
from apps.capacity.selectors import CalendarChain
from apps.capacity.types import CalendarDraft, LevelKind, ShiftTime
from apps.kernel.errors import InvalidInput
from apps.portal import formats
from apps.portal.calendar_forms import (
    DAYS,
    MINUTES_A_DAY,
    Clock,
    day_names,
    field_name,
    minutes_of,
)
from apps.portal.forms import PortalForm, Text, WholeQuantity
from apps.portal.public import places

SLOTS, MOST_SLOTS = 2, 12
PARTS = ("starts", "ends", "break", "pause")
INHERITED, OWN = "inherited", "own"
AS_ABOVE, NO_HOLIDAYS = "", "none"
# Which answer of the form a domain's refusal is about.
FIELD_OF = {"holiday_country": "holidays"}
PART_OF = {"break_minutes": "break", "break_starts": "pause"}


@dataclass(frozen=True, slots=True)
class Around:
    """What a level would have if it said nothing itself."""

    shifts: tuple[ShiftTime, ...]
    country: str
    clock: str
    efficiency_percent: int
    name: str

    @property
    def holidays(self) -> str:
        """Whose public holidays it would keep."""
        return places.country_name(self.country) if self.country else _t("none")


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the form."""

    day: int
    name: str
    slots: Sequence[Mapping[str, BoundField]]
    hours: str
    errors: Sequence[str]


class EditorForm(PortalForm):
    """All that one level says of when work is done, its exceptions apart."""

    whose = forms.ChoiceField(
        label=_("The week"),
        choices=[
            (INHERITED, _("That of the level above")),
            (OWN, _("A week of its own")),
        ],
        widget=forms.RadioSelect,
    )
    holidays = forms.ChoiceField(
        label=_("Public holidays"),
        required=False,
        help_text=_("No work is planned on them; exceptions go before."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("The clock that these times are read on."),
    )
    efficiency_percent = WholeQuantity(
        label=_("Efficiency"),
        unit="%",
        required=False,
        min_value=LEAST_EFFICIENCY,
        max_value=MOST_EFFICIENCY,
        help_text=_("How much of the working time makes progress."),
    )
    keeps_exceptions = forms.BooleanField(
        label=_("Exceptions of the levels above hold here too"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        chain: CalendarChain,
        around: Around,
        country: str,
        preset: tuple[ShiftTime, ...] | None = None,
    ) -> None:
        said = chain.own.draft
        self.said, self.around = said, around
        self.is_top = chain.own.level.kind is LevelKind.ENTERPRISE
        shifts = said.shifts
        if preset is not None:
            shifts = preset
        shown = around.shifts if shifts is None else shifts
        super().__init__(
            data,
            initial={
                "whose": INHERITED if shifts is None else OWN,
                "holidays": self._holidays_at_first(country),
                "time_zone": said.time_zone,
                "efficiency_percent": said.efficiency_percent,
                "keeps_exceptions": said.keeps_exceptions,
                "version": chain.version,
                **_shifts_by_field(shown),
            },
        )
        self._offer(country)
        asked = str(data.get("slots", "")) if data else ""
        needed = max(
            SLOTS, int(asked) if asked.isdecimal() else 0, _most_a_day(shown) + 1
        )
        self.slots = min(needed, MOST_SLOTS)
        names = day_names()
        for day in DAYS:
            for slot in range(self.slots):
                self._add_shift(day, slot, names[day])

    def _holidays_at_first(self, country: str) -> str:
        """Return whose holidays are said to be kept; at first those of the country."""
        if self.said.holiday_country:
            return self.said.holiday_country
        if self.said.shifts is not None:
            return NO_HOLIDAYS
        if not self.is_top:
            return AS_ABOVE
        return country if is_known(country) else NO_HOLIDAYS

    def _offer(self, country: str) -> None:
        if self.is_top:
            self.fields["whose"].required = False
            del self.fields["keeps_exceptions"]
            self.fields["holidays"].help_text = _t(
                "No work is planned on them; exceptions go before. Machines keep those"
                " of their own site's country and region."
            )
        self.fields["efficiency_percent"].help_text = _t(
            "How much of the working time makes progress. Empty for %(percent)s."
        ) % {"percent": formats.percent(self.around.efficiency_percent / 100)}
        self.offer(
            "holidays",
            [
                *(
                    []
                    if self.is_top
                    else [
                        (
                            AS_ABOVE,
                            _t("As above: %(country)s")
                            % {"country": self.around.holidays},
                        )
                    ]
                ),
                (NO_HOLIDAYS, _t("None: work through them")),
                *[choice for choice in places.countries() if is_known(choice[0])],
            ],
        )
        of_place: Text = (
            _t("The clock of each site")
            if self.is_top
            else _t("The clock of the site: %(zone)s") % {"zone": self.around.clock}
        )
        self.offer("time_zone", [("", of_place), *places.time_zones(country)])

    def _add_shift(self, day: int, slot: int, name: str) -> None:
        words = {"day": name, "number": slot + 1}
        pause = forms.IntegerField(
            required=False,
            min_value=0,
            max_value=MINUTES_A_DAY,
            label=_t("%(day)s, shift %(number)d, break in minutes") % words,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
        )
        clocks = {
            "starts": _t("%(day)s, shift %(number)d, from") % words,
            "ends": _t("%(day)s, shift %(number)d, to") % words,
            "pause": _t("%(day)s, shift %(number)d, break from") % words,
        }
        for part in PARTS:
            field: forms.Field = pause
            if part in clocks:
                field = Clock()
                field.label = clocks[part]
            field.widget.attrs |= {
                "aria-label": str(field.label),
                "data-part": part,
                "autocomplete": "off",
            }
            self.fields[field_name(day, slot, part)] = field

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of each shift, and for breaks that fit into it."""
        facts = super().clean() or self.cleaned_data
        if (
            not self.is_top
            and facts.get("whose") == INHERITED
            and facts.get("holidays") == NO_HOLIDAYS
        ):
            self.add_error(
                "holidays",
                _t(
                    "Only a week of its own can work through public holidays. Give it"
                    " one, or add open exceptions."
                ),
            )
        if self.has_week:
            for day in DAYS:
                for slot in range(self.slots):
                    self._check_shift(day, slot)
        return facts

    def _check_shift(self, day: int, slot: int) -> None:
        names = {part: field_name(day, slot, part) for part in PARTS}
        if any(name in self.errors for name in names.values()):
            return
        said = {part: self.cleaned_data.get(name) for part, name in names.items()}
        if said["starts"] is None:
            if any(value not in (None, 0) for value in said.values()):
                self.add_error(
                    names["starts"],
                    _t("The shift has no start. Fill it in, or empty the shift."),
                )
            return
        if said["ends"] is None:
            self.add_error(
                names["ends"],
                _t("The shift has no end. Fill it in, or empty the shift."),
            )
            return
        try:
            check_shifts([_shift(day, said)])
        except InvalidInput as error:
            part = PART_OF.get(error.field or "", "starts")
            self.add_error(names[part], str(error))

    @property
    def has_week(self) -> bool:
        """Say whether the level has a week of its own by this form."""
        return self.is_top or self["whose"].value() == OWN

    def shifts(self) -> tuple[ShiftTime, ...]:
        """Return the shifts that are whole, by day and start."""
        facts = self.initial
        if self.is_bound:
            self.is_valid()
            facts = self.cleaned_data
        found = []
        for day in DAYS:
            for slot in range(self.slots):
                said = {part: facts.get(field_name(day, slot, part)) for part in PARTS}
                if said["starts"] is not None and said["ends"] is not None:
                    found.append(_shift(day, said))
        return tuple(sorted(found, key=lambda one: (one.weekday, one.starts)))

    def draft(self) -> CalendarDraft:
        """Return what the level would say, with the exceptions it has."""
        facts = self.cleaned_data
        has_week = self.has_week and not (
            # The enterprise has said nothing of a week, and says nothing now.
            self.is_top and self.said.shifts is None and not self.shifts()
        )
        return CalendarDraft(
            shifts=self.shifts() if has_week else None,
            exceptions=self.said.exceptions,
            time_zone=facts["time_zone"] if has_week else "",
            holiday_country=self._country(facts["holidays"], has_week=has_week),
            keeps_exceptions=self.is_top or facts["keeps_exceptions"],
            efficiency_percent=facts["efficiency_percent"],
        )

    def _country(self, asked: str, *, has_week: bool) -> str:
        if asked == NO_HOLIDAYS:
            return ""
        if asked == AS_ABOVE:
            # A week says itself whose holidays are kept.
            return self.around.country if has_week else ""
        return asked

    def rows(self) -> list[Row]:
        """Return the days with their boxes and hours."""
        shifts = self.shifts()
        return [
            Row(
                day=day,
                name=name,
                slots=(
                    boxes := [
                        {part: self[field_name(day, slot, part)] for part in PARTS}
                        for slot in range(self.slots)
                    ]
                ),
                hours=formats.duration(
                    minutes_of([shift for shift in shifts if shift.weekday == day])
                ),
                errors=[
                    f"{box.label}: {error}"
                    for slot in boxes
                    for box in slot.values()
                    for error in box.errors
                ],
            )
            for day, name in enumerate(day_names())
        ]

    @property
    def has_bad_times(self) -> bool:
        """Say whether one of the times needs another look."""
        return any(name.startswith("d") and name[1].isdigit() for name in self.errors)


class CalendarFileForm(PortalForm):
    """A calendar that another program wrote."""

    file = forms.FileField(
        label=_("Calendar file"),
        help_text=_(
            "iCalendar (.ics) of RFC 5545, or a Production Calendar of IDTA 02067"
            " (.aasx). Nothing is saved before you have seen what it says."
        ),
        widget=forms.FileInput(attrs={"accept": ".ics,.aasx,text/calendar"}),
    )


def _shift(day: int, said: Mapping[str, Any]) -> ShiftTime:
    starts, ends = said["starts"], said["ends"]
    assert isinstance(starts, time)
    assert isinstance(ends, time)
    pause: int = said["break"] or 0
    return ShiftTime(day, starts, ends, pause, said["pause"] if pause else None)


def _shifts_by_field(shifts: Sequence[ShiftTime]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for day in DAYS:
        of_day = [shift for shift in shifts if shift.weekday == day]
        for slot, shift in enumerate(of_day):
            found |= {
                field_name(day, slot, "starts"): shift.starts,
                field_name(day, slot, "ends"): shift.ends,
                field_name(day, slot, "break"): shift.break_minutes or None,
                field_name(day, slot, "pause"): shift.break_starts,
            }
    return found


def _most_a_day(shifts: Sequence[ShiftTime]) -> int:
    return max(
        (sum(1 for shift in shifts if shift.weekday == day) for day in DAYS), default=0
    )
