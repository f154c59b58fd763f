"""Reads a calendar file in a limited child process: RFC 5545 to what a level says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.capacity.rules import limits, public_holidays
from apps.capacity.rules.calendar_checks import LEAST_EFFICIENCY, MOST_EFFICIENCY
from apps.capacity.rules.inheritance import Said, Standing, facts_of
from apps.capacity.rules.reading_reasons import reason_text, refusal_of
from apps.capacity.rules.spans import Spans, moment_of
from apps.capacity.rules.working_time import (
    minute_at,
    pieces_of_shift,
    working_spans,
)
from apps.capacity.types import (
    CalendarDraft,
    LevelKind,
    PlannedException,
    ShiftTime,
)
from apps.kernel.errors import InvalidInput
from apps.kernel.periods import Period
from apps.machines.rules.reading_process import Limits, answer_of

READER = "apps.capacity.rules.ical_reader"
LIMITS = Limits(memory_mb=1024, cpu_seconds=20, wall_seconds=40, file_mb=64)
DAY = timedelta(days=1)


class CalendarUnreadable(InvalidInput):
    """The file is no calendar that can be read."""

    code = "calendar_unreadable"


@dataclass(frozen=True, slots=True)
class NotCarried:
    """What a file says that a calendar has no place for, or the other way round."""

    what: str
    value: str
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class CalendarReading:
    """What a level would say by a file, from when to when that is exact, and the rest."""

    draft: CalendarDraft
    horizon: Period
    not_carried: tuple[NotCarried, ...]
    name: str = ""


def read_ics(
    raw: bytes, *, kind: LevelKind, standing: Standing, today: date
) -> CalendarReading:
    """Read a calendar of RFC 5545 for a level.

    Series that repeat weekly, and go on, become shifts. What differs from them in the
    horizon becomes exceptions, so that exactly the minutes of the file are worked there.

    :raises CalendarUnreadable: if it is too large, broken or hostile.
    :raises ReaderLost: if the reader was killed from outside.
    """
    if len(raw) > limits.MOST_FILE_BYTES:
        raise unreadable({"fault": "too_large"})
    last = today + timedelta(weeks=limits.FILE_WEEKS)
    said = answer_of(
        raw,
        READER,
        LIMITS,
        (f"--first={today}", f"--last={last}", f"--clock={standing.clock}"),
    )
    if "fault" in said:
        raise unreadable(said)
    return woven(said, kind=kind, standing=standing, first=today, last=last)


def woven(
    said: Mapping[str, Any],
    *,
    kind: LevelKind,
    standing: Standing,
    first: date,
    last: date,
) -> CalendarReading:
    """Make of what `ical_reader` told of a file what a level says."""
    return _Weaving(said, kind, standing, first, last).reading()


class _Weaving:
    """Makes of a told file what a level says."""

    def __init__(
        self,
        said: Mapping[str, Any],
        kind: LevelKind,
        standing: Standing,
        first: date,
        last: date,
    ) -> None:
        self.said, self.kind, self.standing = said, kind, standing
        self.own: Mapping[str, str] = said["own"]
        self.zone = ZoneInfo(said["zone"] or standing.clock)
        until = _day(self.own.get("UNTIL", ""))
        # Of a file that is older than it reaches only its week says anything.
        self.first = first
        self.last = max(min(last, until or last), first - DAY)
        self.left: list[NotCarried] = []

    def reading(self) -> CalendarReading:
        shifts = self._shifts()
        week = CalendarDraft(
            shifts=shifts,
            time_zone=self.said["zone"],
            holiday_country=self._country(),
            keeps_exceptions=self.own.get("KEEPS-EXCEPTIONS") != "FALSE",
            efficiency_percent=self._efficiency(),
        )
        exceptions = [
            *self._differences(week),
            *self._exceptions("open"),
            *self._exceptions("closed"),
            *self._own_exceptions(),
        ]
        if len(exceptions) > limits.MOST_EXCEPTIONS:
            over = exceptions[limits.MOST_EXCEPTIONS :]
            self._leave("too_many_exceptions", over)
        for one in self.said["left"]:
            self.left.append(
                NotCarried(
                    one["what"], one["value"], reason_text(one["why"]), one["count"]
                )
            )
        return CalendarReading(
            draft=replace(week, exceptions=tuple(exceptions[: limits.MOST_EXCEPTIONS])),
            horizon=Period(
                moment_of(minute_at(self.first, time(), self.zone)),
                moment_of(minute_at(self.last + DAY, time(), self.zone)),
            ),
            not_carried=tuple(self.left),
            name=self.said["name"],
        )

    def _leave(self, code: str, over: Sequence[PlannedException]) -> None:
        first = over[0].period.start.isoformat()
        self.left.append(NotCarried("VEVENT", first, reason_text(code), len(over)))

    def _country(self) -> str:
        country = self.own.get("HOLIDAYS", "")
        return country if country and public_holidays.is_known(country) else ""

    def _efficiency(self) -> int | None:
        said = self.own.get("EFFICIENCY", "")
        if not (said.isascii() and said.isdigit() and len(said) <= len("200")):
            return None
        percent = int(said)
        return percent if LEAST_EFFICIENCY <= percent <= MOST_EFFICIENCY else None

    def _shifts(self) -> tuple[ShiftTime, ...] | None:
        if not self.said["weekly"] and self.own.get("HAS-WEEK") != "TRUE":
            return None
        found: dict[tuple[int, time], ShiftTime] = {}
        for one in self.said["weekly"]:
            for shift in _shifts_of(one):
                key = (shift.weekday, shift.starts)
                if key not in found and len(found) < limits.MOST_SHIFTS:
                    found[key] = shift
        return tuple(found[key] for key in sorted(found))

    def _differences(self, week: CalendarDraft) -> Iterator[PlannedException]:
        """Say where the weekly series of the file differ from the week they became."""
        if week.shifts is None:
            return
        start = minute_at(self.first, time(), self.zone)
        end = minute_at(self.last + DAY, time(), self.zone)
        facts = facts_of([Said(self.kind, week)], self.standing)
        base = working_spans(facts, start, end)
        wanted = self._weekly_spans().within(start, end)
        for spans, working in (
            (base.minus(wanted), False),
            (wanted.minus(base), True),
        ):
            for period in spans.periods():
                yield PlannedException(period, working)

    def _weekly_spans(self) -> Spans:
        pairs: list[tuple[int, int]] = []
        for one in self.said["weekly"]:
            shifts = _shifts_of(one)
            starts, begins = date.fromisoformat(one["first"]), _time(one["starts"])
            without = set(one["without"])
            days = {
                day
                for day in _days(max(starts, self.first - 2 * DAY), self.last + DAY)
                if day.weekday() in one["days"]
                and datetime.combine(day, begins).isoformat() not in without
            }
            for moment in map(datetime.fromisoformat, one["also"]):
                if moment.time() == begins and moment.isoformat() not in without:
                    days.add(moment.date())
            pattern = [shift for shift in shifts if shift.weekday == one["days"][0]]
            for day in days:
                for shift in pattern:
                    # A piece after midnight is of the day after that of the series.
                    on = day + DAY if shift.starts < begins else day
                    pairs += pieces_of_shift(shift, on, self.zone)
            pairs += self._moved(one, pattern, begins)
        return Spans.of(pairs)

    def _moved(
        self, one: Mapping[str, Any], pattern: list[ShiftTime], begins: time
    ) -> Iterator[tuple[int, int]]:
        """Go through occurrences that a series adds at another time of the day."""
        for moment in map(datetime.fromisoformat, one["also"]):
            if moment.time() == begins or moment.isoformat() in set(one["without"]):
                continue
            for shift in pattern:
                later = datetime.combine(moment, begins)
                ahead = datetime.combine(moment, shift.starts) - later
                starts = moment + ahead % DAY
                for first, last in pieces_of_shift(shift, starts.date(), self.zone):
                    gap = minute_at(
                        starts.date(), starts.time(), self.zone
                    ) - minute_at(starts.date(), shift.starts, self.zone)
                    yield first + gap, last + gap

    def _exceptions(self, kind: str) -> Iterator[PlannedException]:
        for one in self.said["spans"]:
            if one["kind"] == kind and not one["exact"]:
                for first, last in one["pieces"]:
                    yield PlannedException(
                        Period(moment_of(first), moment_of(last)),
                        kind == "open",
                        one["what"],
                    )

    def _own_exceptions(self) -> Iterator[PlannedException]:
        for one in self.said["spans"]:
            if one["exact"]:
                starts, ends = map(datetime.fromisoformat, one["exact"])
                if starts.tzinfo is None or ends.tzinfo is None:
                    (first, last), *_rest = one["pieces"]
                    starts, ends = moment_of(first), moment_of(last)
                yield PlannedException(
                    Period(starts, ends), one["kind"] == "open", one["what"]
                )


def _shifts_of(one: Mapping[str, Any]) -> list[ShiftTime]:
    """Return a weekly series as shifts: one, or several if it has several breaks."""
    starts, ends = _time(one["starts"]), _time(one["ends"])
    first, *others = one["breaks"] or [None]
    edges = [(starts, first)]
    bounds = []
    for pause in others:
        begins = _time(pause["starts"])
        resumes = (
            datetime.combine(date.min, begins) + timedelta(minutes=pause["minutes"])
        ).time()
        bounds.append(begins)
        edges.append((resumes, None))
    bounds.append(ends)
    return [
        ShiftTime(
            weekday=(day + (begins < starts)) % 7,
            starts=begins,
            ends=until,
            break_minutes=pause["minutes"] if pause else 0,
            break_starts=None
            if pause is None or pause["is_middle"]
            else _time(pause["starts"]),
        )
        for day in one["days"]
        for (begins, pause), until in zip(edges, bounds, strict=True)
    ]


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _time(text: str) -> time:
    return time.fromisoformat(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def unreadable(answer: Mapping[str, Any]) -> CalendarUnreadable:
    """Say why a file is refused."""
    detail, remedy = refusal_of(answer)
    return CalendarUnreadable(
        detail,
        field="file",
        remedy=remedy,
        facts={"fault": answer["fault"]},
    )
