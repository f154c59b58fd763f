"""A partner's program asks for promises, and holds, books and frees what they take."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from apps.capacity.models import Reservation
from apps.kernel.identifiers import uuid7
from tenants import context
from tenants.types import SYSTEM, EnterpriseRef
from tests.factories import capacity as make_capacity
from tests.factories import exchange as make
from tests.factories import machines as factory
from tests.support.api import Partner, partner_of

# A Monday far ahead, so that the clock of the test run plays no part.
MONDAY = datetime(2035, 5, 7, 4, tzinfo=UTC)
KEY = "3f0c5f2e-hold-of-monday"
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "capacity:read", "capacity:write")


@pytest.fixture
def mills(in_north: EnterpriseRef) -> list[str]:
    make_capacity.early_shifts()
    return [
        str(factory.machine(code=code).pk) for code in ("Hurco04", "Hurco05", "Saw1")
    ]


def text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def batch(*steps: list[str], **facts: Any) -> dict[str, Any]:
    """Ten parts from Monday six o'clock, 20 min of setup and 10.5 for each part."""
    return {
        "quantity": 10,
        "release_at": text(MONDAY),
        "steps": [
            {
                "options": [
                    {
                        "machine_id": key,
                        "setup_minutes": 20,
                        "minutes_per_part": "10.5",
                    }
                    for key in keys
                ]
            }
            for keys in steps
        ],
        **facts,
    }


def soon() -> str:
    return text(timezone.now() + timedelta(days=2))


class TestPromises:
    def test_are_worked_out_without_holding_anything(
        self, shop: Partner, mills: list[str]
    ) -> None:
        answer = shop.post("/v1/promises", batch(mills[:1], mills[1:2]))

        assert answer.status_code == 200, answer.content
        found = answer.json()
        assert (found["starts_at"], found["arrives_at"]) == (
            text(MONDAY),
            text(MONDAY + timedelta(minutes=250)),
        )
        assert [
            (lot["step"], lot["machine_id"], lot["quantity"], lot["working_minutes"])
            for lot in found["lots"]
        ] == [(1, mills[0], 10, 125), (2, mills[1], 10, 125)]
        assert [
            found["lots"][1][name]
            for name in (
                "ready_at",
                "setup_minutes",
                "minutes_per_part",
                "efficiency_percent",
            )
        ] == [text(MONDAY + timedelta(minutes=125)), 20, "10.500", 100]
        assert found["lots"][0]["explanation"] == [
            {
                "kind": "work",
                "starts_at": text(MONDAY),
                "ends_at": text(MONDAY + timedelta(minutes=125)),
                "minutes": 125,
            }
        ]
        assert Reservation.objects.count() == 0

    def test_are_split_into_lots(self, shop: Partner, mills: list[str]) -> None:
        asked = batch(mills[:2])
        asked["steps"][0] |= {"most_lots": 2}

        found = shop.post("/v1/promises", asked).json()

        assert [lot["quantity"] for lot in found["lots"]] == [5, 5]
        assert found["finishes_at"] == text(MONDAY + timedelta(minutes=73))

    def test_are_refused_with_the_reason(self, shop: Partner, mills: list[str]) -> None:
        late = shop.post(
            "/v1/promises", batch(mills[:1], due_at=text(MONDAY + 2 * HOUR))
        )
        assert (late.status_code, late.json()["code"]) == (422, "no_free_time")
        assert "Step 1 cannot be done until" in late.json()["detail"]

        nobodys = shop.post("/v1/promises", batch([str(uuid7())]))
        assert (nobodys.status_code, nobodys.json()["code"]) == (
            404,
            "not_found",
        )

        none = batch(mills[:1])
        none["steps"][0]["options"][0]["minutes_per_part"] = "0"
        assert shop.post("/v1/promises", none).status_code == 422


class TestHolds:
    def test_are_made_read_and_let_go(self, shop: Partner, mills: list[str]) -> None:
        made = shop.post("/v1/holds", batch(mills[:1], mills[1:2], expires_at=soon()))
        assert made.status_code == 201, made.content
        path = f"/v1/holds/{made.json()['id']}"
        assert made["Location"].endswith(path)
        assert shop.get(path).json() == made.json()

        listed = shop.get("/v1/holds").json()["items"]
        assert sorted(one["id"] for one in listed) == sorted(
            one["id"] for one in made.json()["reservations"]
        )
        one = shop.get(f"/v1/holds?machine_id={mills[0]}").json()["items"]
        assert [row["machine_id"] for row in one] == [mills[0]]

        gone = shop.post(f"{path}/release", {})
        assert gone.status_code == 200
        assert {row["state"] for row in gone.json()["reservations"]} == {"released"}
        assert shop.get("/v1/holds").json()["items"] == []
        again = shop.post(f"{path}/release", {})
        assert (again.status_code, again.json()["code"]) == (
            409,
            "reservation_not_live",
        )

    def test_are_made_once_by_one_key(self, shop: Partner, mills: list[str]) -> None:
        asked = batch(mills[:1], expires_at=soon())

        first = shop.post("/v1/holds", asked, key=KEY)
        second = shop.post("/v1/holds", asked, key=KEY)

        assert (first.status_code, second.status_code) == (201, 201)
        assert second.json() == first.json()
        assert Reservation.objects.count() == 1

    def test_hold_nothing_later_than_was_promised(
        self, shop: Partner, mills: list[str]
    ) -> None:
        shown = shop.post("/v1/promises", batch(mills[:1])).json()
        shop.post("/v1/holds", batch(mills[:1], expires_at=soon()))

        answer = shop.post(
            "/v1/holds",
            batch(mills[:1], expires_at=soon(), arrives_by=shown["arrives_at"]),
        )

        assert (answer.status_code, answer.json()["code"]) == (
            409,
            "capacity_conflict",
        )

    def test_are_booked_for_an_order_that_is_ours_to_make(
        self, north: EnterpriseRef, south: EnterpriseRef
    ) -> None:
        make.shop(north)
        listing = make.listing(north)
        quote = make.auto_quoted(north, make.demand(south).pk, listing.pk)
        with context.enterprise(south):
            order = make.services.award(quote_id=quote.pk, by=SYSTEM, at=make.NOON)
        seller, buyer = (partner_of(ref) for ref in (north, south))
        held = seller.post(
            "/v1/holds", batch([str(listing.machine_id)], expires_at=soon())
        ).json()
        path = f"/v1/holds/{held['id']}/booking"

        strange = seller.post(path, {"order_id": str(uuid7())})
        assert (strange.status_code, strange.json()["code"]) == (404, "not_found")
        assert buyer.post(path, {"order_id": str(order.pk)}).status_code == 404
        answer = seller.post(path, {"order_id": str(order.pk)})

        assert answer.status_code == 200, answer.content
        (row,) = answer.json()["reservations"]
        assert (row["state"], row["order_id"]) == ("booked", str(order.pk))


class TestMaintenance:
    def test_is_previewed_and_moves_bookings(
        self, shop: Partner, mills: list[str]
    ) -> None:
        kept = make_capacity.booked(UUID(mills[0]), not_before=MONDAY, minutes=120)
        path = f"/v1/machines/{mills[0]}/maintenance"
        times = {"starts_at": text(MONDAY), "ends_at": text(MONDAY + HOUR)}

        preview = shop.get(
            f"{path}?starts_at={times['starts_at']}&ends_at={times['ends_at']}"
        )
        assert preview.status_code == 200, preview.content
        (found,) = preview.json()["bookings"]
        assert found["reservation"]["id"] == str(kept.pk)
        assert found["places"] == [
            {
                "machine_id": mills[0],
                "starts_at": text(MONDAY + HOUR),
                "finishes_at": text(MONDAY + 3 * HOUR),
                "is_later": True,
            }
        ]

        refused = shop.post(path, times)
        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "capacity_conflict",
        )
        move = {"reservation_id": str(kept.pk), "machine_id": mills[0]}
        taken = shop.post(path, {**times, "bookings": "move", "moves": [move]})

        assert taken.status_code == 201, taken.content
        (moved,) = taken.json()["moved"]
        assert moved["was_starts_at"] == text(MONDAY)
        assert moved["reservation"]["starts_at"] == text(MONDAY + HOUR)
        assert taken.json()["reservation"]["kind"] == "maintenance"

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "?starts_at=2035-05-07&ends_at=2035-05-08T00:00:00Z",
            "?starts_at=2035-05-07T00:00:00Z&ends_at=2035-05-07T00:00:00Z",
        ],
    )
    def test_is_not_previewed_for_no_time(
        self, shop: Partner, mills: list[str], query: str
    ) -> None:
        answer = shop.get(f"/v1/machines/{mills[0]}/maintenance{query}")

        assert (answer.status_code, answer.json()["code"]) == (
            400,
            "invalid_parameter",
        )
