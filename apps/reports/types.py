"""Words of reports, and what a finished one consists of before it is drawn."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    """What a report is about."""

    CAPACITY_UTILISATION = "capacity_utilisation", _("Capacity and utilization")
    RFQ_SUMMARY = "rfq_summary", _("RFQs and matches")


class FileFormat(models.TextChoices):
    """How a report is written down."""

    PDF = "pdf", _("PDF")
    XLSX = "xlsx", _("Excel workbook")
    SVG = "svg", _("Chart (SVG)")


class Side(models.TextChoices):
    """From which side of the market an enterprise looks at its RFQs."""

    BUYER = "buyer", _("As a buyer")
    SELLER = "seller", _("As a seller")


class CellKind(StrEnum):
    """What a column holds, and so how it is written on paper and in a workbook."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    MINUTES = "minutes"
    PERCENT = "percent"
    MONEY = "money"
    RATE = "rate"
    DATE = "date"
    MOMENT = "moment"


Cell: TypeAlias = str | int | Decimal | date | datetime | None
Row: TypeAlias = tuple[Cell, ...]
VegaLite: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `share` is its part of the paper's width."""

    label: str
    kind: CellKind = CellKind.TEXT
    share: int = 0
    on_paper: bool = True


@dataclass(frozen=True, slots=True)
class NativeChart:
    """A chart that the workbook draws itself from a table's own cells."""

    kind: str
    title: str
    category: int
    values: tuple[int, ...]
    colors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of exact values under their columns."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    note: str = ""
    empty: str = ""
    sheet: str = ""
    chart: NativeChart | None = None
    paper_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as a Vega-Lite specification, with what it shows in words."""

    title: str
    description: str
    spec: VegaLite


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure large enough to be read across a table."""

    label: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its value, in the head of a report."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it."""

    title: str
    text: str = ""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Who had a report made, when, and from which version of the software."""

    reference: str
    edition: int
    enterprise: str
    by: str
    at: datetime
    time_zone: str
    software: str


@dataclass(frozen=True, slots=True)
class Document:
    """A report as text and values in one language, before it is drawn."""

    kind: str
    language: str
    title: str
    subtitle: str
    origin: Origin
    facts: tuple[Fact, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in reading order."""
        return tuple(table for part in self.sections for table in part.tables)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All charts, in reading order."""
        return tuple(figure for part in self.sections for figure in part.figures)


@dataclass(frozen=True, slots=True)
class CapacityParameters:
    """What a report of capacity covers; it begins on a Monday."""

    starts_on: date
    weeks: int
    machine_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class RfqParameters:
    """What a summary of RFQs covers, both days included."""

    starts_on: date
    ends_on: date
    side: Side = Side.BUYER


Parameters: TypeAlias = CapacityParameters | RfqParameters


@dataclass(frozen=True, slots=True)
class MachineWeek:
    """The working minutes of one machine in one ISO week."""

    monday: date
    total_minutes: int
    held_minutes: int = 0
    booked_minutes: int = 0
    maintenance_minutes: int = 0


@dataclass(frozen=True, slots=True)
class MachineWeeks:
    """One machine with its weeks, in order."""

    machine_id: UUID
    code: str
    name: str
    weeks: tuple[MachineWeek, ...] = ()


@dataclass(frozen=True, slots=True)
class ReservationFact:
    """A reservation that the reserved minutes come from."""

    machine_code: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    kind: str
    state: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CapacityFacts:
    """All that a report of capacity is worked out from."""

    machines: tuple[MachineWeeks, ...]
    reservations: tuple[ReservationFact, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How many listings a reason refused, and how many it alone refused."""

    reason: str
    first: int
    only: int


@dataclass(frozen=True, slots=True)
class LineFact:
    """One RFQ line with what the exchange found for it."""

    rfq_number: str
    rfq_title: str
    rfq_state: str
    position: int
    part: str
    processes: str
    material: str
    quantity: int
    due_on: date
    published_at: datetime | None = None
    considered: int = 0
    fitting: int = 0
    unclear: int = 0
    refusals: tuple[RefusalCount, ...] = ()


@dataclass(frozen=True, slots=True)
class QuoteFact:
    """One quote, as received or as given."""

    number: str
    about: str
    position: int
    counterparty: str
    origin: str
    state: str
    state_label: str
    quantity: int
    unit_price: Decimal
    total: Decimal
    currency: str
    own_total: Decimal
    own_currency: str
    exchange_rate: Decimal | None = None
    exchange_rate_on: date | None = None
    finish_on: date | None = None
    due_on: date | None = None
    submitted_at: datetime | None = None
    order_number: str = ""


@dataclass(frozen=True, slots=True)
class DemandFact:
    """One demand that a listing of ours fits."""

    title: str
    process: str
    material: str
    country: str
    quantity: int
    due_on: date
    deadline_at: datetime | None
    machine: str
    score: Decimal
    has_quote: bool = False


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """All that a buyer's summary is worked out from."""

    lines: tuple[LineFact, ...] = ()
    quotes: tuple[QuoteFact, ...] = ()


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """All that a seller's summary is worked out from."""

    demands: tuple[DemandFact, ...] = ()
    quotes: tuple[QuoteFact, ...] = ()


Facts: TypeAlias = CapacityFacts | BuyerFacts | SellerFacts


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished file, before it is stored."""

    format: FileFormat
    data: bytes
    name: str = field(default="")


@dataclass(frozen=True, slots=True)
class FileView:
    """A finished file, as a page lists it."""

    id: UUID
    format: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with how far it has come, as a page shows it."""

    id: UUID
    reference: str
    kind: str
    kind_label: str
    title: str
    parameters: dict[str, Any]
    language: str
    edition: int
    created_at: datetime
    created_by: str
    finished_at: datetime | None
    job_id: UUID
    state: str
    percent: int
    note: str
    error: str
    files: tuple[FileView, ...] = ()

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will happen by itself."""
        return self.state not in ("queued", "running")

    @property
    def is_failed(self) -> bool:
        """Say whether the last try to make it ended badly."""
        return self.state in ("failed", "quarantined", "cancelled")
