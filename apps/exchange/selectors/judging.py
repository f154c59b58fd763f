"""Rows of the market as the values that the rules judge."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from json import dumps
from uuid import UUID

from django.db.models import Q

from apps.exchange.models import Demand, Listing
from apps.exchange.types import Audience, EnvelopeKind, Need, Offer
from tenants.models import Enterprise
from tenants.types import Tier, Verification


def need_of(demand: Demand) -> Need:
    """Give a demand as the rules see it."""
    reference = demand.reference_eur
    return Need(
        id=demand.id,
        owner_id=demand.owner_id,
        process_codes=frozenset(demand.process_codes),
        accepted_processes=frozenset(demand.accepted_processes),
        material_code=demand.material_code,
        material_group=demand.material_group,
        accepted_materials=frozenset(demand.accepted_materials),
        size_mm=_three(demand.size_mm),
        round_mm=_two(demand.round_mm),
        mass_kg=demand.mass_kg,
        it_grade=demand.it_grade,
        roughness_um=demand.roughness_um,
        quantity=demand.quantity,
        certificates=frozenset(demand.certificate_codes),
        due_on=demand.due_on,
        country=demand.delivery_country,
        latitude=demand.latitude,
        longitude=demand.longitude,
        allowed_countries=frozenset(demand.allowed_countries),
        excluded_countries=frozenset(demand.excluded_countries),
        audience=Audience(demand.audience),
        invited_ids=frozenset(demand.invited_ids),
        barred_ids=frozenset(demand.barred_ids),
        document_language=demand.document_language,
        work_minutes=demand.work_minutes,
        material_cost_eur=float(demand.material_cost_eur),
        reference_eur=None if reference is None else float(reference),
    )


def _three(values: list[float] | None) -> tuple[float, float, float] | None:
    return None if values is None else (values[0], values[1], values[2])


def _two(values: list[float] | None) -> tuple[float, float] | None:
    return None if values is None else (values[0], values[1])


def need_digest(need: Need) -> str:
    """Fingerprint what a demand asks, the same in every process."""
    return sha256(
        dumps(asdict(need), default=_plain, sort_keys=True).encode()
    ).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    return str(value)


# What `offer_of` reads, and whether it counts at all.
JUDGED_COLUMNS = (
    "id",
    "owner_id",
    "version",
    "changed_xid",
    "is_active",
    "process_code",
    "material_groups",
    "material_codes",
    "envelope_kind",
    "envelope_mm",
    "max_mass_kg",
    "it_grade",
    "roughness_um",
    "batch_min",
    "batch_max",
    "certificates",
    "country",
    "latitude",
    "longitude",
    "rate_eur_hour",
    "weeks_from",
    "cumulative_free_minutes",
    "deliveries",
    "deliveries_on_time",
    "languages",
)


def offer_of(
    listing: Listing,
    *,
    verified: Collection[UUID] = frozenset(),
    suspended: Collection[UUID] = frozenset(),
) -> Offer:
    """Give a listing as the rules see it."""
    kind, rate = listing.envelope_kind, listing.rate_eur_hour
    room = listing.envelope_mm
    return Offer(
        id=listing.id,
        owner_id=listing.owner_id,
        version=listing.version,
        process_code=listing.process_code,
        material_groups=frozenset(listing.material_groups),
        material_codes=frozenset(listing.material_codes),
        envelope_kind=EnvelopeKind(kind) if kind else None,
        envelope_mm=None if room is None else tuple(room),
        max_mass_kg=listing.max_mass_kg,
        it_grade=listing.it_grade,
        roughness_um=listing.roughness_um,
        batch_min=listing.batch_min,
        batch_max=listing.batch_max,
        certificates={
            code: None if until is None else date.fromisoformat(until)
            for code, until in listing.certificates.items()
        },
        country=listing.country,
        latitude=listing.latitude,
        longitude=listing.longitude,
        rate_eur_hour=None if rate is None else float(rate),
        weeks_from=listing.weeks_from,
        free_minutes=tuple(listing.cumulative_free_minutes),
        deliveries=listing.deliveries,
        deliveries_on_time=listing.deliveries_on_time,
        languages=frozenset(listing.languages),
        is_verified=listing.owner_id in verified,
        is_suspended=listing.owner_id in suspended,
    )


def verified_ids(among: Iterable[UUID] | None = None) -> frozenset[UUID]:
    """Return the enterprises that the platform operator has verified."""
    rows = Enterprise.objects.filter(
        verification=Verification.VERIFIED, tier=Tier.ACTIVATED
    )
    if among is not None:
        rows = rows.filter(pk__in=set(among))
    return frozenset(rows.values_list("pk", flat=True))


def suspended_ids(among: Iterable[UUID] | None = None) -> frozenset[UUID]:
    """Return the enterprises that may not trade at present."""
    # Registered ones never had a schema, so they list nothing and are not read.
    rows = Enterprise.objects.filter(
        Q(suspended_at__isnull=False)
        | Q(tier__in=[Tier.DORMANT, Tier.ARCHIVED, Tier.CLOSED])
    )
    if among is not None:
        rows = rows.filter(pk__in=set(among))
    return frozenset(rows.values_list("pk", flat=True))
