"""Which machine answers which demand, and what its cost model asks for it."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.exchange.models import Demand, Listing
from apps.exchange.rules.verdict import is_candidate, judge
from apps.exchange.selectors import DemandNotFound, judging
from apps.exchange.services.matching import check_open
from apps.exchange.services.pairing import trading_enterprise
from apps.exchange.types import Offer, Reason
from apps.kernel.errors import Conflict, NotFound
from apps.kernel.money import Money
from apps.machines import selectors as machines
from apps.orders.rules import pricing
from apps.orders.types import CostInputs, PartFacts, PriceBreakdown
from tenants import context
from tenants.types import EnterpriseRef

# What a shop cannot talk itself past: the buyer's word on whom it asks.
BINDING = frozenset({Reason.AUDIENCE, Reason.REGION, Reason.SUSPENDED})


class ListingNotFound(NotFound):
    """Raised when the enterprise has no such published machine."""

    code = "listing_not_found"


class ListingDoesNotFit(Conflict):
    """Raised when a machine no longer fits the demand that it should answer."""

    code = "listing_does_not_fit"


class NoCostModel(Conflict):
    """Raised when a machine's cost model does not suffice for a price."""

    code = "no_cost_model"


@dataclass(frozen=True, slots=True)
class Pair:
    """A demand and the listing that answers it, with both enterprises."""

    demand: Demand
    listing: Listing
    seller: EnterpriseRef
    buyer: EnterpriseRef


def paired(demand: Demand, listing_id: UUID, at: datetime) -> Pair:
    """Bring a demand and one of our machines together; runs in the seller's name.

    :raises ListingNotFound: if the machine is not published here.
    :raises DemandNotFound: if the demand does not ask this shop.
    :raises DemandNotOpen: if it takes no answers any more.
    :raises EnterpriseGone: if the buyer does not trade at present.
    """
    seller = context.current()
    listing = Listing.objects.active().filter(pk=listing_id, owner_id=seller.id).first()
    if listing is None:
        raise ListingNotFound(
            _("There is no such published machine here."),
            field="listing_id",
            value=str(listing_id),
            remedy=_("Publish the machine first."),
        )
    buyer = trading_enterprise(demand.owner_id)
    pair = Pair(demand=demand, listing=listing, seller=seller, buyer=buyer)
    need, offer = judging.need_of(demand), offer_of(pair)
    verdict = judge(need, offer, at.date())
    if not is_candidate(need, offer) or any(
        refusal.reason in BINDING for refusal in verdict.refusals
    ):
        # As if it did not exist: who is not asked does not learn that others are.
        raise no_such_demand(demand.pk)
    check_open(demand, at)
    return pair


def no_such_demand(demand_id: UUID) -> DemandNotFound:
    """Say that there is no such demand, whether or not there is."""
    return DemandNotFound(
        _("There is no such demand."), field="demand_id", value=str(demand_id)
    )


def offer_of(pair: Pair) -> Offer:
    """Give the listing as the rules see it, with its owner's standing."""
    seller = pair.seller
    return judging.offer_of(
        pair.listing,
        verified=[seller.id] if seller.is_verified else (),
        suspended=[seller.id] if seller.is_suspended else (),
    )


def price_of(pair: Pair, at: datetime) -> PriceBreakdown:
    """Work out what the machine's cost model asks for the batch.

    :raises NoCostModel: if the cost model does not suffice for a price.
    :raises NotPriceable: if a figure of it cannot be meant.
    """
    demand, listing = pair.demand, pair.listing
    cost = _cost_inputs(listing)
    facts = _part_facts(demand, cost.currency, at)
    return pricing.price(
        cost, facts, quantity=demand.quantity, process_code=listing.process_code
    )


def _cost_inputs(listing: Listing) -> CostInputs:
    stated = machines.cost_inputs(listing.machine_id)
    if (
        stated is None
        or stated.removal_cm3_per_min is None
        or stated.finishing_cm2_per_min is None
    ):
        raise NoCostModel(
            _("%(machine)s has no cost model that a price can be worked out from.")
            % {"machine": listing.machine_label},
            field="cost_model",
            remedy=_("State its rates, and how fast it cuts and finishes."),
        )
    # What orders keeps at a default of its own is not the machine's to say.
    known = {column.name for column in fields(CostInputs)}
    return CostInputs(
        **{
            column.name: getattr(stated, column.name)
            for column in fields(stated)
            if column.name in known
        }
    )


def _part_facts(demand: Demand, currency: str, at: datetime) -> PartFacts:
    if demand.size_mm is None or demand.volume_mm3 is None or demand.area_mm2 is None:
        raise ListingDoesNotFit(
            _("The part of “%(title)s” has not been measured.")
            % {"title": demand.title}
        )
    material = catalog.material_by_code(demand.material_code)
    x, y, z = demand.size_mm
    per_kg, _rate = catalog.convert(
        Money(material.price_eur_kg, "EUR"), currency, at.date()
    )
    return PartFacts(
        volume_mm3=Decimal(str(demand.volume_mm3)),
        area_mm2=Decimal(str(demand.area_mm2)),
        size_x_mm=Decimal(str(x)),
        size_y_mm=Decimal(str(y)),
        size_z_mm=Decimal(str(z)),
        density_kg_m3=Decimal(material.density_kg_m3),
        removal_factor=material.removal_factor,
        material_price_per_kg=per_kg,
    )
