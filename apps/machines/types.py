"""The words of the app, and what other apps learn from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# The library says it of models; here it is said of machines, and re-exported.
from apps.library.types import MachineKind as MachineKind  # noqa: PLC0414


class MachineState(models.TextChoices):
    """Whether a machine can be worked with."""

    ACTIVE = "active", _("Active")
    IN_MAINTENANCE = "in_maintenance", _("In maintenance")
    RETIRED = "retired", _("Retired")


class LocationDisclosure(models.TextChoices):
    """How exactly others learn where a site is."""

    EXACT = "exact", _("Exact")
    GRID = "grid", _("Within 10 km")
    REGION = "region", _("Region only")
    COUNTRY = "country", _("Country only")


class FigureOrigin(models.TextChoices):
    """Whose word a figure is; the shop's own is one that it confirmed or gave."""

    CATALOG = "catalog", _("From the maker's figures, not confirmed")
    CLAIMED = "claimed", _("Stated by the shop")
    OBSERVED = "observed", _("Read from the machine")


class EnvelopeKind(models.TextChoices):
    """The shape of the largest part that fits."""

    BOX = "box", _("Box")
    CYLINDER = "cylinder", _("Cylinder")


class CertificateState(models.TextChoices):
    """How far a certificate can be relied upon."""

    CLAIMED = "claimed", _("Claimed")
    SUBMITTED = "submitted", _("Being checked")
    VERIFIED = "verified", _("Verified")
    REJECTED = "rejected", pgettext_lazy("certificate", "Rejected")
    EXPIRED = "expired", _("Expired")


class FeatureClass(models.TextChoices):
    """Kinds of features of a part that one machine holds differently well."""

    BORE = "bore", _("Bore")
    SHAFT = "shaft", _("Shaft")
    FLAT = "flat", _("Flat surface")
    SLOT = "slot", _("Slot or pocket")
    THREAD = "thread", _("Thread")
    POSITION = "position", _("Position of holes")
    PROFILE = "profile", _("Freeform profile")
    GEAR = "gear", _("Toothing")


class EvidenceKind(models.TextChoices):
    """What shows that something claimed is so."""

    CERTIFICATE = "certificate", _("Certificate")
    INSPECTION_RESULT = "inspection_result", _("Inspection result")
    PHOTO = "photo", _("Photo")
    DATA_SHEET = "data_sheet", _("Data sheet")
    OTHER = "other", _("Other document")


class DisclosedFact(models.TextChoices):
    """Facts of a published machine whose circle its owner chooses."""

    MACHINE_LABEL = "machine_label", _("maker and model")
    MATERIALS = "materials", _("materials")
    ENVELOPE = "envelope", _("envelope")
    MAX_MASS = "max_mass", _("heaviest part")
    TOLERANCE = "tolerance", _("tolerance")
    ROUGHNESS = "roughness", _("roughness")
    BATCH = "batch", _("batch range")
    HOURLY_RATE = "hourly_rate", _("hourly rate")
    FREE_CAPACITY = "free_capacity", _("free capacity")
    CERTIFICATES = "certificates", _("certificates")


class MissingKey(models.TextChoices):
    """What a machine must say before it can be published."""

    MAKER = "maker", _("maker")
    MODEL = "model", _("model")
    PROCESS = "process", _("process")
    MATERIALS = "materials", _("materials")
    ENVELOPE = "envelope", _("envelope")
    TOLERANCE = "tolerance", _("tolerance")
    ROUGHNESS = "roughness", _("roughness")
    HOURLY_RATE = "hourly_rate", _("hourly rate")


class TableState(models.TextChoices):
    """How far the import of a table has come."""

    DRAFT = "draft", _("Not yet imported")
    APPLYING = "applying", _("Being imported")
    APPLIED = "applied", _("Imported")
    UNDOING = "undoing", _("Being taken back")
    PARTLY_UNDONE = "partly_undone", _("Taken back in part")
    UNDONE = "undone", _("Taken back")


class TableOutcome(models.TextChoices):
    """What an import did to a machine."""

    CREATED = "created", _("New")
    CHANGED = "changed", _("Changed")


class TableLength(models.TextChoices):
    """The unit of lengths in a table that names none; a UCUM code."""

    MM = "mm", _("Millimeters")
    INCH = "[in_i]", _("Inches")


class ProposalReason(models.TextChoices):
    """Why a document suggests a process."""

    FIVE_AXES = "five_axes", _("X, Y, Z and two rotary axes: %(axes)s")
    FOUR_AXES = "four_axes", _("X, Y, Z and one rotary axis: %(axes)s")
    THREE_AXES = "three_axes", _("X, Y and Z with a spindle and no rotary axis")
    TURNING_AXES = "turning_axes", _("X and Z with a spindle and no Y")
    TURN_MILL_AXES = (
        "turn_mill_axes",
        _("X, Y and Z, and spindle %(axes)s also moves as an axis"),
    )
    WIRE_GUIDES = "wire_guides", _("X, Y, U and V without a spindle: a wire is guided")
    SERIES = "series", _("%(maker)s builds the %(series)s series for this process")


# Figures of features by class: `it_grade`, `tolerance_um`, `roughness_um`.
Tolerances = Mapping[str, Mapping[str, float]]


# --- what a face hands to a service


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
class MachineDraft:
    """A machine's own facts; None: unknown.

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


# --- what other apps learn


@dataclass(frozen=True, slots=True)
class HolidayPlace:
    """Whose public holidays a site keeps: a country's, or those of a region too."""

    country: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is, as exactly as its owner lets others know."""

    country: str
    region: str
    city: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityFacts:
    """One capability of a published machine, as the exchange may know it.

    The place is coarsened already. `certificates` are the codes that hold for the
    whole enterprise, those included in others too, with the last day of each.
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


# --- MTConnect


@dataclass(frozen=True, slots=True)
class Travel:
    """How far a linear axis moves, in millimetres."""

    axis: str
    minimum_mm: float
    maximum_mm: float

    @property
    def length_mm(self) -> float:
        """The length of the way."""
        return round(self.maximum_mm - self.minimum_mm, 3)


@dataclass(frozen=True, slots=True)
class ProcessProposal:
    """A process that a document suggests, and why; a planner confirms it."""

    process_code: str
    reason: ProposalReason
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give what `from_json` reads back."""
        return {
            "process_code": self.process_code,
            "reason": self.reason.value,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ProcessProposal":
        """Read what `as_json` gave."""
        return cls(
            process_code=stored["process_code"],
            reason=ProposalReason(stored["reason"]),
            facts=stored["facts"],
        )

    @property
    def reason_text(self) -> str:
        """Say why, in the reader's language."""
        return str(self.reason.label) % dict(self.facts)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a probe document says of one device; empty: it does not say."""

    uuid: str
    name: str
    maker: str
    model: str
    serial_number: str
    description: str
    linear_axes: tuple[str, ...]
    rotary_axes: tuple[str, ...]
    spindles: tuple[str, ...]
    controllers: tuple[str, ...]
    travels: tuple[Travel, ...]
    proposal: ProcessProposal | None
    unsaid: tuple[MissingKey, ...]

    @property
    def axes(self) -> int | None:
        """How many axes move under program control; None if none is named."""
        return len(self.linear_axes) + len(self.rotary_axes) or None

    @property
    def envelope_mm(self) -> tuple[float, float, float] | None:
        """The travels of X, Y and Z if the document limits all three."""
        lengths = {travel.axis: travel.length_mm for travel in self.travels}
        if {"X", "Y", "Z"} <= lengths.keys():
            return lengths["X"], lengths["Y"], lengths["Z"]
        return None


@dataclass(frozen=True, slots=True)
class ProbeDocument:
    """A probe document, read."""

    version: str
    devices: tuple[DeviceFacts, ...]


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A device that could not be imported, and why."""

    device: str
    problem: str


@dataclass(frozen=True, slots=True)
class ImportedMachine:
    """A machine that a document named, with what is still missing to publish it."""

    machine_id: UUID
    code: str
    label: str
    proposal: ProcessProposal | None
    missing: tuple[MissingFact, ...]
    # The library's model that the document names for certain, empty if none.
    model_code: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, device by device."""

    created: tuple[ImportedMachine, ...]
    updated: tuple[ImportedMachine, ...]
    unchanged: tuple[ImportedMachine, ...]
    errors: tuple[ImportProblem, ...]

    @property
    def machines(self) -> tuple[ImportedMachine, ...]:
        """All machines of the document that are in the enterprise now."""
        return self.created + self.updated + self.unchanged
