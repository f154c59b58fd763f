"""What `ical_reader` tells of a calendar file, and on which clock.

It runs in the process of `ical_reader`, with nothing of Spindle around it.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

MOST_TEXT = 200
MOST_LEFT = 200
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unreadable(Exception):
    """The file is no calendar that can be read."""

    def __init__(self, fault: str, **facts: object) -> None:
        super().__init__(fault)
        self.fault, self.facts = fault, facts


class SeriesRefused(Exception):
    """An event that cannot be told, though the rest of its file can."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Reading:
    """What is told of one file, and what is left out of it."""

    def __init__(self, first: date, last: date, clock: str) -> None:
        self.clock, self.zone = clock, ""
        self.first, self.last = first, last
        # A process of its own is interrupted where one event takes too long.
        self.is_timed = False
        # Zones that the file defines itself, by the names that all the world knows.
        self.aliases: dict[str, str] = {}
        self.weekly: list[dict[str, Any]] = []
        self.spans: list[dict[str, Any]] = []
        self.left: Counter[tuple[str, str, str]] = Counter()
        self.samples: dict[tuple[str, str, str], str] = {}

    @property
    def shown_in(self) -> str:
        """The zone of the clock on which times without one are meant."""
        return self.zone or self.clock

    def leave(self, what: str, why: str, value: object = "") -> None:
        """Note what is left out: each event, of all else the first of many."""
        text = str(value)[:MOST_TEXT]
        key = (what[:MOST_TEXT], why, text if what == "VEVENT" else "")
        if key not in self.left and len(self.left) >= MOST_LEFT:
            key = (what[:MOST_TEXT], why, "")
        self.left[key] += 1
        self.samples.setdefault(key, text)

    def key_of(self, moment: datetime) -> str:
        """Return the name of a moment's zone, empty for none or one nobody knows."""
        own = getattr(moment.tzinfo, "_tzid", "")
        return zone_key(moment) or self.aliases.get(str(own), "")

    def minute(self, moment: date, *, up: bool = False) -> int:
        """Count a moment in minutes; a day begins at midnight of the clock."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.shown_in))
        gone = moment.astimezone(UTC) - EPOCH
        return -(-gone // MINUTE) if up else gone // MINUTE


@cache
def known_zones() -> set[str]:
    """Return the zones that there are; to look takes the time of thousands of events."""
    return available_timezones()


def zone_key(moment: Any) -> str:
    """Return the name of a moment's zone, empty for none or one nobody knows."""
    if moment.tzinfo is UTC:
        return "UTC"
    key = getattr(moment.tzinfo, "key", "") or ""
    return key if key in known_zones() else ""


def wall_of(moment: date, reading: Reading) -> datetime:
    """Return what the calendar's clock shows at a moment."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is None:
        return moment
    # In its own zone as written: a time that is skipped is shown as it was meant.
    if reading.key_of(moment) == reading.shown_in:
        return moment.replace(tzinfo=None)
    zone = ZoneInfo(reading.shown_in)
    return moment.astimezone(zone).replace(tzinfo=None)


def day_of(moment: date, reading: Reading) -> date:
    """Return the day that the calendar's clock shows at a moment."""
    return wall_of(moment, reading).date()
