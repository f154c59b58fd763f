"""Reads one iCalendar file (RFC 5545) in a process of its own: it may be hostile.

Run with `python -m` by `ical_file`; of Spindle it imports nothing but the limits that it
takes upon itself before it opens the file. Plain weekly events are told as such, all
others as their occurrences in a horizon. The answer is one object of JSON:
`{"fault": code, ...}`, or zone, own facts, weekly events, spans and what was left out.
"""

import argparse
import json
import signal
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apps.capacity.rules.ical_breaks import breaks_in, breaks_of, fitting, pieces_of
from apps.capacity.rules.ical_telling import (
    DAY,
    EPOCH,
    MINUTE,
    MOST_TEXT,
    Reading,
    SeriesRefused,
    Unreadable,
    day_of,
    known_zones,
    wall_of,
)
from apps.capacity.rules.limits import MOST_EXCEPTIONS
from apps.kernel.limits import limit_self

MOST_COMPONENTS = 5_000
MOST_OCCURRENCES = 5_000
SECONDS_OF_SERIES = 2
"""Processor time for one event; a rule that never comes true is searched for ever."""
HOURS = 24
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PLAIN_KEYS = {"FREQ", "BYDAY", "UNTIL", "WKST", "INTERVAL"}
TOO_OFTEN = {"SECONDLY", "MINUTELY"}
A_MONTH = 28 * DAY
# What is read of an event, or says nothing about time.
READ = {
    *("UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
    *("RECURRENCE-ID", "SUMMARY", "STATUS", "TRANSP", "CATEGORIES", "SEQUENCE"),
    *("CREATED", "LAST-MODIFIED", "X-BREAK", "X-MAINTENANCE", "X-PRODUCTION-DAY"),
    *("X-SPINDLE-EXCEPTION", "X-SPINDLE-REASON"),
}
CLOSING_WORDS = (
    *("break", "pause", "maintenance", "service", "holiday", "vacation"),
    *("closed", "shutdown", "absence"),
)


def read(source: Path, reading: Reading) -> dict[str, Any]:
    """Tell what a calendar says."""
    import icalendar

    raw = source.read_bytes()
    if b"BEGIN:VCALENDAR" not in raw.upper():
        raise Unreadable("no_calendar")
    if raw.upper().count(b"BEGIN:") > MOST_COMPONENTS:
        raise Unreadable("too_many", most=MOST_COMPONENTS)
    try:
        calendars = icalendar.Calendar.from_ical(raw, multiple=True)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("broken", reason=str(error)[:MOST_TEXT]) from error
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise Unreadable("no_calendar")
    for other in calendars[1:]:
        reading.leave("VCALENDAR", "other_calendar", other.get("X-WR-CALNAME", ""))
    calendar = calendars[0]
    events = list(calendar.walk("VEVENT"))
    reading.aliases = aliases_of(calendar, reading)
    reading.zone = zone_of(calendar, events, reading)
    for component in calendar.subcomponents:
        if component.name not in ("VEVENT", "VTIMEZONE"):
            reading.leave(str(component.name), "no_event", component.get("SUMMARY", ""))
    series: dict[str, list[Any]] = {}
    for index, event in enumerate(events):
        if is_readable(event, reading):
            series.setdefault(str(event.get("UID", f"#{index}")), []).append(event)
    for parts in series.values():
        read_apart(parts, reading)
    return {
        "zone": reading.zone,
        "name": text_in(calendar, "X-WR-CALNAME"),
        "own": {
            key[len("X-SPINDLE-") :]: str(value)[:MOST_TEXT]
            for key, value in calendar.items()
            if key.startswith("X-SPINDLE-")
        },
        "weekly": reading.weekly,
        "spans": reading.spans,
        "left": [
            {"what": what, "why": why, "count": count, "value": reading.samples[key]}
            for key, count in reading.left.items()
            for what, why, _value in [key]
        ],
    }


def aliases_of(calendar: Any, reading: Reading) -> dict[str, str]:
    """Name the zones of a file that show the time of a zone that is known.

    Outlook writes "W. Europe Standard Time". Its shifts keep to the wall clock as well,
    if that clock is Berlin's in all of the horizon.
    """
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    found = {}
    for zone in calendar.walk("VTIMEZONE"):
        name = str(zone.get("TZID", ""))
        known = WINDOWS_TO_OLSON.get(name, "")
        if known not in known_zones():
            continue
        try:
            own, world = zone.to_tz(), ZoneInfo(known)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            continue
        noon = datetime.combine(reading.first, time(12), tzinfo=UTC)
        noons = (noon + n * DAY for n in range((reading.last - reading.first).days))
        if all(
            one.astimezone(own).utcoffset() == one.astimezone(world).utcoffset()
            for one in noons
        ):
            found[name] = known
    return found


def zone_of(calendar: Any, events: list[Any], reading: Reading) -> str:
    """Return the zone that the calendar names, else that of most of its series."""
    named = str(calendar.get("X-WR-TIMEZONE", ""))
    if named in known_zones():
        return named
    zones = Counter(
        key
        for event in events
        if not event.errors
        and isinstance(getattr(event.get("DTSTART"), "dt", None), datetime)
        and "X-SPINDLE-EXCEPTION" not in event
        for key in [reading.key_of(event["DTSTART"].dt)]
        if key
    )
    local = [zone for zone, _count in zones.most_common() if zone != "UTC"]
    found = (local or [*zones] or [""])[0]
    # Spindle names no zone where the clock of the site is meant.
    is_own = "X-SPINDLE-HAS-WEEK" in calendar
    return "" if is_own and found == reading.clock else found


def is_readable(event: Any, reading: Reading) -> bool:
    """Leave out events that say nothing about working time, and say why."""
    summary = name_of(event)
    if event.errors:
        faults = "; ".join(f"{name or 'line'}: {text}" for name, text in event.errors)
        reading.leave("VEVENT", "broken_event", f"{summary}: {faults}")
        return False
    starts = getattr(event.get("DTSTART"), "dt", None)
    if not isinstance(starts, date):
        reading.leave("VEVENT", "no_start", summary)
        return False
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        reading.leave("VEVENT", "cancelled", summary)
        return False
    is_free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    if isinstance(starts, datetime) and is_free and kind_of(event) == "open":
        reading.leave("VEVENT", "free", summary)
        return False
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if is_too_often(rule):
            reading.leave("VEVENT", "too_often", summary)
            return False
    for name, value in event.items():
        if name.replace("_", "-") not in READ:
            reading.leave(name, "no_place", value)
        elif name == "X-PRODUCTION-DAY" and str(value) != "0":
            reading.leave(name, "production_day", value)
    for inner in event.subcomponents:
        reading.leave(inner.name, "no_place", inner.get("TRIGGER", ""))
    tzid = event["DTSTART"].params.get("TZID")
    if tzid and isinstance(starts, datetime) and starts.tzinfo is None:
        reading.leave("TZID", "unknown_zone", tzid)
    return True


def text_in(component: Any, name: str) -> str:
    """Return the text of a property that the library does not know the type of."""
    from icalendar.parser import unescape_backslash

    return str(unescape_backslash(str(component.get(name, ""))))[:MOST_TEXT]


def name_of(event: Any) -> str:
    """Return what an event is called, or what tells it from others."""
    return str(event.get("SUMMARY") or event.get("UID") or "")[:MOST_TEXT]


def is_too_often(rule: Any) -> bool:
    """Say whether a rule repeats more often than every hour of a day."""
    often = str(rule.get("FREQ", [""])[0]).upper()
    hours = len(rule.get("BYHOUR", ())) or (HOURS if often == "HOURLY" else 1)
    within = [len(rule.get(part, ())) or 1 for part in ("BYMINUTE", "BYSECOND")]
    return often in TOO_OFTEN or hours * within[0] * within[1] > HOURS


def kind_of(event: Any) -> str:
    """Say whether an event is working time or none.

    In IDTA 02067 each event is a slot of production. In other calendars whole days are
    holidays, and some say so by their categories.
    """
    own = str(event.get("X-SPINDLE-EXCEPTION", "")).lower()
    if own in ("open", "closed"):
        return own
    words = [str(one).lower() for one in categories_of(event)]
    flagged = any(
        str(event.get(name, "")).upper() == "TRUE"
        for name in ("X-BREAK", "X-MAINTENANCE", "X_BREAK", "X_MAINTENANCE")
    )
    if flagged or any(known in word for word in words for known in CLOSING_WORDS):
        return "closed"
    if any("production" in word or "shift" in word for word in words):
        return "open"
    return "open" if isinstance(event["DTSTART"].dt, datetime) else "closed"


def categories_of(event: Any) -> list[Any]:
    """Return the categories of an event."""
    found = event.get("CATEGORIES", [])
    lists = found if isinstance(found, list) else [found]
    return [word for one in lists for word in getattr(one, "cats", [one])]


def read_apart(parts: list[Any], reading: Reading) -> None:
    """Tell a series, or leave it out alone if it cannot be told."""
    weekly, spans = len(reading.weekly), len(reading.spans)
    try:
        if reading.is_timed:
            signal.setitimer(signal.ITIMER_PROF, SECONDS_OF_SERIES)
        read_series(parts, reading)
    except Unreadable:
        raise
    except SeriesRefused as refused:
        why, about = refused.why, ""
    except Exception as error:  # noqa: BLE001  (libraries raise anything on such rules)
        why, about = "broken_event", f": {error}"
    else:
        return
    finally:
        if reading.is_timed:
            signal.setitimer(signal.ITIMER_PROF, 0)
    del reading.weekly[weekly:], reading.spans[spans:]
    reading.leave("VEVENT", why, f"{name_of(parts[0])}{about}")


def give_up(_signal: int, _frame: object) -> None:
    """Leave an event that takes too long."""
    raise SeriesRefused("too_slow_event")


def read_series(parts: list[Any], reading: Reading) -> None:
    """Tell a series as weekly if it is that plainly, else by its occurrences."""
    masters = [one for one in parts if "RECURRENCE-ID" not in one]
    changed = [one for one in parts if "RECURRENCE-ID" in one]
    ranged = any("RANGE" in one["RECURRENCE-ID"].params for one in changed)
    if len(masters) == 1 and not ranged:
        weekly = weekly_of(masters[0], reading)
        if weekly is not None:
            skipped = [wall_of(one["RECURRENCE-ID"].dt, reading) for one in changed]
            weekly["without"] += [moment.isoformat() for moment in skipped]
            reading.weekly.append(weekly)
            for one in changed:
                add_span(
                    one,
                    one["DTSTART"].dt,
                    ends_of(one),
                    reading,
                    breaks_in(one, masters, reading),
                )
            return
    expand(parts, reading)


def weekly_of(event: Any, reading: Reading) -> dict[str, Any] | None:
    """Tell an event as shifts of a week, if it is in force at the horizon's end."""
    starts, rule = event["DTSTART"].dt, event.get("RRULE")
    if kind_of(event) != "open" or "X-SPINDLE-EXCEPTION" in event:
        return None
    if not isinstance(starts, datetime) or rule is None or isinstance(rule, list):
        return None
    if starts.tzinfo is not None and reading.key_of(starts) != reading.shown_in:
        return None
    days = days_of(rule, starts)
    until = rule.get("UNTIL", [None])[0]
    last = None if until is None else day_of(until, reading)
    length = wall_of(ends_of(event), reading) - wall_of(starts, reading)
    whole = not starts.second and not length % MINUTE
    if days is None or not timedelta() < length <= DAY or not whole:
        return None
    if last is not None and last < reading.last:
        return None
    breaks = fitting(breaks_of(event, reading), length)
    if breaks is None:
        return None
    wall = wall_of(starts, reading)
    return {
        "what": str(event.get("SUMMARY", ""))[:MOST_TEXT],
        "starts": f"{wall:%H:%M}",
        "ends": f"{wall + length:%H:%M}",
        "days": days,
        "first": wall.date().isoformat(),
        "breaks": [
            {
                "starts": f"{wall + after:%H:%M}",
                "minutes": minutes,
                "is_middle": is_middle,
            }
            for after, minutes, is_middle in breaks
        ],
        "without": [one.isoformat() for one in listed(event, "EXDATE", reading)],
        "also": [one.isoformat() for one in listed(event, "RDATE", reading)],
    }


def days_of(rule: Any, starts: datetime) -> list[int] | None:
    """Return the weekdays of a plain rule, or none for one that is not plain."""
    if set(rule) - PLAIN_KEYS or rule.get("INTERVAL", [1]) != [1]:
        return None
    named = [str(day).upper() for day in rule.get("BYDAY", [])]
    if any(day not in WEEKDAYS for day in named):
        return None
    frequency = str(rule.get("FREQ", [""])[0]).upper()
    if frequency == "DAILY":
        named = named or list(WEEKDAYS)
    elif frequency != "WEEKLY":
        return None
    return sorted(WEEKDAYS.index(day) for day in named) or [starts.weekday()]


def listed(event: Any, name: str, reading: Reading) -> list[datetime]:
    """Return the dates that an event adds or leaves out, on the calendar's clock."""
    values = event.get(name, [])
    found = []
    for one in values if isinstance(values, list) else [values]:
        for value in one.dts:
            moment = value.dt[0] if isinstance(value.dt, tuple) else value.dt
            if not isinstance(moment, datetime):
                # A whole day: of each of its occurrences.
                starts = wall_of(event["DTSTART"].dt, reading)
                moment = datetime.combine(moment, starts.time())
            found.append(wall_of(moment, reading))
    return found


def ends_of(event: Any) -> date:
    """Return when an event ends, as RFC 5545 has it."""
    starts: date = event["DTSTART"].dt
    if "DTEND" in event:
        ends: date = event["DTEND"].dt
        return ends
    if "DURATION" in event:
        return starts + event["DURATION"].dt  # type: ignore[no-any-return]
    return starts if isinstance(starts, datetime) else starts + DAY


def expand(parts: list[Any], reading: Reading) -> None:
    """Tell every occurrence of a series in the horizon."""
    import icalendar
    import recurring_ical_events

    calendar = icalendar.Calendar()
    for one in parts:
        calendar.add_component(one)
    masters = [one for one in parts if "RECURRENCE-ID" not in one]
    is_own = all("X-SPINDLE-EXCEPTION" in one for one in parts)
    if is_own and not any("RRULE" in one or "RDATE" in one for one in parts):
        # What a planner wrote down is kept whenever it is.
        for one in parts:
            add_span(one, one["DTSTART"].dt, ends_of(one), reading, [])
        return
    told = len(reading.spans)
    query = recurring_ical_events.of(calendar)
    first = begins = datetime.combine(reading.first, time(), tzinfo=UTC) - DAY
    # All at once takes long, and so does one by one; month by month does not.
    while begins.date() <= reading.last:
        for one in query.between(begins, begins + A_MONTH):
            starts = one["DTSTART"].dt
            is_told = reading.minute(starts) < (begins - EPOCH) // MINUTE
            if not is_told or begins == first:
                breaks = breaks_in(one, masters, reading)
                add_span(one, starts, ends_of(one), reading, breaks)
        if len(reading.spans) - told > MOST_EXCEPTIONS:
            raise SeriesRefused("too_many_of_series")
        begins += A_MONTH


def add_span(
    event: Any,
    starts: date,
    ends: date,
    reading: Reading,
    breaks: list[tuple[timedelta, int, bool]],
) -> None:
    """Tell one occurrence, without its breaks."""
    if len(reading.spans) >= MOST_OCCURRENCES:
        raise Unreadable("too_many_occurrences", most=MOST_OCCURRENCES)
    try:
        first, last = reading.minute(starts), reading.minute(ends, up=True)
    except OverflowError:
        reading.leave("VEVENT", "broken_event", name_of(event))
        return
    if last <= first:
        reading.leave("VEVENT", "no_length", name_of(event))
        return
    own = "X-SPINDLE-EXCEPTION" in event
    named = text_in(event, "X-SPINDLE-REASON") if own else event.get("SUMMARY", "")
    reading.spans.append(
        {
            "kind": kind_of(event),
            "what": str(named)[:MOST_TEXT],
            "pieces": pieces_of(first, last, breaks),
            # To the second, for what Spindle wrote itself.
            "exact": [starts.isoformat(), ends.isoformat()] if own else [],
        }
    )


def main() -> None:
    """Read the file that the arguments name, within the limits that they name."""
    parser = argparse.ArgumentParser(prog="ical_reader")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--first", type=date.fromisoformat, required=True)
    parser.add_argument("--last", type=date.fromisoformat, required=True)
    parser.add_argument("--clock", required=True)
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--cpu-seconds", type=int, required=True)
    parser.add_argument("--file-mb", type=int, required=True)
    asked = parser.parse_args()
    limit_self(
        memory_mb=asked.memory_mb, cpu_seconds=asked.cpu_seconds, file_mb=asked.file_mb
    )
    signal.signal(signal.SIGPROF, give_up)
    reading = Reading(asked.first, asked.last, asked.clock)
    reading.is_timed = True
    try:
        answer = read(asked.file, reading)
    except Unreadable as fault:
        answer = {"fault": fault.fault, **fault.facts}
    except RecursionError:
        answer = {"fault": "broken", "reason": "nested too deeply"}
    asked.answer.write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
