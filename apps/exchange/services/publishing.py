"""What an enterprise shows to the market: its machines' abilities, its RFQs' lines."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from apps.capacity import selectors as capacity
from apps.capacity.rules.buckets import WeekBuckets
from apps.catalog import selectors as catalog
from apps.exchange.models import Demand, Listing
from apps.exchange.rules.estimate import Estimate, coarse, estimate, round_size
from apps.exchange.rules.terms import monday_of
from apps.exchange.services.awarding import let_quotes_go
from apps.exchange.services.idle_lots import follow_free_time
from apps.exchange.types import (
    HORIZON_WEEKS,
    DemandState,
    EnvelopeKind,
    RunTrigger,
)
from apps.kernel.money import Money
from apps.machines import selectors as machines
from apps.machines.types import CapabilityFacts, DisclosedFact
from apps.orders import selectors as orders
from apps.orders import services as orders_services
from apps.orders.types import RfqState
from tenants import context, jobs
from tenants.types import SYSTEM, Circle

if TYPE_CHECKING:
    from django.db.models import QuerySet

# What becomes of a line's demand when its request moves on. An awarded one keeps its
# state: each of its demands was awarded by itself.
STATE_OF_DEMAND = {
    RfqState.PUBLISHED: DemandState.OPEN,
    RfqState.CLOSED: DemandState.CLOSED,
    RfqState.CANCELLED: DemandState.CANCELLED,
}


# --- listings


@transaction.atomic
def publish_machine(*, machine_id: UUID, at: datetime) -> list[Listing]:
    """Bring a machine's listings up to what it shows now; withdraw those it ceased to.

    Runs in the seller's name. Returns the listings that changed.
    """
    owner = context.current()
    facts = machines.facts_for_listing(machine_id)
    weeks = _shown_weeks(facts[0], at) if facts else {}
    # Locked in the order of their keys: two jobs of a machine may run at once.
    rows = Listing.objects.of_machine(owner.id, machine_id).select_for_update()
    known = {row.capability_id: row for row in rows.order_by("id")}
    changed = []
    for fact in facts:
        columns = _listing_columns(fact, at.date()) | weeks | {"is_active": True}
        columns["seller_name"] = owner.name
        columns["languages"] = sorted({owner.language, "en"})
        row = known.pop(fact.capability_id, None)
        if row is None:
            row = Listing.objects.create(
                owner_id=owner.id,
                machine_id=machine_id,
                capability_id=fact.capability_id,
                **columns,
            )
        elif not _revise(row, columns):
            continue
        changed.append(row)
    changed += [row for row in known.values() if _revise(row, {"is_active": False})]
    for row in changed:
        _ask_for_judgement(row)
    follow_free_time(machine_id=machine_id, at=at)
    return changed


@transaction.atomic
def refresh_capacity(*, machine_id: UUID, at: datetime) -> list[Listing]:
    """Bring the free time of a machine's listings up to date; return the changed ones.

    Runs in the seller's name.
    """
    rows = list(
        Listing.objects.of_machine(context.current().id, machine_id)
        .active()
        .select_for_update()
        .order_by("id")
    )
    if not rows:
        return []
    facts = machines.facts_for_listing(machine_id)
    if not facts:
        # Withdrawn since: its listings go with the job that says so.
        return []
    weeks = _shown_weeks(facts[0], at)
    changed = [row for row in rows if _revise(row, weeks)]
    for row in changed:
        _ask_for_judgement(row)
    follow_free_time(machine_id=machine_id, at=at)
    return changed


def roll_weeks(*, at: datetime) -> int:
    """Publish the free time of the weeks from this one on; return of how many machines.

    Runs in the seller's name. Without it the weeks that others see would run out.
    """
    behind = set(_behind(at).values_list("machine_id", flat=True))
    for machine_id in sorted(behind):
        refresh_capacity(machine_id=machine_id, at=at)
    return len(behind)


def is_behind_the_week(at: datetime) -> bool:
    """Say whether free time of this enterprise is published of weeks that are over."""
    return _behind(at).exists()


def _behind(at: datetime) -> "QuerySet[Listing]":
    # Also what was published before weeks had totals.
    return Listing.objects.active().filter(
        Q(weeks_from__lt=monday_of(at.date()))
        | Q(total_minutes=[]) & ~Q(cumulative_free_minutes=[]),
        owner_id=context.current().id,
    )


def _shown_weeks(fact: CapabilityFacts, at: datetime) -> dict[str, Any]:
    monday = monday_of(at.date())
    weeks = WeekBuckets()
    if fact.circles[DisclosedFact.FREE_CAPACITY] != Circle.PRIVATE:
        weeks = capacity.published_weeks(
            machine_id=fact.machine_id, from_monday=monday, at=at, weeks=HORIZON_WEEKS
        )
        if not fact.is_in_service:
            weeks = weeks.closed()
    return {
        "weeks_from": monday,
        "total_minutes": list(weeks.total_minutes),
        "reserved_minutes": list(weeks.reserved_minutes),
        "cumulative_free_minutes": weeks.cumulative_free_minutes,
    }


def _listing_columns(fact: CapabilityFacts, on: date) -> dict[str, Any]:
    kind, sides = _envelope(fact)
    return {
        "machine_label": fact.machine_label,
        "process_code": fact.process_code,
        "material_groups": sorted(fact.material_groups),
        "material_codes": sorted(fact.material_codes),
        "envelope_kind": kind,
        "envelope_mm": sides,
        "max_mass_kg": fact.max_mass_kg,
        "it_grade": fact.it_grade,
        "roughness_um": fact.roughness_um,
        "batch_min": fact.batch_min,
        "batch_max": fact.batch_max,
        "certificates": {
            code: until and until.isoformat()
            for code, until in sorted(fact.certificates.items())
        },
        "verified_certificates": sorted(fact.verified_certificates),
        "country": fact.country,
        "region": fact.region,
        "latitude": fact.latitude,
        "longitude": fact.longitude,
        "rate_eur_hour": _rate_eur(fact.hourly_rate, fact.currency, on),
        "unconfirmed_figures": sorted(fact.unconfirmed),
        "masked_facts": _facts_of(fact, Circle.COUNTERPARTY),
        "public_facts": _facts_of(fact, Circle.PUBLIC),
        "auto_quote": fact.auto_quote,
    }


def _facts_of(fact: CapabilityFacts, circle: Circle) -> list[str]:
    return sorted(
        name.value for name, chosen in fact.circles.items() if chosen == circle
    )


def _envelope(fact: CapabilityFacts) -> tuple[EnvelopeKind | None, list[float] | None]:
    if fact.envelope_kind is None:
        return None, None
    kind = EnvelopeKind(fact.envelope_kind.value)
    sides: tuple[float | None, ...] = (fact.diameter_mm, fact.length_mm)
    if kind == EnvelopeKind.BOX:
        sides = (fact.size_x_mm, fact.size_y_mm, fact.size_z_mm)
    stated = [side for side in sides if side is not None]
    if len(stated) < len(sides):
        # Half an envelope judges no part.
        return None, None
    if kind == EnvelopeKind.BOX:
        stated.sort(reverse=True)
    return kind, stated


def _rate_eur(rate: Decimal | None, currency: str, on: date) -> Decimal | None:
    if rate is None:
        return None
    return catalog.convert(Money(rate, currency), "EUR", on)[0].amount


def _revise(row: Listing, columns: Mapping[str, Any]) -> bool:
    """Write the columns that differ, if any; the database raises the version."""
    differing = [name for name, value in columns.items() if getattr(row, name) != value]
    if not differing:
        return False
    for name in differing:
        setattr(row, name, columns[name])
    row.save(update_fields=[*differing, "updated_at"])
    row.refresh_from_db(fields=["version", "changed_xid"])
    return True


def _ask_for_judgement(row: Listing) -> None:
    jobs.enqueue(
        "exchange.match_listing",
        dedup_key=f"listing:{row.pk}",
        listing_id=str(row.pk),
    )


# --- demands


@transaction.atomic
def publish_demand(*, rfq_line_id: UUID, at: datetime) -> Demand | None:
    """Bring the market's copy of an RFQ line up to the state of its request.

    Runs in the buyer's name. Returns None for a line that was never published.
    """
    owner = context.current()
    line = orders.rfq_line_detail(rfq_line_id)
    rfq = line.rfq
    demand = (
        Demand.objects.select_for_update(no_key=True)
        .filter(owner_id=owner.id, rfq_line_id=rfq_line_id)
        .first()
    )
    state = STATE_OF_DEMAND.get(RfqState(rfq.state))
    if demand is None and state != DemandState.OPEN:
        return None
    if demand is not None:
        if state is None or demand.state not in {DemandState.OPEN, DemandState.CLOSED}:
            return demand
        if state != DemandState.OPEN:
            demand.state = state
            demand.version += 1
            demand.save(update_fields=["state", "version", "updated_at"])
            if state == DemandState.CANCELLED:
                let_quotes_go(
                    demand=demand,
                    reason=gettext_lazy("The request was cancelled."),
                    by=SYSTEM,
                    at=at,
                )
            return demand
    columns = _demand_columns(line, at.date())
    if demand is None:
        demand = Demand.objects.create(
            owner_id=owner.id,
            rfq_id=rfq.pk,
            rfq_line_id=rfq_line_id,
            published_at=at,
            **columns,
        )
    else:
        for name, value in columns.items():
            setattr(demand, name, value)
        demand.state = DemandState.OPEN
        demand.version += 1
        demand.save()
    orders_services.record_demand(rfq_line_id=rfq_line_id, demand_id=demand.pk)
    jobs.enqueue(
        "exchange.match_demand",
        dedup_key=f"match:{demand.pk}",
        demand_id=str(demand.pk),
        trigger=RunTrigger.DEMAND_PUBLISHED.value,
    )
    return demand


def _demand_columns(line: Any, on: date) -> dict[str, Any]:
    rfq, part = line.rfq, line.part
    material = catalog.material_by_code(line.material_code)
    size = part.sizes_mm
    made = None
    if size is not None:
        made = estimate(
            volume_mm3=part.volume_mm3,
            area_mm2=part.area_mm2,
            size_mm=size,
            density_kg_m3=material.density_kg_m3,
            removal_factor=material.removal_factor,
            price_eur_kg=material.price_eur_kg,
            process_code=line.process_codes[0],
            quantity=line.quantity,
        )
    return {
        "title": _title(rfq.title, line.position, part.name, rfq.lines.count()),
        "note": rfq.note,
        "process_codes": sorted(line.process_codes),
        "accepted_processes": sorted(catalog.leaf_codes_below(line.process_codes)),
        "material_code": material.code,
        "material_group": str(material.group),
        "accepted_materials": sorted(catalog.accepted_materials(material.code)),
        "size_mm": None if size is None else sorted(size, reverse=True),
        "round_mm": None if size is None else _pair(round_size(size, part.volume_mm3)),
        "volume_mm3": part.volume_mm3,
        "area_mm2": part.area_mm2,
        "mass_kg": None
        if size is None
        else part.volume_mm3 * material.density_kg_m3 / 1e9,
        "it_grade": line.it_grade,
        "roughness_um": line.roughness_um,
        "quantity": line.quantity,
        "currency": rfq.currency,
        "certificate_codes": sorted(rfq.certificate_codes),
        "due_on": rfq.due_on,
        "response_deadline_at": rfq.response_deadline_at,
        "delivery_country": rfq.delivery_country,
        # Coarse for everyone: an exact place would name an anonymous buyer.
        "latitude": coarse(rfq.latitude),
        "longitude": coarse(rfq.longitude),
        "allowed_countries": sorted(rfq.allowed_countries),
        "excluded_countries": sorted(rfq.excluded_countries),
        "is_anonymous": rfq.anonymous,
        "audience": rfq.audience,
        "invited_ids": sorted(UUID(key) for key in rfq.invited_enterprise_ids),
        "weights": dict(rfq.weights),
        **_money_columns(line.target_unit_price, line.quantity, rfq.currency, made, on),
    }


def _title(title: str, position: int, part_name: str, lines: int) -> str:
    # Lines of one request are told apart by their parts.
    return title if lines == 1 else f"{title[:90]} · {position} {part_name}"[:160]


def _pair(values: Sequence[float] | None) -> list[float] | None:
    return None if values is None else list(values)


def _money_columns(
    target: Decimal | None,
    quantity: int,
    currency: str,
    made: Estimate | None,
    on: date,
) -> dict[str, Any]:
    reference = made.total_eur if made else None
    if target is not None:
        wanted = Money(target * quantity, currency)
        reference = catalog.convert(wanted, "EUR", on)[0].amount
    return {
        "work_minutes": made.work_minutes if made else None,
        "material_cost_eur": made.material_cost_eur if made else Decimal(0),
        "reference_eur": reference,
    }
