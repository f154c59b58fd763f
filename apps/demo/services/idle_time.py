"""Lets demo shops that plan offer windows that they would rather fill than leave empty."""

from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal

from apps.capacity import selectors as capacity
from apps.capacity.rules.spans import moment_of
from apps.exchange import services as exchange
from apps.exchange.types import IdleLotDraft, PriceBasis
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.selectors import cost_model_of
from tenants.types import Actor, EnterpriseRef

MOST_OFFERS = 2
# Far enough ahead that a buyer can still ask for it.
FROM, UNTIL = timedelta(days=3), timedelta(days=12)
LONGEST = timedelta(hours=40)
SHORTEST_MINUTES = 8 * 60
# Below the ordinary hour, as time is sold that would go by unused.
SHARE_OF_RATE = Decimal("0.7")
STEP_OF_PRICE = Decimal(5)


def offer_idle_time(shop: EnterpriseRef, *, by: Actor, at: datetime) -> int:
    """Offer the longest free window of some published machines; return how many."""
    offered = 0
    for machine in machines.machines_of(is_published=True):
        if offered == MOST_OFFERS:
            break
        found = capacity.free_stretches(
            machine_id=machine.pk, period=Period(at + FROM, at + UNTIL), at=at
        )
        longest = max(found, key=lambda one: one.minutes, default=None)
        model = cost_model_of(machine)
        process = machine.capabilities.order_by("process_code").first()
        if not (longest and model and process) or longest.minutes < SHORTEST_MINUTES:
            continue
        start = moment_of(longest.start)
        price = model.hourly_rate * SHARE_OF_RATE / STEP_OF_PRICE
        try:
            exchange.offer_idle_lot(
                draft=IdleLotDraft(
                    machine_id=machine.pk,
                    process_code=process.process_code,
                    starts_at=start,
                    ends_at=min(moment_of(longest.end), start + LONGEST),
                    floor_price=price.to_integral_value(ROUND_UP) * STEP_OF_PRICE,
                    currency=shop.currency,
                    price_basis=PriceBasis.HOUR,
                ),
                by=by,
                at=at,
            )
        except (exchange.NotListed, exchange.NotIdle):
            # Not on the market yet, or reserved in between: another machine will do.
            continue
        offered += 1
    return offered
