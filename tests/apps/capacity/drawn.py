"""Calendars drawn at random, where the clocks do something, for property tests."""

from datetime import time, timedelta

from hypothesis import strategies as st

from apps.capacity.rules.inheritance import Said, Standing
from apps.capacity.types import (
    CalendarDraft,
    CalendarFacts,
    LevelKind,
    PlannedException,
    ShiftTime,
    WorkingException,
    WorkingWeek,
)
from apps.kernel.periods import Period
from apps.machines.types import HolidayPlace
from tests.apps.capacity import minute_oracle as oracle


def clock_times() -> st.SearchStrategy[time]:
    # Near midnight and the hours in which clocks change, where mistakes live.
    edges = st.sampled_from(
        [time(0), time(0, 30), time(1, 59), time(2), time(2, 30), time(3), time(23, 59)]
    )
    return st.one_of(edges, st.times().map(lambda t: time(t.hour, t.minute)))


@st.composite
def shift_times(draw: st.DrawFn) -> ShiftTime:
    pause = draw(st.sampled_from([0, 0, 1, 15, 30, 60]))
    return ShiftTime(
        weekday=draw(st.integers(0, 6)),
        starts=draw(clock_times()),
        ends=draw(clock_times()),
        break_minutes=pause,
        break_starts=draw(st.none() | clock_times()) if pause else None,
    )


@st.composite
def exceptions_in(draw: st.DrawFn, scene: oracle.Scene) -> WorkingException:
    length = scene.days * 24 * 60
    begin = draw(st.integers(-300, length))
    minutes = draw(st.integers(1, 2000))
    start = scene.start + timedelta(
        minutes=begin, seconds=draw(st.sampled_from([0, 20]))
    )
    return WorkingException(
        Period(start, start + timedelta(minutes=minutes)), draw(st.booleans())
    )


@st.composite
def calendars(
    draw: st.DrawFn,
) -> tuple[oracle.Scene, CalendarFacts]:
    scene = draw(st.sampled_from(oracle.SCENES))
    return scene, CalendarFacts(
        WorkingWeek(
            tuple(draw(st.lists(shift_times(), max_size=8))),
            scene.time_zone,
            scene.country,
            scene.region,
        ),
        tuple(draw(st.lists(exceptions_in(scene), max_size=4))),
    )


@st.composite
def drafts(
    draw: st.DrawFn, scene: oracle.Scene, *, max_exceptions: int = 3
) -> CalendarDraft:
    """What one level may say, where the clocks of a scene are its own."""
    shifts = draw(
        st.none() | st.lists(shift_times(), max_size=5).map(lambda rows: tuple(rows))
    )
    zones = ["", scene.time_zone]
    return CalendarDraft(
        shifts=shifts,
        exceptions=tuple(
            PlannedException(one.period, one.working)
            for one in draw(st.lists(exceptions_in(scene), max_size=max_exceptions))
        ),
        # The zone of a level without a week must not matter.
        time_zone=draw(
            st.sampled_from(zones if shifts is not None else [*zones, "Asia/Tokyo"])
        ),
        holiday_country=draw(st.sampled_from(["", scene.country])),
        keeps_exceptions=draw(st.sampled_from([True, True, False])),
        efficiency_percent=draw(st.none() | st.integers(1, 200)),
    )


@st.composite
def levels(draw: st.DrawFn) -> tuple[oracle.Scene, list[Said], Standing]:
    """Some of the four levels, each with what it says."""
    scene = draw(st.sampled_from(oracle.SCENES))
    said = [
        Said(kind, draw(drafts(scene))) for kind in LevelKind if draw(st.booleans())
    ]
    return (
        scene,
        said,
        Standing(scene.time_zone, HolidayPlace(scene.country, scene.region)),
    )
