"""The hard rules: whether a listing fits a demand, and if not, why.

Each rule is stated here once, over plain values. The engine runs the same rules
over columns and is tested pair by pair against this module.
"""

from collections.abc import Callable
from datetime import date

from apps.exchange.rules.terms import MINUTES_PER_DAY, terms_of
from apps.exchange.types import (
    Audience,
    EnvelopeKind,
    Need,
    Offer,
    Reason,
    Refusal,
    Terms,
    Unknown,
    Verdict,
)

Finding = Refusal | Unknown | None

# What one person may lift (ISO 11228-1). Where no largest mass is stated, a part that
# a machine's envelope holds and a person lifts is not a question of mass.
HAND_LIFTED_KG = 25.0


def process(need: Need, offer: Offer) -> Finding:
    """The listing's process is one asked for, or a child of one."""
    if offer.process_code in need.accepted_processes:
        return None
    # Told by what was asked, not by all that is below it.
    asked = tuple(sorted(need.process_codes))
    return Refusal(Reason.PROCESS, asked, offer.process_code)


def material(need: Need, offer: Offer) -> Finding:
    """The grade, an identical grade, or its group is worked."""
    if not need.material_code:
        return None
    if not offer.material_groups and not offer.material_codes:
        return Unknown(Reason.MATERIAL, need.material_code)
    if need.material_group in offer.material_groups:
        return None
    if not need.accepted_materials.isdisjoint(offer.material_codes):
        return None
    worked = tuple(sorted(offer.material_groups)) or tuple(sorted(offer.material_codes))
    return Refusal(Reason.MATERIAL, (need.material_code, need.material_group), worked)


def envelope(need: Need, offer: Offer) -> Finding:
    """The part fits in some axis-parallel rotation."""
    if need.size_mm is None:
        return None
    if offer.envelope_kind is None or offer.envelope_mm is None:
        return Unknown(Reason.ENVELOPE, need.size_mm, "mm")
    if offer.envelope_kind == EnvelopeKind.BOX:
        return _box(need.size_mm, offer.envelope_mm)
    return _cylinder(need, offer.envelope_mm)


def _box(part: tuple[float, ...], room: tuple[float, ...]) -> Finding:
    # Largest against largest and so on: if any rotation fits, this one does.
    part = tuple(sorted(part, reverse=True))
    room = tuple(sorted(room, reverse=True))
    missing = [p - r for p, r in zip(part, room, strict=True) if p > r]
    if not missing:
        return None
    return Refusal(Reason.ENVELOPE, part, room, "mm", max(missing), detail="box")


def _cylinder(need: Need, room: tuple[float, ...]) -> Finding:
    diameter, length = room
    part = tuple(sorted(need.size_mm or (), reverse=True))
    if need.round_mm is not None:
        across, along = need.round_mm
        if across <= diameter and along <= length:
            return None
    # A box swings on its diagonal. Squares, so that no root rounds a fit away.
    long, middle, short = part
    swings = (
        (long, middle * middle + short * short),
        (middle, long * long + short * short),
        (short, long * long + middle * middle),
    )
    for along, swing_squared in swings:
        if along <= length and swing_squared <= diameter * diameter:
            return None
    if need.round_mm is not None:
        across, along = need.round_mm
        gap = max(across - diameter, along - length)
        return Refusal(
            Reason.ENVELOPE, (across, along), room, "mm", gap, detail="round"
        )
    across = (middle * middle + short * short) ** 0.5
    gap = max(across - diameter, long - length)
    return Refusal(Reason.ENVELOPE, (across, long), room, "mm", gap, detail="cylinder")


def mass(need: Need, offer: Offer) -> Finding:
    """The machine carries the part."""
    if need.mass_kg is None:
        return None
    if offer.max_mass_kg is None:
        if need.mass_kg <= HAND_LIFTED_KG:
            return None
        return Unknown(Reason.MASS, need.mass_kg, "kg")
    if need.mass_kg <= offer.max_mass_kg:
        return None
    gap = need.mass_kg - offer.max_mass_kg
    return Refusal(Reason.MASS, need.mass_kg, offer.max_mass_kg, "kg", gap)


def tolerance(need: Need, offer: Offer) -> Finding:
    """The finest IT grade offered is at least as fine as the one asked."""
    return _at_least_as_fine(Reason.TOLERANCE, need.it_grade, offer.it_grade, "IT")


def roughness(need: Need, offer: Offer) -> Finding:
    """The finest Ra offered is at least as fine as the one asked."""
    return _at_least_as_fine(
        Reason.ROUGHNESS, need.roughness_um, offer.roughness_um, "um"
    )


def _at_least_as_fine(
    reason: Reason, needed: float | None, offered: float | None, unit: str
) -> Finding:
    if needed is None:
        return None
    if offered is None:
        return Unknown(reason, needed, unit)
    if offered <= needed:
        return None
    return Refusal(reason, needed, offered, unit, offered - needed)


def batch(need: Need, offer: Offer) -> Finding:
    """The quantity lies within the batches that the shop takes.

    A limit is the shop's wish, not its ability: one that is not stated is none.
    """
    low, high = offer.batch_min, offer.batch_max
    if low is not None and need.quantity < low:
        return Refusal(
            Reason.BATCH, need.quantity, low, "", low - need.quantity, detail="below"
        )
    if high is not None and need.quantity > high:
        return Refusal(
            Reason.BATCH, need.quantity, high, "", need.quantity - high, detail="above"
        )
    return None


def certificate(need: Need, offer: Offer) -> Finding:
    """Each certificate asked for is held, and valid on the delivery date.

    One without a last day ends never.
    """
    missing = sorted(need.certificates - offer.certificates.keys())
    if missing:
        return Refusal(Reason.CERTIFICATE, tuple(missing), None, detail="missing")
    ends = {code: offer.certificates[code] for code in sorted(need.certificates)}
    ended = {c: until for c, until in ends.items() if until and until < need.due_on}
    if ended:
        first = min(ended.values())
        return Refusal(
            Reason.CERTIFICATE,
            (*ended, need.due_on.isoformat()),
            first.isoformat(),
            "d",
            (need.due_on - first).days,
            detail="ended",
        )
    return None


def region(need: Need, offer: Offer) -> Finding:
    """The buyer lets goods come from the listing's country."""
    if offer.country in need.excluded_countries:
        excluded = tuple(sorted(need.excluded_countries))
        return Refusal(Reason.REGION, excluded, offer.country, detail="excluded")
    if need.allowed_countries and offer.country not in need.allowed_countries:
        allowed = tuple(sorted(need.allowed_countries))
        return Refusal(Reason.REGION, allowed, offer.country, detail="not_allowed")
    return None


def audience(need: Need, offer: Offer) -> Finding:
    """The buyer asks this enterprise."""
    if offer.owner_id in need.barred_ids:
        return Refusal(Reason.AUDIENCE, None, None, detail="barred")
    if need.audience == Audience.INVITED and offer.owner_id not in need.invited_ids:
        return Refusal(Reason.AUDIENCE, None, None, detail="invited")
    if need.audience == Audience.VERIFIED and not offer.is_verified:
        return Refusal(Reason.AUDIENCE, None, None, detail="verified")
    return None


def lead_time(need: Need, terms: Terms, on: date) -> Finding:
    """Work round the clock and transport end before the due date."""
    there = (need.due_on - on).days
    needed = terms.transit_days - (-(need.work_minutes or 0) // MINUTES_PER_DAY)
    if needed <= there:
        return None
    return Refusal(Reason.LEAD_TIME, there, needed, "d", needed - there)


def capacity(need: Need, terms: Terms) -> Finding:
    """The weeks before the due date, less transport, have the free minutes."""
    if need.work_minutes is None or terms.free_minutes is None:
        return Unknown(Reason.CAPACITY, need.work_minutes, "min")
    if need.work_minutes <= terms.free_minutes:
        return None
    gap = need.work_minutes - terms.free_minutes
    return Refusal(Reason.CAPACITY, need.work_minutes, terms.free_minutes, "min", gap)


def language(need: Need, offer: Offer) -> Finding:
    """The shop writes its documents in the language asked for."""
    if not need.document_language:
        return None
    if not offer.languages:
        return Unknown(Reason.LANGUAGE, need.document_language)
    if need.document_language in offer.languages:
        return None
    written = tuple(sorted(offer.languages))
    return Refusal(Reason.LANGUAGE, need.document_language, written)


def suspended(need: Need, offer: Offer) -> Finding:  # noqa: ARG001  (one shape)
    """The listing's enterprise may trade."""
    return Refusal(Reason.SUSPENDED, None, None) if offer.is_suspended else None


PAIR_RULES: dict[Reason, Callable[[Need, Offer], Finding]] = {
    Reason.PROCESS: process,
    Reason.MATERIAL: material,
    Reason.ENVELOPE: envelope,
    Reason.MASS: mass,
    Reason.TOLERANCE: tolerance,
    Reason.ROUGHNESS: roughness,
    Reason.BATCH: batch,
    Reason.CERTIFICATE: certificate,
    Reason.REGION: region,
    Reason.AUDIENCE: audience,
    Reason.LANGUAGE: language,
    Reason.SUSPENDED: suspended,
}


def is_candidate(need: Need, offer: Offer) -> bool:
    """Say whether the pair is judged at all: nobody buys from itself."""
    return need.owner_id != offer.owner_id


def findings(need: Need, offer: Offer, on: date) -> dict[Reason, Finding]:
    """Ask every rule, in the order of `Reason`."""
    terms = terms_of(need, offer, on)
    found: dict[Reason, Finding] = {}
    late = lead_time(need, terms, on)
    for reason in Reason:
        if reason == Reason.LEAD_TIME:
            found[reason] = late
        elif reason == Reason.CAPACITY:
            # Days that are too few for an idle machine would else be told twice,
            # and lead time could never be the only reason.
            found[reason] = None if late else capacity(need, terms)
        else:
            found[reason] = PAIR_RULES[reason](need, offer)
    return found


def judge(need: Need, offer: Offer, on: date) -> Verdict:
    """Say whether a listing fits a demand on a day, and why not."""
    found = findings(need, offer, on).values()
    return Verdict(
        refusals=tuple(f for f in found if isinstance(f, Refusal)),
        unknowns=tuple(f for f in found if isinstance(f, Unknown)),
    )
