"""A partner's program offers idle time, finds that of others, and reads free weeks."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.exchange.models import IdleLot, Listing
from apps.machines import services as machines
from apps.machines.types import DisclosedFact
from tenants import context
from tenants.types import SYSTEM, Circle, EnterpriseRef
from tests.factories import capacity as make_capacity
from tests.factories import exchange as make
from tests.support.api import Partner, partner_of

BERLIN = ZoneInfo("Europe/Berlin")


def tuesday(hour: int) -> datetime:
    """An hour of Tuesday after next Monday, on the clock of the mill."""
    today = timezone.now().astimezone(BERLIN)
    day = today + timedelta(days=8 - today.weekday())
    return datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN)


def text(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def mill(north: EnterpriseRef) -> Listing:
    make.shop(north)
    return make.listing(north, at=timezone.now())


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north, "quotes:read", "quotes:write")


@pytest.fixture
def buyer(south: EnterpriseRef) -> Partner:
    return partner_of(south, "rfqs:read")


def offer(mill: Listing, **facts: Any) -> dict[str, Any]:
    return {
        "machine_id": str(mill.machine_id),
        "process_code": "milling-3-axis",
        "starts_at": text(tuesday(0)),
        "ends_at": text(tuesday(22)),
        "floor_price": "40.00",
        **facts,
    }


class TestOffers:
    def test_are_made_once_and_read_by_those_who_may(
        self, shop: Partner, buyer: Partner, mill: Listing, north: EnterpriseRef
    ) -> None:
        made = shop.post(
            "/v1/idle-lots", offer(mill, note="By truck."), key="3f0c5f2e-idle-lot"
        )
        again = shop.post(
            "/v1/idle-lots", offer(mill, note="By truck."), key="3f0c5f2e-idle-lot"
        )

        assert (made.status_code, again.status_code) == (201, 201), made.content
        found = made.json()
        assert again.json() == found
        assert found == {
            "id": found["id"],
            "machine_id": str(mill.machine_id),
            "listing_id": str(mill.pk),
            "process_code": "milling-3-axis",
            "starts_at": text(tuesday(6)),
            "ends_at": text(tuesday(14)),
            "free_minutes": 480,
            "floor_price": "40.00",
            "price_basis": "hour",
            "currency": "EUR",
            "note": "By truck.",
            "audience": "public",
            "invited_enterprise_ids": [],
            "state": "offered",
            "is_expired": False,
            "offered_at": found["offered_at"],
            "expires_at": text(tuesday(6)),
        }
        assert shop.get(f"/v1/idle-lots/{found['id']}").json() == found
        asked = f"/v1/idle-lots?machine_id={mill.machine_id}&count=true"
        listed = shop.get(asked).json()
        assert (listed["count"], listed["items"]) == (1, [found])
        (seen,) = buyer.get("/v1/market/idle-lots").json()["items"]
        assert seen == {
            "id": found["id"],
            "listing_id": str(mill.pk),
            "owner_id": str(north.id),
            "seller_name": "Nordlicht Precision GmbH",
            "is_verified": False,
            "machine_label": "Hurco VMX24",
            "process_code": "milling-3-axis",
            "country": "DE",
            "region": "Bavaria",
            "starts_at": text(tuesday(6)),
            "ends_at": text(tuesday(14)),
            "free_minutes": 480,
            "floor_price": "40.00",
            "price_basis": "hour",
            "currency": "EUR",
            "note": "By truck.",
            "offered_at": found["offered_at"],
            "expires_at": text(tuesday(6)),
            "is_own": False,
        }

    def test_are_refused_with_what_is_free_instead(
        self, shop: Partner, mill: Listing, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            make_capacity.held(
                mill.machine_id,
                not_before=tuesday(6),
                expires_at=tuesday(6),
                at=timezone.now(),
            )

        refused = shop.post("/v1/idle-lots", offer(mill))

        assert (refused.status_code, refused.json()["code"]) == (409, "not_idle")
        longest = f"is from {tuesday(9):%Y-%m-%d} 07:00 to"
        winter = f"is from {tuesday(9):%Y-%m-%d} 08:00 to"
        said = refused.json()["detail"]
        assert (longest if tuesday(9).dst() else winter) in said, said
        for facts, field in (
            ({"floor_price": "0"}, "floor_price"),
            ({"audience": "invited"}, "audience"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ):
            answer = shop.post("/v1/idle-lots", offer(mill, **facts))
            assert answer.status_code == 422
            assert field in answer.content.decode()
        with context.enterprise(north):
            assert not IdleLot.objects.exists()

    def test_are_withdrawn_once(
        self, shop: Partner, buyer: Partner, mill: Listing
    ) -> None:
        address = (
            f"/v1/idle-lots/{shop.post('/v1/idle-lots', offer(mill)).json()['id']}"
        )

        done = shop.post(f"{address}/withdrawal", {})
        late = shop.post(f"{address}/withdrawal", {})

        assert (done.status_code, done.json()["state"]) == (201, "withdrawn")
        assert (late.status_code, late.json()["code"]) == (409, "idle_lot_over")
        assert buyer.get("/v1/market/idle-lots").json()["items"] == []
        assert shop.get(address).json()["state"] == "withdrawn"

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("process_code=milling&country=DE&search=nordlicht", 1),
            ("process_code=turning", 0),
            ("country=PL", 0),
            ("least_minutes=480", 1),
            ("least_minutes=481", 0),
            ("from=2199-01-01T00:00:00Z", 0),
            ("until=2026-01-01T00:00:00Z", 0),
        ],
    )
    def test_are_filtered(
        self, shop: Partner, buyer: Partner, mill: Listing, query: str, count: int
    ) -> None:
        shop.post("/v1/idle-lots", offer(mill))

        found = buyer.get(f"/v1/market/idle-lots?{query}&count=true").json()

        assert (found["count"], len(found["items"])) == (count, count)

    def test_refuse_a_filter_that_cannot_be_meant(self, buyer: Partner) -> None:
        for query in ("least_minutes=some", "from=today", "until=2026-01-01"):
            answer = buyer.get(f"/v1/market/idle-lots?{query}")
            assert (answer.status_code, answer.json()["code"]) == (
                400,
                "invalid_parameter",
            )


class TestWeeks:
    def test_of_a_listing_are_read_by_others(
        self, buyer: Partner, mill: Listing
    ) -> None:
        answer = buyer.get(f"/v1/listings/{mill.pk}/weeks")

        weeks = answer.json()["items"]
        assert answer.status_code == 200
        assert len(weeks) == 26
        assert weeks[1] == {
            "monday": f"{tuesday(0) - timedelta(days=1):%Y-%m-%d}",
            "total_minutes": 2400,
            "reserved_minutes": 0,
            "free_minutes": 2400,
            "color": "green",
        }

    def test_are_for_those_alone_to_whom_they_are_shown(
        self, buyer: Partner, mill: Listing, north: EnterpriseRef
    ) -> None:
        with context.enterprise(north):
            machines.choose_circles(
                choices={DisclosedFact.FREE_CAPACITY: Circle.COUNTERPARTY},
                by=SYSTEM,
                at=timezone.now(),
                machine_id=mill.machine_id,
            )
            make.services.publish_machine(machine_id=mill.machine_id, at=timezone.now())

        hidden = buyer.get(f"/v1/listings/{mill.pk}/weeks")
        own = partner_of(north, "rfqs:read").get(f"/v1/listings/{mill.pk}/weeks")

        assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
        assert len(own.json()["items"]) == 26


class TestCapacityGroups:
    ADDRESS = "/v1/exports/catena-x/week-based-capacity-groups"

    def test_are_written_for_a_customer(
        self, mill: Listing, north: EnterpriseRef
    ) -> None:
        partner = partner_of(north, "capacity:read")

        answer = partner.get(
            f"{self.ADDRESS}?customer=BPNL00000003AYRE&supplier=BPNL00000003B2OM"
        )

        (group,) = answer.json()
        assert answer.status_code == 200
        assert (group["name"], group["customer"]) == (
            "3-axis milling",
            "BPNL00000003AYRE",
        )
        assert len(group["capacities"]) == 26
        assert group["capacities"][0] == {
            "pointInTime": f"{tuesday(0) - timedelta(days=1):%Y-%m-%d}",
            "actualCapacity": 2400,
            "maximumCapacity": 2400,
        }
        left = partner.get(f"{self.ADDRESS}/not-carried").json()["not_carried"]
        assert "linkedDemandSeries" in [entry["path"] for entry in left]

    def test_are_refused_without_business_partner_numbers(
        self, north: EnterpriseRef
    ) -> None:
        partner = partner_of(north, "capacity:read")

        answer = partner.get(f"{self.ADDRESS}?customer=BPNL1&supplier=BPNL00000003B2OM")

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
        assert answer.json()["detail"].startswith("customer: BPNL1 is no")
