"""The market as one enterprise, or the public, may see it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.exchange.models import Listing, MarketDemand, MarketListing, PublicListing
from apps.exchange.types import TrafficLight
from apps.kernel.errors import NotFound
from tenants import context

Shown = TypeVar("Shown", MarketListing, PublicListing)

# A week of one shift, and two: what "some" and "much" free time in four weeks mean.
SOME_FREE_MINUTES = 40 * 60
MUCH_FREE_MINUTES = 80 * 60


class ListingNotFound(NotFound):
    """Raised when the market has no such listing, or tells the reader no weeks of it."""

    code = "listing_not_found"


class DemandNotFound(NotFound):
    """Raised when the market has no such demand, or none for this enterprise."""

    code = "demand_not_found"


@dataclass(frozen=True, slots=True)
class PublishedWeek:
    """How full a listed machine is in one week, in minutes of work."""

    monday: date
    total_minutes: int
    reserved_minutes: int
    free_minutes: int
    color: str


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """An enterprise as anyone knows it: from what it shows of machines to everyone.

    `free` is None where it shows no machine's free time.
    """

    enterprise_id: UUID
    name: str
    slug: str
    is_verified: bool
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    process_codes: tuple[str, ...]
    certificate_codes: tuple[str, ...]
    machine_labels: tuple[str, ...]
    listing_count: int
    free: TrafficLight | None
    verified_codes: tuple[str, ...] = ()


def market_demands(
    *, search: str = "", process_code: str = "", country: str = ""
) -> QuerySet[MarketDemand]:
    """Return the open demands that the reader may see, newest first."""
    found = MarketDemand.objects.order_by("-published_at", "-id")
    for word in search.split():
        found = found.filter(Q(title__icontains=word) | Q(note__icontains=word))
    if process_code:
        codes = sorted(catalog.leaf_codes_below([process_code]))
        found = found.filter(process_codes__overlap=codes)
    if country:
        found = found.filter(delivery_country=country)
    return found


def market_demand(demand_id: UUID) -> MarketDemand:
    """Return an open demand that the reader may see.

    :raises DemandNotFound: if there is none, or it is not for this reader.
    """
    found = MarketDemand.objects.filter(pk=demand_id).first()
    if found is None:
        raise DemandNotFound(
            _("There is no such demand."), field="demand_id", value=str(demand_id)
        )
    return found


def weeks_of_listing(listing_id: UUID) -> list[PublishedWeek]:
    """Return how full a listed machine is from this week on, as the reader may know it.

    :raises ListingNotFound: if there is none, or its weeks are not for this reader.
    """
    row = MarketListing.objects.filter(pk=listing_id).first()
    if row is None or row.weeks_from is None:
        raise ListingNotFound(
            _("There is no such listing, or its weeks are not shown to you."),
            field="listing_id",
            value=str(listing_id),
        )
    weeks = zip(
        row.total_minutes or (),
        row.reserved_minutes or (),
        row.free_minutes or (),
        row.load_colors or (),
        strict=True,
    )
    return [
        PublishedWeek(row.weeks_from + timedelta(weeks=place), *week)
        for place, week in enumerate(weeks)
    ]


def market_listings(
    *, process_code: str = "", country: str = "", search: str = ""
) -> QuerySet[MarketListing]:
    """Return the published machines of those who trade, by enterprise."""
    return _narrowed(
        MarketListing.objects.order_by("seller_name", "machine_label", "id"),
        process_code=process_code,
        country=country,
        search=search,
    )


def public_listings(
    *, process_code: str = "", country: str = "", search: str = ""
) -> QuerySet[PublicListing]:
    """Return the published machines as anyone may see them, by enterprise."""
    return _narrowed(
        PublicListing.objects.order_by("seller_name", "machine_label", "id"),
        process_code=process_code,
        country=country,
        search=search,
    )


def _narrowed(
    found: QuerySet[Shown], *, process_code: str, country: str, search: str
) -> QuerySet[Shown]:
    if process_code:
        codes = sorted(catalog.leaf_codes_below([process_code]))
        found = found.filter(process_code__in=codes)
    if country:
        found = found.filter(country=country)
    for word in search.split():
        found = found.filter(
            Q(seller_name__icontains=word) | Q(machine_label__icontains=word)
        )
    return found


def listings_of_machine(machine_id: UUID) -> QuerySet[Listing]:
    """Return what the market holds of one of our machines, withdrawn ones too."""
    owner_id = context.current().id
    return Listing.objects.of_machine(owner_id, machine_id).order_by("process_code")


def own_listings() -> QuerySet[Listing]:
    """Return what the market shows of our machines."""
    return (
        Listing.objects.active()
        .filter(owner_id=context.current().id)
        .order_by("machine_label", "process_code")
    )


def public_offers(owner_id: UUID) -> list[PublicListing]:
    """Return what an enterprise shows to everyone, by machine and process."""
    return list(
        PublicListing.objects.filter(owner_id=owner_id).order_by(
            "machine_label", "process_code", "id"
        )
    )


def enterprise_directory(
    *, process_code: str = "", country: str = "", search: str = "", limit: int = 200
) -> list[DirectoryEntry]:
    """Return the enterprises with machines on the market, by name."""
    matching = public_listings(
        process_code=process_code, country=country, search=search
    )
    # The page's enterprises first: of a large market only theirs are read.
    owners = list(
        matching.order_by("seller_name", "owner_id")
        .values_list("seller_name", "owner_id")
        .distinct()[:limit]
    )
    found = entries_of(owner_id for _name, owner_id in owners)
    return [found[owner_id] for _name, owner_id in owners]


def sellers(*, process_code: str = "", certificate_code: str = "") -> set[UUID]:
    """Return who shows machines to everyone for a process, under a certificate."""
    found = public_listings(process_code=process_code).order_by()
    if certificate_code:
        found = found.filter(certificates__has_key=certificate_code)
    return set(found.values_list("owner_id", flat=True).distinct())


def entries_of(owner_ids: Iterable[UUID]) -> dict[UUID, DirectoryEntry]:
    """Return what each of these enterprises shows to everyone, by its id."""
    rows = defaultdict(list)
    for listing in PublicListing.objects.filter(owner_id__in=list(owner_ids)).order_by(
        "machine_label", "id"
    ):
        rows[listing.owner_id].append(listing)
    return {owner_id: _entry(owner_id, found) for owner_id, found in rows.items()}


def _entry(owner_id: UUID, listings: list[PublicListing]) -> DirectoryEntry:
    first = listings[0]
    free = [
        row.free_minutes_four_weeks
        for row in listings
        if row.free_minutes_four_weeks is not None
    ]
    return DirectoryEntry(
        enterprise_id=owner_id,
        name=first.seller_name,
        slug=first.seller_slug,
        is_verified=first.is_verified,
        countries=_distinct(row.country for row in listings),
        regions=_distinct(row.region for row in listings if row.region),
        process_codes=_distinct(row.process_code for row in listings),
        certificate_codes=_distinct(
            code for row in listings for code in row.certificates
        ),
        machine_labels=_distinct(
            row.machine_label for row in listings if row.machine_label
        ),
        listing_count=len(listings),
        free=traffic_light(max(free)) if free else None,
        verified_codes=_distinct(
            code for row in listings for code in row.verified_certificates
        ),
    )


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def traffic_light(free_minutes: int) -> TrafficLight:
    """Say in three steps how much time is free in the next four weeks."""
    if free_minutes >= MUCH_FREE_MINUTES:
        return TrafficLight.MUCH
    if free_minutes >= SOME_FREE_MINUTES:
        return TrafficLight.SOME
    return TrafficLight.LITTLE
