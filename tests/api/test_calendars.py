"""A partner's program reads and keeps the calendars of every level."""

from typing import Any
from uuid import UUID

import icalendar
import pytest
from django.core.files.base import ContentFile

from apps.machines.models import Machine
from tenants.types import EnterpriseRef
from tests.factories import machines
from tests.factories import scheduling as plans
from tests.factories.capacity import booked, early_shifts
from tests.support.api import Partner, partner_of

EARLY = [
    {
        "weekday": day,
        "starts": "06:00",
        "ends": "14:00",
        "break_minutes": 30,
        "break_starts": "10:00",
    }
    for day in range(5)
]
CLOSED = {
    "starts_at": "2030-05-06T04:00:00Z",
    "ends_at": "2030-05-07T04:00:00Z",
    "working": False,
    "reason": "Stocktaking",
}
FULL = {
    "shifts": EARLY,
    "exceptions": [CLOSED],
    "time_zone": "Europe/Berlin",
    "holiday_country": "DE",
    "keeps_exceptions": False,
    "efficiency_percent": 85,
}


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "capacity:read", "capacity:write")


@pytest.fixture
def mill(in_north: EnterpriseRef) -> Machine:
    return machines.machine(code="M1")


def put(shop: Partner, subject: UUID, body: dict[str, Any], tag: str = "*") -> Any:
    return shop.call("PUT", f"/v1/calendars/{subject}", body, **{"If-Match": tag})


def without_ids(calendar: dict[str, Any]) -> dict[str, Any]:
    for exception in calendar["exceptions"]:
        exception.pop("id")
    return calendar


class TestCalendar:
    def test_is_read_replaced_and_taken_back(
        self, shop: Partner, mill: Machine
    ) -> None:
        path = f"/v1/calendars/{mill.pk}"
        read = shop.get(path)
        assert read.json()["calendar"] == {
            "shifts": None,
            "exceptions": [],
            "time_zone": "",
            "holiday_country": "",
            "keeps_exceptions": True,
            "efficiency_percent": None,
        }

        kept = put(shop, mill.pk, FULL, read["ETag"])
        assert kept.status_code == 200, kept.content
        assert without_ids(kept.json()["calendar"]) == FULL
        assert (kept.json()["version"], kept.json()["kind"]) == (1, "machine")
        assert put(shop, mill.pk, FULL, read["ETag"]).status_code == 412

        undone = shop.post(f"{path}/undo", {"version": 1})
        assert (undone.status_code, undone.json()["version"]) == (200, 2)
        assert undone.json()["calendar"]["shifts"] is None
        again = shop.post(f"{path}/undo", {"version": 2})
        assert without_ids(again.json()["calendar"]) == FULL
        late = shop.post(f"{path}/undo", {"version": 2})
        assert late.json()["code"] == "calendar_changed"

    def test_says_what_holds_and_by_whose_word(
        self, shop: Partner, mill: Machine, north: EnterpriseRef
    ) -> None:
        put(shop, mill.site_id, {**FULL, "efficiency_percent": None})
        put(shop, north.id, {"efficiency_percent": 90})
        shop.post(f"/v1/calendars/{mill.pk}/exceptions", CLOSED)

        found = shop.get(f"/v1/calendars/{mill.pk}").json()

        site = str(mill.site_id)
        assert found["levels_above"] == [str(north.id), site]
        force = found["in_force"]
        assert (force["week_from"], force["holidays_from"]) == (site, site)
        assert (force["efficiency_percent"], force["efficiency_from"]) == (
            90,
            str(north.id),
        )
        assert force["shifts"] == EARLY
        assert [one["from_id"] for one in force["exceptions"]] == [site, str(mill.pk)]

    def test_refuses_what_cannot_be_meant(self, shop: Partner, mill: Machine) -> None:
        backwards = {**CLOSED, "ends_at": CLOSED["starts_at"]}
        for body, field in (
            ({"exceptions": [backwards]}, "ends_at"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"holiday_country": "XX"}, "holiday_country"),
        ):
            answer = put(shop, mill.pk, body)
            assert answer.status_code == 422, answer.content
            assert field in answer.content.decode()
        assert put(shop, mill.pk, {"shifts": [], "color": "red"}).status_code == 400


class TestCalendars:
    def test_are_listed_from_the_top_down(
        self, shop: Partner, mill: Machine, north: EnterpriseRef
    ) -> None:
        put(shop, mill.pk, FULL)
        put(shop, mill.site_id, FULL)

        items = shop.get("/v1/calendars").json()["items"]

        assert [(one["kind"], one["subject_id"]) for one in items] == [
            ("enterprise", str(north.id)),
            ("site", str(mill.site_id)),
            ("machine", str(mill.pk)),
        ]


class TestCalendarExceptions:
    def test_are_added_and_removed(self, shop: Partner, mill: Machine) -> None:
        made = shop.post(f"/v1/calendars/{mill.pk}/exceptions", CLOSED)
        assert made.status_code == 201, made.content
        path = f"/v1/calendar-exceptions/{made.json().pop('id')}"

        assert shop.call("DELETE", path).status_code == 204
        assert shop.call("DELETE", path).status_code == 404


class TestCalendarEffect:
    def test_names_whom_a_change_would_hit(self, shop: Partner, mill: Machine) -> None:
        early_shifts()
        reservation = booked(mill.pk)

        answer = shop.post(f"/v1/calendars/{mill.site_id}/effect", {"shifts": []})

        found = answer.json()
        assert answer.status_code == 200, answer.content
        assert [one["machine_id"] for one in found["machines"]] == [str(mill.pk)]
        assert found["machines"][0]["after"] == 0
        assert len(found["weeks"]) == 26
        assert [
            (one["reservation_id"], one["short_minutes"], one["finishes_at"])
            for one in found["endangered"]
        ] == [(str(reservation.pk), 180, None)]

    def test_names_schedules_that_would_be_overtaken(
        self, shop: Partner, mill: Machine
    ) -> None:
        early_shifts()
        plans.work_request(mill.pk)
        plan = plans.proposal()
        path = f"/v1/calendars/{mill.site_id}/effect"

        closed = shop.post(path, {"shifts": []}).json()
        later = {**CLOSED, "starts_at": "2030-05-07T04:00:00Z"}
        later["ends_at"] = "2030-05-08T04:00:00Z"
        elsewhen = shop.post(path, {"exceptions": [later]}).json()

        (found,) = closed["schedules"]
        assert found["schedule_id"] == str(plan.pk)
        assert "calendar" in found["why"]
        assert (len(elsewhen["machines"]), elsewhen["schedules"]) == (1, [])

    def test_of_undo_names_bookings_that_would_be_stranded(
        self, shop: Partner, mill: Machine
    ) -> None:
        path = f"/v1/calendars/{mill.pk}"
        put(shop, mill.pk, {"shifts": []})
        put(shop, mill.pk, FULL | {"exceptions": []})
        reservation = booked(mill.pk)

        effect = shop.get(f"{path}/undo/effect").json()
        of_first = shop.get(f"{path}/undo/effect?to_version=2").json()

        assert [one["reservation_id"] for one in effect["endangered"]] == [
            str(reservation.pk)
        ]
        assert effect["machines"][0]["after"] == 0
        assert of_first["machines"] == []
        gone = shop.get(f"{path}/undo/effect?to_version=9")
        assert (gone.status_code, gone.json()["code"]) == (409, "nothing_to_undo")
        assert shop.get(f"{path}/undo/effect?to_version=x").status_code == 400
        assert shop.get(path).json()["version"] == 2


class TestCalendarRevisions:
    def test_are_listed_the_newest_first(self, shop: Partner, mill: Machine) -> None:
        path = f"/v1/calendars/{mill.pk}/revisions"
        assert shop.get(path).json()["items"] == []
        put(shop, mill.pk, FULL)
        shop.post(f"/v1/calendars/{mill.pk}/exceptions", CLOSED)

        items = shop.get(path).json()["items"]
        newest = shop.get(f"{path}?limit=1").json()

        assert [one["version"] for one in items] == [2, 1, 0]
        assert items[0].pop("changed_at") is not None
        assert items[0].pop("changed_by") != ""
        assert items[0] == {
            "version": 2,
            "has_week": True,
            "shifts": 5,
            "exceptions": 2,
            "time_zone": "Europe/Berlin",
            "holiday_country": "DE",
            "keeps_exceptions": False,
            "efficiency_percent": 85,
        }
        assert [one["version"] for one in newest["items"]] == [2]
        assert newest["next"]


class TestWorkingTime:
    """In the night to 31 March 2030 clocks go forward in Berlin."""

    NIGHT = "from=2030-03-30T12:00:00Z&until=2030-03-31T12:00:00Z"

    def test_is_what_all_levels_come_to(self, shop: Partner, mill: Machine) -> None:
        night = {"weekday": 5, "starts": "22:00", "ends": "06:00"}
        put(shop, mill.site_id, {"shifts": [night], "time_zone": "Europe/Berlin"})
        closed = {
            "starts_at": "2030-03-30T22:00:00Z",
            "ends_at": "2030-03-30T23:00:00Z",
            "working": False,
        }
        shop.post(f"/v1/calendars/{mill.pk}/exceptions", closed)

        answer = shop.get(f"/v1/machines/{mill.pk}/working-time?{self.NIGHT}")

        assert answer.json()["items"] == [
            {
                "starts_at": "2030-03-30T21:00:00Z",
                "ends_at": "2030-03-30T22:00:00Z",
                "minutes": 60,
            },
            {
                "starts_at": "2030-03-30T23:00:00Z",
                "ends_at": "2030-03-31T04:00:00Z",
                "minutes": 300,
            },
        ]

    def test_is_free_where_nobody_has_reserved_it(
        self, shop: Partner, mill: Machine
    ) -> None:
        early_shifts()
        reservation = booked(mill.pk)
        path = f"/v1/machines/{mill.pk}/working-time?of=free"
        day = "from=2030-05-06T00:00:20Z&until=2030-05-07T00:00:00Z"

        found = shop.get(f"{path}&{day}").json()["items"]

        assert reservation.start.isoformat() == "2030-05-06T05:00:00+00:00"
        assert [(one["starts_at"], one["ends_at"]) for one in found] == [
            ("2030-05-06T04:00:00Z", "2030-05-06T05:00:00Z"),
            ("2030-05-06T08:00:00Z", "2030-05-06T12:00:00Z"),
        ]

    @pytest.mark.parametrize(
        "query",
        [
            "from=soon",
            "from=2030-05-06T00:00:00",
            "from=2030-05-06T00:00:00Z&until=2030-05-06T00:00:00Z",
            "from=2030-05-06T00:00:00Z&until=2030-08-07T00:00:00Z",
            "of=none",
        ],
    )
    def test_of_no_period_is_refused(
        self, shop: Partner, mill: Machine, query: str
    ) -> None:
        answer = shop.get(f"/v1/machines/{mill.pk}/working-time?{query}")

        assert answer.status_code == 400


class TestMachineCalendar:
    def test_follows_the_nearest_level_and_changes_its_tag_with_it(
        self, shop: Partner, mill: Machine, north: EnterpriseRef
    ) -> None:
        path = f"/v1/machines/{mill.pk}/calendar"
        put(shop, north.id, {"shifts": EARLY[:1]})
        of_enterprise = shop.get(path)
        put(shop, mill.site_id, {"shifts": EARLY})

        of_site = shop.get(path)

        assert of_enterprise.json()["shifts"] == EARLY[:1]
        assert (of_site.json()["shifts"], of_site.json()["is_own"]) == (EARLY, False)
        # Both are of version 1.
        assert of_site["ETag"] != of_enterprise["ETag"]

    def test_keeps_when_breaks_begin_and_what_else_the_machine_says(
        self, shop: Partner, mill: Machine
    ) -> None:
        path = f"/v1/machines/{mill.pk}/calendar"
        shop.post(f"/v1/calendars/{mill.pk}/exceptions", CLOSED)
        read = shop.get(path)

        kept = shop.call("PUT", path, {"shifts": EARLY}, **{"If-Match": read["ETag"]})
        late = shop.call("PUT", path, {"shifts": EARLY}, **{"If-Match": read["ETag"]})

        assert kept.status_code == 200, kept.content
        assert kept.json()["shifts"] == EARLY
        assert late.status_code == 412
        of_level = shop.get(f"/v1/calendars/{mill.pk}").json()
        assert len(of_level["calendar"]["exceptions"]) == 1


class TestCalendarFiles:
    @pytest.mark.parametrize(
        ("form", "media_type"),
        [
            ("ics", "text/calendar"),
            ("submodel", "application/asset-administration-shell-package"),
        ],
    )
    def test_come_back_as_they_left(
        self, shop: Partner, mill: Machine, form: str, media_type: str
    ) -> None:
        put(shop, mill.pk, FULL)
        path = f"/v1/calendars/{mill.pk}"

        file = shop.get(f"{path}/{form}?of=own", Accept=media_type)
        assert file["Content-Type"] == media_type
        raw = file.content
        answer = shop.post(f"{path}/readings", {"file": ContentFile(raw, "week")})

        assert answer.status_code == 200, answer.content
        assert without_ids(answer.json()["calendar"]) == FULL

    def test_hold_what_is_in_force(self, shop: Partner, mill: Machine) -> None:
        early_shifts()

        raw = shop.get(f"/v1/calendars/{mill.pk}/ics").content

        (shift,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
        assert shift["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"

    def test_tell_what_is_reserved(self, shop: Partner, mill: Machine) -> None:
        early_shifts()
        reservation = booked(mill.pk)

        file = shop.get(f"/v1/machines/{mill.pk}/plan/ics", Accept="text/calendar")

        (event,) = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
        assert event["UID"] == f"{reservation.pk}@spindle"
        assert event["STATUS"] == "CONFIRMED"
        assert event["DTSTART"].dt == reservation.start
        assert event["DTEND"].dt == reservation.finish

    def test_are_refused_if_they_are_none(self, shop: Partner, mill: Machine) -> None:
        answer = shop.post(
            f"/v1/calendars/{mill.pk}/readings",
            {"file": ContentFile(b"hello", "week.ics")},
        )

        assert answer.status_code == 422
        assert answer.json()["code"] == "calendar_unreadable"
