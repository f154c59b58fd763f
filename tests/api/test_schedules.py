"""A partner's program has work planned: asked for, looked at, put in force or left."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from apps.capacity.models import Reservation
from apps.capacity.types import ShiftTime
from apps.scheduling.models import Schedule
from tenants import context, jobs
from tenants.types import EnterpriseRef
from tests.factories import capacity
from tests.factories import machines as factory
from tests.support.api import Partner, partner_of

WORK = "/v1/work-requests"
SCHEDULES = "/v1/schedules"
ALL_DAY = tuple(ShiftTime(weekday, time(0), time(0)) for weekday in range(7))


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "capacity:read", "capacity:write")


@pytest.fixture
def mill(north: EnterpriseRef) -> str:
    """A machine that works day and night: tests run at any hour."""
    with context.enterprise(north):
        capacity.early_shifts(shifts=ALL_DAY, time_zone="UTC")
        return str(factory.machine(code="Hurco04").pk)


@pytest.fixture
def other(north: EnterpriseRef, mill: str) -> str:
    with context.enterprise(north):
        return str(factory.machine(code="Mazak01").pk)


def body(*machine_ids: str, minutes: int = 120, **facts: Any) -> dict[str, Any]:
    options = [{"machine_id": key, "run_minutes": minutes} for key in machine_ids]
    return {
        "title": "Brackets",
        "steps": [{"title": "Mill", "options": options}],
        **facts,
    }


def add(shop: Partner, *machine_ids: str, **facts: Any) -> dict[str, Any]:
    made = shop.post(WORK, body(*machine_ids, **facts))
    assert made.status_code == 201, made.content
    added: dict[str, Any] = made.json()
    return added


def put(shop: Partner, path: str, sent: dict[str, Any], tag: str) -> Any:
    return shop.call("PUT", path, sent, **{"If-Match": tag})


def proposed(shop: Partner, **facts: Any) -> Any:
    """Have a schedule worked out, and read it."""
    asked = shop.post(SCHEDULES, {"budget_seconds": 1, **facts})
    assert asked.status_code == 202, asked.content
    jobs.run_due()
    return shop.get(asked["Location"].partition("local")[2])


def decide(shop: Partner, found: Any, verb: str, tag: str = "") -> Any:
    path = f"{SCHEDULES}/{found.json()['id']}/{verb}"
    return shop.post(path, {}, **{"If-Match": tag or found["ETag"]})


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestWorkRequests:
    def test_are_added_read_revised_and_cancelled(
        self, shop: Partner, mill: str
    ) -> None:
        sent = body(mill, quantity=40, priority=9, due_at="2040-05-07T12:00:00Z")
        made = shop.post(WORK, sent)
        assert (made.status_code, made["ETag"]) == (201, '"1-1"')
        path = f"{WORK}/{made.json()['id']}"
        assert made["Location"].endswith(path)

        read = shop.get(path)
        assert read.json() == made.json()
        (job,) = read.json()["job_orders"]
        assert read.json() | {"job_orders": []} == {
            "id": made.json()["id"],
            "title": "Brackets",
            "order_id": None,
            "part_label": "",
            "quantity": 40,
            "release_at": read.json()["release_at"],
            "due_at": "2040-05-07T12:00:00Z",
            "priority": 9,
            "job_orders": [],
        }
        assert job == {
            "id": job["id"],
            "work_request_id": made.json()["id"],
            "step": 1,
            "title": "Mill",
            "process_code": "",
            "setup_family": "",
            "state": "allowed_to_start",
            "options": [{"machine_id": mill, "setup_minutes": 0, "run_minutes": 120}],
            "planned": None,
            "pinned_machine_id": None,
            "pinned_start_at": None,
        }

        revised = put(shop, path, {**sent, "quantity": 50}, read["ETag"])
        assert (revised.status_code, revised["ETag"]) == (200, '"2-1"')
        assert revised.json() == {**read.json(), "quantity": 50}

        assert put(shop, path, sent, read["ETag"]).status_code == 412
        late = shop.post(f"{path}/cancellation", {}, **{"If-Match": read["ETag"]})
        assert late.status_code == 412
        gone = shop.post(f"{path}/cancellation", {}, **{"If-Match": revised["ETag"]})
        assert gone.status_code == 200, gone.content
        assert [one["state"] for one in gone.json()["job_orders"]] == ["aborted"]

    def test_are_listed_by_what_they_say(self, shop: Partner, mill: str) -> None:
        add(shop, mill)
        shafts = add(shop, mill, title="Shafts", part_label="4417")
        path = f"{WORK}/{shafts['id']}/cancellation"
        shop.post(path, {}, **{"If-Match": '"1-1"'})

        def titles(query: str) -> list[str]:
            found = shop.get(f"{WORK}?{query}").json()["items"]
            return [row["title"] for row in found]

        assert titles("") == ["Shafts", "Brackets"]
        assert titles("open=yes") == ["Brackets"]
        assert titles("open=no") == ["Shafts"]
        assert titles("search=4417") == ["Shafts"]

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"title": ""}, "/title"),
            ({"quantity": 0}, "/quantity"),
            ({"priority": 10}, "/priority"),
            ({"steps": []}, "/steps"),
            ({"due_at": "2001-01-01T00:00:00Z"}, "/due_at"),
        ],
    )
    def test_that_cannot_be_meant_are_refused(
        self, shop: Partner, mill: str, change: dict[str, Any], pointer: str
    ) -> None:
        refused = shop.post(WORK, {**body(mill), **change})

        assert refused.status_code == 422, refused.content
        assert refused.json()["errors"][0]["pointer"] == pointer

    def test_name_machines_of_the_enterprise(
        self, shop: Partner, south: EnterpriseRef, mill: str
    ) -> None:
        with context.enterprise(south):
            foreign = str(factory.machine(code="Elsewhere").pk)

        refused = shop.post(WORK, body(foreign))

        assert refused.status_code == 422
        assert refused.json()["errors"][0]["remedy"]


class TestJobOrders:
    def test_are_pinned_and_let_go(self, shop: Partner, mill: str, other: str) -> None:
        (job,) = add(shop, mill, other)["job_orders"]
        path = f"/v1/job-orders/{job['id']}"
        read = shop.get(path)
        assert (read.json(), read["ETag"]) == (job, '"1"')
        start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=3)

        pin = {"machine_id": other, "start_at": start.isoformat()}
        pinned = put(shop, f"{path}/pin", pin, '"1"')
        assert (pinned.status_code, pinned["ETag"]) == (200, '"2"')
        assert pinned.json()["pinned_machine_id"] == other
        assert put(shop, f"{path}/pin", pin, '"1"').status_code == 412

        found = proposed(shop)
        (bar,) = shop.get(f"{SCHEDULES}/{found.json()['id']}/bars").json()["items"]
        assert (bar["machine_id"], moment(bar["starts_at"])) == (other, start)
        assert bar["why"]["kind"] == "pin"

        free = shop.call("DELETE", f"{path}/pin", **{"If-Match": '"2"'})
        assert free.status_code == 200
        assert free.json()["pinned_machine_id"] is None

    def test_go_from_state_to_state(self, shop: Partner, mill: str) -> None:
        (job,) = add(shop, mill)["job_orders"]
        path = f"/v1/job-orders/{job['id']}/steps"

        begun = shop.post(path, {"to": "running"}, **{"If-Match": '"1"'})
        assert begun.status_code == 201
        assert (begun.json()["state"], begun["ETag"]) == ("running", '"2"')

        back = shop.post(path, {"to": "allowed_to_start"}, **{"If-Match": '"2"'})
        assert (back.status_code, back.json()["code"]) == (
            409,
            "job_order_cannot_move",
        )


class TestSetupTimes:
    def test_are_read_and_replaced(self, shop: Partner, mill: str) -> None:
        path = f"/v1/machines/{mill}/setup-times"
        pair = {"from_family": "shafts", "to_family": "plates", "minutes": 45}
        read = shop.get(path)
        assert read.json() == {"items": []}

        kept = put(shop, path, {"items": [pair]}, read["ETag"])
        assert (kept.status_code, kept.json()) == (200, {"items": [pair]})
        assert shop.get(path)["ETag"] == kept["ETag"]

        assert put(shop, path, {"items": []}, read["ETag"]).status_code == 412
        twice = put(shop, path, {"items": [pair, pair]}, kept["ETag"])
        assert twice.status_code == 422
        assert shop.get(path).json() == {"items": [pair]}


class TestSchedules:
    def test_are_worked_out_and_put_in_force(
        self, shop: Partner, north: EnterpriseRef, mill: str
    ) -> None:
        work = add(shop, mill, due_at="2040-05-07T12:00:00Z")
        (job,) = work["job_orders"]

        asked = shop.post(SCHEDULES, {"budget_seconds": 1, "objective": "makespan"})
        assert asked.status_code == 202
        assert asked.json()["state"] == "queued"
        status = shop.get(f"/v1/jobs/{asked.json()['job_id']}")
        # Jobs are read by those who may read anything at all.
        assert status.status_code == 403
        jobs.run_due()

        path = f"{SCHEDULES}/{asked.json()['id']}"
        found = shop.get(path)
        assert found.json()["state"] == "proposed"
        assert found.json()["after"] | {"makespan": 0} == {
            "weighted_tardiness": 0,
            "late_jobs": 0,
            "makespan": 0,
            "setup_minutes": 0,
            "changes": 0,
        }
        assert (found.json()["late"], found.json()["outdated_because"]) == ([], "")
        (bar,) = shop.get(f"{path}/bars").json()["items"]
        assert (bar["job_order_id"], bar["machine_id"]) == (job["id"], mill)
        assert moment(bar["finishes_at"]) - moment(bar["starts_at"]) == timedelta(
            hours=2
        )
        with context.enterprise(north):
            assert not Reservation.objects.exists()

        assert decide(shop, found, "acceptance", '"7"').status_code == 412
        accepted = decide(shop, found, "acceptance")
        assert accepted.status_code == 200, accepted.content
        assert accepted.json()["state"] == "accepted"
        (planned,) = shop.get(f"/v1/plan?machine_id={mill}").json()["items"]
        assert {**planned, "why": bar["why"], "was_machine_id": None} == {
            **bar,
            "why": planned["why"],
        } | {"why": bar["why"]}
        read = shop.get(f"{WORK}/{work['id']}").json()["job_orders"][0]["planned"]
        assert read["starts_at"] == bar["starts_at"]
        again = decide(shop, found, "acceptance")
        assert again.status_code == 412

    def test_are_rejected(self, shop: Partner, mill: str) -> None:
        add(shop, mill)

        left = decide(shop, proposed(shop), "rejection")

        assert (left.status_code, left.json()["state"]) == (200, "rejected")
        refused = decide(shop, left, "acceptance")
        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "schedule_decided",
        )

    def test_say_why_they_do_not_hold_any_more(
        self, shop: Partner, north: EnterpriseRef, mill: str
    ) -> None:
        add(shop, mill)
        found = proposed(shop)
        with context.enterprise(north):
            now = timezone.now()
            capacity.held(
                UUID(mill),
                at=now,
                not_before=now,
                expires_at=now + timedelta(hours=9),
            )

        refused = decide(shop, found, "acceptance")

        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "schedule_outdated",
        )
        read = shop.get(f"{SCHEDULES}/{found.json()['id']}").json()
        assert read["outdated_because"] or read["error"]
        with context.enterprise(north):
            assert Reservation.objects.get().state == "held"

    def test_are_listed_by_state(self, shop: Partner, mill: str) -> None:
        add(shop, mill)
        first = decide(shop, proposed(shop), "rejection").json()["id"]
        second = proposed(shop).json()["id"]

        def ids(query: str = "") -> list[str]:
            return [row["id"] for row in shop.get(SCHEDULES + query).json()["items"]]

        assert ids() == [second, first]
        assert ids("?state=rejected") == [first]

    def test_are_stopped(self, shop: Partner, north: EnterpriseRef, mill: str) -> None:
        add(shop, mill)
        asked = shop.post(SCHEDULES, {"budget_seconds": 600}).json()

        stopped = shop.post(f"{SCHEDULES}/{asked['id']}/stop", {})

        assert stopped.status_code == 200
        assert stopped.json()["is_stop_asked"] is True
        jobs.run_due()
        with context.enterprise(north):
            assert Schedule.objects.get().state == "proposed"
        again = shop.post(f"{SCHEDULES}/{asked['id']}/stop", {})
        assert (again.status_code, again.json()["code"]) == (409, "schedule_decided")

    def test_of_nothing_are_refused(self, shop: Partner, mill: str) -> None:
        refused = shop.post(SCHEDULES, {})

        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_plan")


class TestWhatIf:
    def test_supposes_a_breakdown_and_is_never_accepted(
        self, shop: Partner, north: EnterpriseRef, mill: str, other: str
    ) -> None:
        add(shop, mill, other)
        now = timezone.now()
        closed = {
            "machine_id": mill,
            "starts_at": (now - timedelta(hours=1)).isoformat(),
            "ends_at": (now + timedelta(days=2)).isoformat(),
        }

        found = proposed(shop, what_if={"closed": [closed]})

        assert (found.json()["is_what_if"], found.json()["state"]) == (True, "proposed")
        (bar,) = shop.get(f"{SCHEDULES}/{found.json()['id']}/bars").json()["items"]
        assert bar["machine_id"] == other
        refused = decide(shop, found, "acceptance")
        assert (refused.status_code, refused.json()["code"]) == (409, "only_assumed")
        with context.enterprise(north):
            assert not Reservation.objects.exists()

    def test_tries_a_rush_order(
        self, shop: Partner, north: EnterpriseRef, mill: str
    ) -> None:
        due = (timezone.now() + timedelta(hours=3)).isoformat()
        add(shop, mill, due_at=due)
        decide(shop, proposed(shop), "acceptance")
        (before,) = shop.get("/v1/plan").json()["items"]

        rush = body(mill, title="Rush", due_at=due, priority=9)
        asked = shop.post("/v1/rush-previews", rush)
        assert asked.status_code == 202, asked.content
        jobs.run_due()

        path = f"{SCHEDULES}/{asked.json()['id']}"
        (late,) = shop.get(path).json()["late"]
        assert late["title"] == "Brackets"
        assert 0 < late["tardiness_minutes"] <= 120
        moved = shop.get(f"{path}/bars?moved=yes").json()["items"]
        assert [bar["title"] for bar in moved] == ["Mill", "Mill"]
        assert [bar["job_order_id"] for bar in moved] == [None, before["job_order_id"]]
        assert moved[1]["was_starts_at"] == before["starts_at"]
        # Nothing has changed by trying.
        assert shop.get("/v1/plan").json()["items"] == [before]

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ({"what_if": {"closed": [{"machine_id": "x", "starts_at": "y"}]}}, 422),
            ({"what_if": {"broken": []}}, 400),
            ({"order_id": "01960000-0000-7000-8000-0000000000c2"}, 400),
            ({"budget_seconds": 601}, 422),
            ({"objective": "beauty"}, 422),
        ],
    )
    def test_that_cannot_be_meant_is_refused(
        self, shop: Partner, mill: str, sent: dict[str, Any], status: int
    ) -> None:
        add(shop, mill)
        assert shop.post(SCHEDULES, sent).status_code == status

    def test_ends_after_it_begins(self, shop: Partner, mill: str) -> None:
        add(shop, mill)
        now = datetime(2035, 5, 7, tzinfo=UTC).isoformat()
        window = {"machine_id": mill, "starts_at": now, "ends_at": now}

        refused = shop.post(SCHEDULES, {"what_if": {"extra": [window]}})

        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/what_if"


class TestPlan:
    @pytest.mark.parametrize(
        "query",
        [
            "from=2026-01-01",
            "from=2026-01-01T00:00:00",
            "from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
            "from=2026-01-01T00:00:00Z&until=2026-06-01T00:00:00Z",
            "machine_id=mill",
        ],
    )
    def test_of_no_period_is_refused(self, shop: Partner, query: str) -> None:
        assert shop.get(f"/v1/plan?{query}").status_code == 400

    def test_of_a_machine_elsewhere_is_not_found(
        self, shop: Partner, south: EnterpriseRef
    ) -> None:
        with context.enterprise(south):
            foreign = factory.machine(code="Elsewhere").pk

        assert shop.get(f"/v1/plan?machine_id={foreign}").status_code == 404
