"""What a demo world consists of before it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from apps.demo.data.machine_models import MachineModel
from apps.demo.data.trades import Skill, Trade


@dataclass(frozen=True, slots=True)
class Country:
    """What the demo assumes of a country: money, hours and wages."""

    code: str
    currency: str
    language: str
    time_zone: str
    units_per_eur: Decimal
    labor_eur_hour: int
    machine_cost_factor: Decimal
    rate_step: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One working interval of a week; it may pass midnight."""

    weekday: int
    starts: time
    ends: time
    break_minutes: int


@dataclass(frozen=True, slots=True)
class Shop:
    """An enterprise as the demo describes it."""

    slug: str
    name: str
    country: str
    region: str
    city: str
    latitude: float
    longitude: float
    machines: tuple[tuple[str, int], ...]
    shifts: str
    certificates: tuple[str, ...] = ()
    name_local: str = ""
    time_zone: str = ""
    about: str = ""
    is_buyer: bool = False
    auto_quotes: bool = True
    disclosure: str = "grid"


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a demo enterprise and how to sign in as one."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class CapabilityPlan:
    """One process of one machine, with sizes settled."""

    skill: Skill
    size_x_mm: int | None
    size_y_mm: int | None
    size_z_mm: int | None
    diameter_mm: int | None
    length_mm: int | None
    max_mass_kg: int | None
    it_grade: int | None


@dataclass(frozen=True, slots=True)
class CostPlan:
    """What an hour and a part cost on one machine, in the shop's currency."""

    currency: str
    hourly_rate: Decimal
    setup_minutes: int
    setup_rate: Decimal
    programming_hours: Decimal
    programming_rate: Decimal
    inspection_minutes: Decimal
    material_markup_percent: Decimal
    scrap_percent: Decimal
    margin_percent: Decimal
    minimum_charge: Decimal
    removal_cm3_per_min: Decimal | None
    finishing_cm2_per_min: Decimal | None


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """A stretch of a machine's time that its owner does not sell."""

    days_ahead: int
    days: int
    hours: int
    reason: str


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """One machine that a demo shop owns."""

    code: str
    model: MachineModel
    trade: Trade
    serial_number: str
    capabilities: tuple[CapabilityPlan, ...]
    cost: CostPlan
    auto_quote: bool
    blocks: tuple[BlockPlan, ...]


@dataclass(frozen=True, slots=True)
class Department:
    """A work center as shops keep it: its trades, and its name by language."""

    code: str
    trades: tuple[str, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CertificatePlan:
    """One certificate that a demo shop claims."""

    kind_code: str
    number: str
    issuer: str
    valid_from_on: date
    valid_until_on: date


@dataclass(frozen=True, slots=True)
class EnterprisePlan:
    """A demo enterprise with everything it owns."""

    shop: Shop
    country: Country
    time_zone: str
    people: tuple[Person, ...]
    shifts: tuple[Shift, ...]
    machines: tuple[MachinePlan, ...]
    certificates: tuple[CertificatePlan, ...]
    is_verified: bool
    stocktaking_in_days: int | None


@dataclass(frozen=True, slots=True)
class SharedPassword:
    """The password of everybody in the demo, with its hash."""

    text: str
    hashed: str


@dataclass(frozen=True, slots=True)
class Login:
    """A way into the demo, as `manage.py demo --logins` prints it."""

    host: str
    email: str
    password: str
    who: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a run of the seed did."""

    enterprises: int
    created: int
    machines: int
    requests: int
