"""What published weeks must agree with: every minute of half a year, one by one.

It reads the rows of calendars and reservations as they are stored, marks the minutes of
each on a long strip, and counts. Of the rules of capacity it imports nothing.
"""

import itertools
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from apps.capacity.models import Calendar, Reservation
from apps.machines.models import Machine

ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Weeks:
    """What each week allows, in minutes of work."""

    total: list[int]
    unreserved: list[int]
    free_from_now: list[int]


def minute(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def midnight(day: date) -> int:
    return minute(datetime.combine(day, time(), tzinfo=ZONE))


def weeks_of(machine_id: UUID, monday: date, weeks: int, at: datetime) -> Weeks:
    """Count what is worked, what nobody has, and what of that is still to come."""
    bounds = [midnight(monday + timedelta(weeks=n)) for n in range(weeks + 1)]
    strip = _Strip(bounds[0], bounds[-1])
    machine = Machine.objects.get(pk=machine_id)
    known = {row.machine_id: row for row in Calendar.objects.all()}
    levels = [known[key] for key in (None, machine_id) if key in known]
    worked = strip.worked(levels, monday, weeks)
    free = worked & ~strip.reserved(machine_id, at)
    if machine.state != "active":
        free[:] = False
    ahead = free.copy()
    ahead[: max(-int(-at.timestamp() // 60) - bounds[0], 0)] = False
    said = [row.efficiency_percent for row in levels if row.efficiency_percent]
    percent = min(said[-1] if said else 100, 100)
    return Weeks(
        *(
            [
                int(marked[start - bounds[0] : end - bounds[0]].sum()) * percent // 100
                for start, end in itertools.pairwise(bounds)
            ]
            for marked in (worked, free, ahead)
        )
    )


def minutes_between(machine_id: UUID, start: datetime, end: datetime) -> int:
    """Count the minutes of work in a window, whoever has them."""
    first, last = minute(start), minute(end)
    strip = _Strip(first, last)
    known = {row.machine_id: row for row in Calendar.objects.all()}
    levels = [known[key] for key in (None, machine_id) if key in known]
    day = start.astimezone(ZONE).date()
    monday = day - timedelta(days=day.weekday())
    weeks = (end.astimezone(ZONE).date() - monday).days // 7 + 1
    said = [row.efficiency_percent for row in levels if row.efficiency_percent]
    percent = min(said[-1] if said else 100, 100)
    return int(strip.worked(levels, monday, weeks).sum()) * percent // 100


def is_reserved(machine_id: UUID, start: datetime, end: datetime, at: datetime) -> bool:
    """Say whether anybody has a minute of a window."""
    strip = _Strip(minute(start), minute(end))
    return bool(strip.reserved(machine_id, at).any())


class _Strip:
    """The minutes between two, each marked or not."""

    def __init__(self, start: int, end: int) -> None:
        self.start, self.length = start, end - start

    def mark(self, strip: NDArray[np.bool_], start: int, end: int, value: bool) -> None:
        first, last = max(start - self.start, 0), max(end - self.start, 0)
        strip[first:last] = value

    def worked(
        self, levels: list[Calendar], monday: date, weeks: int
    ) -> NDArray[np.bool_]:
        by_week = np.zeros(self.length, dtype=np.bool_)
        of_week = [row for row in levels if row.has_week][-1:]
        for day in range(-1, 7 * weeks + 1):
            on = monday + timedelta(days=day)
            for shift in [one for row in of_week for one in row.shifts.all()]:
                if shift.weekday == on.weekday():
                    until = on + timedelta(days=shift.ends <= shift.starts)
                    self.mark(
                        by_week,
                        minute(datetime.combine(on, shift.starts, tzinfo=ZONE)),
                        minute(datetime.combine(until, shift.ends, tzinfo=ZONE)),
                        True,
                    )
        worked = by_week.copy()
        for row in levels:
            if not row.keeps_exceptions:
                worked = by_week.copy()
            for one in row.exceptions.order_by("id"):
                start, end = one.period.lower, one.period.upper
                last = -int(-end.timestamp() // 60)
                self.mark(worked, minute(start), last, one.working)
        return worked

    def reserved(self, machine_id: UUID, at: datetime) -> NDArray[np.bool_]:
        taken = np.zeros(self.length, dtype=np.bool_)
        for row in Reservation.objects.filter(machine_id=machine_id):
            is_live = row.state == "booked" or (
                row.state == "held"
                and row.expires_at is not None
                and row.expires_at > at
            )
            if is_live:
                last = -int(-row.during.upper.timestamp() // 60)
                self.mark(taken, minute(row.during.lower), last, True)
        return taken
