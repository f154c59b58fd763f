"""How full machines are, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe

from apps.capacity import selectors as capacity
from apps.capacity.types import MachineLoad, WeekLoad
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal import charts, formats
from apps.portal.access import access
from apps.portal.home import load_chart
from apps.portal.machine_forms import site_choices
from apps.portal.machine_list import offered_processes
from apps.portal.machines import uuid_of
from apps.portal.paging import page_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
WEEKS_SHOWN = 12
ROWS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One machine over the weeks."""

    label: str
    note: str
    href: str
    cells: Sequence[charts.HeatCell]


@access(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the load of machines week by week."""
    now = timezone.now()
    asked = {name: request.GET.get(name, "") for name in ("process", "site")}
    found = machines.machines_of(
        process_code=asked["process"], site_id=uuid_of(asked["site"])
    ).exclude(state=MachineState.RETIRED)
    page = page_of(request, found, ROWS_SHOWN)
    rows = sorted(page.rows, key=lambda row: str(row.code))
    today = timezone.localdate(now)
    loads = capacity.week_load(
        machine_ids=[row.pk for row in rows],
        from_monday=today,
        weeks=WEEKS_SHOWN,
        at=now,
    )
    total = capacity.total_week_load(
        machine_ids=list(found.order_by().values_list("pk", flat=True)),
        from_monday=today,
        weeks=WEEKS_SHOWN,
        at=now,
    )
    return render(
        request,
        "portal/capacity/overview.html",
        {
            "page": page,
            "asked": asked,
            "is_filtered": any(asked.values()),
            "processes": offered_processes(),
            "sites": site_choices(),
            "columns": [_week_name(week.monday) for week in total],
            "rows": [
                _heat_row(row, load) for row, load in zip(rows, loads, strict=True)
            ],
            "chart": load_chart(total) if page.rows else None,
            "has_hours": any(week.total_minutes for week in total),
        },
    )


# --- load


def _week_name(monday: date) -> str:
    return _t("W%(week)d") % {"week": monday.isocalendar().week}


def _heat_row(machine: Any, load: MachineLoad) -> HeatRow:
    href = reverse("portal:machine", args=[machine.pk])
    return HeatRow(
        label=machine.code,
        note=machine.label,
        href=href,
        cells=[_heat_cell(machine, week, href) for week in load.weeks],
    )


def _heat_cell(machine: Any, week: WeekLoad, href: str) -> charts.HeatCell:
    facts = {
        "code": machine.code,
        "week": _week_name(week.monday),
        "monday": formats.day(week.monday),
        "free": formats.duration(week.free_minutes),
        "reserved": formats.duration(week.reserved_minutes),
        "total": formats.duration(week.total_minutes),
    }
    if not week.total_minutes:
        return charts.heat_cell(
            None,
            title=_t("%(code)s, %(week)s from %(monday)s: no shifts") % facts,
            href=href,
        )
    return charts.heat_cell(
        week.reserved_minutes / week.total_minutes,
        title=_t(
            "%(code)s, %(week)s from %(monday)s: %(free)s free,"
            " %(reserved)s reserved of %(total)s"
        )
        % facts,
        href=href,
    )
