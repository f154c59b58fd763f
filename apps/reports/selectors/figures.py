"""The facts that a report is worked out from, read from the apps that keep them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.kernel.periods import Period
from apps.reports.selectors.capacity_facts import capacity_facts
from apps.reports.selectors.rfq_facts import buyer_facts, seller_facts
from apps.reports.types import (
    CapacityParameters,
    Facts,
    Parameters,
    RfqParameters,
    Side,
)
from tenants import context


def facts_for(parameters: Parameters, *, at: datetime) -> Facts:
    """Return all that a report with these parameters is worked out from."""
    match parameters:
        case CapacityParameters():
            last = parameters.starts_on + timedelta(weeks=parameters.weeks, days=-1)
            period = days(parameters.starts_on, last)
            return capacity_facts(parameters, period, at=at)
        case RfqParameters(side=Side.BUYER):
            return buyer_facts(days(parameters.starts_on, parameters.ends_on))
        case RfqParameters():
            return seller_facts(days(parameters.starts_on, parameters.ends_on))


def days(first: date, last: date) -> Period:
    """Return whole days on the enterprise's own clock, the last one included."""
    zone = ZoneInfo(context.current().time_zone)
    return Period(
        datetime.combine(first, time(), zone),
        datetime.combine(last + timedelta(days=1), time(), zone),
    )
