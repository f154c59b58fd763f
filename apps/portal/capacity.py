"""How full machines are, and when one could have a piece of work done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.types import MachineLoad, Promise, StepKind, WeekLoad
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.portal import charts, formats
from apps.portal.access import access
from apps.portal.forms import Moment, PortalForm, Quantity
from apps.portal.home import load_chart
from apps.portal.machine_forms import site_choices
from apps.portal.machine_list import offered_processes
from apps.portal.machines import found_machine, uuid_of
from apps.portal.paging import page_of
from tenants.middleware import actor_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
WEEKS_SHOWN = 12
ROWS_SHOWN = 60
# Each is asked by itself; a process that more can do is narrowed by naming one.
MACHINES_ASKED = 40
MINUTES_PER_HOUR = 60
TONES = {
    StepKind.WORK: "good",
    StepKind.TAKEN: "waiting",
    StepKind.OWN_LOT: "waiting",
    StepKind.TOO_SHORT: "quiet",
}


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One machine over the weeks."""

    label: str
    note: str
    href: str
    cells: Sequence[charts.HeatCell]


@dataclass(frozen=True, slots=True)
class Explained:
    """One step of a promise, on the clock at the machine."""

    what: str
    tone: str
    during: str
    time: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What one machine could promise, or why it cannot."""

    machine: Any
    promise: Promise | None = None
    finish: str = ""
    start: str = ""
    refusal: str = ""
    steps: Sequence[Explained] = ()


def machine_choices() -> list[tuple[str, str]]:
    """Return the machines in use."""
    rows = machines.machines_of(state=MachineState.ACTIVE)
    return [
        ("", _t("Any")),
        *[(str(row.pk), f"{row.code} · {row.label}") for row in rows],
    ]


def process_choices() -> list[tuple[str, str]]:
    """Return the processes that our machines offer."""
    return [("", _t("Any")), *offered_processes()]


class PromiseForm(PortalForm):
    """Work that is to be fitted in."""

    use_required_attribute = False

    machine = forms.ChoiceField(
        label=_("Machine"), choices=machine_choices, required=False
    )
    process_code = forms.ChoiceField(
        label=_("or process"), choices=process_choices, required=False
    )
    work = Quantity(
        label=_("Working time"), unit="", min_value=0, decimal_places=2, initial=8
    )
    unit = forms.ChoiceField(
        label=_("Unit"), choices=[("h", _("hours")), ("min", _("minutes"))]
    )
    not_before = Moment(label=_("Not before"), required=False)

    def clean_work(self) -> Any:
        """Ask for some work."""
        work = self.cleaned_data["work"]
        if work is not None and work <= 0:
            raise ValidationError(
                _("%(work)s is no work. Give a number above 0."),
                params={"work": formats.number(work)},
            )
        return work

    def clean(self) -> dict[str, Any]:
        """Ask for a machine or a process."""
        facts = super().clean() or self.cleaned_data
        if not (facts.get("machine") or facts.get("process_code") or self.errors):
            self.add_error("machine", _t("Choose a machine or a process."))
        return facts

    def minutes(self) -> int:
        """Return the work in whole minutes, at least one."""
        work: Decimal = self.cleaned_data["work"]
        if self.cleaned_data["unit"] == "h":
            work *= MINUTES_PER_HOUR
        return max(round(work), 1)


class MaintenanceForm(PortalForm):
    """A time in which a machine is not to be had."""

    starts_at = Moment(label=_("From"))
    ends_at = Moment(label=_("To"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Such as spindle replacement, or yearly inspection."),
    )


@access(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the load of machines week by week, and work out promises."""
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
    form, offers = _promises(request, now)
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
            "form": form,
            "offers": offers,
            "best": next((one for one in offers if one.promise), None),
        },
    )


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def maintenance(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let a planner take a machine out of service for a time."""
    machine = found_machine(machine_id).machine
    form = MaintenanceForm(request.POST if request.method == "POST" else None)
    with timezone.override(ZoneInfo(machine.site.time_zone)):
        # Times are meant on the clock at the machine.
        is_valid = request.method == "POST" and form.is_valid()
    if is_valid and _take_maintenance(request, form, machine_id):
        return redirect("portal:machine", machine_id)
    return render(
        request,
        "portal/capacity/maintenance.html",
        {"form": form, "machine": machine},
        status=422 if form.errors else 200,
    )


def _take_maintenance(
    request: HttpRequest, form: MaintenanceForm, machine_id: UUID
) -> bool:
    facts = form.cleaned_data
    if facts["ends_at"] <= facts["starts_at"]:
        form.add_error(
            "ends_at",
            _t("It ends before it begins. Give an end that is later than the start."),
        )
        return False
    try:
        services.take_maintenance(
            machine_id=machine_id,
            period=Period(facts["starts_at"], facts["ends_at"]),
            reason=facts["reason"],
            by=actor_of(request),
            at=timezone.now(),
        )
    except machines.MachineNotFound as error:
        raise Http404 from error
    except DomainError as error:
        form.refuse(error)
        return False
    return True


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


# --- promises


def _promises(request: HttpRequest, now: datetime) -> tuple[PromiseForm, list[Offer]]:
    if "work" not in request.GET:
        return PromiseForm(initial={"machine": request.GET.get("machine", "")}), []
    form = PromiseForm(request.GET)
    if not form.is_valid():
        return form, []
    facts = form.cleaned_data
    if facts["machine"]:
        able = machines.machines_of().filter(pk=facts["machine"])
    else:
        able = machines.machines_that_can([facts["process_code"]]).filter(
            state=MachineState.ACTIVE
        )
    offers = [
        _offer(row, form.minutes(), facts["not_before"] or now, now)
        for row in able[:MACHINES_ASKED]
    ]
    return form, sorted(offers, key=_soonest)


def _period_text(period: Period) -> str:
    """Write a period, its day only once where it begins and ends on the same."""
    start, end = timezone.localtime(period.start), timezone.localtime(period.end)
    if start.date() == end.date():
        return f"{formats.moment(start)} – {end:%H:%M}"
    return f"{formats.moment(start)} – {formats.moment(end)}"


def _soonest(offer: Offer) -> tuple[bool, float, str]:
    if offer.promise is None:
        return True, 0.0, offer.machine.code
    return False, offer.promise.finish.timestamp(), offer.machine.code


def _offer(machine: Any, minutes: int, not_before: datetime, now: datetime) -> Offer:
    try:
        promise = capacity.earliest_finish(
            machine_id=machine.pk, minutes=minutes, not_before=not_before, at=now
        )
    except DomainError as error:
        return Offer(machine, refusal=str(error))
    with timezone.override(ZoneInfo(machine.site.time_zone)):
        return Offer(
            machine,
            promise,
            start=formats.moment(promise.start),
            finish=formats.moment(promise.finish),
            steps=[
                Explained(
                    what=str(step.kind.label),
                    tone=TONES[step.kind],
                    during=_period_text(step.period),
                    time=formats.duration(step.minutes),
                )
                for step in promise.explanation
            ],
        )
