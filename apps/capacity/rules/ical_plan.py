"""Writes what is reserved of a machine as a calendar of RFC 5545, to be looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from apps.capacity.rules.ical_writing import PRODUCT, to_the_second
from apps.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """A reservation in words; what is only held may still go."""

    id: UUID
    period: Period
    title: str
    is_certain: bool
    version: int


def plan_as_ics(*, name: str, events: Iterable[PlannedEvent], at: datetime) -> bytes:
    """Write one event for each reservation."""
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", icalendar.vText(name))
    for one in events:
        period = to_the_second(one.period)
        event = icalendar.Event()
        event.add("uid", f"{one.id}@spindle")
        event.add("dtstamp", at)
        event.add("sequence", one.version)
        event.add("summary", one.title)
        event.add("status", "CONFIRMED" if one.is_certain else "TENTATIVE")
        event.add("dtstart", period.start.astimezone(UTC))
        event.add("dtend", period.end.astimezone(UTC))
        calendar.add_component(event)
    raw: bytes = calendar.to_ical()
    return raw
