"""Makes what the exchange judges: plain needs and offers, and their rows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile

from apps.capacity.models import Reservation
from apps.documents.models import Document
from apps.documents.types import DocumentKind, MediaType
from apps.exchange import services
from apps.exchange.models import (
    Counterparty,
    Demand,
    IdleLot,
    Listing,
    MatchRun,
    ShowcaseItem,
)
from apps.exchange.rules.score import DEFAULT_PRESET, PRESETS
from apps.exchange.services.masking import note_counterparties
from apps.exchange.types import (
    Audience,
    EnvelopeKind,
    IdleLotDraft,
    Need,
    Offer,
    RunTrigger,
    Weights,
)
from apps.orders import services as orders
from apps.orders.models import Order, Part, Quote, RfqLine
from apps.orders.types import RfqDraft, RfqLineDraft
from tenants import context
from tenants.types import SYSTEM, Circle, EnterpriseRef
from tests.factories import capacity, documents, machines

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
# A Monday.
TODAY = NOON.date()
DUE_ON = date(2030, 6, 17)

BUYER_ID = UUID("01960000-0000-7000-8000-00000000000b")
SELLER_ID = UUID("01960000-0000-7000-8000-0000000000aa")
DEMAND_ID = UUID("01960000-0000-7000-8000-0000000000d0")
LISTING_ID = UUID("01960000-0000-7000-8000-000000000010")

AUGSBURG = (48.4, 10.9)
WARSAW = (52.2, 21.0)

BRACKET = Need(
    id=DEMAND_ID,
    owner_id=BUYER_ID,
    process_codes=frozenset({"milling-3-axis", "milling-5-axis"}),
    accepted_processes=frozenset({"milling-3-axis", "milling-5-axis"}),
    material_code="en-aw-6061-t6",
    material_group="N",
    accepted_materials=frozenset({"en-aw-6061-t6"}),
    size_mm=(200.0, 120.0, 40.0),
    round_mm=None,
    mass_kg=1.4,
    it_grade=8,
    roughness_um=1.6,
    quantity=40,
    certificates=frozenset({"iso-9001"}),
    due_on=DUE_ON,
    country="DE",
    latitude=AUGSBURG[0],
    longitude=AUGSBURG[1],
    allowed_countries=frozenset(),
    excluded_countries=frozenset(),
    audience=Audience.PUBLIC,
    invited_ids=frozenset(),
    barred_ids=frozenset(),
    document_language="",
    work_minutes=1200,
    material_cost_eur=300.0,
    reference_eur=2000.0,
)

# 40 hours free in each of the published weeks.
IDLE_WEEKS = tuple(2400 * week for week in range(1, 27))

MILL = Offer(
    id=LISTING_ID,
    owner_id=SELLER_ID,
    version=1,
    process_code="milling-5-axis",
    material_groups=frozenset({"P", "N"}),
    material_codes=frozenset(),
    envelope_kind=EnvelopeKind.BOX,
    envelope_mm=(600.0, 500.0, 400.0),
    max_mass_kg=300.0,
    it_grade=7,
    roughness_um=0.8,
    batch_min=1,
    batch_max=500,
    certificates={"iso-9001": date(2031, 12, 31)},
    country="PL",
    latitude=WARSAW[0],
    longitude=WARSAW[1],
    rate_eur_hour=60.0,
    weeks_from=TODAY,
    free_minutes=IDLE_WEEKS,
    deliveries=0,
    deliveries_on_time=0,
    languages=frozenset({"pl", "en"}),
)


def need(**facts: Any) -> Need:
    """Make a bracket's need, with some facts changed."""
    return replace(BRACKET, **facts)


def offer(**facts: Any) -> Offer:
    """Make a mill's offer, which fits the bracket, with some facts changed."""
    return replace(MILL, **facts)


PROCESSES = ("milling-3-axis", "milling-5-axis", "turning", "wire-edm", "bending")
GROUPS = ("P", "M", "K", "N", "S", "polymer")
MATERIALS = ("en-aw-6061-t6", "en-aw-7075-t6", "c45", "ti-6al-4v", "peek")
CERTIFICATES = ("iso-9001", "as9100d", "iso-13485")
COUNTRIES = ("DE", "PL", "CN", "RU", "TR", "US")
LANGUAGES = ("en", "de", "ru", "zh")
# Few values of each, so that ties and exact limits come up often.
LENGTHS = (40.0, 80.0, 120.0, 200.0, 305.0, 400.0)
ROUGHNESSES = (0.4, 0.8, 1.6, 3.2)
PLACES = (AUGSBURG, WARSAW, (31.2, 121.5), (55.75, 37.6), (-23.5, -46.6))
OWNERS = tuple(UUID(int=0x01960000000070008000 << 48 | n) for n in range(1, 13))


def _some(rng: Random, choices: tuple[str, ...], most: int) -> frozenset[str]:
    return frozenset(rng.sample(choices, rng.randint(0, most)))


def _maybe(rng: Random, value: Any, share: float = 0.1) -> Any:
    return None if rng.random() < share else value


def random_offer(rng: Random) -> Offer:
    """Make a listing of a random world."""
    kind = _maybe(rng, rng.choice(list(EnvelopeKind)))
    sides = 3 if kind == EnvelopeKind.BOX else 2
    latitude, longitude = rng.choice(PLACES) if rng.random() < 0.9 else (None, None)
    weekly = rng.choice((0, 300, 1200, 2400))
    published = TODAY - timedelta(days=7 * rng.choice((0, 0, 0, 1, 5, 26, -1)))
    deliveries = rng.choice((0, 0, 3, 40))
    return Offer(
        id=UUID(int=rng.getrandbits(128)),
        owner_id=rng.choice(OWNERS),
        version=rng.randint(1, 9),
        process_code=rng.choice(PROCESSES),
        material_groups=_some(rng, GROUPS, 4),
        material_codes=_some(rng, MATERIALS, 2),
        envelope_kind=kind,
        envelope_mm=kind and tuple(rng.choice(LENGTHS) for _ in range(sides)),
        max_mass_kg=_maybe(rng, rng.choice((1.0, 5.0, 200.0))),
        it_grade=_maybe(rng, rng.choice((5, 7, 8, 9))),
        roughness_um=_maybe(rng, rng.choice(ROUGHNESSES)),
        batch_min=_maybe(rng, rng.choice((1, 1, 40, 100))),
        batch_max=_maybe(rng, rng.choice((39, 40, 1000))),
        certificates={
            code: _maybe(rng, DUE_ON + timedelta(days=rng.choice((-1, 0, 400))))
            for code in sorted(_some(rng, CERTIFICATES, 3))
        },
        country=rng.choice(COUNTRIES),
        latitude=latitude,
        longitude=longitude,
        rate_eur_hour=_maybe(rng, rng.choice((20.0, 33.3, 60.0, 120.0))),
        weeks_from=published,
        free_minutes=_maybe(rng, tuple(weekly * n for n in range(1, 27))) or (),
        deliveries=deliveries,
        deliveries_on_time=rng.randint(0, deliveries),
        languages=_some(rng, LANGUAGES, 2),
        is_verified=rng.random() < 0.5,
        is_suspended=rng.random() < 0.15,
    )


def random_need(rng: Random) -> Need:
    """Make a demand of a random world."""
    latitude, longitude = rng.choice(PLACES) if rng.random() < 0.9 else (None, None)
    size = _maybe(rng, tuple(rng.choice(LENGTHS) for _ in range(3)))
    material = _maybe(rng, rng.choice(MATERIALS)) or ""
    processes = frozenset(rng.sample(PROCESSES, rng.randint(1, 3)))
    round_mm = size and (sorted(size)[1], sorted(size)[2])
    return Need(
        id=UUID(int=rng.getrandbits(128)),
        owner_id=rng.choice(OWNERS),
        process_codes=processes,
        accepted_processes=processes,
        material_code=material,
        material_group=rng.choice(GROUPS) if material else "",
        accepted_materials=frozenset({material} if material else ()),
        size_mm=size,
        round_mm=round_mm if rng.random() < 0.3 else None,
        mass_kg=_maybe(rng, rng.choice((0.5, 1.0, 5.0, 40.0))),
        it_grade=_maybe(rng, rng.choice((7, 8, 11))),
        roughness_um=_maybe(rng, rng.choice((*ROUGHNESSES, 6.3))),
        quantity=rng.choice((1, 40, 100)),
        certificates=_some(rng, CERTIFICATES, 1),
        due_on=rng.choice((DUE_ON, DUE_ON + timedelta(days=200), TODAY)),
        country=rng.choice(COUNTRIES),
        latitude=latitude,
        longitude=longitude,
        allowed_countries=_some(rng, COUNTRIES, 6)
        if rng.random() < 0.2
        else frozenset(),
        excluded_countries=_some(rng, COUNTRIES, 1),
        audience=rng.choice([*Audience, Audience.PUBLIC, Audience.PUBLIC]),
        invited_ids=frozenset(rng.sample(OWNERS, 4)),
        barred_ids=frozenset(rng.sample(OWNERS, 1))
        if rng.random() < 0.2
        else frozenset(),
        document_language=rng.choice(("", "", "", "de")),
        work_minutes=_maybe(rng, rng.choice((1, 600, 1200, 9000)), 0.05),
        material_cost_eur=rng.choice((0.0, 123.45)),
        reference_eur=_maybe(rng, rng.choice((500.0, 2000.0)), 0.05),
    )


# --- rows, made as sellers and buyers would


def shop(seller: EnterpriseRef, **facts: Any) -> None:
    """Let an enterprise work early shifts and hold an ISO 9001 certificate."""
    with context.enterprise(seller):
        capacity.early_shifts(**facts)
        machines.certificate()


def listing(
    seller: EnterpriseRef,
    *,
    at: datetime = NOON,
    offers: Mapping[str, Any] | None = None,
    cost: Mapping[str, Any] | None = None,
    **machine: Any,
) -> Listing:
    """Publish a machine of a shop, which fits the bracket, and list it."""
    with context.enterprise(seller):
        made = machines.published_machine(
            offers=offers, cost=cost, **{"auto_quote": True, **machine}
        )
        return services.publish_machine(machine_id=made.pk, at=at)[0]


def idle_lot(
    seller: EnterpriseRef, machine_id: UUID, *, at: datetime = NOON, **facts: Any
) -> IdleLot:
    """Offer the early shifts of two days of a listed mill for 40 euros an hour."""
    draft = IdleLotDraft(
        **{
            "machine_id": machine_id,
            "process_code": "milling-3-axis",
            "starts_at": NOON + timedelta(days=1, hours=-12),
            "ends_at": NOON + timedelta(days=3, hours=-12),
            "floor_price": Decimal("40.00"),
            "currency": "EUR",
            **facts,
        }
    )
    with context.enterprise(seller):
        return services.offer_idle_lot(draft=draft, by=SYSTEM, at=at)


def counterparty(seller: EnterpriseRef, buyer: EnterpriseRef) -> Counterparty:
    """Remember that two enterprises have an order."""
    note_counterparties(seller.id, buyer.id)
    with context.exchange():
        return Counterparty.objects.get(owner_id=seller.id, counterparty_id=buyer.id)


def photo(content: bytes = b"\xff\xd8 a hall", **facts: Any) -> Document:
    """Keep a photo for everyone, in the name of the enterprise in force."""
    return documents.document(
        content,
        **{
            "title": "Machining hall",
            "kind": DocumentKind.PHOTO,
            "circle": Circle.PUBLIC,
            "file_name": "hall.jpg",
            "media_type": MediaType.JPEG,
            "page_count": None,
            "width_px": 1600,
            "height_px": 1200,
            "thumbnail": ContentFile(b"RIFF a small hall", "small"),
            **facts,
        },
    )


def showcase_item(owner: EnterpriseRef, **facts: Any) -> ShowcaseItem:
    """Show a photo of an enterprise on its public page."""
    with context.enterprise(owner):
        shown = photo(**facts)
        services.show_documents()
        return ShowcaseItem.objects.get(document_id=shown.pk)


def measured_part(**facts: Any) -> Part:
    """Keep a bracket that has been measured, without its file."""
    return Part.objects.create(
        **{
            "number": "BRK-100",
            "name": "Bracket",
            "file": "none",
            "file_name": "bracket.step",
            "file_kind": "step",
            "file_bytes": 1,
            "file_sha256": "0" * 64,
            "geometry_state": "ready",
            "volume_mm3": 520_000.0,
            "area_mm2": 90_000.0,
            "size_x_mm": 120.0,
            "size_y_mm": 200.0,
            "size_z_mm": 40.0,
            "uploaded_at": NOON,
            "uploaded_by": "Bruno Buyer",
            **facts,
        }
    )


LINE = RfqLineDraft(
    part_id=UUID(int=0),
    quantity=40,
    process_codes=("milling-3-axis", "milling-5-axis"),
    material_code="en-aw-6061-t6",
    it_grade=8,
    roughness_um=1.6,
)
REQUEST = RfqDraft(
    title="Wheel brackets",
    currency="BRL",
    delivery_country="DE",
    delivery_city="Augsburg",
    latitude=48.37,
    longitude=10.9,
    due_on=DUE_ON,
    response_deadline_at=NOON + timedelta(days=14),
    certificate_codes=("iso-9001",),
)


def published_line(
    *,
    part: Mapping[str, Any] | None = None,
    line: Mapping[str, Any] | None = None,
    at: datetime = NOON,
    **facts: Any,
) -> RfqLine:
    """Publish a request for 40 brackets, in the name of the enterprise in force."""
    measured = measured_part(**(part or {}))
    asked = replace(LINE, part_id=measured.pk, **(line or {}))
    rfq = orders.draft_rfq(
        draft=replace(REQUEST, lines=(asked,), **facts), by=SYSTEM, at=at
    )
    orders.publish_rfq(rfq_id=rfq.pk, by=SYSTEM, at=at)
    return RfqLine.objects.get(rfq=rfq)


def demand(buyer: EnterpriseRef, *, at: datetime = NOON, **facts: Any) -> Demand:
    """Publish a request and bring its line to the market."""
    with context.enterprise(buyer):
        made = services.publish_demand(rfq_line_id=published_line(**facts).pk, at=at)
    assert made is not None
    return made


def matched(demand_id: UUID, *, at: datetime = NOON) -> MatchRun:
    """Match a demand against what is published."""
    with context.exchange():
        return services.match_demand(
            demand_id=demand_id, trigger=RunTrigger.DEMAND_PUBLISHED, at=at
        )


def auto_quoted(
    seller: EnterpriseRef, demand_id: UUID, listing_id: UUID, *, at: datetime = NOON
) -> Quote:
    """Have a machine answer a demand by its cost model."""
    with context.enterprise(seller):
        return services.auto_quote(demand_id=demand_id, listing_id=listing_id, at=at)


def reservation_of(quote: Quote | Order) -> Reservation:
    """Read what a quote or an order reserves, in the name of its seller."""
    return Reservation.objects.get(pk=quote.reservation_id)


def weights() -> Weights:
    """Give the weights of a buyer who states none."""
    return PRESETS[DEFAULT_PRESET]
