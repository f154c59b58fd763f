"""The same rules over columns: one demand against every listing at once.

`verdict` and `score` are the truth; this module restates those that depend on
numbers as array operations, and asks the rules themselves once per distinct value
where few values are shared by many rows (processes, materials, countries …).
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np

from apps.exchange.rules import score as scoring
from apps.exchange.rules import terms, verdict
from apps.exchange.rules.columns import (
    BOX,
    CYLINDER,
    AnyArray,
    Bools,
    Columns,
    Floats,
    Integers,
    Shared,
)
from apps.exchange.types import (
    HORIZON_WEEKS,
    Audience,
    Need,
    Offer,
    Reason,
    Refusal,
    Weights,
)

REASONS = tuple(Reason)
PLACE_OF = {reason: place for place, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of every listing, and which listings to show."""

    considered: int
    fitting: int
    unknown: int
    first: dict[Reason, int]
    only: dict[Reason, int]
    best: list[UUID]
    nearest: list[UUID]
    digest: str


class _Sheet:
    """One demand laid over the columns."""

    def __init__(
        self,
        columns: Columns,
        need: Need,
        on: date,
        verified: Collection[UUID],
        suspended: Collection[UUID],
    ) -> None:
        self.columns = columns
        self.need = need
        self.on = on
        self.verified = verified
        self.suspended = suspended
        count = len(columns)
        self.refused: Bools = np.zeros((len(REASONS), count), np.bool_)
        self.unknown: Bools = np.zeros(count, np.bool_)
        self._measure()

    def _measure(self) -> None:
        columns, need = self.columns, self.need
        count = len(columns)
        self.km: Integers = np.full(count, -1, np.int64)
        if need.latitude is not None and need.longitude is not None:
            x, y, z = terms.unit_vector(need.latitude, need.longitude)
            place = columns.column("place")
            u, v, w = place[:, 0], place[:, 1], place[:, 2]
            chord = (u - x) * (u - x) + (v - y) * (v - y) + (w - z) * (w - z)
            km = terms.STEP_KM * np.searchsorted(terms.CHORDS_SQUARED, chord)
            self.km = np.where(np.isnan(chord), -1, km)
        customs = columns.countries.ask(
            lambda offer: terms.crosses_customs(need.country, offer.country)
        )[columns.column("country")]
        road: Integers = np.minimum(
            terms.MAX_TRANSIT_DAYS, 1 - np.floor_divide(-self.km, terms.KM_PER_DAY)
        )
        road = np.where(self.km < 0, terms.MAX_TRANSIT_DAYS, road)
        self.transit: Integers = road + customs * terms.CUSTOMS_DAYS
        self._measure_free_time()

    def _measure_free_time(self) -> None:
        columns, need = self.columns, self.need
        week = terms.DAYS_PER_WEEK
        rows = np.arange(len(columns))
        weeks_from = columns.column("weeks_from")
        monday = terms.monday_of(self.on).toordinal()
        elapsed = np.maximum(0, (monday - weeks_from) // week)
        self.is_free_stated: Bools = columns.column("is_free_stated") & (
            elapsed < HORIZON_WEEKS
        )
        elapsed = np.minimum(elapsed, HORIZON_WEEKS)
        free = columns.column("free")
        gone = free[rows, elapsed]
        weeks = (need.due_on.toordinal() - self.transit - weeks_from) // week
        weeks = np.minimum(np.maximum(weeks, elapsed), HORIZON_WEEKS)
        self.free: Integers = free[rows, weeks].astype(np.int64) - gone
        self.days: Integers = np.full(len(columns), -1, np.int64)
        if need.work_minutes is not None:
            wanted = gone.astype(np.int64) + need.work_minutes
            first = (free[:, 1:] < wanted[:, None]).sum(axis=1)
            done = first < HORIZON_WEEKS
            ready = weeks_from + week * (np.maximum(first, elapsed) + 1)
            days = ready + self.transit - self.on.toordinal()
            self.is_done: Bools = done & self.is_free_stated
            self.days = days
        else:
            self.is_done = np.zeros(len(columns), np.bool_)

    def _mark(
        self, reason: Reason, refused: Bools, unknown: Bools | None = None
    ) -> None:
        self.refused[PLACE_OF[reason]] = refused
        if unknown is not None:
            self.unknown |= unknown

    def judge(self) -> None:
        """Ask every rule."""
        self._ask_shared(Reason.PROCESS, self.columns.processes, "process")
        self._ask_shared(Reason.MATERIAL, self.columns.materials, "material")
        self._ask_shared(Reason.REGION, self.columns.countries, "country")
        self._ask_shared(Reason.LANGUAGE, self.columns.languages, "language")
        self._judge_envelope()
        self._judge_limits()
        self._judge_certificates()
        self._judge_owners()
        self._judge_time()

    def _ask_shared(self, reason: Reason, shared: Shared, name: str) -> None:
        rule = verdict.PAIR_RULES[reason]

        def code(offer: Offer) -> int:
            found = rule(self.need, offer)
            if found is None:
                return 0
            return 2 if isinstance(found, Refusal) else 1

        codes = shared.ask(code)[self.columns.column(name)]
        self._mark(reason, codes == 2, codes == 1)

    def _judge_envelope(self) -> None:
        need = self.need
        if need.size_mm is None:
            return
        long, middle, short = sorted(need.size_mm, reverse=True)
        kind = self.columns.column("kind")
        room = self.columns.column("envelope")
        one, two, three = room[:, 0], room[:, 1], room[:, 2]
        # Comparisons with NaN are false, so each kind is judged by its own columns.
        fits = (kind == BOX) & (long <= one) & (middle <= two) & (short <= three)
        across_squared = one * one
        cylinder = np.zeros(len(kind), np.bool_)
        if need.round_mm is not None:
            cylinder |= (need.round_mm[0] <= one) & (need.round_mm[1] <= two)
        for along, swing_squared in (
            (long, middle * middle + short * short),
            (middle, long * long + short * short),
            (short, long * long + middle * middle),
        ):
            cylinder |= (along <= two) & (swing_squared <= across_squared)
        fits |= (kind == CYLINDER) & cylinder
        self._mark(Reason.ENVELOPE, ~fits & (kind != 0), kind == 0)

    def _judge_limits(self) -> None:
        need, columns = self.need, self.columns
        if need.mass_kg is not None:
            offered = columns.column("mass")
            is_heavy = need.mass_kg > verdict.HAND_LIFTED_KG
            self._mark(
                Reason.MASS, need.mass_kg > offered, np.isnan(offered) & is_heavy
            )
        if need.it_grade is not None:
            offered = columns.column("it_grade")
            self._mark(Reason.TOLERANCE, offered > need.it_grade, np.isnan(offered))
        if need.roughness_um is not None:
            offered = columns.column("roughness")
            self._mark(Reason.ROUGHNESS, offered > need.roughness_um, np.isnan(offered))
        low, high = columns.column("batch_min"), columns.column("batch_max")
        refused = (need.quantity < low) | (need.quantity > high)
        self._mark(Reason.BATCH, refused)

    def _judge_certificates(self) -> None:
        count = len(self.columns)
        refused = np.zeros(count, np.bool_)
        due = self.need.due_on.toordinal()
        for code in sorted(self.need.certificates):
            refused |= self.columns.certificate(code) < due
        self._mark(Reason.CERTIFICATE, refused)

    def _judge_owners(self) -> None:
        need, columns = self.need, self.columns
        refused = columns.owner_mask(need.barred_ids)
        if need.audience == Audience.INVITED:
            refused = refused | ~columns.owner_mask(need.invited_ids)
        elif need.audience == Audience.VERIFIED:
            refused = refused | ~columns.owner_mask(self.verified)
        self._mark(Reason.AUDIENCE, refused)
        self._mark(Reason.SUSPENDED, columns.owner_mask(self.suspended))

    def _judge_time(self) -> None:
        need = self.need
        there = (need.due_on - self.on).days
        work = need.work_minutes or 0
        needed = self.transit - (-work // terms.MINUTES_PER_DAY)
        late = needed > there
        self._mark(Reason.LEAD_TIME, late)
        if need.work_minutes is None:
            self._mark(Reason.CAPACITY, np.zeros_like(late), ~late)
            return
        short = ~late & self.is_free_stated & (need.work_minutes > self.free)
        self._mark(Reason.CAPACITY, short, ~late & ~self.is_free_stated)

    def totals(self, weights: Weights) -> Floats:
        """Score every row; in the order of the parts, as `score.score` does."""
        values = (
            (weights.price, self._price_values()),
            (weights.lead_time, self._lead_time_values()),
            (weights.quality, self._quality_values()),
            (weights.distance, self._distance_values()),
        )
        weighted: Floats = np.zeros(len(self.columns), np.float64)
        total_weight = 0.0
        for weight, value in values:
            weighted = weighted + weight * value
            total_weight += weight
        return weighted / total_weight

    def _price_values(self) -> Floats:
        need = self.need
        rate = self.columns.column("rate")
        if not need.reference_eur or need.reference_eur <= 0:
            return np.zeros(len(rate), np.float64)
        if need.work_minutes is None:
            return np.zeros(len(rate), np.float64)
        price = need.material_cost_eur + rate * need.work_minutes / 60.0
        value = _clip(scoring.PRICE_SPAN - price / need.reference_eur)
        return np.where(np.isnan(rate), 0.0, value)

    def _lead_time_values(self) -> Floats:
        there = (self.need.due_on - self.on).days
        if there <= 0:
            return np.zeros(len(self.columns), np.float64)
        return np.where(self.is_done, _clip((there - self.days) / there), 0.0)

    def _quality_values(self) -> Floats:
        need, columns = self.need, self.columns
        tolerance: Floats = np.ones(len(columns), np.float64)
        if need.it_grade is not None:
            offered = columns.column("it_grade")
            finer = _clip((need.it_grade - offered) / scoring.HEADROOM_GRADES)
            tolerance = np.where(np.isnan(offered), 0.0, finer)
        surface: Floats = np.ones(len(columns), np.float64)
        if need.roughness_um is not None:
            offered = columns.column("roughness")
            if need.roughness_um > 0:
                finer = _clip(1.0 - offered / need.roughness_um)
                surface = np.where(np.isnan(offered), 0.0, finer)
            else:
                surface = np.zeros(len(columns), np.float64)
        until = columns.column("certified_until")
        certified = until >= need.due_on.toordinal()
        headroom = (tolerance + surface + np.where(certified, 1.0, 0.0)) / 3.0
        record = (
            columns.column("on_time") + scoring.MEAN_WEIGHT * scoring.MEAN_RECORD
        ) / (columns.column("deliveries") + scoring.MEAN_WEIGHT)
        shares: Floats = (
            scoring.RECORD_SHARE * record + scoring.HEADROOM_SHARE * headroom
        )
        return shares

    def _distance_values(self) -> Floats:
        value = _clip(1.0 - self.km / scoring.FAR_KM)
        return np.where(self.km < 0, 0.0, value)


def _clip(values: AnyArray) -> AnyArray:
    clipped: AnyArray = np.minimum(1.0, np.maximum(0.0, values))
    return clipped


def judge_all(
    columns: Columns,
    need: Need,
    weights: Weights,
    on: date,
    *,
    verified: Collection[UUID] = (),
    suspended: Collection[UUID] = (),
    best: int,
    nearest: int,
) -> Judgement:
    """Judge and score every active listing of others for one demand."""
    sheet = _Sheet(columns, need, on, verified, suspended)
    sheet.judge()
    candidate = columns.column("active") & ~columns.owner_mask([need.owner_id])
    failures = sheet.refused.sum(axis=0)
    refused = candidate & (failures > 0)
    unknown = candidate & (failures == 0) & sheet.unknown
    fits = candidate & (failures == 0) & ~sheet.unknown
    totals = sheet.totals(weights)

    shown = _best(columns, np.flatnonzero(fits), totals, best)
    shown += _best(columns, np.flatnonzero(unknown), totals, best - len(shown))
    first = sheet.refused.argmax(axis=0)
    return Judgement(
        considered=int(candidate.sum()),
        fitting=int(fits.sum()),
        unknown=int(unknown.sum()),
        first=_counts(first[refused]),
        only=_counts(first[refused & (failures == 1)]),
        best=shown,
        nearest=_nearest(columns, sheet, refused, failures, totals, nearest),
        digest=_digest(columns, candidate, need, verified, suspended),
    )


def _counts(places: AnyArray) -> dict[Reason, int]:
    counted = np.bincount(places, minlength=len(REASONS))
    return {
        reason: int(number)
        for reason, number in zip(REASONS, counted, strict=True)
        if number
    }


def _best(columns: Columns, rows: Integers, totals: Floats, wanted: int) -> list[UUID]:
    """Give the `wanted` best rows: higher total first, ties by id."""
    if wanted <= 0 or not len(rows):
        return []
    if len(rows) > wanted:
        # All that tie with the last place stay in, for the ids to decide.
        of_rows = totals[rows]
        last = np.partition(of_rows, len(rows) - wanted)[len(rows) - wanted]
        rows = rows[of_rows >= last]
    order = np.lexsort(
        (columns.column("low")[rows], columns.column("high")[rows], -totals[rows])
    )
    return [columns.ids[row] for row in rows[order][:wanted]]


def _nearest(
    columns: Columns,
    sheet: _Sheet,
    refused: Bools,
    failures: Integers,
    totals: Floats,
    wanted: int,
) -> list[UUID]:
    """Give the refused rows that miss by least: right process, then fewest reasons."""
    wrong_process = sheet.refused[PLACE_OF[Reason.PROCESS]]
    miss = np.where(refused, failures + len(REASONS) * wrong_process, 0)
    found: list[UUID] = []
    for degree in np.unique(miss):
        if degree == 0:
            continue
        rows = np.flatnonzero(miss == degree)
        found += _best(columns, rows, totals, wanted - len(found))
        if len(found) >= wanted:
            break
    return found


def _digest(
    columns: Columns,
    candidate: Bools,
    need: Need,
    verified: Collection[UUID],
    suspended: Collection[UUID],
) -> str:
    """Fingerprint what was judged: which listings, in which version and standing."""
    order = columns.in_id_order()
    order = order[candidate[order]]
    made = hashlib.sha256()
    for name in ("high", "low", "version"):
        made.update(np.ascontiguousarray(columns.column(name)[order]).tobytes())
    marks = columns.owner_mask(suspended)[order]
    made.update(marks.tobytes())
    if need.audience == Audience.VERIFIED:
        made.update(columns.owner_mask(verified)[order].tobytes())
    return made.hexdigest()
