"""What the modules of the exchange say to one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

# Free time is published for half a year: what is promised beyond it is a guess.
HORIZON_WEEKS = 26

Value: TypeAlias = float | int | str | tuple[float, ...] | tuple[str, ...] | None


class Reason(models.TextChoices):
    """The hard rules, in the order in which they are judged and counted."""

    PROCESS = "process", _("Process")
    MATERIAL = "material", _("Material")
    ENVELOPE = "envelope", _("Envelope")
    MASS = "mass", _("Mass")
    TOLERANCE = "tolerance", _("Tolerance")
    ROUGHNESS = "roughness", _("Roughness")
    BATCH = "batch", _("Batch size")
    CERTIFICATE = "certificate", _("Certificate")
    REGION = "region", _("Region")
    AUDIENCE = "audience", _("Audience")
    CAPACITY = "capacity", _("Free capacity")
    LEAD_TIME = "lead_time", _("Lead time")
    LANGUAGE = "language", _("Language of documents")
    SUSPENDED = "suspended", _("Suspended")


class Outcome(models.TextChoices):
    """What the hard rules say of a pair; best first."""

    FITS = "fits", _("Fits")
    UNKNOWN = "unknown", _("Not all stated")
    REFUSED = "refused", _("Does not fit")


class EnvelopeKind(models.TextChoices):
    """The shape of the largest part that fits."""

    BOX = "box", _("Box")
    CYLINDER = "cylinder", _("Cylinder")


class Audience(models.TextChoices):
    """Which enterprises a demand asks."""

    PUBLIC = "public", _("Every enterprise")
    INVITED = "invited", _("Invited enterprises")
    VERIFIED = "verified", _("Verified enterprises")


class DemandState(models.TextChoices):
    """Where a demand stands."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    AWARDED = "awarded", _("Awarded")
    CANCELLED = "cancelled", _("Cancelled")


class RunTrigger(models.TextChoices):
    """Why a demand was matched."""

    DEMAND_PUBLISHED = "demand_published", _("Demand published")
    LISTING_CHANGED = "listing_changed", _("Listing changed")
    ASKED = "asked", _("Asked for")


class RunState(models.TextChoices):
    """Whether a match run has ended."""

    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")


class PartName(models.TextChoices):
    """The parts of a score."""

    PRICE = "price", _("Price")
    LEAD_TIME = "lead_time", _("Lead time")
    QUALITY = "quality", _("Quality and punctuality")
    DISTANCE = "distance", _("Distance")


class TrafficLight(models.TextChoices):
    """How much time an enterprise has free in the next four weeks."""

    MUCH = "much", _("Much free time")
    SOME = "some", _("Some free time")
    LITTLE = "little", _("Little free time")


class LoadColor(models.TextChoices):
    """How much of a week's working time is still to be had: by steps of its load.

    Green below 60 % of load, amber below 90 %, red from there on, and where no work is
    done at all. The views of the market draw them by the same limits.
    """

    GREEN = "green", _("Much to be had")
    AMBER = "amber", _("Some to be had")
    RED = "red", _("Little or nothing to be had")
    NOT_STATED = "not_stated", _("Not stated")


AMBER_FROM_PERCENT = 60
RED_FROM_PERCENT = 90


class IdleLotState(models.TextChoices):
    """What has become of idle time that was offered; that it expired, the clock says."""

    OFFERED = "offered", _("Offered")
    TAKEN = "taken", _("Taken")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PriceBasis(models.TextChoices):
    """What the lowest price of idle time is for."""

    HOUR = "hour", _("Per machine hour")
    TOTAL = "total", _("For all of it")


@dataclass(frozen=True, slots=True)
class IdleLotDraft:
    """Idle time of a machine as its owner offers it.

    Without an end of its own the offer ends when the window begins, or if it has begun,
    with the window.
    """

    machine_id: UUID
    process_code: str
    starts_at: datetime
    ends_at: datetime
    floor_price: Decimal
    currency: str
    price_basis: str = PriceBasis.HOUR
    note: str = ""
    audience: str = Audience.PUBLIC
    invited_ids: tuple[UUID, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a demand asks for; None or empty: not asked."""

    id: UUID
    owner_id: UUID
    process_codes: frozenset[str]
    accepted_processes: frozenset[str]
    material_code: str
    material_group: str
    accepted_materials: frozenset[str]
    size_mm: tuple[float, float, float] | None
    round_mm: tuple[float, float] | None
    mass_kg: float | None
    it_grade: int | None
    roughness_um: float | None
    quantity: int
    certificates: frozenset[str]
    due_on: date
    country: str
    latitude: float | None
    longitude: float | None
    allowed_countries: frozenset[str]
    excluded_countries: frozenset[str]
    audience: Audience
    invited_ids: frozenset[UUID]
    barred_ids: frozenset[UUID]
    document_language: str
    work_minutes: int | None
    material_cost_eur: float
    reference_eur: float | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a listing offers; None or empty: not stated.

    A certificate without a last day has none.
    """

    id: UUID
    owner_id: UUID
    version: int
    process_code: str
    material_groups: frozenset[str]
    material_codes: frozenset[str]
    envelope_kind: EnvelopeKind | None
    envelope_mm: tuple[float, ...] | None
    max_mass_kg: float | None
    it_grade: int | None
    roughness_um: float | None
    batch_min: int | None
    batch_max: int | None
    certificates: Mapping[str, date | None]
    country: str
    latitude: float | None
    longitude: float | None
    rate_eur_hour: float | None
    weeks_from: date
    free_minutes: tuple[int, ...]
    deliveries: int
    deliveries_on_time: int
    languages: frozenset[str]
    is_verified: bool = False
    is_suspended: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a pair would come to, from published figures alone."""

    distance_km: int | None
    transit_days: int
    price_eur: float | None
    free_minutes: int | None
    arrival_on: date | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a listing does not fit: what was asked, what is offered, how far apart.

    `detail` tells the ways in which one rule can fail apart; `gap` is in `unit`.
    """

    reason: Reason
    needed: Value
    offered: Value
    unit: str = ""
    gap: float | None = None
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give what `from_json` reads back."""
        return {
            "reason": self.reason.value,
            "needed": self.needed,
            "offered": self.offered,
            "unit": self.unit,
            "gap": self.gap,
            "detail": self.detail,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Refusal":
        """Read what `as_json` gave."""
        return cls(
            reason=Reason(stored["reason"]),
            needed=_tupled(stored["needed"]),
            offered=_tupled(stored["offered"]),
            unit=stored["unit"],
            gap=stored["gap"],
            detail=stored["detail"],
        )


@dataclass(frozen=True, slots=True)
class Unknown:
    """A thing asked for of which the listing says nothing."""

    reason: Reason
    needed: Value
    unit: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give what `from_json` reads back."""
        return {
            "reason": self.reason.value,
            "needed": self.needed,
            "unit": self.unit,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Unknown":
        """Read what `as_json` gave."""
        return cls(
            reason=Reason(stored["reason"]),
            needed=_tupled(stored["needed"]),
            unit=stored["unit"],
        )


def _tupled(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all hard rules say of one pair."""

    refusals: tuple[Refusal, ...] = ()
    unknowns: tuple[Unknown, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Unknown is not yes: a pair fits only if all that is asked is stated."""
        if self.refusals:
            return Outcome.REFUSED
        return Outcome.UNKNOWN if self.unknowns else Outcome.FITS

    @property
    def fits(self) -> bool:
        """Say whether every rule holds for certain."""
        return self.outcome == Outcome.FITS


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How many machines a rule refused: as the first that failed, and as the only."""

    reason: Reason
    first: int
    only: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What the parts of a score are worth to a buyer; only ratios count."""

    price: float
    lead_time: float
    quality: float
    distance: float

    def of(self, part: PartName) -> float:
        """Give the weight of one part."""
        return float(getattr(self, part.value))

    def as_json(self) -> dict[str, float]:
        """Give the weights by the parts' names."""
        return {part.value: self.of(part) for part in PartName}


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a score, with the input that it was computed from.

    `value` is 0 to 1; `measure` is in `unit` and None if it is not stated.
    """

    name: PartName
    value: float
    weight: float
    measure: float | None
    unit: str
    reference: float | None

    def as_json(self) -> dict[str, Any]:
        """Give the part as it is stored with a match."""
        return {
            "name": self.name.value,
            "value": self.value,
            "weight": self.weight,
            "measure": self.measure,
            "unit": self.unit,
            "reference": self.reference,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ScorePart":
        """Read what `as_json` gave."""
        return cls(**{**stored, "name": PartName(stored["name"])})


@dataclass(frozen=True, slots=True)
class Score:
    """The weighted mean of the parts, 0 to 1."""

    total: float
    parts: tuple[ScorePart, ...]
