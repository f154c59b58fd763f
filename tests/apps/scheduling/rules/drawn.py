"""Small shops drawn by chance, with everything that a shop can have."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from apps.capacity.rules.spans import Spans, minute_of
from apps.scheduling.rules.problem import (
    Job,
    MachineTime,
    Mode,
    Pin,
    Problem,
    Task,
)

NOW = 1_000
FAMILIES = ("", "a", "b")


def drawn_problem(
    chance: Random,
    *,
    jobs: int = 3,
    steps: int = 2,
    machines: int = 2,
    horizon: int = 400,
    pins: float = 0.0,
    is_one_calendar: bool = False,
) -> Problem:
    """Return a shop with short shifts, reservations, setups and alternatives."""
    calendar = drawn_working(chance, horizon)
    shop = tuple(
        MachineTime(
            f"M{number}",
            calendar if is_one_calendar else drawn_working(chance, horizon),
            drawn_taken(chance, horizon),
            chance.choice((100, 100, 70, 130)),
            chance.choice(FAMILIES),
        )
        for number in range(machines)
    )
    tasks = []
    for job in range(jobs):
        for step in range(steps):
            able = chance.sample(range(machines), chance.randint(1, machines))
            modes = tuple(
                Mode(machine, chance.randint(0, 5), chance.randint(1, 12))
                for machine in sorted(able)
            )
            pin = None
            if chance.random() < pins:
                pin = Pin(chance.choice(able), None)
            tasks.append(
                Task(f"{job}.{step}", job, step, modes, chance.choice(FAMILIES), pin)
            )
    work = tuple(
        Job(
            f"J{job}",
            NOW + chance.randint(-5, 20),
            chance.choice((None, NOW + chance.randint(10, 80))),
            chance.randint(1, 9),
        )
        for job in range(jobs)
    )
    setups = {
        (machine, before, after): chance.randint(0, 8)
        for machine in range(machines)
        for before in "ab"
        for after in "ab"
        if chance.random() < 0.5
    }
    return Problem(shop, work, tuple(tasks), NOW, NOW + horizon, setups)


def drawn_working(chance: Random, horizon: int) -> Spans:
    """Return stretches of work with short nights in between."""
    pairs, at = [], NOW - 20
    while at < NOW + horizon:
        closes = at + chance.randint(5, 30)
        pairs.append((at, closes))
        at = closes + chance.randint(1, 10)
    return Spans.of(pairs)


def drawn_taken(chance: Random, horizon: int) -> Spans:
    """Return a few reservations, some of them at night."""
    starts = [NOW + chance.randint(0, horizon) for _ in range(chance.randint(0, 4))]
    return Spans.of((start, start + chance.randint(1, 15)) for start in starts)


def night_shift(first: datetime, days: int, zone: str) -> tuple[Spans, set[int]]:
    """Return ten at night to six in the morning by the clock, and minute by minute.

    The second is asked of each minute by itself, so a change of clocks needs no rule.
    """
    place = ZoneInfo(zone)
    shown = {
        minute
        for minute in range(minute_of(first), minute_of(first + timedelta(days=days)))
        if not 6 <= datetime.fromtimestamp(minute * 60, UTC).astimezone(place).hour < 22
    }
    return Spans.of((minute, minute + 1) for minute in shown), shown
