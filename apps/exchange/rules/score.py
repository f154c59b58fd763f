"""How well a listing that fits serves a demand: parts of 0 to 1, and their mean.

Every part is measured against the demand's own references, never against the
other candidates: a listing that comes or goes changes nobody else's score.

- price: 1 at half the reference price or less, 0.5 at the reference, 0 at one and
  a half; the price is material cost plus published rate times estimated hours.
- lead time: the share of the days until the due date that is left on arrival.
- quality: 0.7 x record + 0.3 x headroom. Record: deliveries on time, shrunk towards
  the mean of the trade, (on time + 20 x 0.85) / (deliveries + 20). Headroom: the
  mean of how much finer tolerance (4 IT grades: 1) and roughness (1 - Ra offered /
  Ra asked) are than asked, and 1 if any certificate is valid on the due date.
- distance: 1 at the door, 0 at 5,000 km or more. Carbon is not estimated: no
  listing states its means of transport.

A part whose input is not stated counts 0.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID

from apps.exchange.rules.terms import terms_of
from apps.exchange.types import (
    Need,
    Offer,
    Outcome,
    PartName,
    Reason,
    Refusal,
    Score,
    ScorePart,
    Terms,
    Weights,
)

# Raised with every change of a rule, a formula or a constant of this package.
RULE_VERSION = "2026.1"

PRESETS: Mapping[str, Weights] = MappingProxyType(
    {
        "balanced": Weights(price=0.40, lead_time=0.25, quality=0.25, distance=0.10),
        "cheapest": Weights(price=0.70, lead_time=0.10, quality=0.10, distance=0.10),
        "fastest": Weights(price=0.15, lead_time=0.60, quality=0.15, distance=0.10),
        "best_quality": Weights(
            price=0.15, lead_time=0.15, quality=0.60, distance=0.10
        ),
        "nearest": Weights(price=0.20, lead_time=0.20, quality=0.15, distance=0.45),
    }
)
DEFAULT_PRESET = "balanced"

PRICE_SPAN = 1.5
MEAN_RECORD = 0.85
MEAN_WEIGHT = 20
RECORD_SHARE = 0.7
HEADROOM_SHARE = 0.3
HEADROOM_GRADES = 4.0
FAR_KM = 5000.0


def weights_of(stored: Mapping[str, object] | None) -> Weights:
    """Read weights as an RFQ keeps them: a preset's name, or a number per part."""
    stored = stored or {}
    preset = PRESETS.get(str(stored.get("preset", "")), PRESETS[DEFAULT_PRESET])
    given = {
        part.value: max(0.0, float(str(stored[part.value])))
        for part in PartName
        if stored.get(part.value) is not None
    }
    if not given:
        return preset
    # Weights named by the buyer replace the preset; what is not named counts 0.
    chosen = Weights(**{part.value: given.get(part.value, 0.0) for part in PartName})
    return chosen if sum(chosen.as_json().values()) > 0 else preset


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))


def price_value(price_eur: float | None, reference_eur: float | None) -> float:
    """Value a price against the demand's reference."""
    if price_eur is None or reference_eur is None or reference_eur <= 0:
        return 0.0
    return _clip(PRICE_SPAN - price_eur / reference_eur)


def lead_time_value(days: int | None, days_there: int) -> float:
    """Value the days until arrival against the days until the due date."""
    if days is None or days_there <= 0:
        return 0.0
    return _clip((days_there - days) / days_there)


def record_value(deliveries: int, on_time: int) -> float:
    """Share of deliveries on time, shrunk towards the mean of the trade."""
    return (on_time + MEAN_WEIGHT * MEAN_RECORD) / (deliveries + MEAN_WEIGHT)


def tolerance_headroom(needed: int | None, offered: int | None) -> float:
    """How much finer than asked the tolerance is."""
    if needed is None:
        return 1.0
    return 0.0 if offered is None else _clip((needed - offered) / HEADROOM_GRADES)


def roughness_headroom(needed: float | None, offered: float | None) -> float:
    """How much finer than asked the surface is."""
    if needed is None:
        return 1.0
    if offered is None or needed <= 0:
        return 0.0
    return _clip(1.0 - offered / needed)


def certificate_headroom(
    certificates: Mapping[str, date | None], due_on: date
) -> float:
    """1 if any certificate is valid on the due date."""
    valid = any(until is None or until >= due_on for until in certificates.values())
    return 1.0 if valid else 0.0


def quality_value(need: Need, offer: Offer) -> float:
    """Value what was observed, and what is claimed beyond what is asked."""
    headroom = (
        tolerance_headroom(need.it_grade, offer.it_grade)
        + roughness_headroom(need.roughness_um, offer.roughness_um)
        + certificate_headroom(offer.certificates, need.due_on)
    ) / 3.0
    record = record_value(offer.deliveries, offer.deliveries_on_time)
    return RECORD_SHARE * record + HEADROOM_SHARE * headroom


def distance_value(km: int | None) -> float:
    """Value the distance to the place of delivery."""
    return 0.0 if km is None else _clip(1.0 - km / FAR_KM)


def score(need: Need, offer: Offer, weights: Weights, on: date) -> Score:
    """Score a listing for a demand; the same whatever else is offered."""
    terms = terms_of(need, offer, on)
    parts = _parts(need, offer, weights, terms, on)
    weighted = 0.0
    total_weight = 0.0
    # In the order of the parts: float sums depend on it, and the engine's must agree.
    for part in parts:
        weighted += part.weight * part.value
        total_weight += part.weight
    return Score(total=weighted / total_weight, parts=parts)


def _parts(
    need: Need, offer: Offer, weights: Weights, terms: Terms, on: date
) -> tuple[ScorePart, ...]:
    days_there = (need.due_on - on).days
    days = None if terms.arrival_on is None else (terms.arrival_on - on).days
    return (
        ScorePart(
            PartName.PRICE,
            price_value(terms.price_eur, need.reference_eur),
            weights.price,
            terms.price_eur,
            "EUR",
            need.reference_eur,
        ),
        ScorePart(
            PartName.LEAD_TIME,
            lead_time_value(days, days_there),
            weights.lead_time,
            days,
            "d",
            days_there,
        ),
        ScorePart(
            PartName.QUALITY,
            quality_value(need, offer),
            weights.quality,
            offer.deliveries,
            "deliveries",
            MEAN_WEIGHT,
        ),
        ScorePart(
            PartName.DISTANCE,
            distance_value(terms.distance_km),
            weights.distance,
            terms.distance_km,
            "km",
            FAR_KM,
        ),
    )


OUTCOME_ORDER = {outcome: place for place, outcome in enumerate(Outcome)}


def rank_key(
    outcome: Outcome, total: float, listing_id: UUID
) -> tuple[int, float, UUID]:
    """The total order of what is shown: known before unknown, better first, by id."""
    return (OUTCOME_ORDER[outcome], -total, listing_id)


def miss_degree(refusals: Iterable[Refusal]) -> int:
    """Say how far a refused pair is from fitting: the order of `nearest`."""
    reasons = {refusal.reason for refusal in refusals}
    return len(reasons) + len(Reason) * (Reason.PROCESS in reasons)
