"""A plan of machines over time as geometry: values in, shapes out.

As in `charts`, places along time are percentages and are text already; what is drawn
keeps its size across. Nothing here reads a database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from babel.dates import format_skeleton
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.kernel.periods import Period
from apps.portal import formats

Text = str | Promise
# Less is not seen, nor hit by a mouse.
NARROWEST = 0.25
HOURS_BETWEEN_TICKS = 2
DAYS_BETWEEN_LABELS = 2
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Zoom(StrEnum):
    """How much time is shown at once."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


ZOOM_LABELS: dict[Zoom, Text] = {
    Zoom.DAY: _("Day"),
    Zoom.WEEK: _("Week"),
    Zoom.MONTH: _("Month"),
}
DAYS_SHOWN = {Zoom.DAY: 1, Zoom.WEEK: 7, Zoom.MONTH: 28}
# To how many minutes a bar snaps that is moved.
STEPS = {Zoom.DAY: 15, Zoom.WEEK: 60, Zoom.MONTH: 240}


def midnight(day: date) -> datetime:
    """Return when a day begins on the reader's clock."""
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


@dataclass(frozen=True, slots=True)
class Window:
    """Whole days on the reader's clock, and the share of them before a moment."""

    zoom: Zoom
    first: date

    @property
    def last(self) -> date:
        """The day after the last that is shown."""
        return self.first + timedelta(days=DAYS_SHOWN[self.zoom])

    @property
    def start(self) -> datetime:
        """When the first day begins."""
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """When the last day is over."""
        return midnight(self.last)

    @property
    def period(self) -> Period:
        """All of it."""
        return Period(self.start, self.end)

    @property
    def step_minutes(self) -> int:
        """To how many minutes a bar snaps that is moved."""
        return STEPS[self.zoom]

    def share(self, moment: datetime) -> float:
        """Return how much of the window lies before a moment, in percent."""
        # By the clock of the sun: on the day that loses an hour it is 23 hours long.
        start = self.start.timestamp()
        length = self.end.timestamp() - start
        return 100 * min(max((moment.timestamp() - start) / length, 0.0), 1.0)

    def shows(self, start: datetime, end: datetime) -> bool:
        """Say whether a stretch of time is seen at all."""
        return start < self.end and end > self.start

    def holds(self, moment: datetime) -> bool:
        """Say whether a moment is seen."""
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a row: where it begins and how long it is."""

    x: str
    width: str
    title: str = ""
    kind: str = ""
    label: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across all rows, with its label in the head."""

    x: str
    label: str
    is_minor: bool = False
    is_label_minor: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on a row: when something is due."""

    x: str
    title: str
    is_missed: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """Where a planner wants a bar, if it is not there already."""

    place: Stretch
    of_key: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of work on its machine."""

    key: str
    place: Stretch
    setup: str
    href: str
    label: str
    summary: str
    tone: str
    is_late: bool
    is_pinned: bool
    is_moved: bool
    is_selected: bool
    can_move: bool
    starts: str
    minutes: int
    version: int
    machines: str
    pin_machine: str = ""
    pin_starts: str = ""


@dataclass(slots=True)
class Row:
    """A machine with all that is drawn on it."""

    machine_id: UUID
    code: str
    note: str
    href: str
    closed: list[Stretch] = field(default_factory=list)
    taken: list[Stretch] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    ghosts: list[Stretch] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)
    dues: list[Mark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chart:
    """All rows over one window."""

    window: Window
    ticks: Sequence[Tick]
    rows: Sequence[Row]
    now: str = ""

    @property
    def has_bars(self) -> bool:
        """Say whether there is any work in it."""
        return any(row.bars for row in self.rows)


def percent(value: float) -> str:
    """Write a place along time."""
    return f"{value:.3f}%"


def stretch(
    window: Window,
    start: datetime,
    end: datetime,
    *,
    title: str = "",
    kind: str = "",
    label: str = "",
    href: str = "",
) -> Stretch:
    """Return where a stretch of time lies, as far as it is seen."""
    left, right = window.share(start), window.share(end)
    return Stretch(
        x=percent(left),
        width=percent(max(right - left, NARROWEST)),
        title=title,
        kind=kind,
        label=label,
        href=href,
    )


def closed_stretches(window: Window, working: Sequence[Period]) -> list[Stretch]:
    """Return the time in which no work is done, as far as it is seen."""
    found = []
    reached = window.start
    for period in working:
        if period.start > reached:
            found.append(stretch(window, reached, period.start))
        reached = max(reached, period.end)
    if reached < window.end:
        found.append(stretch(window, reached, window.end))
    return found


def ticks_of(window: Window) -> list[Tick]:
    """Return the lines of a window: by hours within a day, else by days."""
    if window.zoom is Zoom.DAY:
        hours = int((window.end.timestamp() - window.start.timestamp()) // 3600)
        # By moments that pass, so that a clock that is put back shows an hour twice.
        moments = [
            timezone.localtime(
                datetime.fromtimestamp(
                    window.start.timestamp() + 3600 * hour,
                    tz=timezone.get_current_timezone(),
                )
            )
            for hour in range(hours)
        ]
        return [
            Tick(
                percent(window.share(moment)),
                f"{moment:%H:%M}" if place % HOURS_BETWEEN_TICKS == 0 else "",
                is_minor=place % HOURS_BETWEEN_TICKS != 0,
                is_label_minor=place % (2 * HOURS_BETWEEN_TICKS) != 0,
            )
            for place, moment in enumerate(moments)
        ]
    days = [window.first + timedelta(days=n) for n in range(DAYS_SHOWN[window.zoom])]
    is_week = window.zoom is Zoom.WEEK
    return [
        Tick(
            percent(window.share(midnight(day))),
            day_label(day) if is_week or day.weekday() == 0 else "",
            is_minor=not is_week and day.weekday() != 0,
        )
        for day in days
    ]


def day_label(day: date) -> str:
    """Write a day as short as it can still be told from others."""
    return format_skeleton("MMMEd", day, locale=formats.locale())


def window_label(window: Window) -> str:
    """Write which days are shown."""
    if window.zoom is Zoom.DAY:
        return formats.weekday(window.first)
    last = window.last - DAY
    return f"{formats.day(window.first)} – {formats.day(last)}"


def window_of(zoom: str, first: str, today: date) -> Window:
    """Return the window that an address asks for, else the week from today."""
    known = Zoom(zoom) if zoom in set(Zoom) else Zoom.WEEK
    try:
        day = date.fromisoformat(first)
        # Neither end of time is a day that can be turned over.
        day = min(max(day, date(1971, 1, 1)), date(9000, 1, 1))
    except ValueError:
        day = today
    return Window(known, day)
