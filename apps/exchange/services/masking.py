"""What of a listing goes into a buyer's matches, and who is told all of it."""

from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from apps.exchange.models import Counterparty, Listing, Match
from apps.exchange.rules import masks
from apps.exchange.types import Refusal, ScorePart
from tenants import context

NOTHING: frozenset[str] = frozenset()


def note_counterparties(first_id: UUID, second_id: UUID) -> None:
    """Remember that two enterprises have an order: each reads the other's facts."""
    with context.exchange():
        Counterparty.objects.bulk_create(
            [
                Counterparty(owner_id=owner_id, counterparty_id=other_id)
                for owner_id, other_id in sorted(
                    [(first_id, second_id), (second_id, first_id)]
                )
            ],
            ignore_conflicts=True,
        )


def masked_from(
    buyer_id: UUID, listing_ids: Iterable[UUID]
) -> dict[UUID, frozenset[str]]:
    """Return the facts of each of these listings that a buyer may not be told."""
    rows = Listing.objects.filter(pk__in=list(listing_ids)).exclude(masked_facts=[])
    found = list(rows.values_list("pk", "owner_id", "masked_facts"))
    if not found:
        return {}
    # A buyer reads the facts of those who own up to it as their counterparty.
    known = set(
        Counterparty.objects.filter(counterparty_id=buyer_id).values_list(
            "owner_id", flat=True
        )
    )
    return {
        listing_id: frozenset(facts)
        for listing_id, owner_id, facts in found
        if owner_id not in known
    }


def masked_by(listing: Listing) -> Callable[[UUID], frozenset[str]]:
    """Return how to tell which facts of a listing a buyer may not be told."""
    facts = frozenset(listing.masked_facts)
    if not facts:
        return lambda _buyer_id: NOTHING
    known = set(
        Counterparty.objects.filter(owner_id=listing.owner_id).values_list(
            "counterparty_id", flat=True
        )
    )
    return lambda buyer_id: NOTHING if buyer_id in known else facts


def told(
    refusals: Iterable[Refusal], parts: Iterable[ScorePart], masked: Collection[str]
) -> dict[str, Any]:
    """Return the columns of a match that tell figures, without those that are masked.

    The score is the mean of the parts that are told; the rank stays by all.
    """
    shown = masks.shown_parts(parts, masked)
    return {
        "refusals": [
            refusal.as_json() for refusal in masks.masked_refusals(refusals, masked)
        ],
        "parts": [part.as_json() for part in shown],
        "score": masks.total_of(shown),
    }


def mask_told(listing: Listing) -> None:
    """Take out of all matches of a listing what their buyers may no longer be told.

    Decided demands are not matched again, and theirs must not stay readable.
    """
    if not listing.masked_facts:
        return
    masked = masked_by(listing)
    for match in Match.objects.filter(listing=listing).order_by("id"):
        shown = told(
            [Refusal.from_json(stored) for stored in match.refusals],
            [ScorePart.from_json(stored) for stored in match.parts],
            masked(match.owner_id),
        )
        # With nothing newly left out, the score stays the very number that it was.
        if len(shown["parts"]) < len(match.parts) or any(
            new["detail"] == masks.MASKED != old["detail"]
            for new, old in zip(shown["refusals"], match.refusals, strict=True)
        ):
            for name, value in shown.items():
                setattr(match, name, value)
            match.save(update_fields=list(shown))
