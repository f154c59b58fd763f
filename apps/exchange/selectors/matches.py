"""What was matched: for the buyer, for the shops that fit, and for the operator."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import QuerySet

from apps.exchange.models import (
    Demand,
    MarketDemand,
    MarketListing,
    MarketMatch,
    Match,
    MatchRun,
)
from apps.exchange.rules import masks, reasons
from apps.exchange.rules.score import rank_key
from apps.exchange.selectors.market import market_demand, market_demands
from apps.exchange.selectors.names import names_of
from apps.exchange.types import (
    Outcome,
    Reason,
    Refusal,
    RefusalCount,
    ScorePart,
    Unknown,
)
from apps.orders import selectors as orders
from tenants import context


@dataclass(frozen=True, slots=True)
class MatchView:
    """One machine judged for one demand, with the reasons in the reader's language.

    The rank is among all for the buyer, and among its own machines for a shop.
    """

    id: UUID
    demand_id: UUID
    listing_id: UUID
    seller_id: UUID
    seller_name: str
    seller_slug: str
    is_verified: bool
    machine_label: str
    process_code: str
    country: str
    region: str
    auto_quote: bool
    unconfirmed_figures: tuple[str, ...]
    masked_facts: tuple[str, ...]
    certificates: tuple[str, ...]
    verified_certificates: tuple[str, ...]
    rank: int
    outcome: Outcome
    score: float
    parts: tuple[ScorePart, ...]
    refusals: tuple[Refusal, ...]
    unknowns: tuple[Unknown, ...]
    refusal_texts: tuple[str, ...]
    unknown_texts: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Say whether every rule holds for certain."""
        return self.outcome == Outcome.FITS

    @property
    def reason_texts(self) -> tuple[str, ...]:
        """All that stands against it or is not stated."""
        return self.refusal_texts + self.unknown_texts


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A demand that our machines fit, with the best of them and what we answered."""

    demand: MarketDemand
    best: MatchView
    listing_count: int
    quote_id: UUID | None
    quote_state: str

    @property
    def is_answered(self) -> bool:
        """Say whether we have answered, whatever became of it."""
        return self.quote_id is not None


# --- for the buyer


def demand_of(rfq_line_id: UUID) -> Demand | None:
    """Return the market's copy of one of our lines, or None before it is published."""
    return Demand.objects.filter(
        owner_id=context.current().id, rfq_line_id=rfq_line_id
    ).first()


def run_of(rfq_line_id: UUID) -> MatchRun | None:
    """Return the latest match run of one of our lines."""
    return (
        MatchRun.objects.filter(
            owner_id=context.current().id, demand__rfq_line_id=rfq_line_id
        )
        .newest_first()
        .first()
    )


def matches_of(rfq_line_id: UUID) -> list[MatchView]:
    """Return what was found for one of our lines: what fits first, near misses last."""
    rows = Match.objects.filter(
        owner_id=context.current().id, demand__rfq_line_id=rfq_line_id
    ).best_first()
    return _views(rows)


def refusal_counts(rfq_line_id: UUID) -> list[RefusalCount]:
    """Return how many machines each rule refused in the latest run."""
    run = run_of(rfq_line_id)
    return counts_of_run(run) if run else []


def counts_of_run(run: MatchRun) -> list[RefusalCount]:
    """Return how many machines each rule refused, in the order of the rules."""
    return [
        RefusalCount(
            reason=reason,
            first=run.refused_by_first.get(reason.value, 0),
            only=run.refused_by_only.get(reason.value, 0),
        )
        for reason in Reason
        if run.refused_by_first.get(reason.value)
    ]


# --- for the shop


def inbox(
    *,
    search: str = "",
    process_code: str = "",
    country: str = "",
    is_answered: bool | None = None,
) -> list[InboxEntry]:
    """Return the open demands that our machines fit, or may fit, newest first."""
    mine = _own_matches(MarketMatch.objects.all())
    demands = market_demands(
        search=search, process_code=process_code, country=country
    ).filter(pk__in=set(mine))
    answers = _answers(set(mine))
    entries = [_entry(demand, mine[demand.pk], answers) for demand in demands]
    if is_answered is None:
        return entries
    return [entry for entry in entries if entry.is_answered == is_answered]


def inbox_entry(demand_id: UUID) -> InboxEntry | None:
    """Return an open demand with the best of our machines, or None if none fits.

    :raises DemandNotFound: if there is none, or it is not for this reader.
    """
    demand = market_demand(demand_id)
    mine = _own_matches(MarketMatch.objects.filter(demand_id=demand_id))
    if not mine:
        return None
    return _entry(demand, mine[demand_id], _answers({demand_id}))


def own_matches(demand_id: UUID) -> list[MatchView]:
    """Return how our machines were judged for a demand, the best first.

    Ranked among themselves, and scored without the part of the price: how the buyer
    ranks them, and against which price, is the buyer's.
    """
    found = _own_matches(MarketMatch.objects.filter(demand_id=demand_id))
    return found.get(demand_id, [])


def _own_matches(rows: QuerySet[MarketMatch]) -> dict[UUID, list[MatchView]]:
    found: dict[UUID, list[MatchView]] = {}
    for view in _views(_judged(row) for row in rows):
        found.setdefault(view.demand_id, []).append(view)
    for views in found.values():
        views.sort(key=lambda view: rank_key(view.outcome, view.score, view.listing_id))
    return {
        demand_id: [replace(view, rank=rank) for rank, view in enumerate(views, 1)]
        for demand_id, views in found.items()
    }


def _judged(row: MarketMatch) -> Match:
    """Give a pair that we see in part as if it were the whole."""
    weight = sum(part["weight"] for part in row.parts)
    weighted = sum(part["weight"] * part["value"] for part in row.parts)
    return Match(
        id=row.pk,
        seller_id=row.seller_id,
        demand_id=row.demand_id,
        listing_id=row.listing_id,
        listing_version=row.listing_version,
        outcome=row.outcome,
        rank=1,
        score=weighted / weight if weight else 0.0,
        parts=row.parts,
        unknowns=row.unknowns,
    )


def _answers(demand_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Return our newest quote for each demand: its id and state."""
    rows = orders.quotes(side="seller").filter(demand_id__in=set(demand_ids))
    found: dict[UUID, tuple[UUID, str]] = {}
    for demand_id, quote_id, state in rows.values_list("demand_id", "id", "state"):
        found.setdefault(demand_id, (quote_id, state))
    return found


def _entry(
    demand: MarketDemand,
    views: list[MatchView],
    answers: Mapping[UUID, tuple[UUID, str]],
) -> InboxEntry:
    quote_id, state = answers.get(demand.pk, (None, ""))
    return InboxEntry(
        demand=demand,
        best=views[0],
        listing_count=len(views),
        quote_id=quote_id,
        quote_state=state,
    )


# --- for the operator


def runs() -> QuerySet[MatchRun]:
    """Return match runs of all enterprises, newest first; in the operator's name."""
    return MatchRun.objects.newest_first().select_related("demand", "owner")


# --- views


def _views(rows: Iterable[Match]) -> list[MatchView]:
    matches = list(rows)
    listing_ids = {match.listing_id for match in matches}
    shown = MarketListing.objects.in_bulk(listing_ids)
    # Matches leave out what was masked when they were made; a choice made since is
    # kept here until they are made anew.
    hidden = {row.pk: row.masked_facts for row in shown.values()}
    found = [
        (
            match,
            masks.masked_refusals(
                (Refusal.from_json(stored) for stored in match.refusals),
                hidden.get(match.listing_id, ()),
            ),
            tuple(Unknown.from_json(stored) for stored in match.unknowns),
        )
        for match in matches
    ]
    stated: list[Refusal | Unknown] = []
    for _match, refused, unknown in found:
        stated += [*refused, *unknown]
    names = names_of(reasons.codes_in(stated))
    return [
        _view(match, refused, unknown, shown.get(match.listing_id), names)
        for match, refused, unknown in found
    ]


def _view(
    match: Match,
    refusals: tuple[Refusal, ...],
    unknowns: tuple[Unknown, ...],
    listing: MarketListing | None,
    names: Mapping[str, str],
) -> MatchView:
    # A listing that has left the market since keeps its place, without its facts.
    masked = tuple(getattr(listing, "masked_facts", ()))
    stored = tuple(ScorePart.from_json(part) for part in match.parts)
    parts = masks.shown_parts(stored, masked)
    return MatchView(
        id=match.pk,
        demand_id=match.demand_id,
        listing_id=match.listing_id,
        seller_id=match.seller_id,
        seller_name=getattr(listing, "seller_name", ""),
        seller_slug=getattr(listing, "seller_slug", ""),
        is_verified=getattr(listing, "is_verified", False),
        machine_label=getattr(listing, "machine_label", ""),
        process_code=getattr(listing, "process_code", ""),
        country=getattr(listing, "country", ""),
        region=getattr(listing, "region", ""),
        auto_quote=getattr(listing, "auto_quote", False),
        unconfirmed_figures=tuple(getattr(listing, "unconfirmed_figures", ())),
        masked_facts=masked,
        certificates=tuple(sorted(getattr(listing, "certificates", ()))),
        verified_certificates=tuple(getattr(listing, "verified_certificates", ())),
        rank=match.rank,
        outcome=Outcome(match.outcome),
        score=match.score if parts == stored else masks.total_of(parts),
        parts=parts,
        refusals=refusals,
        unknowns=unknowns,
        refusal_texts=tuple(reasons.describe(item, names) for item in refusals),
        unknown_texts=tuple(reasons.describe_unknown(item, names) for item in unknowns),
    )
