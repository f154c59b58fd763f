"""Makes parts, requests, quotes and orders, as their users would state them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.kernel.identifiers import uuid7
from apps.orders import services
from apps.orders.models import (
    NumberSeries,
    Order,
    Part,
    Quote,
    QuoteLine,
    Rfq,
    RfqLine,
)
from apps.orders.types import (
    GeometryState,
    OrderFacts,
    PartFileKind,
    PricedLine,
    QuoteFacts,
    QuoteOrigin,
    RfqDraft,
    RfqLineDraft,
    Series,
)
from tenants.types import Actor

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
DEADLINE = datetime(2030, 5, 13, 12, tzinfo=UTC)
DUE_ON = date(2030, 6, 17)
BRUNO = Actor(label="Bruno Buyer", user_id=UUID("0190a000-0000-7000-8000-000000000002"))
SELMA = Actor(
    label="Selma Seller", user_id=UUID("0190a000-0000-7000-8000-000000000003")
)
NORTH_ID = UUID("01960000-0000-7000-8000-0000000000aa")
SOUTH_ID = UUID("01960000-0000-7000-8000-0000000000bb")


def part(**facts: Any) -> Part:
    """A part that has been measured: the plate of NIST, in round figures."""
    known: dict[str, Any] = {
        "number": f"PL-{uuid7().hex[-8:]}",
        "revision": "A",
        "name": "Plate",
        "material_code": "en-aw-6061-t6",
        "file": "t_test/parts/plate",
        "file_name": "plate.step",
        "file_kind": PartFileKind.STEP,
        "file_bytes": 1_476_300,
        "file_sha256": "0" * 64,
        "geometry_state": GeometryState.READY,
        "volume_mm3": 35223.4297,
        "volume_error_mm3": 1.3461,
        "area_mm2": 19920.5648,
        "size_x_mm": 120.0,
        "size_y_mm": 71.16,
        "size_z_mm": 5.0,
        "triangle_count": 31144,
        "body_count": 5,
        "cavity_count": 0,
        "is_watertight": True,
        "uploaded_at": NOON,
        "uploaded_by": BRUNO.label,
    }
    return Part.objects.create(**known | facts)


def unread_part(**facts: Any) -> Part:
    """A part whose file waits to be read."""
    unknown = dict.fromkeys(
        (
            "volume_mm3",
            "volume_error_mm3",
            "area_mm2",
            "size_x_mm",
            "size_y_mm",
            "size_z_mm",
            "triangle_count",
            "body_count",
            "cavity_count",
            "is_watertight",
        )
    )
    return part(**{"geometry_state": GeometryState.PENDING, **unknown, **facts})


def line_draft(part_id: UUID, **facts: Any) -> RfqLineDraft:
    """Forty plates, milled to IT8 and Ra 1.6."""
    draft = RfqLineDraft(
        part_id=part_id,
        quantity=40,
        process_codes=("milling-3-axis", "milling-5-axis"),
        material_code="en-aw-6061-t6",
        it_grade=8,
        roughness_um=1.6,
    )
    return replace(draft, **facts)


def draft(*lines: RfqLineDraft, **facts: Any) -> RfqDraft:
    """A complete request for the given lines."""
    complete = RfqDraft(
        title="Plates for the test stand",
        currency="BRL",
        lines=lines,
        delivery_country="BR",
        delivery_city="São José dos Campos",
        latitude=-23.19,
        longitude=-45.88,
        due_on=DUE_ON,
        response_deadline_at=DEADLINE,
        certificate_codes=("iso-9001",),
        weights={"price": 0.5, "lead_time": 0.3, "quality": 0.2},
    )
    return replace(complete, **facts)


def drafted_rfq(*lines: RfqLineDraft, at: datetime = NOON, **facts: Any) -> Rfq:
    """A complete request that is still a draft; one line of a new part by default."""
    lines = lines or (line_draft(part().pk),)
    return services.draft_rfq(draft=draft(*lines, **facts), by=BRUNO, at=at)


def published_rfq(*lines: RfqLineDraft, at: datetime = NOON, **facts: Any) -> Rfq:
    """A request that takes answers."""
    rfq = drafted_rfq(*lines, at=at, **facts)
    return services.publish_rfq(rfq_id=rfq.pk, by=BRUNO, at=at)


def first_line(rfq: Rfq) -> RfqLine:
    """The first line of a request."""
    line: RfqLine = rfq.lines.order_by("position")[0]
    return line


PRICED = (
    PricedLine("setup", "Setup", "45 min × 60 EUR/h ÷ 60 min/h", Decimal("45.00")),
    PricedLine("machining", "Machining", "40 pcs × 14.64 EUR", Decimal("585.60")),
)


def quote_facts(total: str = "630.60", **facts: Any) -> QuoteFacts:
    """A sound quote of a shop in euros to a buyer in reais."""
    amount = Decimal(total)
    lines: tuple[PricedLine, ...] = PRICED
    if total != "630.60":
        lines = (PricedLine("price", "Price", "40 pcs", amount),)
    quantity = facts.get("quantity", 40)
    rate = facts.get("exchange_rate", Decimal("6.2500000000"))
    known: dict[str, Any] = {
        "id": uuid7(),
        "demand_id": uuid7(),
        "listing_id": uuid7(),
        "counterparty_id": NORTH_ID,
        "counterparty_name": "Nordlicht Precision GmbH",
        "origin": QuoteOrigin.AUTO,
        "quantity": quantity,
        "unit_price": (amount / quantity).quantize(
            Decimal("0.01"), rounding="ROUND_FLOOR"
        ),
        "total": amount,
        "currency": "EUR",
        "lines": lines,
        "finish_at": NOON + timedelta(days=9),
        "ship_on": date(2030, 5, 16),
        "valid_until_at": NOON + timedelta(hours=48),
        "buyer_currency": "BRL",
        "exchange_rate": rate,
        "exchange_rate_on": date(2030, 5, 6),
        "total_in_buyer_currency": (amount * rate).quantize(Decimal("0.01")),
        "title": "Plates for the test stand",
        "machine_minutes": 140,
    }
    return QuoteFacts(**known | facts)


def received_quote(line: RfqLine, total: str = "630.60", **facts: Any) -> Quote:
    """A quote that the buyer has been given for a line."""
    at = facts.pop("at", NOON)
    return services.record_received_quote(
        facts=quote_facts(total, **facts),
        rfq_line_id=line.pk,
        by=Actor(label="Nordlicht Precision GmbH"),
        at=at,
    )


def given_quote(total: str = "630.60", **facts: Any) -> Quote:
    """A quote that the seller has given."""
    buyer = {"counterparty_id": None, "counterparty_name": ""}
    return services.record_given_quote(
        facts=quote_facts(total, **buyer | facts), by=SELMA, at=NOON, machine_id=uuid7()
    )


def order_facts(quote: Quote, **facts: Any) -> OrderFacts:
    """The order that a quote leads to."""
    known: Mapping[str, Any] = {
        "id": uuid7(),
        "quote_id": quote.pk,
        "counterparty_id": quote.counterparty_id or SOUTH_ID,
        "counterparty_name": quote.counterparty_name or "Südwind Aerospace S.A.",
        "title": "Plates for the test stand",
        "quantity": quote.quantity,
        "total": quote.total,
        "currency": quote.currency,
        "due_on": DUE_ON,
        "promised_at": quote.finish_at,
    }
    return OrderFacts(**{**known, **facts})


def placed_order(quote: Quote | None = None, at: datetime = NOON) -> Order:
    """An order on the side of its quote; a seller's by default."""
    quote = quote or given_quote()
    services.accept_quote(
        quote_id=quote.pk,
        by=BRUNO,
        at=at,
        counterparty_id=quote.counterparty_id or SOUTH_ID,
        counterparty_name=quote.counterparty_name or "Südwind Aerospace S.A.",
    )
    return services.place_order(facts=order_facts(quote), by=BRUNO, at=at)


def number_series(**facts: Any) -> NumberSeries:
    """A series that has given one number."""
    known: dict[str, Any] = {"kind": Series.RFQ, "year": 2030, "last": 1}
    return NumberSeries.objects.create(**known | facts)


# A factory for each model, for tests that walk over all of them.
FACTORIES = {
    Part: part,
    Rfq: drafted_rfq,
    RfqLine: lambda: first_line(drafted_rfq()),
    Quote: given_quote,
    QuoteLine: lambda: given_quote().lines.order_by("position")[0],
    Order: placed_order,
    NumberSeries: number_series,
}
