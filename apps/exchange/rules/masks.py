"""What a buyer is told of a listing's facts that are for counterparties alone.

A rule still says yes or no, or matching would be of no use; the figure behind it is
left out, and with it each part of a score that the figure could be worked out from.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from apps.exchange.types import PartName, Reason, Refusal, ScorePart
from apps.machines.types import DisclosedFact

MASKED = "masked"

FACT_OF: Mapping[Reason, DisclosedFact] = MappingProxyType(
    {
        Reason.MATERIAL: DisclosedFact.MATERIALS,
        Reason.ENVELOPE: DisclosedFact.ENVELOPE,
        Reason.MASS: DisclosedFact.MAX_MASS,
        Reason.TOLERANCE: DisclosedFact.TOLERANCE,
        Reason.ROUGHNESS: DisclosedFact.ROUGHNESS,
        Reason.BATCH: DisclosedFact.BATCH,
        Reason.CERTIFICATE: DisclosedFact.CERTIFICATES,
        Reason.CAPACITY: DisclosedFact.FREE_CAPACITY,
    }
)
FACTS_OF_PART: Mapping[PartName, frozenset[DisclosedFact]] = MappingProxyType(
    {
        PartName.PRICE: frozenset({DisclosedFact.HOURLY_RATE}),
        PartName.LEAD_TIME: frozenset({DisclosedFact.FREE_CAPACITY}),
        PartName.QUALITY: frozenset(
            {
                DisclosedFact.TOLERANCE,
                DisclosedFact.ROUGHNESS,
                DisclosedFact.CERTIFICATES,
            }
        ),
        PartName.DISTANCE: frozenset(),
    }
)


def masked_refusals(
    refusals: Iterable[Refusal], facts: Collection[str]
) -> tuple[Refusal, ...]:
    """Leave the figures out of refusals by facts that are masked.

    What was needed goes too where it was laid out by what is offered.
    """
    return tuple(
        Refusal(refusal.reason, None, None, detail=MASKED)
        if FACT_OF.get(refusal.reason) in facts
        else refusal
        for refusal in refusals
    )


def shown_parts(
    parts: Iterable[ScorePart], facts: Collection[str]
) -> tuple[ScorePart, ...]:
    """Leave out the parts of a score that a masked fact could be read from."""
    return tuple(part for part in parts if FACTS_OF_PART[part.name].isdisjoint(facts))


def total_of(parts: Iterable[ScorePart]) -> float:
    """Give the mean of the parts that are shown; 0 if none is."""
    weighted = weight = 0.0
    for part in parts:
        weighted += part.weight * part.value
        weight += part.weight
    return weighted / weight if weight else 0.0
