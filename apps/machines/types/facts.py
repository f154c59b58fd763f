"""What other apps learn of machines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from apps.machines.types.words import (
    CircleSource,
    DisclosedFact,
    EnvelopeKind,
    MachineKind,
    MissingKey,
)
from tenants.types import Circle


@dataclass(frozen=True, slots=True)
class HolidayPlace:
    """Whose public holidays a site keeps: a country's, or those of a region too."""

    country: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a machine stands, what it belongs to there, and what the clock shows."""

    site_id: UUID
    work_center_id: UUID | None
    time_zone: str
    holidays: HolidayPlace


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is, as exactly as its owner lets others know."""

    country: str
    region: str
    city: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCircle:
    """Who may see a fact, and whose choice that is."""

    fact: DisclosedFact
    circle: Circle
    source: CircleSource


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityFacts:
    """One capability of a published machine, as the exchange may know it.

    The place is coarsened already. `certificates` are the codes that hold for the
    whole enterprise, those included in others too, with the last day of each. What is
    private is empty here, and `circles` says who may see the rest.
    """

    capability_id: UUID
    machine_id: UUID
    machine_code: str
    machine_label: str
    machine_version: int
    kind: MachineKind
    process_code: str
    material_groups: tuple[str, ...]
    material_codes: tuple[str, ...]
    envelope_kind: EnvelopeKind | None
    size_x_mm: float | None
    size_y_mm: float | None
    size_z_mm: float | None
    diameter_mm: float | None
    length_mm: float | None
    max_mass_kg: float | None
    it_grade: int | None
    roughness_um: float | None
    batch_min: int | None
    batch_max: int | None
    country: str
    region: str
    city: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    certificates: Mapping[str, date | None]
    hourly_rate: Decimal | None
    currency: str
    auto_quote: bool
    published_at: datetime | None
    # The figures that the shop took over from the maker and has not confirmed.
    unconfirmed: tuple[str, ...] = ()
    circles: Mapping[DisclosedFact, Circle] = field(default_factory=dict)
    # Of `certificates`, those that somebody checked.
    verified_certificates: tuple[str, ...] = ()
    # Else it is shown, and no work can be had of it for now.
    is_in_service: bool = True


@dataclass(frozen=True, slots=True)
class UnconfirmedFigure:
    """A figure of the maker that waits for the shop; of one process, or the machine."""

    name: str
    value: float
    process_code: str = ""

    @property
    def key(self) -> str:
        """Name the figure among all of its machine."""
        return f"{self.process_code}.{self.name}" if self.process_code else self.name


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that publishing waits for; of one process, or of the whole machine."""

    key: MissingKey
    process_code: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A declared figure that is finer than the process typically gives."""

    process_code: str
    figure: str
    declared: float
    typical: float
    source: str
