"""Breaks and maintenance inside of shifts, as IDTA 02067 tells them.

It runs in the process of `ical_reader`, with nothing of Spindle around it.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.capacity.rules.ical_telling import DAY, MINUTE, Reading, wall_of

PERIOD = re.compile(
    r"^(\d{8}T\d{6}Z?)[/-](?:(\d{8}T\d{6}Z?)|P(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?))$"
)


def breaks_of(event: Any, reading: Reading) -> list[tuple[timedelta, int, bool]]:
    """Return breaks and maintenance as told by IDTA 02067, after the event's start."""
    starts = wall_of(event["DTSTART"].dt, reading)
    found = []
    for name in ("X-BREAK", "X_BREAK", "X-MAINTENANCE", "X_MAINTENANCE"):
        values = event.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            is_middle = value.params.get("X-SPINDLE-AT") == "MIDDLE"
            for text in str(value).split(","):
                pause = pause_of(text.strip(), reading)
                if pause is not None:
                    found.append((pause[0] - starts, pause[1], is_middle))
                elif text.strip().upper() not in ("TRUE", "FALSE", ""):
                    reading.leave(name, "broken_break", text)
    return sorted(found)


def fitting(
    breaks: list[tuple[timedelta, int, bool]], length: timedelta
) -> list[tuple[timedelta, int, bool]] | None:
    """Return breaks one after another, or none if a shift cannot have them.

    Those that overlap become one. A shift neither begins before its start nor ends in a
    break: then its occurrences are told, as they are.
    """
    found: list[tuple[timedelta, int, bool]] = []
    for after, minutes, is_middle in breaks:
        ends = after + minutes * MINUTE
        if after < timedelta() or ends >= length:
            return None
        if found and after <= found[-1][0] + found[-1][1] * MINUTE:
            first, lasting, _was_middle = found.pop()
            ends = max(first + lasting * MINUTE, ends)
            found.append((first, (ends - first) // MINUTE, False))
        else:
            found.append((after, minutes, is_middle))
    return found


def breaks_in(
    occurrence: Any, masters: list[Any], reading: Reading
) -> list[tuple[timedelta, int, bool]]:
    """Return the breaks of an occurrence: those of the first, as late as there."""
    for master in masters:
        if all(
            master.get(name) == occurrence.get(name)
            for name in ("X-BREAK", "X_BREAK", "X-MAINTENANCE", "X_MAINTENANCE")
        ):
            return breaks_of(master, reading)
    return breaks_of(occurrence, reading)


def pause_of(text: str, reading: Reading) -> tuple[datetime, int] | None:
    """Return when a break begins and its minutes, or nothing if it cannot be read."""
    match = PERIOD.match(text)
    if match is None:
        return None
    begins, ends, hours, minutes, seconds = match.groups()
    try:
        start = stamp_of(begins, reading)
        length = (
            stamp_of(ends, reading) - start
            if ends
            else timedelta(
                hours=int(hours or 0),
                minutes=int(minutes or 0),
                seconds=int(seconds or 0),
            )
        )
    except (ValueError, OverflowError):
        return None
    return (start, length // MINUTE) if timedelta() < length <= DAY else None


def stamp_of(text: str, reading: Reading) -> datetime:
    """Read a moment as the calendar's clock shows it."""
    moment = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    if text.endswith("Z"):
        return wall_of(moment.replace(tzinfo=UTC), reading)
    return moment


def pieces_of(
    first: int, last: int, breaks: list[tuple[timedelta, int, bool]]
) -> list[tuple[int, int]]:
    """Return the minutes between two, without the breaks."""
    pieces, cursor = [], first
    for after, minutes, _is_middle in breaks:
        pause = first + after // MINUTE
        if cursor < min(pause, last):
            pieces.append((cursor, min(pause, last)))
        cursor = max(cursor, pause + minutes)
    return [*pieces, (cursor, last)] if cursor < last else pieces
