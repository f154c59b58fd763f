"""What a pair would come to: distance, transport, price estimate, arrival."""

import math
from bisect import bisect_left
from datetime import date, timedelta
from functools import lru_cache

from apps.exchange.types import HORIZON_WEEKS, Need, Offer, Terms

EARTH_RADIUS_KM = 6371.0
# Published places are coarse (a 10 km grid at best), so distance is too. Steps
# also make it one number everywhere: arcsin differs in its last bit between the
# C library and numpy, a look-up in a table does not.
STEP_KM = 10
CHORDS_SQUARED: tuple[float, ...] = tuple(
    (2.0 * math.sin(step * STEP_KM / (2.0 * EARTH_RADIUS_KM))) ** 2
    for step in range(int(math.pi * EARTH_RADIUS_KM / STEP_KM) + 1)
)

KM_PER_DAY = 700
MAX_TRANSIT_DAYS = 14
CUSTOMS_DAYS = 3
MINUTES_PER_DAY = 1440
DAYS_PER_WEEK = 7

# One customs territory: no clearance between them.
EU_CUSTOMS_UNION = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
     "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip


@lru_cache(maxsize=65_536)
def unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Place a point on the unit sphere."""
    phi, theta = math.radians(latitude), math.radians(longitude)
    return (
        math.cos(phi) * math.cos(theta),
        math.cos(phi) * math.sin(theta),
        math.sin(phi),
    )


def distance_km(need: Need, offer: Offer) -> int | None:
    """Great-circle distance, rounded up to 10 km; None if a place is not stated."""
    if need.latitude is None or need.longitude is None:
        return None
    if offer.latitude is None or offer.longitude is None:
        return None
    x, y, z = unit_vector(need.latitude, need.longitude)
    u, v, w = unit_vector(offer.latitude, offer.longitude)
    chord_squared = (u - x) * (u - x) + (v - y) * (v - y) + (w - z) * (w - z)
    return STEP_KM * bisect_left(CHORDS_SQUARED, chord_squared)


def crosses_customs(need_country: str, offer_country: str) -> bool:
    """Say whether goods between two countries are cleared."""
    if need_country == offer_country and need_country:
        return False
    return not {need_country, offer_country} <= EU_CUSTOMS_UNION


def transit_days(km: int | None, *, customs: bool) -> int:
    """Days on the road: one, one more for each 700 km begun, and customs.

    A place that is not stated counts as the farthest.
    """
    if km is None:
        road = MAX_TRANSIT_DAYS
    else:
        road = min(MAX_TRANSIT_DAYS, 1 - (-km // KM_PER_DAY))
    return road + (CUSTOMS_DAYS if customs else 0)


def monday_of(day: date) -> date:
    """The Monday on or before a day."""
    return day - timedelta(days=day.weekday())


def weeks_elapsed(weeks_from: date, on: date) -> int:
    """Whole published weeks that have passed."""
    return max(0, (monday_of(on) - weeks_from).days // DAYS_PER_WEEK)


def free_minutes_before(offer: Offer, *, ready_by: date, on: date) -> int | None:
    """Free minutes in the published weeks that end by `ready_by`; None: not stated."""
    elapsed = weeks_elapsed(offer.weeks_from, on)
    if not offer.free_minutes or elapsed >= HORIZON_WEEKS:
        return None
    weeks = (ready_by - offer.weeks_from).days // DAYS_PER_WEEK
    weeks = min(max(weeks, elapsed), HORIZON_WEEKS)
    gone = offer.free_minutes[elapsed - 1] if elapsed else 0
    until = offer.free_minutes[weeks - 1] if weeks else 0
    return until - gone


def ready_on(offer: Offer, *, work_minutes: int, on: date) -> date | None:
    """The Monday after the first week by which the work can be done."""
    elapsed = weeks_elapsed(offer.weeks_from, on)
    if not offer.free_minutes or elapsed >= HORIZON_WEEKS:
        return None
    gone = offer.free_minutes[elapsed - 1] if elapsed else 0
    week = bisect_left(offer.free_minutes, gone + work_minutes)
    if week == HORIZON_WEEKS:
        return None
    # Work of no minutes would else be done in a week that has passed.
    week = max(week, elapsed)
    return offer.weeks_from + timedelta(days=DAYS_PER_WEEK * (week + 1))


def price_estimate_eur(need: Need, offer: Offer) -> float | None:
    """Material and machine time at the published rate; None if either is unknown."""
    if offer.rate_eur_hour is None or need.work_minutes is None:
        return None
    return need.material_cost_eur + offer.rate_eur_hour * need.work_minutes / 60.0


def terms_of(need: Need, offer: Offer, on: date) -> Terms:
    """Compute what a pair would come to if it were agreed on a day."""
    km = distance_km(need, offer)
    transit = transit_days(km, customs=crosses_customs(need.country, offer.country))
    arrival = None
    if need.work_minutes is not None:
        ready = ready_on(offer, work_minutes=need.work_minutes, on=on)
        arrival = None if ready is None else ready + timedelta(days=transit)
    return Terms(
        distance_km=km,
        transit_days=transit,
        price_eur=price_estimate_eur(need, offer),
        free_minutes=free_minutes_before(
            offer, ready_by=need.due_on - timedelta(days=transit), on=on
        ),
        arrival_on=arrival,
    )
