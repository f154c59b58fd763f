"""Which listings serve a demand: run, record, and have those who fit answer."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.catalog import selectors as catalog
from apps.exchange.models import Demand, Listing, Match, MatchRun
from apps.exchange.rules.score import RULE_VERSION, weights_of
from apps.exchange.rules.verdict import is_candidate
from apps.exchange.selectors import DemandNotFound, demand_of, judging
from apps.exchange.services import telling
from apps.exchange.services.engine import ENGINE, Candidate, judged, market
from apps.exchange.services.masking import (
    NOTHING,
    mask_told,
    masked_by,
    masked_from,
    told,
)
from apps.exchange.types import DemandState, Outcome, Reason, RunState, RunTrigger
from apps.kernel.errors import Conflict
from tenants import jobs
from tenants.registry import selectors as enterprises
from tenants.types import EnterpriseRef

# Quotes that are worked out unasked; more would hold machine time for little.
AUTO_QUOTES = 10


class DemandNotOpen(Conflict):
    """Raised when a demand takes no answers any more."""

    code = "demand_not_open"


@transaction.atomic
def match_demand(*, demand_id: UUID, trigger: RunTrigger, at: datetime) -> MatchRun:
    """Judge all published listings for a demand and keep the result as its latest.

    Runs in the exchange's name: it reads listings and demands only, and tells those
    concerned in their own enterprises.

    :raises DemandNotFound: if there is no such demand.
    :raises DemandNotOpen: if it takes no answers any more.
    """
    # One run of a demand at a time: the later must not be overwritten by the earlier.
    demand = (
        Demand.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=demand_id)
        .first()
    )
    if demand is None:
        raise DemandNotFound
    check_open(demand, at)
    jobs.report_progress(percent=10, note=_("Judging published machines"))
    catalog_version = catalog.refresh()
    _accept_by_catalog(demand)
    weights = weights_of(demand.weights)
    found = market.search(demand, weights, at.date())
    jobs.report_progress(percent=70, note=_("Writing down the matches"))
    demand.matches.all().delete()
    run = MatchRun.objects.create(
        owner_id=demand.owner_id,
        demand=demand,
        trigger=trigger,
        rule_version=RULE_VERSION,
        catalog_version=catalog_version,
        engine=ENGINE,
        weights=weights.as_json(),
        judged_on=at.date(),
        demand_version=demand.version,
        inputs_digest=found.digest,
        state=RunState.FINISHED,
        considered=found.judgement.considered,
        fitting=found.judgement.fitting,
        unknown=found.judgement.unknown,
        refused_by_first=_by_name(found.judgement.first),
        refused_by_only=_by_name(found.judgement.only),
        started_at=at,
        finished_at=at,
        engine_ms=found.milliseconds,
    )
    masks = masked_from(
        demand.owner_id, [candidate.offer.id for candidate in found.candidates]
    )
    Match.objects.bulk_create(
        _match(run, demand, candidate, rank, masks.get(candidate.offer.id, NOTHING))
        for rank, candidate in enumerate(found.candidates, start=1)
    )
    _tell(demand, run, found.candidates, at)
    jobs.report_progress(percent=100, note=_("Done"))
    return run


def is_open(*, demand_id: UUID, at: datetime) -> bool:
    """Say whether a demand takes answers; one that is not there takes none."""
    return Demand.objects.open_at(at).filter(pk=demand_id).exists()


def check_open(demand: Demand, at: datetime) -> None:
    """Make sure that a demand takes answers.

    :raises DemandNotOpen: if it is decided, withdrawn, or its deadline has passed.
    """
    if demand.state != DemandState.OPEN or demand.response_deadline_at <= at:
        raise DemandNotOpen(
            _("“%(title)s” takes no answers any more.") % {"title": demand.title},
            field="demand_id",
            value=str(demand.pk),
        )


def _accept_by_catalog(demand: Demand) -> None:
    """Have the demand take what the catalog says today, not when it was published."""
    accepted = {
        "accepted_processes": sorted(catalog.leaf_codes_below(demand.process_codes)),
        "accepted_materials": sorted(catalog.accepted_materials(demand.material_code)),
    }
    changed = [name for name, now in accepted.items() if getattr(demand, name) != now]
    if changed:
        for name in changed:
            setattr(demand, name, accepted[name])
        demand.save(update_fields=changed)


def _by_name(counts: Mapping[Reason, int]) -> dict[str, int]:
    return {reason.value: number for reason, number in counts.items()}


def _match(
    run: MatchRun,
    demand: Demand,
    candidate: Candidate,
    rank: int,
    masked: Collection[str],
) -> Match:
    offer = candidate.offer
    return Match(
        owner_id=demand.owner_id,
        seller_id=offer.owner_id,
        run=run,
        demand=demand,
        listing_id=offer.id,
        listing_version=offer.version,
        rank=rank,
        outcome=candidate.verdict.outcome,
        unknowns=[unknown.as_json() for unknown in candidate.verdict.unknowns],
        **told(candidate.verdict.refusals, candidate.score.parts, masked),
    )


def _tell(
    demand: Demand, run: MatchRun, candidates: Iterable[Candidate], at: datetime
) -> None:
    buyer = enterprises.enterprise_by_id(demand.owner_id)
    if buyer is not None:
        telling.matches_found(
            buyer,
            rfq_id=demand.rfq_id,
            demand_id=demand.pk,
            title=demand.title,
            fitting=run.fitting,
            considered=run.considered,
            at=at,
        )
    if not run.fitting:
        return
    listings = Listing.objects.in_bulk(
        [found.offer.id for found in candidates if found.verdict.fits]
    )
    # Of each enterprise the machine that ranks best: the dictionary keeps that order.
    asked: dict[UUID, UUID] = {}
    for listing in listings_in_order(candidates, listings):
        if listing.auto_quote and len(asked) < AUTO_QUOTES:
            asked.setdefault(listing.owner_id, listing.pk)
    for owner_id, listing_id in asked.items():
        seller = enterprises.enterprise_by_id(owner_id)
        if seller is not None:
            _ask_for_quote(seller, demand.pk, listing_id)
    # Later: telling a hundred shops takes longer than matching a hundred thousand.
    jobs.enqueue(
        "exchange.tell_sellers",
        dedup_key=f"tell:{demand.pk}",
        demand_id=str(demand.pk),
    )


def listings_in_order(
    candidates: Iterable[Candidate], listings: Mapping[UUID, Listing]
) -> list[Listing]:
    """Return the listings that fit for certain, best first."""
    return [
        listings[found.offer.id]
        for found in candidates
        if found.verdict.fits and found.offer.id in listings
    ]


def tell_sellers(*, demand_id: UUID, at: datetime) -> int:
    """Tell each shop, once, of a demand that its machines fit; return how many.

    Runs in the exchange's name.
    """
    best: dict[UUID, Match] = {}
    rows = Match.objects.filter(demand_id=demand_id, outcome=Outcome.FITS)
    for match in rows.select_related("listing", "demand").best_first():
        best.setdefault(match.seller_id, match)
    for seller_id, match in best.items():
        seller = enterprises.enterprise_by_id(seller_id)
        if seller is not None:
            telling.demand_fits(
                seller,
                demand_id=demand_id,
                title=match.demand.title,
                machine=match.listing.machine_label,
                at=at,
            )
    return len(best)


def _ask_for_quote(seller: EnterpriseRef, demand_id: UUID, listing_id: UUID) -> None:
    jobs.enqueue(
        "exchange.auto_quote",
        enterprise=seller,
        dedup_key=f"auto_quote:{demand_id}",
        demand_id=str(demand_id),
        listing_id=str(listing_id),
    )


def match_listing(*, listing_id: UUID, at: datetime) -> list[UUID]:
    """Have the open demands matched again that a changed listing makes a difference to.

    A run is a record of its inputs, so it is not patched: a new one takes its place.
    Demands that the listing neither fits nor fitted keep theirs. Returns the others.
    What buyers were told before and may not be told now is taken out at once.
    """
    listing = Listing.objects.filter(pk=listing_id).first()
    if listing is None:
        return []
    mask_told(listing)
    if not Demand.objects.open_at(at).exists():
        return []
    offer = judging.offer_of(
        listing,
        verified=judging.verified_ids([listing.owner_id]),
        suspended=judging.suspended_ids([listing.owner_id]),
    )
    kept = {
        match.demand_id: match
        for match in Match.objects.filter(listing=listing, demand__state="open")
    }
    masked = masked_by(listing)
    touched = []
    for demand in Demand.objects.open_at(at).order_by("id").iterator(chunk_size=500):
        need = judging.need_of(demand)
        if not is_candidate(need, offer):
            continue
        candidate = judged(need, offer, weights_of(demand.weights), at.date())
        if _makes_a_difference(
            candidate,
            kept.get(demand.pk),
            is_active=listing.is_active,
            masked=masked(demand.owner_id),
        ):
            _ask_for_run(demand, RunTrigger.LISTING_CHANGED)
            touched.append(demand.pk)
    return touched


def _makes_a_difference(
    candidate: Candidate,
    kept: Match | None,
    *,
    is_active: bool,
    masked: Collection[str],
) -> bool:
    if not is_active:
        return kept is not None
    verdict = candidate.verdict
    if kept is None:
        return verdict.outcome != Outcome.REFUSED
    now = told(verdict.refusals, candidate.score.parts, masked)
    return (
        kept.outcome != verdict.outcome
        or kept.score != now["score"]
        or len(kept.parts) != len(now["parts"])
        or kept.refusals != [_stored(refusal) for refusal in now["refusals"]]
        or kept.unknowns != [_stored(unknown.as_json()) for unknown in verdict.unknowns]
    )


def _stored(made: Mapping[str, object]) -> dict[str, object]:
    """Give what JSON makes of a value, to be compared with what was read."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in made.items()
    }


def ask_for_run(*, rfq_line_id: UUID, at: datetime) -> UUID:
    """Have one of our lines matched once more; return the job to follow.

    Runs in the buyer's name.

    :raises DemandNotFound: if the line is not on the market.
    :raises DemandNotOpen: if it takes no answers any more.
    """
    demand = demand_of(rfq_line_id)
    if demand is None:
        raise DemandNotFound
    check_open(demand, at)
    return _ask_for_run(demand, RunTrigger.ASKED)


def _ask_for_run(demand: Demand, trigger: RunTrigger) -> UUID:
    return jobs.enqueue(
        "exchange.match_demand",
        enterprise=enterprises.enterprise_by_id(demand.owner_id),
        dedup_key=f"match:{demand.pk}",
        demand_id=str(demand.pk),
        trigger=trigger.value,
    )
