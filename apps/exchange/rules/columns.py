"""Listings as columns: one array for each figure, and each shared value once."""

import copy
from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from apps.exchange.rules import terms
from apps.exchange.types import HORIZON_WEEKS, EnvelopeKind, Offer

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
AnyArray: TypeAlias = NDArray[Any]

BOX, CYLINDER = 1, 2
# Days as ordinals; what is not held ended before time began.
NOT_HELD, WITHOUT_END = 0, 2**31 - 1


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
