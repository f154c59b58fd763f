"""A shop and a buyer do the main job through the API alone, each with its own token."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.capacity.models import Reservation
from tenants import context, jobs
from tenants.types import EnterpriseRef
from tests.apps.orders.part_files import binary_stl, box_facets
from tests.support.api import Partner, partner_of
from tests.support.data import shared_data

MILLING: dict[str, Any] = {
    "material_groups": ["P", "N"],
    "envelope_kind": "box",
    "size_x_mm": 610,
    "size_y_mm": 508,
    "size_z_mm": 610,
    "max_mass_kg": 1360,
    "it_grade": 7,
    "roughness_um": 0.8,
    "batch_min": 1,
    "batch_max": 2000,
}
COST = {
    "currency": "EUR",
    "hourly_rate": "68.00",
    "setup_minutes": "45",
    "setup_rate": "55.00",
    "programming_hours": "1.5",
    "programming_rate": "72.00",
    "inspection_minutes_per_part": "3",
    "material_markup_percent": "10",
    "scrap_percent": "2",
    "margin_percent": "12",
    "minimum_charge": "150.00",
    "removal_cm3_per_min": "60",
    "finishing_cm2_per_min": "25",
}
DAY_SHIFT = [
    {"weekday": day, "starts": "06:00", "ends": "14:00", "break_minutes": 30}
    for day in range(5)
]


def plain_box() -> bytes:
    """A block of 120 x 80 x 20 mm."""
    return binary_stl(box_facets((0, 0, 0), (120, 80, 20)))


def nist_plate() -> bytes:
    return shared_data("parts/nist-plate.step").read_bytes()


PART_FILES: list[tuple[str, Callable[[], bytes]]] = [
    ("block.stl", plain_box),
    ("nist-plate.step", nist_plate),
]


def created(answer: Any) -> Any:
    assert answer.status_code == 201, answer.content
    return answer.json()


def read(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return answer.json()


def machine_on_the_market(
    shop: Partner, site_id: str, code: str, *, auto_quote: bool, **facts: Any
) -> str:
    made = shop.post(
        "/v1/machines",
        {
            "site_id": site_id,
            "code": code,
            "name": f"Hurco VMX 24 {code}",
            "maker": "Hurco",
            "model": "VMX24",
            "axes": 3,
            "auto_quote": auto_quote,
        },
    )
    path = f"/v1/machines/{created(made)['machine']['id']}"
    assert made["Location"].endswith(path)
    seen = made["ETag"]
    for part, body in [
        ("capabilities/milling-3-axis", {**MILLING, **facts}),
        ("cost-model", COST),
    ]:
        stated = shop.call("PUT", f"{path}/{part}", body, **{"If-Match": seen})
        assert read(stated)["machine"]["version"]
        seen = stated["ETag"]
    followed = shop.get(f"{path}/calendar")
    assert read(followed)["is_own"] is False
    own = shop.call(
        "PUT",
        f"{path}/calendar",
        {"shifts": DAY_SHIFT},
        **{"If-Match": followed["ETag"]},
    )
    assert read(own)["is_own"] is True
    published = created(shop.post(f"{path}/publication"))
    assert published["missing"] == []
    assert published["machine"]["published_at"]
    return path.rpartition("/")[2]


@pytest.fixture
def shop(north: EnterpriseRef) -> Partner:
    return partner_of(north)


@pytest.fixture
def buyer(south: EnterpriseRef) -> Partner:
    return partner_of(south)


@pytest.fixture
def market(shop: Partner) -> dict[str, str]:
    """North's machines: one that quotes by itself, one by hand, one too small."""
    created(
        shop.post(
            "/v1/certificates",
            {"kind_code": "iso-9001", "number": "DE-12345", "issuer": "TÜV SÜD"},
        )
    )
    site = created(
        shop.post(
            "/v1/sites",
            {
                "name": "Augsburg",
                "country": "DE",
                "city": "Augsburg",
                "time_zone": "Europe/Berlin",
                "latitude": 48.37,
                "longitude": 10.9,
            },
        )
    )["id"]
    machines = {
        "auto": machine_on_the_market(shop, site, "Hurco01", auto_quote=True),
        "manual": machine_on_the_market(shop, site, "Hurco02", auto_quote=False),
        "small": machine_on_the_market(
            shop, site, "Hurco03", auto_quote=True, size_x_mm=50, size_y_mm=50
        ),
    }
    jobs.run_due()
    return machines


def uploaded(buyer: Partner, name: str, content: bytes) -> Any:
    made = buyer.post(
        "/v1/parts",
        {
            "number": Path(name).stem,
            "revision": "A",
            "name": "A part to be milled",
            "material_code": "en-aw-6061-t6",
            "file": _file(name, content),
        },
    )
    assert created(made)["geometry_state"] == "pending"
    jobs.run_due()
    part = read(buyer.get(made["Location"].removeprefix("http://api.testserver.local")))
    assert part["geometry_state"] == "ready", part["geometry_error"]
    return part


def _file(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def request_for(part_id: str) -> dict[str, Any]:
    now = timezone.now()
    return {
        "title": "Wheel brackets",
        "currency": "BRL",
        "anonymous": True,
        "delivery_country": "DE",
        "delivery_city": "Augsburg",
        "latitude": 48.37,
        "longitude": 10.9,
        "due_on": (now + timedelta(weeks=6)).date().isoformat(),
        "response_deadline_at": (now + timedelta(days=10)).isoformat(),
        "certificate_codes": ["iso-9001"],
        "lines": [
            {
                "part_id": part_id,
                "quantity": 40,
                "process_codes": ["milling-3-axis", "milling-5-axis"],
                "material_code": "en-aw-6061-t6",
                "it_grade": 8,
                "roughness_um": 1.6,
            }
        ],
    }


def sums_up(quote: Any) -> bool:
    lines = sum(Decimal(line["amount"]) for line in quote["lines"])
    return lines == Decimal(quote["total"]["amount"])


@pytest.mark.usefixtures("db")
class TestJourney:
    @pytest.mark.parametrize(
        ("name", "content"), PART_FILES, ids=[name for name, _ in PART_FILES]
    )
    def test_leads_from_a_part_to_an_order_on_both_sides(
        self,
        market: dict[str, str],
        shop: Partner,
        buyer: Partner,
        north: EnterpriseRef,
        south: EnterpriseRef,
        name: str,
        content: Callable[[], bytes],
    ) -> None:
        part = uploaded(buyer, name, content())
        assert part["volume_mm3"] > 0
        assert part["is_watertight"] is True

        drafted = buyer.post("/v1/rfqs", request_for(part["id"]))
        rfq = f"/v1/rfqs/{created(drafted)['id']}"
        (line,) = drafted.json()["lines"]
        assert read(buyer.get(f"/v1/rfq-lines/{line['id']}/matches"))["state"] == (
            "waiting"
        )
        assert created(buyer.post(f"{rfq}/publication"))["state"] == "published"
        jobs.run_due()

        matches = read(buyer.get(f"/v1/rfq-lines/{line['id']}/matches"))
        self.judges_every_machine_with_its_reasons(matches, part)

        # The shop sees who asks only once it has won.
        (entry,) = read(shop.get("/v1/demands"))["items"]
        assert entry["demand"]["buyer_name"] == ""
        assert entry["demand"]["quantity"] == 40
        (auto,) = read(buyer.get(f"/v1/rfq-lines/{line['id']}/quotes"))["items"]
        assert auto["origin"] == "auto"
        assert len(auto["lines"]) > 5
        assert sums_up(auto)
        assert auto["total"]["currency"] == "EUR"
        assert auto["total_in_buyer_currency"]["currency"] == "BRL"

        manual = self.quotes_by_hand(shop, entry["demand"]["id"], market, matches)
        received = read(buyer.get(f"/v1/rfq-lines/{line['id']}/quotes"))["items"]
        assert {quote["id"] for quote in received} == {auto["id"], manual["id"]}
        assert self.reservations(north) == {
            market["auto"]: "held",
            market["manual"]: "held",
        }

        order = created(buyer.post(f"/v1/quotes/{manual['id']}/award"))
        assert order["state"] == "placed"
        sold = read(shop.get(f"/v1/orders/{order['id']}"))
        assert (order["side"], sold["side"]) == ("buyer", "seller")
        assert order["total"] == sold["total"] == manual["total"]
        assert (order["counterparty_name"], sold["counterparty_name"]) == (
            north.name,
            south.name,
        )
        assert read(buyer.get(rfq))["state"] == "awarded"
        for side in (shop, buyer):
            assert read(side.get(f"/v1/quotes/{auto['id']}"))["state"] == "declined"
        assert self.reservations(north) == {
            market["auto"]: "released",
            market["manual"]: "booked",
        }

    def judges_every_machine_with_its_reasons(self, matches: Any, part: Any) -> None:
        assert matches["state"] == "finished"
        assert (matches["considered"], matches["fitting"]) == (3, 2)
        fits = [item for item in matches["items"] if item["outcome"] == "fits"]
        assert [item["rank"] for item in fits] == [1, 2]
        for item in fits:
            assert item["seller_name"] == "Nordlicht Precision GmbH"
            assert {p["name"] for p in item["parts"]} == {
                "price",
                "lead_time",
                "quality",
                "distance",
            }
        (refused,) = (i for i in matches["items"] if i["outcome"] == "refused")
        (text,) = refused["refusal_texts"]
        sizes = sorted(part[f"size_{axis}_mm"] for axis in "xyz")
        assert text == (
            f"envelope 610 x 50 x 50 mm is smaller than the part's {sizes[1]:.0f} mm"
        )
        assert matches["refusals"] == [{"reason": "envelope", "first": 1, "only": 1}]

    def quotes_by_hand(
        self, shop: Partner, demand_id: str, market: dict[str, str], matches: Any
    ) -> Any:
        # Which listing is the machine's own is said where the shop looks at it.
        quoted = {
            quote["listing_id"] for quote in read(shop.get("/v1/quotes"))["items"]
        }
        (listing,) = {
            item["listing_id"]
            for item in matches["items"]
            if item["outcome"] == "fits" and item["listing_id"] not in quoted
        }
        quote = created(
            shop.post(
                f"/v1/demands/{demand_id}/quotes",
                {
                    "listing_id": listing,
                    "unit_price": "57.90",
                    "machine_minutes": 600,
                    "note": "Deburred and washed.",
                },
            )
        )
        assert quote["total"] == {"amount": "2316.00", "currency": "EUR"}
        assert quote["counterparty_name"] == ""
        assert sums_up(quote)
        return quote

    def reservations(self, north: EnterpriseRef) -> dict[str, str]:
        with context.enterprise(north):
            return {
                str(machine): state
                for machine, state in Reservation.objects.values_list(
                    "machine_id", "state"
                )
            }
