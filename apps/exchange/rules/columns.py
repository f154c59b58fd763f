"""The same rules over columns: one demand against every listing at once.

`verdict` and `score` are the truth; this module restates those that depend on
numbers as array operations, and asks the rules themselves once per distinct value
where few values are shared by many rows (processes, materials, countries …).
"""

import copy
import hashlib
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from apps.exchange.rules import score as scoring
from apps.exchange.rules import terms, verdict
from apps.exchange.types import (
    HORIZON_WEEKS,
    Audience,
    EnvelopeKind,
    Need,
    Offer,
    Reason,
    Refusal,
    Weights,
)

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
AnyArray: TypeAlias = NDArray[Any]

REASONS = tuple(Reason)
PLACE_OF = {reason: place for place, reason in enumerate(REASONS)}

BOX, CYLINDER = 1, 2
# Days as ordinals; what is not held ended before time began.
NOT_HELD, WITHOUT_END = 0, 2**31 - 1

BLANK = Offer(
    id=UUID(int=0),
    owner_id=UUID(int=0),
    version=0,
    process_code="",
    material_groups=frozenset(),
    material_codes=frozenset(),
    envelope_kind=None,
    envelope_mm=None,
    max_mass_kg=None,
    it_grade=None,
    roughness_um=None,
    batch_min=None,
    batch_max=None,
    certificates={},
    country="",
    latitude=None,
    longitude=None,
    rate_eur_hour=None,
    weeks_from=date.min,
    free_minutes=(),
    deliveries=0,
    deliveries_on_time=0,
    languages=frozenset(),
)


class Shared:
    """Values that many rows share, each kept once."""

    def __init__(self) -> None:
        self.places: dict[Hashable, int] = {}
        self.samples: list[Offer] = []

    def place(self, value: Hashable, sample: Offer) -> int:
        """Number a value; `sample` is the first offer that has it."""
        found = self.places.get(value)
        if found is None:
            found = self.places[value] = len(self.samples)
            self.samples.append(sample)
        return found

    def ask(self, rule: Callable[[Offer], int]) -> NDArray[np.int8]:
        """Ask a rule once per distinct value."""
        return np.fromiter(
            (rule(sample) for sample in self.samples), np.int8, len(self.samples)
        )


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


class Columns:
    """Listings as columns; grows by upsert, rows are never taken out."""

    def __init__(self) -> None:
        self.ids: list[UUID] = []
        self.rows: dict[UUID, int] = {}
        self.processes = Shared()
        self.materials = Shared()
        self.countries = Shared()
        self.languages = Shared()
        self.owners: dict[UUID, int] = {}
        self._order: Integers | None = None
        self._room = 0
        self._arrays: dict[str, AnyArray] = {}
        self._certificates: dict[str, NDArray[np.int32]] = {}
        self._grow(1024)

    def __len__(self) -> int:
        """Count the rows, withdrawn ones included."""
        return len(self.ids)

    def _grow(self, room: int) -> None:
        shapes: dict[str, tuple[Any, tuple[int, ...]]] = {
            "high": (np.uint64, ()),
            "low": (np.uint64, ()),
            "version": (np.int64, ()),
            "active": (np.bool_, ()),
            "owner": (np.int32, ()),
            "process": (np.int32, ()),
            "material": (np.int32, ()),
            "country": (np.int32, ()),
            "language": (np.int32, ()),
            "kind": (np.int8, ()),
            "envelope": (np.float64, (3,)),
            "mass": (np.float64, ()),
            "it_grade": (np.float64, ()),
            "roughness": (np.float64, ()),
            "batch_min": (np.float64, ()),
            "batch_max": (np.float64, ()),
            "certified_until": (np.int32, ()),
            "place": (np.float64, (3,)),
            "rate": (np.float64, ()),
            "weeks_from": (np.int64, ()),
            "is_free_stated": (np.bool_, ()),
            "free": (np.int32, (HORIZON_WEEKS + 1,)),
            "deliveries": (np.int64, ()),
            "on_time": (np.int64, ()),
        }
        for name, (kind, shape) in shapes.items():
            self._arrays[name] = _grown(self._arrays.get(name), room, kind, shape)
        for code, column in self._certificates.items():
            self._certificates[code] = _grown(column, room, np.int32, ())
        self._room = room

    def copy(self) -> "Columns":
        """Return columns that can be changed apart from these."""
        return copy.deepcopy(self)

    def put(self, offers: Iterable[tuple[Offer, bool]]) -> None:
        """Insert or replace listings, each with whether it is active."""
        a = self._arrays
        for offer, is_active in offers:
            row = self.rows.get(offer.id)
            if row is None:
                row = self.rows[offer.id] = len(self.ids)
                self.ids.append(offer.id)
                if row >= self._room:
                    self._grow(2 * self._room)
                a["high"][row] = offer.id.int >> 64
                a["low"][row] = offer.id.int & (2**64 - 1)
                self._order = None
            a["version"][row] = offer.version
            a["active"][row] = is_active
            a["owner"][row] = self.owners.setdefault(offer.owner_id, len(self.owners))
            a["process"][row] = self.processes.place(offer.process_code, offer)
            a["material"][row] = self.materials.place(
                (offer.material_groups, offer.material_codes), offer
            )
            a["country"][row] = self.countries.place(offer.country, offer)
            a["language"][row] = self.languages.place(offer.languages, offer)
            self._put_shape(row, offer)
            self._put_certificates(row, offer)
            self._put_figures(row, offer)

    def _put_shape(self, row: int, offer: Offer) -> None:
        a = self._arrays
        a["envelope"][row] = np.nan
        if offer.envelope_kind is None or offer.envelope_mm is None:
            a["kind"][row] = 0
        elif offer.envelope_kind == EnvelopeKind.BOX:
            a["kind"][row] = BOX
            a["envelope"][row] = sorted(offer.envelope_mm, reverse=True)
        else:
            a["kind"][row] = CYLINDER
            a["envelope"][row, :2] = offer.envelope_mm

    def _put_certificates(self, row: int, offer: Offer) -> None:
        for column in self._certificates.values():
            column[row] = NOT_HELD
        latest = NOT_HELD
        for code, until in offer.certificates.items():
            if code not in self._certificates:
                self._certificates[code] = np.zeros(self._room, np.int32)
            day = WITHOUT_END if until is None else until.toordinal()
            self._certificates[code][row] = day
            latest = max(latest, day)
        self._arrays["certified_until"][row] = latest

    def _put_figures(self, row: int, offer: Offer) -> None:
        a = self._arrays
        a["mass"][row] = _or_nan(offer.max_mass_kg)
        a["it_grade"][row] = _or_nan(offer.it_grade)
        a["roughness"][row] = _or_nan(offer.roughness_um)
        a["batch_min"][row] = _or_nan(offer.batch_min)
        a["batch_max"][row] = _or_nan(offer.batch_max)
        a["rate"][row] = _or_nan(offer.rate_eur_hour)
        if offer.latitude is None or offer.longitude is None:
            a["place"][row] = np.nan
        else:
            a["place"][row] = terms.unit_vector(offer.latitude, offer.longitude)
        a["weeks_from"][row] = offer.weeks_from.toordinal()
        a["is_free_stated"][row] = bool(offer.free_minutes)
        # A leading nought: free minutes before the first week.
        a["free"][row, 0] = 0
        a["free"][row, 1:] = offer.free_minutes or 0
        a["deliveries"][row] = offer.deliveries
        a["on_time"][row] = offer.deliveries_on_time

    def column(self, name: str) -> AnyArray:
        """Give the used part of a column."""
        return self._arrays[name][: len(self.ids)]

    def certificate(self, code: str) -> NDArray[np.int32]:
        """Give the day until which each row holds a certificate."""
        held = self._certificates.get(code)
        if held is None:
            return np.zeros(len(self.ids), np.int32)
        return held[: len(self.ids)]

    def owner_mask(self, enterprises: Collection[UUID]) -> Bools:
        """Mark the rows of some enterprises."""
        places = [self.owners[e] for e in enterprises if e in self.owners]
        marked = np.zeros(len(self.owners), np.bool_)
        marked[places] = True
        return marked[self.column("owner")]

    def in_id_order(self) -> Integers:
        """Row numbers in the order of the listings' ids."""
        if self._order is None:
            self._order = np.lexsort((self.column("low"), self.column("high")))
        return self._order


def _grown(
    column: AnyArray | None, room: int, kind: Any, shape: tuple[int, ...]
) -> AnyArray:
    grown: AnyArray = np.zeros((room, *shape), kind)
    if column is not None:
        grown[: len(column)] = column
    return grown


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else float(value)


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


def miss_degree(refusals: Iterable[Refusal]) -> int:
    """Say how far a refused pair is from fitting: the order of `nearest`."""
    reasons = {refusal.reason for refusal in refusals}
    return len(reasons) + len(REASONS) * (Reason.PROCESS in reasons)


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
