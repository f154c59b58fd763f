"""What needs a decision today, four figures and one chart."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.capacity import selectors as capacity
from apps.capacity.types import WeekLoad
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.notify import selectors as notices
from apps.orders import selectors as orders
from apps.portal import charts, formats
from apps.portal.access import MEMBERS, access, member_id
from tenants.middleware import role_in

WEEKS_SHOWN = 12
WEEKS_COUNTED = 4
NOTICES_SHOWN = 6
MINUTES_PER_HOUR = 60


@access(*MEMBERS)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page of the portal."""
    now = timezone.now()
    unread = notices.unread(
        user_id=member_id(request), role=str(role_in(request)), limit=NOTICES_SHOWN
    )
    own = machines.machines_of().count()
    load = capacity.fleet_week_load(
        found=machines.machines_of().exclude(state=MachineState.RETIRED),
        from_monday=timezone.localdate(now),
        weeks=WEEKS_SHOWN,
        at=now,
    )
    soon = load[:WEEKS_COUNTED]
    return render(
        request,
        "portal/home.html",
        {
            "unread": unread,
            "machines": own,
            "published": machines.machines_of(is_published=True).count() if own else 0,
            "free": formats.duration(sum(week.free_minutes for week in soon)),
            "working": formats.duration(sum(week.total_minutes for week in soon)),
            "open": orders.open_counts(),
            "chart": load_chart(load) if own else None,
        },
    )


def load_chart(load: Sequence[WeekLoad]) -> charts.BarChart:
    """Draw working hours by week and what they are given to."""
    parts = (
        (_("Booked"), "accent", [week.booked_minutes for week in load]),
        (_("Held"), "held", [week.held_minutes for week in load]),
        (_("Maintenance"), "part", [week.maintenance_minutes for week in load]),
        (_("Free"), "free", [week.free_minutes for week in load]),
    )
    return charts.bars(
        [_("W%(week)d") % {"week": week.monday.isocalendar().week} for week in load],
        [
            charts.Series(name, tone, [minutes / MINUTES_PER_HOUR for minutes in row])
            for name, tone, row in parts
        ],
        unit="h",
    )
