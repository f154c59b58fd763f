"""Reads a calendar from a package of IDTA 02067, in limited child processes."""

from dataclasses import replace
from datetime import date

from apps.capacity.rules.ical_file import (
    LIMITS,
    CalendarReading,
    NotCarried,
    read_ics,
    unreadable,
)
from apps.capacity.rules.inheritance import Standing
from apps.capacity.rules.reading_reasons import reason_text
from apps.capacity.types import LevelKind
from apps.machines.rules.reading_process import answer_of

READER = "apps.capacity.rules.idta_reader"
MOST_BYTES = 20 * 1024 * 1024
ZIP = b"PK\x03\x04"


def read_calendar(
    raw: bytes, *, kind: LevelKind, standing: Standing, today: date
) -> CalendarReading:
    """Read a calendar of RFC 5545, by itself or in a package of IDTA 02067.

    :raises CalendarUnreadable: if it is too large, broken or hostile.
    :raises ReaderLost: if the reader was killed from outside.
    """
    if not raw.startswith(ZIP):
        return read_ics(raw, kind=kind, standing=standing, today=today)
    if len(raw) > MOST_BYTES:
        raise unreadable({"fault": "too_large", "mb": MOST_BYTES >> 20})
    said = answer_of(raw, READER, LIMITS)
    if "fault" in said:
        raise unreadable(said)
    reading = read_ics(said["ics"].encode(), kind=kind, standing=standing, today=today)
    left = (
        NotCarried(one["what"], "", reason_text(one["why"])) for one in said["left"]
    )
    return replace(reading, not_carried=(*reading.not_carried, *left))
