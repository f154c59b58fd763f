"""Makes notices as the services of other apps do."""

from typing import Any

from apps.notify import services
from apps.notify.models import Notice
from tenants.types import Role
from tests.support.world import NOON


def notice(**facts: Any) -> Notice:
    """Tell the planners that a quote came in."""
    return services.notify(
        **{
            "kind": "quote.received",
            "title": "A quote came in",
            "roles": (Role.PLANNER,),
            "at": NOON,
            **facts,
        }
    )
