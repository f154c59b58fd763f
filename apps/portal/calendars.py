"""When work is done: the week of the enterprise or of one machine, and exceptions."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from apps.audit import selectors as audit
from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.rules.public_holidays import holidays_kept, is_known
from apps.capacity.types import CalendarLevel, ShiftTime, WorkingWeek
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines.rules.holiday_places import region_name
from apps.machines.types import HolidayPlace
from apps.portal import formats
from apps.portal.access import access
from apps.portal.calendar_forms import (
    PRESETS,
    ExceptionForm,
    WeekForm,
)
from apps.portal.machines import found_machine, may_write
from apps.portal.public import places
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)


@access(*READERS)
@require_safe
def week(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Show the working week and its exceptions."""
    machine, calendar = _found(machine_id)
    form = _week_form(request, calendar, machine)
    return _page(request, machine, calendar, form)


@access(Role.PLANNER)
@require_POST
def week_set(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Let a planner set the working week, or see what a change comes to."""
    machine, calendar = _found(machine_id)
    form = _week_form(request, calendar, machine)
    if form.is_valid() and "preview" not in request.POST:
        try:
            services.set_shifts(
                machine_id=machine_id,
                shifts=form.shifts(),
                time_zone=form.cleaned_data["time_zone"],
                holiday_country=form.cleaned_data["holiday_country"],
                version=form.cleaned_data["version"],
                by=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                _t("%(hours)s a week are set. Listings follow within seconds.")
                % {"hours": form.hours()},
            )
            return redirect(*_page_of(machine_id))
    return _page(request, machine, calendar, form)


@access(Role.PLANNER)
@require_POST
def follow(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let a machine follow the enterprise's week again."""
    try:
        services.follow_enterprise_calendar(
            machine_id=machine_id, by=actor_of(request), at=timezone.now()
        )
    except services.CalendarUnknown as error:
        raise Http404 from error
    return redirect("portal:machine-calendar", machine_id)


@access(Role.PLANNER)
@require_POST
def exception_add(request: HttpRequest, machine_id: UUID | None = None) -> HttpResponse:
    """Let a planner close a period, or open one."""
    machine, calendar = _found(machine_id)
    if calendar is None or calendar.machine_id != machine_id:
        raise Http404
    form = ExceptionForm(request.POST)
    # Times are meant on the clock at the machine, not on the reader's.
    with timezone.override(ZoneInfo(calendar.time_zone)):
        is_valid = form.is_valid()
    if is_valid and _add_exception(request, form, calendar.pk):
        return redirect(*_page_of(machine_id))
    shown = _week_form(request, calendar, machine, is_sent=False)
    return _page(request, machine, calendar, shown, exception_form=form)


@access(Role.PLANNER)
@require_POST
def exception_remove(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Let the week hold again."""
    try:
        calendar = services.remove_exception(
            exception_id=exception_id, by=actor_of(request), at=timezone.now()
        )
    except services.ExceptionUnknown as error:
        raise Http404 from error
    level = CalendarLevel(
        calendar.site_id, calendar.work_center_id, calendar.machine_id
    )
    subject_id = level.subject_id or enterprise_of(request).id
    return redirect(f"{reverse('portal:calendar', args=[subject_id])}#exceptions")


def _found(machine_id: UUID | None) -> tuple[Any, Any]:
    machine = found_machine(machine_id).machine if machine_id else None
    return machine, capacity.calendar_of(machine_id)


def _page(
    request: HttpRequest,
    machine: Any,
    calendar: Any,
    form: WeekForm,
    *,
    exception_form: ExceptionForm | None = None,
) -> HttpResponse:
    is_own = calendar is not None and calendar.machine_id == (machine and machine.pk)
    preset = PRESETS.get(request.GET.get("preset", ""))
    asked = exception_form or ExceptionForm()
    is_refused = "preview" not in request.POST and bool(form.errors or asked.errors)
    return render(
        request,
        "portal/capacity/week.html",
        {
            "form": form,
            "rows": form.rows(),
            "machine": machine,
            "calendar": calendar,
            "is_own": is_own,
            "kept": _holidays_text(machine, calendar),
            "can_write": may_write(request),
            "presets": [(key, label) for key, (label, _shifts) in PRESETS.items()],
            "preset": preset[0] if preset else "",
            "exceptions": _exceptions(calendar),
            "exception_form": asked,
            "events": audit.events_of(calendar) if is_own else [],
        },
        status=422 if is_refused else 200,
    )


def _holidays_kept(machine: Any, calendar: Any) -> HolidayPlace:
    """Return whose public holidays a machine keeps by this calendar."""
    if machine is None or calendar is None:
        return HolidayPlace("")
    return holidays_kept(
        calendar.holiday_country,
        machine.site.holiday_place,
        is_own=calendar.machine_id is not None,
    )


def _holidays_text(machine: Any, calendar: Any) -> str:
    kept = _holidays_kept(machine, calendar)
    if not kept.country:
        return ""
    country = places.country_name(kept.country)
    if not kept.region:
        return country
    return f"{country}, {region_name(kept.country, kept.region)}"


def _add_exception(
    request: HttpRequest, form: ExceptionForm, calendar_id: UUID
) -> bool:
    facts = form.cleaned_data
    if facts["ends_at"] <= facts["starts_at"]:
        form.add_error(
            "ends_at",
            _t("It ends before it begins. Give an end that is later than the start."),
        )
        return False
    try:
        services.add_exception(
            calendar_id=calendar_id,
            period=Period(facts["starts_at"], facts["ends_at"]),
            working=facts["kind"] == "open",
            reason=facts["reason"],
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return False
    return True


def _page_of(machine_id: UUID | None) -> tuple[Any, ...]:
    if machine_id is None:
        return ("portal:shifts",)
    return "portal:machine-calendar", machine_id


def _week_form(
    request: HttpRequest,
    calendar: Any,
    machine: Any,
    *,
    is_sent: bool | None = None,
) -> WeekForm:
    machine_id = machine and machine.pk
    enterprise = enterprise_of(request)
    shifts: tuple[ShiftTime, ...] = ()
    time_zone, country = enterprise.time_zone, ""
    if calendar is not None:
        shifts = tuple(_shift_time(shift) for shift in calendar.shifts.all())
        time_zone, country = calendar.time_zone, calendar.holiday_country
        if machine is not None:
            country = _holidays_kept(machine, calendar).country
    elif is_known(enterprise.country):
        country = enterprise.country
    preset = PRESETS.get(request.GET.get("preset", ""))
    if is_sent is None:
        is_sent = request.method == "POST"
    is_own = calendar is not None and calendar.machine_id == machine_id
    return WeekForm(
        request.POST if is_sent else None,
        country=enterprise.country,
        week=WorkingWeek(preset[1] if preset else shifts, time_zone, country),
        version=calendar.version if is_own else None,
        is_of_all=machine_id is None,
    )


def _shift_time(shift: Any) -> ShiftTime:
    return ShiftTime(
        weekday=shift.weekday,
        starts=shift.starts,
        ends=shift.ends,
        break_minutes=shift.break_minutes,
        break_starts=shift.break_starts,
    )


def _exceptions(calendar: Any) -> list[dict[str, Any]]:
    if calendar is None:
        return []
    now = timezone.now()
    rows = sorted(calendar.exceptions.all(), key=lambda row: row.period.lower)
    with timezone.override(ZoneInfo(calendar.time_zone)):
        return [
            {
                "row": row,
                "starts": formats.moment(row.period.lower),
                "ends": formats.moment(row.period.upper),
                "is_over": row.period.upper <= now,
            }
            for row in rows
        ]
