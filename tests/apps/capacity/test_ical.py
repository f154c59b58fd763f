"""Calendars leave and come back as RFC 5545 has them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.capacity.rules import ical_reader, limits
from apps.capacity.rules.calendar_checks import check_draft
from apps.capacity.rules.ical_file import (
    CalendarReading,
    CalendarUnreadable,
    read_ics,
    woven,
)
from apps.capacity.rules.ical_writing import as_ics
from apps.capacity.rules.inheritance import Said, Standing, facts_of
from apps.capacity.rules.spans import Spans
from apps.capacity.rules.working_time import working_spans
from apps.capacity.types import (
    CalendarDraft,
    LevelKind,
    PlannedException,
    ShiftTime,
)
from apps.kernel.periods import Period
from apps.machines.types import HolidayPlace
from tests.apps.capacity.drawn import clock_times
from tests.factories.capacity import EARLY_SHIFTS

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
TODAY = NOON.date()
BAVARIA = Standing("Europe/Berlin", HolidayPlace("DE", "BY"))
SHANGHAI = Standing("Asia/Shanghai", HolidayPlace("CN"))
FULL = CalendarDraft(
    shifts=(
        ShiftTime(0, time(6), time(14), 30),
        ShiftTime(0, time(22), time(6), 45, time(2, 30)),
        ShiftTime(1, time(6), time(14), 30),
        ShiftTime(4, time(0), time(0)),
    ),
    exceptions=(
        PlannedException(
            Period(
                datetime(2030, 6, 1, 6, tzinfo=UTC), datetime(2030, 6, 2, tzinfo=UTC)
            ),
            working=False,
            reason="Stocktaking; hall, 4",
        ),
        PlannedException(
            Period(
                datetime(2030, 6, 1, 7, tzinfo=UTC),
                datetime(2030, 6, 1, 9, 0, 20, tzinfo=UTC),
            ),
            working=True,
        ),
    ),
    time_zone="Europe/Berlin",
    holiday_country="DE",
    keeps_exceptions=False,
    efficiency_percent=85,
)


def written(
    draft: CalendarDraft,
    standing: Standing = BAVARIA,
    kind: LevelKind = LevelKind.SITE,
) -> bytes:
    return as_ics(
        name="Mill", key="k", draft=draft, kind=kind, standing=standing, at=NOON
    )


def read(
    raw: bytes,
    standing: Standing = BAVARIA,
    kind: LevelKind = LevelKind.SITE,
    today: date = TODAY,
) -> CalendarReading:
    return read_ics(raw, kind=kind, standing=standing, today=today)


def ics(*events: str, head: str = "X-WR-TIMEZONE:Europe/Berlin") -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Others//EN",
        *head.splitlines(),
    ]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", *uid, *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*map(str.strip, lines), "END:VCALENDAR", ""]).encode()


def worked(reading: CalendarReading, standing: Standing = BAVARIA) -> Spans:
    facts = facts_of([Said(LevelKind.SITE, reading.draft)], standing)
    start = int(reading.horizon.start.timestamp()) // 60
    end = int(reading.horizon.end.timestamp()) // 60
    return working_spans(facts, start, end)


def hours(spans: Spans, day: date) -> list[str]:
    """Tell the working time of a day in Berlin's summer (UTC+2)."""
    midnight = int(datetime.combine(day, time(), tzinfo=UTC).timestamp()) // 60 - 120
    return [
        f"{(a - midnight) // 60:02}:{a % 60:02}-{(b - midnight) // 60:02}:{b % 60:02}"
        for a, b in spans.within(midnight, midnight + 1440).pairs()
    ]


HOUR = timedelta(hours=1)
STAMP = "%Y%m%dT%H%M%SZ"
OUTLOOK = """BEGIN:VTIMEZONE
    TZID:W. Europe Standard Time
    BEGIN:STANDARD
    DTSTART:16010101T030000
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
    END:STANDARD
    BEGIN:DAYLIGHT
    DTSTART:16010101T020000
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
    END:DAYLIGHT
    END:VTIMEZONE"""
EARLY = """
    SUMMARY:Early
    DTSTART;TZID=Europe/Berlin:20300401T060000
    DTEND;TZID=Europe/Berlin:20300401T140000
    RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
"""


class TestRoundTrip:
    @pytest.mark.parametrize(
        "draft",
        [
            FULL,
            CalendarDraft(),
            CalendarDraft(shifts=()),
            CalendarDraft(shifts=EARLY_SHIFTS, time_zone="UTC"),
            CalendarDraft(shifts=EARLY_SHIFTS),
            CalendarDraft(exceptions=FULL.exceptions, efficiency_percent=200),
        ],
        ids=["full", "nothing", "no shifts", "utc", "site's clock", "exceptions"],
    )
    def test_comes_back_as_it_was(self, draft: CalendarDraft) -> None:
        reading = read(written(draft))

        assert reading.draft == draft
        assert reading.not_carried == ()
        assert reading.name == "Mill"

    @pytest.mark.parametrize(
        "text",
        ["Hall 4\nBEGIN:VEVENT", "a\\nb; c, d", '"Öl" 备件', " x ^n \\", "x" * 200],
    )
    def test_keeps_any_text(self, text: str) -> None:
        (one, *_others) = FULL.exceptions
        draft = CalendarDraft(exceptions=(replace(one, reason=text),))
        raw = as_ics(
            name=text,
            key="k",
            draft=draft,
            kind=LevelKind.SITE,
            standing=BAVARIA,
            at=NOON,
        )

        reading = in_process(raw, BAVARIA, TODAY)

        assert (reading.name, reading.draft) == (text, draft)

    def test_keeps_make_up_days_and_spring_festival(self) -> None:
        draft = replace(FULL, time_zone="Asia/Shanghai", holiday_country="CN")
        at = datetime(2026, 1, 5, tzinfo=UTC)
        raw = as_ics(
            name="Mill",
            key="k",
            draft=draft,
            kind=LevelKind.SITE,
            standing=SHANGHAI,
            at=at,
        )

        assert read(raw, SHANGHAI, today=at.date()).draft == draft
        # Saturday 14 February 2026 is worked like a Friday.
        text = raw.decode().replace("\r\n ", "")
        added = [line for line in text.splitlines() if line.startswith("RDATE")]
        assert any("20260214T000000" in line for line in added)

    def test_tells_another_region_which_days_are_off(self) -> None:
        raw = written(CalendarDraft(EARLY_SHIFTS, (), "Europe/Berlin", "DE"))
        berlin = Standing("Europe/Berlin", HolidayPlace("DE", "BE"))

        reading = read(raw, berlin)

        # Assumption Day 2030 and 2031: off in Bavaria, worked in Berlin.
        closed = [one.period.start.date() for one in reading.draft.exceptions]
        assert date(2030, 8, 15) in closed
        assert worked(reading, berlin).pairs() == worked(read(raw)).pairs()

    def test_says_its_week_long_after_it_was_written(self) -> None:
        reading = read(written(FULL), today=date(2040, 5, 7))

        assert reading.draft == FULL
        assert reading.horizon.minutes == 0

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_works_the_same_minutes_in_any_zone(self, data: st.DataObject) -> None:
        zone = data.draw(
            st.sampled_from(
                [
                    "Europe/Berlin",
                    "America/New_York",
                    "Australia/Lord_Howe",
                    "Asia/Shanghai",
                ]
            )
        )
        at = data.draw(
            st.sampled_from(
                [
                    NOON,
                    datetime(2030, 3, 29, tzinfo=UTC),
                    datetime(2030, 10, 4, tzinfo=UTC),
                ]
            )
        )
        shifts = {
            (weekday, starts): ShiftTime(weekday, starts, ends, minutes, begins)
            for weekday, starts, ends, minutes, begins in data.draw(
                st.lists(
                    st.tuples(
                        st.integers(0, 6),
                        clock_times(),
                        clock_times(),
                        st.sampled_from([0, 0, 15]),
                        st.none() | clock_times(),
                    ),
                    max_size=6,
                )
            )
            if not minutes or fits(starts, ends, minutes, begins)
        }
        draft = CalendarDraft(
            shifts=tuple(
                shift if shift.break_minutes else replace(shift, break_starts=None)
                for _key, shift in sorted(shifts.items())
            ),
            time_zone=zone,
        )
        standing = Standing(zone, HolidayPlace(""))
        raw = as_ics(
            name="X",
            key="k",
            draft=draft,
            kind=LevelKind.SITE,
            standing=standing,
            at=at,
        )

        assert in_process(raw, standing, at.date()).draft == draft


def fits(starts: time, ends: time, minutes: int, begins: time | None) -> bool:
    def minute(clock: time) -> int:
        return clock.hour * 60 + clock.minute

    length = (minute(ends) - minute(starts)) % 1440 or 1440
    after = 0 if begins is None else (minute(begins) - minute(starts)) % 1440
    return after + minutes < length


def in_process(raw: bytes, standing: Standing, today: date) -> CalendarReading:
    """Read without a child process, which a property test has no time for."""
    last = today + timedelta(weeks=limits.FILE_WEEKS)
    reading = ical_reader.Reading(today, last, standing.clock)
    with NamedTemporaryFile(suffix=".ics") as file:
        file.write(raw)
        file.flush()
        said = ical_reader.read(Path(file.name), reading)
    return woven(said, kind=LevelKind.SITE, standing=standing, first=today, last=last)


class TestAsIcs:
    def test_is_a_calendar_that_others_read(self) -> None:
        calendar = icalendar.Calendar.from_ical(written(FULL))

        assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == [
            "Europe/Berlin"
        ]
        early = calendar.walk("VEVENT")[0]
        assert early["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=MO,TU"
        # Half an hour in the middle, from 9:45 in Berlin's summer.
        assert str(early["X-BREAK"]) == "20300429T074500Z/PT30M"
        assert calendar.get("X-WR-CALNAME") == "Mill"

    def test_widens_what_rfc_5545_cannot_say_to_whole_seconds(self) -> None:
        exact = Period(NOON, NOON + timedelta(seconds=60, microseconds=5))
        draft = CalendarDraft(exceptions=(PlannedException(exact, False),))

        (found,) = read(written(draft)).draft.exceptions

        assert found.period == Period(NOON, NOON + timedelta(seconds=61))


class TestReadIcs:
    def test_makes_shifts_of_plain_weekly_events(self) -> None:
        reading = read(ics(EARLY))

        assert reading.draft == CalendarDraft(EARLY_SHIFTS, (), "Europe/Berlin")
        assert reading.horizon == Period(
            datetime(2030, 5, 5, 22, tzinfo=UTC), datetime(2032, 5, 3, 22, tzinfo=UTC)
        )

    def test_splits_a_shift_with_several_breaks(self) -> None:
        reading = read(
            ics(
                EARLY
                + "X-BREAK:20300401T060000Z/PT15M,20300401T090000Z/20300401T093000Z"
            )
        )

        assert reading.draft.shifts is not None
        assert reading.draft.shifts[:2] == (
            ShiftTime(0, time(6), time(11), 15, time(8)),
            ShiftTime(0, time(11, 30), time(14)),
        )
        assert hours(worked(reading), date(2030, 5, 7)) == [
            "06:00-08:00",
            "08:15-11:00",
            "11:30-14:00",
        ]

    @pytest.mark.parametrize(
        ("breaks", "worked_on_tuesday"),
        [
            # From 6 to 14: nine to ten, and half past nine to eleven.
            (
                "20300401T070000Z/PT1H,20300401T073000Z/PT90M",
                ["06:00-09:00", "11:00-14:00"],
            ),
            ("20300401T110000Z/PT3H", ["06:00-13:00"]),
            ("20300401T030000Z/PT2H", ["07:00-14:00"]),
            ("20300401T030000Z/PT20H", []),
        ],
        ids=["overlapping", "beyond the end", "before the start", "all of it"],
    )
    def test_leaves_out_breaks_however_they_lie(
        self, breaks: str, worked_on_tuesday: list[str]
    ) -> None:
        reading = read(ics(EARLY + f"X-BREAK:{breaks}"))

        check_draft(reading.draft)
        spans = worked(reading)
        assert hours(spans, date(2030, 5, 7)) == worked_on_tuesday
        a_year_on = [hours(spans, date(2031, 4, day)) for day in (15, 16)]
        assert a_year_on == [worked_on_tuesday] * 2

    def test_makes_exceptions_of_dates_left_out_added_and_moved(self) -> None:
        reading = read(
            ics(
                "UID:e\n"
                + EARLY
                + "EXDATE;TZID=Europe/Berlin:20300508T060000\n"
                + "RDATE;TZID=Europe/Berlin:20300511T060000,20300512T080000\n",
                """UID:e
                RECURRENCE-ID;TZID=Europe/Berlin:20300509T060000
                SUMMARY:Later
                DTSTART;TZID=Europe/Berlin:20300509T100000
                DTEND;TZID=Europe/Berlin:20300509T160000""",
            )
        )

        spans = worked(reading)
        assert reading.draft.shifts == EARLY_SHIFTS
        assert [hours(spans, date(2030, 5, day)) for day in range(7, 13)] == [
            ["06:00-14:00"],
            [],
            ["10:00-16:00"],
            ["06:00-14:00"],
            ["06:00-14:00"],
            ["08:00-16:00"],
        ]
        assert [one.reason for one in reading.draft.exceptions if one.reason] == [
            "Later"
        ]

    @pytest.mark.parametrize(
        ("rule", "days"),
        [
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", [14, 28]),
            ("FREQ=MONTHLY;BYDAY=2TU", [14]),
            ("FREQ=WEEKLY;COUNT=7", [7, 14]),
            ("FREQ=WEEKLY;UNTIL=20300514T040000Z", [7, 14]),
            ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=24", [24]),
        ],
    )
    def test_makes_exceptions_of_rules_that_are_not_plainly_weekly(
        self, rule: str, days: list[int]
    ) -> None:
        reading = read(
            ics(
                f"""DTSTART;TZID=Europe/Berlin:20300402T060000
                DURATION:PT8H
                X-BREAK:20300402T080000Z/PT1H
                RRULE:{rule}"""
            )
        )

        spans = worked(reading)
        assert reading.draft.shifts is None
        assert [day for day in range(6, 32) if hours(spans, date(2030, 5, day))] == days
        assert hours(spans, date(2030, 5, days[0])) == ["06:00-10:00", "11:00-14:00"]

    def test_closes_whole_days_and_what_is_called_so(self) -> None:
        reading = read(
            ics(
                EARLY,
                "SUMMARY:Bridge day\nDTSTART;VALUE=DATE:20300510",
                """SUMMARY:Spindle repair
                CATEGORIES:MAINTENANCE
                DTSTART:20300509T060000Z
                DTEND:20300509T080000Z""",
            )
        )

        spans = worked(reading)
        assert hours(spans, date(2030, 5, 10)) == []
        assert hours(spans, date(2030, 5, 9)) == ["06:00-08:00", "10:00-14:00"]
        assert [one.reason for one in reading.draft.exceptions] == [
            "Bridge day",
            "Spindle repair",
        ]

    def test_leaves_a_list_of_holidays_to_the_week_above(self) -> None:
        reading = read(ics("SUMMARY:Bridge day\nDTSTART;VALUE=DATE:20300510", head=""))

        assert reading.draft == CalendarDraft(
            exceptions=(
                PlannedException(
                    Period(
                        datetime(2030, 5, 9, 22, tzinfo=UTC),
                        datetime(2030, 5, 10, 22, tzinfo=UTC),
                    ),
                    working=False,
                    reason="Bridge day",
                ),
            )
        )

    def test_reads_shifts_of_another_clock_minute_by_minute(self) -> None:
        reading = read(
            ics(
                EARLY,
                """DTSTART;TZID=America/New_York:20300401T120000
                DURATION:PT1H
                RRULE:FREQ=WEEKLY;BYDAY=MO""",
            )
        )

        spans = worked(reading)
        assert hours(spans, date(2030, 5, 6)) == ["06:00-14:00", "18:00-19:00"]
        # For a week in March New York is an hour nearer.
        assert reading.draft.shifts == EARLY_SHIFTS

    def test_keeps_the_wall_time_of_shifts_in_the_nights_of_clock_changes(
        self,
    ) -> None:
        night = """DTSTART;TZID=Europe/Berlin:20300406T220000
            DTEND;TZID=Europe/Berlin:20300407T060000
            RRULE:FREQ=WEEKLY"""

        reading = read(ics(night))

        assert reading.draft.shifts == (ShiftTime(5, time(22), time(6)),)
        assert reading.draft.exceptions == ()

    def test_lists_what_is_not_carried_and_why(self) -> None:
        reading = read(
            ics(
                EARLY + "LOCATION:Hall 4\nX-PRODUCTION-DAY:1\nDESCRIPTION:Two people",
                "STATUS:CANCELLED\nSUMMARY:Gone\nDTSTART:20300507T060000Z",
                "TRANSP:TRANSPARENT\nSUMMARY:Lunch\nDTSTART:20300507T060000Z",
                "RRULE:FREQ=SECONDLY\nSUMMARY:Tick\nDTSTART:20300507T060000Z",
                "SUMMARY:Instant\nDTSTART:20300507T060000Z",
                "SUMMARY:Lost\nDTSTART;TZID=Mars/Olympus:20300507T060000\nDURATION:PT1H",
            ).replace(
                b"END:VCALENDAR",
                b"BEGIN:VTODO\r\nSUMMARY:Oil\r\nEND:VTODO\r\nEND:VCALENDAR",
            )
        )

        assert {(one.what, one.value) for one in reading.not_carried} == {
            ("LOCATION", "Hall 4"),
            ("DESCRIPTION", "Two people"),
            ("X-PRODUCTION-DAY", "1"),
            ("VEVENT", "Gone"),
            ("VEVENT", "Lunch"),
            ("VEVENT", "Tick"),
            ("VEVENT", "Instant"),
            ("VTODO", "Oil"),
            ("TZID", "Mars/Olympus"),
        }
        assert all(one.reason.endswith((".", "here.")) for one in reading.not_carried)

    @pytest.mark.parametrize(
        ("raw", "fault"),
        [
            (b"", "no_calendar"),
            (b"\x00\xff" * 100, "no_calendar"),
            (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "no_calendar"),
            (b"x" * (limits.MOST_FILE_BYTES + 1), "too_large"),
            (
                b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 6000,
                "too_many",
            ),
            (
                ics(
                    *(
                        f"RRULE:FREQ=HOURLY;COUNT=900\nDTSTART:203005{day:02}T000000Z"
                        "\nDURATION:PT1M"
                        for day in range(6, 12)
                    )
                ),
                "too_many_occurrences",
            ),
        ],
        ids=["empty", "binary", "no calendar", "large", "many", "often"],
    )
    def test_refuses_what_is_hostile_or_no_calendar(
        self, raw: bytes, fault: str
    ) -> None:
        with pytest.raises(CalendarUnreadable) as refusal:
            read(raw)

        assert refusal.value.facts == {"fault": fault}
        assert refusal.value.field == "file"
        assert refusal.value.remedy

    def test_names_each_event_that_is_broken_and_reads_the_rest(self) -> None:
        reading = read(
            ics(
                "SUMMARY:One\nDTSTART:20300506T0600\nDURATION:PT1H",
                EARLY,
                "SUMMARY:Two\nDTSTART:20300506T060000Z\nRRULE:FREQ=WEEKLY;UNTIL=quark",
                "SUMMARY:Three\nno line at all\nDTSTART:20300506T060000Z",
                "UID:four\nDURATION:PT1H",
            )
        )

        assert reading.draft.shifts == EARLY_SHIFTS
        assert reading.draft.exceptions == ()
        assert [(one.what, one.value, one.count) for one in reading.not_carried] == [
            (
                "VEVENT",
                "One: DTSTART: Expected datetime, date, or time. Got: '20300506T0600'",
                1,
            ),
            (
                "VEVENT",
                "Two: RRULE: Expected datetime, date, or time. Got: 'quark'",
                1,
            ),
            (
                "VEVENT",
                (
                    "Three: line: Content line could not be parsed into parts:"
                    " 'no line at all': Invalid content line"
                ),
                1,
            ),
            ("VEVENT", "four", 1),
        ]
        assert reading.not_carried[-1].reason == (
            "The event does not say when it starts."
        )

    @pytest.mark.parametrize(
        ("rule", "reason"),
        [
            ("FREQ=MINUTELY", "It repeats more often than every hour."),
            (
                "FREQ=DAILY;BYHOUR=6,7;BYMINUTE=" + ",".join(map(str, range(60))),
                "It repeats more often than every hour.",
            ),
            ("FREQ=HOURLY", "It repeats more than 1000 times in two years."),
            (
                "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
                "It takes too long to find out when it repeats.",
            ),
        ],
        ids=["minutely", "by minute", "hourly", "never"],
    )
    def test_leaves_out_alone_what_repeats_without_measure(
        self, rule: str, reason: str
    ) -> None:
        hostile = f"SUMMARY:Tick\nDTSTART:20300506T000000Z\nDURATION:PT1M\nRRULE:{rule}"

        reading = read(ics(EARLY, hostile))

        assert reading.draft == CalendarDraft(EARLY_SHIFTS, (), "Europe/Berlin")
        (left,) = reading.not_carried
        assert (left.what, left.value, left.reason) == ("VEVENT", "Tick", reason)

    def test_counts_what_is_more_than_a_calendar_takes(self) -> None:
        many = [
            f"SUMMARY:{n}\nDTSTART:{datetime(2030, 5, 7, tzinfo=UTC) + n * HOUR:{STAMP}}"
            "\nDURATION:PT10M"
            for n in range(1030)
        ]

        reading = read(ics(*many))

        assert len(reading.draft.exceptions) == 1000
        (left,) = reading.not_carried
        assert (left.count, left.value) == (30, "2030-06-17T16:00:00+00:00")

    def test_knows_the_zones_that_outlook_writes(self) -> None:
        raw = ics(EARLY, head=OUTLOOK).replace(
            b"TZID=Europe/Berlin", b"TZID=W. Europe Standard Time"
        )

        assert read(raw).draft == CalendarDraft(EARLY_SHIFTS, (), "Europe/Berlin")

    def test_goes_by_the_clock_that_the_file_defines(self) -> None:
        # It calls itself Berlin's in Outlook's words, but keeps winter time for ever.
        winter = OUTLOOK.replace("TZOFFSETTO:+0200", "TZOFFSETTO:+0100")
        raw = ics(EARLY, head=winter).replace(
            b"TZID=Europe/Berlin", b"TZID=W. Europe Standard Time"
        )

        reading = read(raw)

        assert reading.draft.shifts is None
        spans = worked(reading)
        assert hours(spans, date(2030, 5, 7)) == ["07:00-15:00"]
        # 104 weeks, and the Monday after them.
        assert len(spans) == 104 * 5 + 1

    @pytest.mark.parametrize(
        "event",
        [
            "DTSTART:99991231T235959Z\nDURATION:P9999W\nRRULE:FREQ=DAILY",
            "DTSTART:00010101T000000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY",
            "DTSTART:20300506T000000Z\nRRULE:FREQ=WEEKLY;BYDAY=XX",
            "DTSTART:20300506T000000Z\nDURATION:-PT5H",
            "SUMMARY:no start",
            "DTSTART;TZID=../../etc/passwd:20300506T000000\nDURATION:PT1H",
            "DTSTART:20300506T000000Z\nDURATION:PT1H\nX-BREAK:20309999T999999Z/PT1M",
            "DTSTART:20300506T000000Z\nRRULE:FREQ=DAILY;COUNT=99999999999999999999",
        ],
    )
    def test_survives_events_that_make_no_sense(self, event: str) -> None:
        reading = read(ics(EARLY, event))

        assert reading.draft.shifts == EARLY_SHIFTS
