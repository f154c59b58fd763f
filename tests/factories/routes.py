"""Makes routes as planners ask for them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.capacity import services
from apps.capacity.models import Reservation
from apps.capacity.types import RouteRequest, RouteStep, StepOption
from tenants.types import SYSTEM
from tests.factories.capacity import MONDAY_7, TWO_DAYS_ON


def step(*machine_ids: UUID, **facts: Any) -> RouteStep:
    """A step of 20 minutes of setup and 10 for each part, on any of some machines."""
    setup = facts.pop("setup_minutes", 20)
    each = Decimal(facts.pop("minutes_per_part", 10))
    return RouteStep(
        **{
            "options": tuple(StepOption(key, setup, each) for key in machine_ids),
            **facts,
        }
    )


def route(*steps: RouteStep, quantity: int = 10, **facts: Any) -> RouteRequest:
    """Ten parts through some steps, from Monday seven o'clock on."""
    return RouteRequest(
        **{
            "quantity": quantity,
            "steps": steps,
            "release_at": MONDAY_7,
            **facts,
        }
    )


def route_held(request: RouteRequest, **facts: Any) -> tuple[Reservation, ...]:
    """Hold a route for two days."""
    return services.hold_route(
        **{
            "request": request,
            "expires_at": TWO_DAYS_ON,
            "by": SYSTEM,
            "at": MONDAY_7,
            **facts,
        }
    )
