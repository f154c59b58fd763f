"""What a face hands to a service."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from apps.machines.types.words import (
    LocationDisclosure,
    MachineKind,
    Tolerances,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDraft:
    """A site as its owner describes it."""

    name: str
    country: str
    time_zone: str
    city: str = ""
    region: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    location_disclosure: str = LocationDisclosure.GRID
    holiday_country: str = ""
    holiday_subdivision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCenterDraft:
    """A work center as its owner describes it."""

    code: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineDraft:
    """A machine's own facts; None: unknown. `work_center` is a code; empty: none.

    `from_catalog` names the figures that are the maker's and not yet confirmed.
    """

    code: str
    name: str
    maker: str = ""
    model: str = ""
    serial_number: str = ""
    kind: str = MachineKind.MACHINE_TOOL
    axes: int | None = None
    spindle_rpm: int | None = None
    spindle_kw: float | None = None
    figures_source: str = ""
    description: str = ""
    auto_quote: bool = False
    model_code: str = ""
    work_center: str = ""
    from_catalog: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityDraft:
    """What a machine can do in one process; None: unknown.

    `from_catalog` names the figures that are the maker's and not yet confirmed.
    """

    process_code: str
    material_groups: tuple[str, ...] = ()
    material_codes: tuple[str, ...] = ()
    envelope_kind: str | None = None
    size_x_mm: float | None = None
    size_y_mm: float | None = None
    size_z_mm: float | None = None
    diameter_mm: float | None = None
    length_mm: float | None = None
    max_mass_kg: float | None = None
    it_grade: int | None = None
    roughness_um: float | None = None
    batch_min: int | None = None
    batch_max: int | None = None
    tolerances: Tolerances = field(default_factory=dict)
    from_catalog: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDraft:
    """A certificate as the enterprise claims it."""

    kind_code: str
    number: str
    issuer: str
    valid_from_on: date | None = None
    valid_until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostInputs:
    """What an hour, a setup and a piece cost on one machine; money in `currency`.

    The two cutting rates are for wrought aluminium, and None where machine time does
    not follow from what is cut away.
    """

    currency: str
    hourly_rate: Decimal
    setup_minutes: Decimal = Decimal(0)
    setup_rate: Decimal = Decimal(0)
    programming_hours: Decimal = Decimal(0)
    programming_rate: Decimal = Decimal(0)
    inspection_minutes_per_part: Decimal = Decimal(0)
    material_markup_percent: Decimal = Decimal(0)
    scrap_percent: Decimal = Decimal(0)
    margin_percent: Decimal = Decimal(0)
    minimum_charge: Decimal = Decimal(0)
    removal_cm3_per_min: Decimal | None = None
    finishing_cm2_per_min: Decimal | None = None
