"""Work that the exchange does later."""

from uuid import UUID

from django.utils import timezone

from apps.exchange import services
from apps.exchange.types import RunTrigger
from apps.orders import selectors as orders
from tenants import jobs
from tenants.types import SYSTEM


@jobs.handler("exchange.publish_machine")
def publish_machine(*, machine_id: str, **_: object) -> None:
    """Bring a machine's listings up to what it shows."""
    services.publish_machine(machine_id=UUID(machine_id), at=timezone.now())


@jobs.handler("exchange.refresh_capacity")
def refresh_capacity(*, machine_id: str, **_: object) -> None:
    """Bring the free time of a machine's listings up to date."""
    services.refresh_capacity(machine_id=UUID(machine_id), at=timezone.now())


@jobs.handler("exchange.roll_weeks")
def roll_weeks(**_: object) -> None:
    """Publish the free time of the weeks from this one on."""
    services.roll_weeks(at=timezone.now())


@jobs.handler("exchange.tell_replanned")
def tell_replanned(*, schedule_id: str, **_: object) -> None:
    """Let orders follow a plan that was put in force, and tell both sides."""
    services.tell_replanned(schedule_id=UUID(schedule_id), by=SYSTEM, at=timezone.now())


@jobs.handler("exchange.show_documents")
def show_documents(**_: object) -> None:
    """Show to everyone the photos that are for everyone, and no others."""
    services.show_documents()


@jobs.handler("exchange.publish_demand")
def publish_demand(*, rfq_line_id: str, **_: object) -> None:
    """Bring the market's copy of an RFQ line up to date."""
    services.publish_demand(rfq_line_id=UUID(rfq_line_id), at=timezone.now())


@jobs.handler("exchange.match_demand", scope=jobs.Scope.EXCHANGE)
def match_demand(
    *,
    demand_id: str,
    trigger: str = RunTrigger.DEMAND_PUBLISHED.value,
    **_: object,
) -> None:
    """Judge all listings for a demand."""
    at = timezone.now()
    if services.is_open(demand_id=UUID(demand_id), at=at):
        services.match_demand(
            demand_id=UUID(demand_id), trigger=RunTrigger(trigger), at=at
        )


@jobs.handler("exchange.match_listing", scope=jobs.Scope.EXCHANGE)
def match_listing(*, listing_id: str, **_: object) -> None:
    """Match the open demands again that a changed listing matters to."""
    services.match_listing(listing_id=UUID(listing_id), at=timezone.now())


@jobs.handler("exchange.tell_sellers", scope=jobs.Scope.EXCHANGE)
def tell_sellers(*, demand_id: str, **_: object) -> None:
    """Tell shops of a demand that fits their machines."""
    services.tell_sellers(demand_id=UUID(demand_id), at=timezone.now())


@jobs.handler("exchange.auto_quote")
def auto_quote(*, demand_id: str, listing_id: str, **_: object) -> None:
    """Answer a demand by the cost model of one machine."""
    services.answer_demand(
        demand_id=UUID(demand_id), listing_id=UUID(listing_id), at=timezone.now()
    )


@jobs.handler("exchange.expire_quotes")
def expire_quotes(**_: object) -> None:
    """Let quotes go whose validity has ended; those being decided on, later."""
    at = timezone.now()
    services.expire_quotes(at=at)
    if orders.has_lapsed_quotes(at):
        jobs.enqueue_when_due("exchange.expire_quotes", due_at=at)


jobs.register_upkeep("exchange.expire_quotes", orders.has_lapsed_quotes)
jobs.register_upkeep("exchange.roll_weeks", services.is_behind_the_week)
