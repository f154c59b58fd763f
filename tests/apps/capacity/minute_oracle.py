"""What the rules of working time must agree with: one minute at a time, no arithmetic.

Slow on purpose. It looks at a clock on the wall for every minute of a scene and asks of
each minute on its own whether it is worked, and never adds two lengths of time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from apps.capacity.types import CalendarDraft, ShiftTime, WorkingException

MARGIN = timedelta(days=4)
MONDAY, FRIDAY = 0, 4


@dataclass(frozen=True)
class Scene:
    """A few days somewhere, chosen for what clocks or holidays do there.

    `off` and `worked_like` are what the place's law says of these days, written by hand.
    """

    name: str
    time_zone: str
    first: date
    days: int = 4
    country: str = ""
    region: str = ""
    off: tuple[date, ...] = ()
    worked_like: tuple[tuple[date, int], ...] = ()

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=UTC)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=self.days)

    @property
    def start_minute(self) -> int:
        return int(self.start.timestamp()) // 60

    @property
    def end_minute(self) -> int:
        return int(self.end.timestamp()) // 60

    @property
    def minutes(self) -> range:
        return range(self.start_minute, self.end_minute)


SCENES = (
    Scene("clocks go forward in Berlin", "Europe/Berlin", date(2030, 3, 29)),
    Scene("clocks go back in Berlin", "Europe/Berlin", date(2030, 10, 25)),
    Scene("clocks go forward in New York", "America/New_York", date(2030, 3, 8)),
    Scene("clocks go back in New York", "America/New_York", date(2030, 11, 1)),
    Scene(
        "half an hour forward on Lord Howe", "Australia/Lord_Howe", date(2030, 10, 4)
    ),
    Scene("half an hour back on Lord Howe", "Australia/Lord_Howe", date(2030, 4, 5)),
    Scene("midnight is skipped in Beirut", "Asia/Beirut", date(2030, 3, 29)),
    Scene("eleven comes twice in Beirut", "Asia/Beirut", date(2030, 10, 25)),
    Scene("midnight is skipped in Cairo", "Africa/Cairo", date(2030, 4, 24)),
    Scene("eleven comes twice in Cairo", "Africa/Cairo", date(2030, 10, 30)),
    Scene("midnight is skipped in Havana", "America/Havana", date(2030, 3, 8)),
    Scene("midnight comes twice in Havana", "America/Havana", date(2030, 11, 1)),
    Scene("a day is skipped in Apia", "Pacific/Apia", date(2011, 12, 28)),
    Scene("leap day in Shanghai", "Asia/Shanghai", date(2028, 2, 27)),
    Scene("no leap day in Kolkata", "Asia/Kolkata", date(2030, 2, 26)),
    Scene("turn of the year in Sao Paulo", "America/Sao_Paulo", date(2030, 12, 30)),
    Scene("midnight was skipped in Sao Paulo", "America/Sao_Paulo", date(2018, 11, 2)),
    Scene("eleven came twice in Sao Paulo", "America/Sao_Paulo", date(2019, 2, 15)),
    Scene("leap day in Berlin", "Europe/Berlin", date(2028, 2, 27)),
    Scene(
        "Assumption Day in Augsburg",
        "Europe/Berlin",
        date(2030, 8, 14),
        country="DE",
        region="BY",
        off=(date(2030, 8, 15),),
    ),
    Scene(
        "no Assumption Day in Berlin",
        "Europe/Berlin",
        date(2030, 8, 14),
        country="DE",
        region="BE",
    ),
    Scene(
        "a Saturday worked in Shanghai, and the Spring Festival",
        "Asia/Shanghai",
        date(2026, 2, 13),
        country="CN",
        off=tuple(date(2026, 2, day) for day in range(15, 24)),
        worked_like=((date(2026, 2, 14), FRIDAY),),
    ),
    Scene(
        "a Sunday worked like a Monday in Shanghai",
        "Asia/Shanghai",
        date(2025, 1, 25),
        country="CN",
        off=tuple(date(2025, 1, day) for day in (28, 29, 30, 31)),
        worked_like=((date(2025, 1, 26), MONDAY),),
    ),
)


@cache
def _wall(scene: Scene) -> dict[datetime, int]:
    """Map what the wall clock shows to the first minute in which it shows that."""
    zone = ZoneInfo(scene.time_zone)
    first = int((scene.start - MARGIN).timestamp()) // 60
    last = int((scene.end + MARGIN).timestamp()) // 60
    shown: dict[datetime, int] = {}
    for minute in range(first, last):
        face = datetime.fromtimestamp(minute * 60, zone).replace(tzinfo=None, fold=0)
        shown.setdefault(face, minute)
    return shown


def minute_shown(scene: Scene, day: date, clock: time) -> int | None:
    """Find when the clock shows a time; a skipped one is counted on from before."""
    shown = _wall(scene)
    face = datetime.combine(day, clock)
    waited = 0
    while face not in shown:
        face -= timedelta(minutes=1)
        waited += 1
        if waited > 3 * 24 * 60:
            return None
    return shown[face] + waited


def working_minutes(
    scene: Scene,
    shifts: Iterable[ShiftTime],
    exceptions: Sequence[WorkingException] = (),
) -> set[int]:
    """Return the working minutes of a scene."""
    worked: set[int] = set()
    day = scene.first - timedelta(days=3)
    while day <= scene.first + timedelta(days=scene.days + 2):
        weekday = dict(scene.worked_like).get(day, day.weekday())
        for shift in shifts:
            if shift.weekday == weekday and day not in scene.off:
                worked |= _of_shift(scene, shift, day)
        day += timedelta(days=1)
    for exception in exceptions:
        for minute in scene.minutes:
            begins = datetime.fromtimestamp(minute * 60, UTC)
            ends = begins + timedelta(minutes=1)
            if begins < exception.period.end and ends > exception.period.start:
                if exception.working:
                    worked.add(minute)
                else:
                    worked.discard(minute)
    return worked & set(scene.minutes)


def working_minutes_of_levels(
    scene: Scene, levels: Sequence[CalendarDraft]
) -> set[int]:
    """Return the working minutes of a scene by what its levels say, from the top down.

    Each minute is asked of every level in turn, and the last that has a say is right.
    """
    shifts: tuple[ShiftTime, ...] = ()
    keeps_holidays = False
    for said in levels:
        if said.shifts is not None:
            shifts = said.shifts
            keeps_holidays = bool(said.holiday_country)
        elif said.holiday_country:
            keeps_holidays = True
    place = scene if keeps_holidays else replace(scene, off=(), worked_like=())
    by_the_week = working_minutes(place, shifts)
    worked = set()
    for minute in scene.minutes:
        begins = datetime.fromtimestamp(minute * 60, UTC)
        ends = begins + timedelta(minutes=1)
        is_worked = minute in by_the_week
        for said in levels:
            if not said.keeps_exceptions:
                is_worked = minute in by_the_week
            for exception in said.exceptions:
                if begins < exception.period.end and ends > exception.period.start:
                    is_worked = exception.working
        if is_worked:
            worked.add(minute)
    return worked


def _of_shift(scene: Scene, shift: ShiftTime, day: date) -> set[int]:
    tomorrow = day + timedelta(days=1)
    starts = minute_shown(scene, day, shift.starts)
    ends = minute_shown(
        scene, tomorrow if shift.ends <= shift.starts else day, shift.ends
    )
    if starts is None or ends is None:
        return set()
    minutes = list(range(starts, ends))
    if not shift.break_minutes:
        return set(minutes)
    if shift.break_starts is None:
        skip = (len(range(starts, ends)) - shift.break_minutes) // 2
        return set(minutes[: max(skip, 0)]) | set(
            minutes[max(skip + shift.break_minutes, 0) :]
        )
    pause = minute_shown(
        scene,
        tomorrow if shift.break_starts < shift.starts else day,
        shift.break_starts,
    )
    assert pause is not None
    return {m for m in minutes if not pause <= m < pause + shift.break_minutes}


def earliest(
    minutes: int, not_before: int, until: int, worked: set[int], reserved: set[int]
) -> tuple[int, int] | None:
    """Try every start in turn; the first that is not broken into finishes first."""
    for start in range(not_before, until):
        if start not in worked or start in reserved:
            continue
        done = 0
        for minute in range(start, until):
            if minute in reserved:
                break
            done += minute in worked
            if done == minutes:
                return start, minute + 1
    return None
