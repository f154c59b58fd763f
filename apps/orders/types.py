"""Words of orders that its rules, models, services and selectors share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.kernel.money import Money


class PartFileKind(models.TextChoices):
    """Formats that a part may come in."""

    STEP = "step", _("STEP (ISO 10303-21)")
    STL = "stl", _("STL")


class LengthUnit(models.TextChoices):
    """Units (UCUM) that a file without one of its own may be read in."""

    MM = "mm", _("millimeters")
    CM = "cm", _("centimeters")
    M = "m", _("meters")
    INCH = "[in_i]", _("inches")


class GeometryState(models.TextChoices):
    """Whether a part's file has been measured."""

    PENDING = "pending", _("Being read")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Not readable")


class RfqState(models.TextChoices):
    """Where a request for quotation stands."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")
    AWARDED = "awarded", _("Awarded")
    CANCELLED = "cancelled", _("Cancelled")


class Audience(models.TextChoices):
    """Which enterprises may see a request."""

    PUBLIC = "public", _("Every enterprise")
    VERIFIED = "verified", _("Verified enterprises")
    INVITED = "invited", _("Invited enterprises")


class Side(models.TextChoices):
    """Which side of a deal this enterprise is on."""

    BUYER = "buyer", _("Buyer")
    SELLER = "seller", _("Seller")


class QuoteState(models.TextChoices):
    """Where a quote stands."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class QuoteOrigin(models.TextChoices):
    """Who worked a quote out."""

    AUTO = "auto", _("By cost model")
    MANUAL = "manual", _("By hand")


class OrderState(models.TextChoices):
    """Where an order stands."""

    PLACED = "placed", _("Placed")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_PRODUCTION = "in_production", _("In production")
    SHIPPED = "shipped", _("Shipped")
    RECEIVED = "received", _("Received")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    DISPUTED = "disputed", _("Disputed")


class Series(models.TextChoices):
    """Kinds of document that are numbered, with the prefix people know them by."""

    RFQ = "RFQ", _("Request for quotation")
    QUOTE = "Q", _("Quote")
    ORDER = "ORD", _("Order")


class PriceLine(models.TextChoices):
    """Lines that a price is made of."""

    PROGRAMMING = "programming", _("Programming")
    SETUP = "setup", _("Setup")
    MATERIAL = "material", _("Material")
    MACHINING = "machining", _("Machining")
    INSPECTION = "inspection", _("Inspection")
    SCRAP = "scrap", _("Scrap allowance")
    MARGIN = "margin", _("Margin")
    MINIMUM_CHARGE = "minimum_charge", _("Up to the minimum charge")
    PRICE = "price", _("Price")


class StockForm(models.TextChoices):
    """What a part is made from."""

    BLOCK = "block", _("Sawn block")
    BAR = "bar", _("Round bar")
    NET = "net", _("Near the part's own volume")
    NONE = "none", _("The part itself")


# --- geometry


@dataclass(frozen=True, slots=True)
class GeometryFacts:
    """What was measured of a part; lengths in millimetres."""

    volume_mm3: float
    area_mm2: float
    size_x_mm: float
    size_y_mm: float
    size_z_mm: float
    triangle_count: int
    body_count: int
    cavity_count: int
    is_watertight: bool
    volume_error_mm3: float | None


@dataclass(frozen=True, slots=True)
class Geometry:
    """A part's measures with a glTF binary for the viewer; None where too large."""

    facts: GeometryFacts
    preview: bytes | None


# --- pricing


@dataclass(frozen=True, slots=True)
class CostInputs:
    """What an hour, a setup and a piece cost on one machine; money in `currency`."""

    currency: str
    hourly_rate: Decimal
    setup_minutes: Decimal
    setup_rate: Decimal
    programming_hours: Decimal
    programming_rate: Decimal
    inspection_minutes_per_part: Decimal
    material_markup_percent: Decimal
    scrap_percent: Decimal
    margin_percent: Decimal
    minimum_charge: Decimal
    removal_cm3_per_min: Decimal
    finishing_cm2_per_min: Decimal
    stock_allowance_mm: Decimal = Decimal("1.5")


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What a price needs to know of a part and its material."""

    volume_mm3: Decimal
    area_mm2: Decimal
    size_x_mm: Decimal
    size_y_mm: Decimal
    size_z_mm: Decimal
    density_kg_m3: Decimal
    # How fast the material comes off, against the machine's reference rate.
    removal_factor: Decimal
    material_price_per_kg: Money


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line of a price; `basis` recomputes to `amount` by hand."""

    code: str
    label: str
    basis: str
    amount: Decimal

    @property
    def shown_label(self) -> str:
        """The label in the reader's language; `label` is in the source language."""
        return str(PriceLine(self.code).label)


@dataclass(frozen=True, slots=True)
class PriceBreakdown:
    """A price whose lines sum to its total exactly.

    `unit_price` is rounded down to the cent: `quantity` of it and `remainder`, which
    is less than a cent a piece, are the total.
    """

    currency: str
    quantity: int
    lines: tuple[PricedLine, ...]
    total: Decimal
    unit_price: Decimal
    remainder: Decimal
    machine_minutes: int
    minutes_basis: str = ""


# --- drafts: what a face hands to a service


@dataclass(frozen=True, slots=True)
class RfqLineDraft:
    """One line of a request as its buyer writes it."""

    part_id: UUID
    quantity: int
    process_codes: tuple[str, ...] = ()
    material_code: str = ""
    it_grade: int | None = None
    roughness_um: float | None = None
    target_unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RfqDraft:
    """A request for quotation as its buyer writes it; a draft may be incomplete."""

    title: str
    currency: str
    lines: tuple[RfqLineDraft, ...] = ()
    anonymous: bool = True
    audience: str = Audience.PUBLIC
    invited_enterprise_ids: tuple[UUID, ...] = ()
    delivery_country: str = ""
    delivery_city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    due_on: date | None = None
    response_deadline_at: datetime | None = None
    certificate_codes: tuple[str, ...] = ()
    allowed_countries: tuple[str, ...] = ()
    excluded_countries: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """A quote as both sides keep it; `id` is the same on both."""

    id: UUID
    demand_id: UUID
    listing_id: UUID
    # None while the buyer is anonymous to the seller.
    counterparty_id: UUID | None
    counterparty_name: str
    origin: str
    quantity: int
    unit_price: Decimal
    total: Decimal
    currency: str
    lines: tuple[PricedLine, ...]
    finish_at: datetime
    ship_on: date
    valid_until_at: datetime
    buyer_currency: str
    exchange_rate: Decimal
    exchange_rate_on: date
    total_in_buyer_currency: Decimal
    title: str = ""
    note: str = ""
    machine_minutes: int = 0


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as both sides keep it; `id` is the same on both."""

    id: UUID
    quote_id: UUID
    counterparty_id: UUID
    counterparty_name: str
    title: str
    quantity: int
    total: Decimal
    currency: str
    due_on: date
    promised_at: datetime


# --- what reports show


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many requests or quotes stand in one state."""

    state: str
    count: int


@dataclass(frozen=True, slots=True)
class RfqLineSummary:
    """What one published line has brought: answers, prices, and how soon."""

    rfq_id: UUID
    rfq_number: str
    rfq_title: str
    rfq_state: str
    line_id: UUID
    position: int
    part_number: str
    quantity: int
    currency: str
    published_at: datetime | None
    quotes: int
    lowest_total: Decimal | None
    median_total: Decimal | None
    highest_total: Decimal | None
    accepted_total: Decimal | None
    first_answer_minutes: float | None
    median_answer_minutes: float | None


@dataclass(frozen=True, slots=True)
class RfqSummary:
    """What this enterprise asked for in a period, and what came back."""

    rfqs: tuple[StateCount, ...]
    quotes: tuple[StateCount, ...]
    lines: tuple[RfqLineSummary, ...]
    answered_lines: int
    median_first_answer_minutes: float | None
