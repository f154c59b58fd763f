"""The market in memory: every listing as columns, kept up to date by what changed.

One copy a process. PostgreSQL stays the truth: what is shown is read again from it
and judged by the rules themselves.
"""

import logging
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from time import perf_counter
from typing import cast
from uuid import UUID

from django.db import connection

from apps.exchange.models import Demand, Listing
from apps.exchange.rules.columns import Columns
from apps.exchange.rules.score import RULE_VERSION, miss_degree, rank_key, score
from apps.exchange.rules.sweep import Judgement, judge_all
from apps.exchange.rules.verdict import judge
from apps.exchange.selectors import judging
from apps.exchange.types import Audience, Need, Offer, Outcome, Score, Verdict, Weights

log = logging.getLogger(__name__)

ENGINE = "columns-1"
SHOWN = 200
NEAREST = 50
ROWS_AT_A_TIME = 2000
LOADS = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listing worth showing, judged by the rules."""

    offer: Offer
    verdict: Verdict
    score: Score


@dataclass(frozen=True, slots=True)
class Found:
    """What the engine found for a demand."""

    judgement: Judgement
    candidates: list[Candidate]
    digest: str
    milliseconds: float


class _Stale(Exception):
    """Rows have gone that the columns still hold."""


class Market:
    """Columns of all listings, and how far they have followed the table."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._columns = Columns()
        self._seen = 0

    def forget(self) -> None:
        """Read everything again at the next question."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._columns = Columns()
        self._seen = 0

    def search(self, demand: Demand, weights: Weights, on: date) -> Found:
        """Judge every listing for a demand, and the best of them once more by row."""
        with self._lock:
            for attempt in range(LOADS):
                try:
                    return self._search(demand, weights, on)
                except _Stale:
                    log.info("Listings were removed; reading all (%d).", attempt)
                    self._forget()
        msg = "listings are being removed faster than they can be read"
        raise RuntimeError(msg)

    def _search(self, demand: Demand, weights: Weights, on: date) -> Found:
        columns = self._refreshed()
        need = judging.need_of(demand)
        suspended = judging.suspended_ids()
        verified: Collection[UUID] = frozenset()
        if need.audience == Audience.VERIFIED:
            verified = judging.verified_ids()
        started = perf_counter()
        judgement = judge_all(
            columns,
            need,
            weights,
            on,
            verified=verified,
            suspended=suspended,
            best=SHOWN,
            nearest=NEAREST,
        )
        milliseconds = (perf_counter() - started) * 1000
        wanted = judgement.best + judgement.nearest
        rows = Listing.objects.in_bulk(wanted)
        if len(rows) < len(wanted):
            raise _Stale
        candidates = [
            judged(
                need,
                judging.offer_of(row, verified=verified, suspended=suspended),
                weights,
                on,
            )
            for row in rows.values()
            if row.is_active
        ]
        # Sorted again: a row may have changed since the columns were read.
        candidates.sort(key=order_of)
        digest = sha256(
            "\n".join(
                [
                    RULE_VERSION,
                    judging.need_digest(need),
                    repr(weights.as_json()),
                    on.isoformat(),
                    judgement.digest,
                ]
            ).encode()
        )
        return Found(judgement, candidates, digest.hexdigest(), milliseconds)

    def _refreshed(self) -> Columns:
        """Follow the table, and return columns as this transaction sees it."""
        with connection.cursor() as cursor:
            # Before the rows: what ends between the two is read now and again later,
            # never missed.
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text,"
                " pg_current_xact_id_if_assigned()::text"
            )
            horizon, own = cursor.fetchone()
        own_rows: list[tuple[Offer, bool]] = []
        for listing in self._changed():
            row = (judging.offer_of(listing), listing.is_active)
            # Rows of this transaction may yet be rolled back: they are not kept.
            if own is not None and listing.changed_xid == int(own):
                own_rows.append(row)
            else:
                self._columns.put([row])
        self._seen = int(horizon)
        columns = self._columns
        if own_rows:
            columns = columns.copy()
            columns.put(own_rows)
        # Followed by what changed, a table that loses rows is noticed by its count.
        if Listing.objects.count() < len(columns):
            raise _Stale
        return columns

    def _changed(self) -> "Iterator[Listing]":
        rows = Listing.objects.order_by()
        if self._seen:
            rows = rows.changed_since(self._seen)
        # Plain tuples with a listing's names: instances would double the first load.
        found = rows.values_list(*judging.JUDGED_COLUMNS, named=True)
        return cast("Iterator[Listing]", found.iterator(chunk_size=ROWS_AT_A_TIME))


def judged(need: Need, offer: Offer, weights: Weights, on: date) -> Candidate:
    """Judge and score one pair by the rules."""
    return Candidate(offer, judge(need, offer, on), score(need, offer, weights, on))


def order_of(candidate: Candidate) -> tuple[int, int, float, UUID]:
    """Give the place of a candidate among those shown: nearest misses come last."""
    verdict, total = candidate.verdict, candidate.score.total
    if verdict.outcome == Outcome.REFUSED:
        return (2, miss_degree(verdict.refusals), -total, candidate.offer.id)
    place, negative, listing_id = rank_key(verdict.outcome, total, candidate.offer.id)
    return (place, 0, negative, listing_id)


market = Market()
