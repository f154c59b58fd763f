"""The calendar editor: levels, forms, previews, refusals, undo, files."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.capacity import selectors, services
from apps.capacity.types import CalendarLevel, PlannedException, ShiftTime
from apps.kernel.periods import Period
from apps.machines.models import Machine
from apps.portal.calendar_forms import Clock
from tenants import context
from tenants.types import SYSTEM, Role
from tests.factories import capacity
from tests.factories import machines as factory

TWO_A_WEEK: dict[str, Any] = {
    "whose": "own",
    "slots": "3",
    "holidays": "none",
    "time_zone": "Europe/Berlin",
    "efficiency_percent": "",
    "keeps_exceptions": "on",
    "d0_s0_starts": "06:00",
    "d0_s0_ends": "14:00",
    "d0_s0_break": "30",
    "d0_s0_pause": "09:00",
    "d4_s1_starts": "22:00",
    "d4_s1_ends": "06:00",
}
SHIFTS = (
    ShiftTime(0, time(6), time(14), 30, time(9)),
    ShiftTime(4, time(22), time(6)),
)
CLOSED = {
    "kind": "closed",
    "starts_at": "2035-05-07T06:00",
    "ends_at": "2035-05-08T06:00",
    "reason": "Company holidays",
}


@pytest.fixture
def planner(member_of, north):
    return member_of(north, Role.PLANNER)


@pytest.fixture
def hurco(in_north) -> Machine:
    return factory.complete_machine()


@pytest.fixture
def early(in_north):
    return capacity.early_shifts()


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()
    return " ".join(response.content.decode().split())


def page_of(subject_id) -> str:
    return f"/capacity/calendars/{subject_id}/"


def said_at(north, **level):
    with context.enterprise(north):
        return selectors.calendar_link(CalendarLevel(**level))


def next_monday() -> datetime:
    """Monday in two weeks, at seven in Augsburg or near it."""
    today = timezone.now().replace(hour=6, minute=0, second=0, microsecond=0)
    return today + timedelta(days=14 - today.weekday())


class TestLevels:
    def test_are_shown_with_what_each_says(self, planner, north, hurco, early):
        with context.enterprise(north):
            services.set_efficiency(
                level=CalendarLevel(site_id=hurco.site_id),
                percent=85,
                by=SYSTEM,
                at=timezone.now(),
            )

        shown = planner.get(page_of(hurco.pk))

        assert [(one.kind, one.says) for one in shown.context["steps"]] == [
            ("Enterprise", "40\N{NO-BREAK SPACE}h a week"),
            ("Site", "efficiency 85%"),
            ("Machine", ""),
        ]
        assert shown.context["week_from"]["name"] == north.name
        assert shown.context["efficiency"] == "85%"
        assert f"The week of {north.name}" in text_of(shown)

    def test_are_read_by_all_four_kinds_of_id(self, planner, north, hurco, early):
        with context.enterprise(north):
            center = factory.work_center(site=hurco.site)
        for key, kind in (
            (north.id, "enterprise"),
            (hurco.site_id, "site"),
            (center.pk, "work_center"),
            (hurco.pk, "machine"),
        ):
            shown = planner.get(page_of(key))
            assert shown.status_code == 200
            assert shown.context["kind"] == kind

    def test_of_others_are_not_there(self, member_of, south, hurco, early):
        other = member_of(south, Role.PLANNER)
        for path in ("", "ics/", "submodel/"):
            assert other.get(page_of(hurco.pk) + path).status_code == 404
        for path in ("week/", "undo/", "exceptions/", "readings/", "take/"):
            assert other.post(page_of(hurco.pk) + path).status_code == 404

    def test_are_read_by_those_who_make_and_changed_by_planners(
        self, member_of, north, hurco, early
    ):
        for role in (Role.SELLER, Role.OPERATOR, Role.VIEWER):
            client = member_of(north, role)
            assert "Save the calendar" not in text_of(client.get(page_of(hurco.pk)))
            assert client.post(page_of(hurco.pk) + "week/").status_code == 403
        buyer = member_of(north, Role.BUYER)
        assert buyer.get(page_of(hurco.pk)).status_code == 403

    def test_draw_nights_on_the_next_day_and_breaks_as_gaps(self, planner, north):
        with context.enterprise(north):
            services.set_shifts(
                shifts=SHIFTS, time_zone="UTC", by=SYSTEM, at=timezone.now()
            )

        drawn = planner.get(page_of(north.id)).context["drawn"]

        assert [(p.x, p.width, p.is_break) for p in drawn[0].pieces] == [
            ("25.000%", "33.333%", False),
            ("37.500%", "2.083%", True),
        ]
        assert [(p.x, p.width) for p in drawn[4].pieces] == [("91.667%", "8.333%")]
        assert [(p.x, p.width) for p in drawn[5].pieces] == [("0.000%", "25.000%")]

    def test_show_the_next_weeks_with_what_differs(self, planner, north, hurco, early):
        monday = next_monday()
        with context.enterprise(north):
            services.add_exception(
                level=CalendarLevel(site_id=hurco.site_id),
                period=Period(monday, monday + timedelta(hours=20)),
                working=False,
                reason="Inventory",
                by=SYSTEM,
                at=timezone.now(),
            )

        shown = planner.get(page_of(hurco.pk))

        (day,) = [
            day
            for week in shown.context["ahead"]
            for day in week.days
            if day.day == monday.date()
        ]
        assert (day.kind, day.note) == ("closed", "Inventory")
        (entry,) = shown.context["exceptions"]
        assert (entry["is_own"], entry["source"]) == (False, hurco.site.name)


class TestOwnAddresses:
    def test_are_those_of_the_enterprise_and_of_a_machine(
        self, planner, member_of, south, hurco, early
    ):
        shown = planner.get("/capacity/shifts/")
        assert shown.context["kind"] == "enterprise"
        shown = planner.get(f"/machines/{hurco.pk}/calendar/")
        assert shown.context["kind"] == "machine"
        assert planner.get(f"/machines/{hurco.site_id}/calendar/").status_code == 404
        other = member_of(south, Role.PLANNER)
        assert other.get(f"/machines/{hurco.pk}/calendar/").status_code == 404

    def test_lead_to_the_editor_from_what_has_a_calendar(
        self, planner, north, hurco, early
    ):
        with context.enterprise(north):
            center = factory.work_center(site=hurco.site)
        for path, key in (
            (f"/sites/{hurco.site_id}/", hurco.site_id),
            (f"/work-centers/{center.pk}/", center.pk),
        ):
            assert page_of(key) in text_of(planner.get(path))

    def test_fill_a_preset_in_without_saving(self, planner, north):
        shown = planner.get("/capacity/shifts/?preset=three")

        assert "Not saved yet" in text_of(shown)
        assert shown.context["hours"] == "112\N{NO-BREAK SPACE}h"
        assert said_at(north).version == 0

    def test_begin_with_the_holidays_of_the_country(self, planner, north):
        shown = planner.get(page_of(north.id))

        assert shown.context["form"]["holidays"].value() == "DE"


class TestSaving:
    def test_says_all_of_it_at_once(self, planner, north, hurco, early):
        answers = TWO_A_WEEK | {"version": "0", "efficiency_percent": "90"}

        response = planner.post(page_of(hurco.pk) + "week/", answers, follow=True)

        assert "The calendar is saved." in text_of(response)
        said = said_at(north, machine_id=hurco.pk)
        assert said.version == 1
        assert said.draft.shifts == SHIFTS
        assert said.draft.efficiency_percent == 90
        assert said.draft.holiday_country == ""
        assert said.draft.keeps_exceptions

    def test_can_take_the_week_from_above_again(self, planner, north, hurco, early):
        planner.post(page_of(hurco.pk) + "week/", TWO_A_WEEK | {"version": "0"})

        planner.post(
            page_of(hurco.pk) + "week/",
            {"whose": "inherited", "version": "1", "holidays": "", "slots": "3"},
        )

        said = said_at(north, machine_id=hurco.pk)
        assert said.draft.shifts is None
        assert not said.draft.keeps_exceptions

    def test_a_week_of_its_own_keeps_the_holidays_of_above(
        self, planner, north, hurco, in_north
    ):
        capacity.early_shifts(holiday_country="DE")

        planner.post(
            page_of(hurco.pk) + "week/", TWO_A_WEEK | {"version": "0", "holidays": ""}
        )

        assert said_at(north, machine_id=hurco.pk).draft.holiday_country == "DE"

    @pytest.mark.parametrize(
        ("answers", "told"),
        [
            ({"d0_s0_ends": ""}, "The shift has no end."),
            ({"d0_s0_starts": "26:00"}, "“26:00” is not a time."),
            ({"d0_s0_break": "480"}, "A break of 480 minutes does not fit"),
            (
                {"d0_s1_starts": "06:00", "d0_s1_ends": "07:00"},
                "Two shifts start at 06:00 on the same day.",
            ),
            ({"efficiency_percent": "900"}, "200"),
            ({"whose": "inherited"}, "Only a week of its own can work through"),
        ],
    )
    def test_names_what_is_wrong_and_writes_nothing(
        self, planner, north, hurco, early, answers, told
    ):
        sent = TWO_A_WEEK | {"version": "0"} | answers

        response = planner.post(page_of(hurco.pk) + "week/", sent)

        assert told in text_of(response, 422)
        assert said_at(north, machine_id=hurco.pk).version == 0

    def test_refuses_what_somebody_else_has_changed(self, planner, north, hurco, early):
        planner.post(page_of(hurco.pk) + "week/", TWO_A_WEEK | {"version": "0"})

        late = TWO_A_WEEK | {"version": "0", "d0_s0_starts": "05:00"}
        response = planner.post(page_of(hurco.pk) + "week/", late)

        text = text_of(response, 409)
        assert "Somebody else was faster" in text
        assert "planner.member@" in text or "Planner of" in text
        # What was written is not lost.
        assert 'value="05:00"' in text
        assert said_at(north, machine_id=hurco.pk).version == 1


class TestClock:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("6", time(6)),
            ("12", time(12)),
            ("06:30", time(6, 30)),
            ("6.30", time(6, 30)),
            ("630", time(6, 30)),
            ("2215", time(22, 15)),
            ("24:00", time(0)),
            ("24", time(0)),
            ("", None),
        ],
    )
    def test_reads_a_time_however_short(self, text, meant):
        assert Clock().clean(text) == meant

    @pytest.mark.parametrize("text", ["25", "12:60", "six", "1:2:3", "12345"])
    def test_refuses_what_is_none(self, text):
        with pytest.raises(ValidationError, match="is not a time"):
            Clock().clean(text)


class TestPreview:
    def test_says_what_changes_and_writes_nothing(self, planner, north, hurco, early):
        response = planner.post(
            page_of(hurco.pk) + "week/", TWO_A_WEEK | {"version": "0", "preview": "1"}
        )

        effect = response.context["effect"]
        week = (effect.week.before, effect.week.after, effect.week.change)
        assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in week] == [
            "40 h",
            "15 h 30 min",
            "−24 h 30 min",
        ]
        assert effect.machine_count == 1
        assert effect.hit_count == 0
        assert len(effect.weeks) == 8
        assert "Nothing that is held or booked comes short." in text_of(response)
        assert said_at(north, machine_id=hurco.pk).version == 0

    def test_names_whom_it_hits_and_asks_before_it_saves(
        self, planner, north, hurco, early
    ):
        with context.enterprise(north):
            start = next_monday()
            capacity.reservation_row(hurco.pk, start, timedelta(hours=4), minutes=240)
        monday_off = TWO_A_WEEK | {"version": "0"}
        for part in ("starts", "ends", "break", "pause"):
            monday_off[f"d0_s0_{part}"] = ""

        asked = planner.post(page_of(hurco.pk) + "week/", monday_off)

        effect = asked.context["effect"]
        assert (effect.hit_count, effect.promise_count) == (1, 1)
        assert "Too little time is left for 1 booking." in text_of(asked)
        assert f"/orders/{capacity.ORDER_ID}/" in text_of(asked)
        assert said_at(north, machine_id=hurco.pk).version == 0

        planner.post(page_of(hurco.pk) + "week/", monday_off | {"seen": effect.digest})
        assert said_at(north, machine_id=hurco.pk).version == 1


class TestUndo:
    def test_takes_a_change_back_and_makes_it_again(self, planner, north, hurco, early):
        path = page_of(hurco.pk)
        saved = planner.post(path + "week/", TWO_A_WEEK | {"version": "0"}, follow=True)
        assert "Undo this change" in text_of(saved)
        assert saved.context["undo_to"] == 0

        again = planner.post(
            path + "undo/", {"version": "1", "to_version": "0"}, follow=True
        )
        assert said_at(north, machine_id=hurco.pk).draft.shifts is None
        assert again.context["undo_to"] == 1

        planner.post(path + "undo/", {"version": "2", "to_version": "1"})
        assert said_at(north, machine_id=hurco.pk).draft.shifts == SHIFTS
        versions = [row["version"] for row in planner.get(path).context["revisions"]]
        assert versions == [3, 2, 1, 0]

    def test_says_whom_it_hits_first(self, planner, north, hurco, early):
        path = page_of(hurco.pk)
        no_work = {"whose": "own", "slots": "2", "holidays": "none"}
        planner.post(path + "week/", no_work | {"version": "0"})
        planner.post(path + "undo/", {"version": "1", "to_version": "0"})
        with context.enterprise(north):
            start = next_monday()
            capacity.reservation_row(hurco.pk, start, timedelta(hours=4), minutes=240)
        back = {"version": "2", "to_version": "1"}

        asked = planner.post(path + "undo/", back)

        assert "Restore it all the same" in text_of(asked)
        assert asked.context["effect"].promise_count == 1
        assert said_at(north, machine_id=hurco.pk).version == 2
        planner.post(path + "undo/", back | {"seen": asked.context["effect"].digest})
        assert said_at(north, machine_id=hurco.pk).draft.shifts == ()

    def test_is_refused_when_another_changed_it(self, planner, north, hurco, early):
        path = page_of(hurco.pk)
        planner.post(path + "week/", TWO_A_WEEK | {"version": "0"})

        response = planner.post(path + "undo/", {"version": "7"}, follow=True)

        assert "Somebody else has changed this calendar." in text_of(response)
        assert said_at(north, machine_id=hurco.pk).version == 1


class TestExceptions:
    def test_are_added_on_the_clock_of_the_place_and_removed(
        self, planner, north, hurco, early
    ):
        path = page_of(hurco.site_id)
        planner.post(path + "exceptions/", CLOSED)

        (added,) = said_at(north, site_id=hurco.site_id).draft.exceptions
        assert added == PlannedException(
            Period(
                datetime(2035, 5, 7, 4, tzinfo=UTC), datetime(2035, 5, 8, 4, tzinfo=UTC)
            ),
            working=False,
            reason="Company holidays",
        )
        assert "Company holidays" in text_of(planner.get(page_of(hurco.pk)))

        removed = planner.post(f"/capacity/exceptions/{added.id}/removal/")
        assert removed.url == f"{path}#exceptions"
        assert said_at(north, site_id=hurco.site_id).draft.exceptions == ()
        again = planner.post(f"/capacity/exceptions/{added.id}/removal/")
        assert again.status_code == 404

    def test_of_another_enterprise_are_not_removed(
        self, member_of, planner, south, north, hurco, early
    ):
        planner.post(page_of(north.id) + "exceptions/", CLOSED)
        (added,) = said_at(north).draft.exceptions

        other = member_of(south, Role.PLANNER)

        answer = other.post(f"/capacity/exceptions/{added.id}/removal/")
        assert answer.status_code == 404
        assert said_at(north).draft.exceptions == (added,)

    def test_refuse_to_end_before_they_begin(self, planner, north, hurco, early):
        wrong = CLOSED | {"ends_at": "2035-05-06T06:00"}

        response = planner.post(page_of(hurco.pk) + "exceptions/", wrong)

        assert "It ends before it begins." in text_of(response, 422)

    def test_say_whom_they_hit_first(self, planner, north, hurco, early):
        start = next_monday()
        with context.enterprise(north):
            capacity.reservation_row(hurco.pk, start, timedelta(hours=4), minutes=240)
        closed = CLOSED | {
            "starts_at": f"{start:%Y-%m-%dT00:00}",
            "ends_at": f"{start + timedelta(days=1):%Y-%m-%dT00:00}",
        }

        asked = planner.post(page_of(hurco.pk) + "exceptions/", closed)
        assert asked.context["effect"].promise_count == 1
        assert said_at(north, machine_id=hurco.pk).version == 0

        planner.post(
            page_of(hurco.pk) + "exceptions/",
            closed | {"seen": asked.context["effect"].digest},
        )
        assert said_at(north, machine_id=hurco.pk).version == 1


class TestFiles:
    def test_go_out_and_come_back(self, planner, north, hurco, early):
        planner.post(
            page_of(hurco.pk) + "week/", TWO_A_WEEK | {"version": "0"}, follow=True
        )
        sent = planner.get(page_of(hurco.pk) + "ics/?of=own")
        assert sent["Content-Type"] == "text/calendar"
        assert sent["Content-Disposition"].endswith('.ics"')
        package = planner.get(page_of(hurco.pk) + "submodel/")
        assert package.content.startswith(b"PK")

        shown = planner.post(
            page_of(hurco.site_id) + "readings/",
            {"file": SimpleUploadedFile("week.ics", sent.content)},
        )
        assert "What the file says" in text_of(shown)
        assert said_at(north, site_id=hurco.site_id).version == 0

        planner.post(
            page_of(hurco.site_id) + "take/", {"reading": shown.context["signed"]}
        )
        assert said_at(north, site_id=hurco.site_id).draft.shifts == SHIFTS

    def test_name_what_they_leave_out(self, planner, hurco, early):
        file = (
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:1\r\n"
            b"SUMMARY:Oil\r\nEND:VTODO\r\nBEGIN:VEVENT\r\nUID:2\r\n"
            b"DTSTART:20350507T060000Z\r\nDTEND:nonsense\r\nEND:VEVENT\r\n"
            b"END:VCALENDAR\r\n"
        )

        shown = planner.post(
            page_of(hurco.pk) + "readings/", {"file": SimpleUploadedFile("a.ics", file)}
        )

        assert {one.what for one in shown.context["left"]} >= {"VTODO", "VEVENT"}

    def test_are_refused_with_the_reason(self, planner, hurco, early):
        shown = planner.post(
            page_of(hurco.pk) + "readings/",
            {"file": SimpleUploadedFile("a.ics", b"nothing")},
        )

        assert "is no calendar" in text_of(shown, 422)

    def test_are_taken_only_as_they_were_read(self, planner, north, hurco, early):
        response = planner.post(
            page_of(hurco.pk) + "take/", {"reading": "forged"}, follow=True
        )

        assert "Choose it once more." in text_of(response)
        assert said_at(north, machine_id=hurco.pk).version == 0
