"""Weeks as they are drawn: the ordinary one, and the next ones with what differs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from apps.capacity.rules.calendar_checks import minutes_from
from apps.capacity.rules.public_holidays import NamedDay, named_days
from apps.capacity.rules.spans import Spans, minute_of
from apps.capacity.rules.working_time import minute_at, working_spans
from apps.capacity.selectors import CalendarChain, ExceptionInForce
from apps.capacity.types import ShiftTime
from apps.portal import formats
from apps.portal.calendar_forms import DAYS, MINUTES_A_DAY, day_names, minutes_of
from apps.portal.gantt import percent

WEEKS_AHEAD = 6
A_DAY = timedelta(days=1)
MIDNIGHT = time(0)
HOURS_MARKED = range(0, 25, 2)
# Fewer marks where the screen is narrow.
MAJOR = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a shift, or of its break, on one day."""

    x: str
    width: str
    label: str = ""
    is_break: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """An hour over the grid."""

    x: str
    text: str
    anchor: str
    is_minor: bool


@dataclass(slots=True)
class DrawnDay:
    """One weekday with its shifts."""

    day: int
    name: str
    short: str
    hours: str
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day to come: what is worked, and why it is not like its weekday."""

    day: date
    number: str
    title: str
    hours: str
    kind: str
    note: str
    pieces: Sequence[Piece]
    is_today: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """A week to come."""

    label: str
    number: int
    days: Sequence[DayAhead]
    hours: str


def marks() -> list[Mark]:
    """Return the hours over the grid."""
    return [
        Mark(
            percent(100 * hour / 24),
            f"{hour:02}",
            {0: "start", 24: "end"}.get(hour, "middle"),
            is_minor=hour % MAJOR != 0,
        )
        for hour in HOURS_MARKED
    ]


def drawn_week(shifts: Sequence[ShiftTime]) -> list[DrawnDay]:
    """Return the days of a week with what is worked; nights go on the next day."""
    days = [
        DrawnDay(
            day,
            name,
            short,
            hours_text(minutes_of([one for one in shifts if one.weekday == day])),
        )
        for day, (name, short) in enumerate(
            zip(day_names(), day_names("short"), strict=True)
        )
    ]
    for shift in shifts:
        label = f"{shift.starts:%H:%M}–{shift.ends:%H:%M}"
        start = shift.starts.hour * 60 + shift.starts.minute
        length = minutes_from(shift.starts, shift.ends) or MINUTES_A_DAY
        _draw(days, shift.weekday, start, length, label=label)
        if shift.break_minutes:
            offset = (
                (length - shift.break_minutes) // 2
                if shift.break_starts is None
                else minutes_from(shift.starts, shift.break_starts)
            )
            _draw(
                days, shift.weekday, start + offset, shift.break_minutes, is_break=True
            )
    return days


def _draw(
    days: Sequence[DrawnDay],
    weekday: int,
    start: int,
    length: int,
    *,
    label: str = "",
    is_break: bool = False,
) -> None:
    pieces = []
    while length > 0:
        day, begin = weekday + start // MINUTES_A_DAY, start % MINUTES_A_DAY
        fitting = min(length, MINUTES_A_DAY - begin)
        pieces.append((day % len(DAYS), begin, fitting))
        start, length = start + fitting, length - fitting
    # Where it goes over midnight, its times stand where there is more room.
    widest = max(pieces, key=lambda piece: piece[2])
    for piece in pieces:
        day, begin, fitting = piece
        text = label if piece is widest else ""
        days[day].pieces.append(_piece(begin, begin + fitting, text, is_break=is_break))


def _piece(start: int, end: int, label: str = "", *, is_break: bool = False) -> Piece:
    share = 100 / MINUTES_A_DAY
    return Piece(
        percent(start * share), percent((end - start) * share), label, is_break
    )


def hours_text(minutes: int) -> str:
    """Write working time; a dash where there is none."""
    return formats.duration(minutes) if minutes else "–"


def weeks_ahead(chain: CalendarChain, today: date) -> list[WeekAhead]:
    """Return the next weeks with holidays, exceptions and the minutes worked."""
    week = chain.facts.week
    zone = ZoneInfo(week.time_zone)
    monday = today - timedelta(days=today.weekday())
    until = monday + timedelta(weeks=WEEKS_AHEAD)
    worked = working_spans(
        chain.facts, minute_at(monday, MIDNIGHT, zone), minute_at(until, MIDNIGHT, zone)
    )
    named = {
        one.day: one
        for one in named_days(
            week.holiday_country,
            week.holiday_subdivision,
            start=monday,
            end=until,
            language=get_language() or "en",
        )
    }
    days = [
        _day_ahead(day, today, zone, worked, named.get(day), chain.exceptions)
        for day in _days(monday, until)
    ]
    return [
        WeekAhead(
            label=_t("Week %(week)d")
            % {"week": (monday + A_DAY * start).isocalendar().week},
            days=[one for one, _minutes in days[start : start + 7]],
            number=(monday + A_DAY * start).isocalendar().week,
            hours=hours_text(sum(m for _one, m in days[start : start + 7])),
        )
        for start in range(0, len(days), 7)
    ]


def _days(first: date, until: date) -> Iterator[date]:
    day = first
    while day < until:
        yield day
        day += A_DAY


def _day_ahead(
    day: date,
    today: date,
    zone: ZoneInfo,
    worked: Spans,
    named: NamedDay | None,
    exceptions: Iterable[ExceptionInForce],
) -> tuple[DayAhead, int]:
    start, end = minute_at(day, MIDNIGHT, zone), minute_at(day + A_DAY, MIDNIGHT, zone)
    spans = worked.within(start, end)
    # The later of two goes before, and gives the day its color.
    met = [
        one.exception
        for one in exceptions
        if minute_of(one.exception.period.start) < end
        and minute_of(one.exception.period.end) > start
    ]
    notes = [] if named is None else [_named(named)]
    notes += [
        one.reason or (_t("Extra shift") if one.working else _t("Closed"))
        for one in met
    ]
    kind = ""
    if named is not None:
        kind = "holiday" if named.is_off else "extra"
    if met:
        kind = "extra" if met[-1].working else "closed"
    hours = formats.duration(spans.total) if spans.total else ""
    name = formats.weekday(day)
    said = [hours or _t("no work"), *notes]
    return (
        DayAhead(
            day=day,
            number=str(day.day),
            title=f"{name}: {', '.join(said)}",
            hours=hours,
            kind=kind,
            note=notes[-1] if notes else "",
            # An hour more or less in nights of clock changes is not seen.
            pieces=[
                _piece(first - start, min(last - start, MINUTES_A_DAY))
                for first, last in spans.pairs()
            ],
            is_today=day == today,
            is_over=day < today,
        ),
        spans.total,
    )


def _named(day: NamedDay) -> str:
    if day.is_off:
        return day.name or _t("Public holiday")
    return _t("Worked like %(weekday)s") % {
        "weekday": day_names()[day.worked_like or 0]
    }
