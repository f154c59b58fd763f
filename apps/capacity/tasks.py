"""Work that capacity does later."""

from django.utils import timezone

from apps.capacity import selectors, services
from tenants import jobs

SWEEP = "capacity.sweep_lapsed"


@jobs.handler(SWEEP)
def sweep_lapsed(**_: object) -> None:
    """Let lapsed holds go; those of a machine at which somebody is at work, later."""
    at = timezone.now()
    # By the database's clock in both: what one of them calls lapsed and the other
    # does not would be asked for again and again.
    services.sweep_lapsed(at=at)
    if selectors.has_lapsed_holds(at):
        jobs.enqueue_when_due(SWEEP, due_at=at)


jobs.register_upkeep(SWEEP, selectors.has_lapsed_holds)
