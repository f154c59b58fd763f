"""When machines work, and how full they are."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, represented
from apps.api.errors import Problem
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked_moment, whole
from apps.api.reading import FARTHEST_YEARS, StrictSerializer, body_of
from apps.api.v1.calendar_shapes import PlannedShiftInput, PlannedShiftShape
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.rules import limits
from apps.capacity.rules.spans import minute_of, moment_of, next_minute_of
from apps.capacity.types import CalendarLevel, ShiftTime
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from tenants.types import Disclosure

DEFAULT_WEEKS = 8
MOST_WEEKS = 52
DEFAULT_DAYS = 7
MOST_DAYS = 92


class WeekLoadShape(serializers.Serializer[Any]):
    """Working minutes of one ISO week and what they are given to."""

    disclosure = Disclosure.PRIVATE

    monday = serializers.DateField()
    total_minutes = serializers.IntegerField()
    held_minutes = serializers.IntegerField()
    booked_minutes = serializers.IntegerField()
    maintenance_minutes = serializers.IntegerField()
    free_minutes = serializers.IntegerField()


class CalendarInput(StrictSerializer):
    """A working week; what is left out of place and holidays stays as it is."""

    shifts = serializers.ListField(
        child=PlannedShiftInput(), max_length=limits.MOST_SHIFTS
    )
    time_zone = serializers.CharField(max_length=64, required=False)
    holiday_country = serializers.RegexField(
        r"^([A-Z]{2})?$",
        required=False,
        allow_blank=True,
        help_text="ISO 3166-1; empty to work through holidays.",
    )


class WorkingTimeShape(serializers.Serializer[Any]):
    """A stretch of working time without a break."""

    disclosure = Disclosure.PRIVATE

    starts_at = serializers.DateTimeField(source="start")
    ends_at = serializers.DateTimeField(source="end")
    minutes = serializers.IntegerField()


class CalendarShape(serializers.Serializer[Any]):
    """A working week; `is_own` says whether the machine has one of its own."""

    disclosure = Disclosure.PRIVATE

    is_own = serializers.BooleanField()
    time_zone = serializers.CharField(allow_blank=True)
    holiday_country = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    shifts = PlannedShiftShape(many=True)


def present(machine_id: UUID) -> tuple[Any, tuple[str, int, int]]:
    """Return the week that a machine follows, and what its ETag is made of.

    That is whose week it is, the version of that, and of the machine's own calendar.
    """
    found = capacity.calendar_of(machine_id)
    own = capacity.calendar_link(CalendarLevel(machine_id=machine_id))
    version = found.version if found else 0
    body = {
        "is_own": found is not None and found.machine_id is not None,
        "time_zone": found.time_zone if found else "",
        "holiday_country": found.holiday_country if found else "",
        "version": version,
        "shifts": list(found.shifts.all()) if found else [],
    }
    followed = str(found.pk) if found else ""
    return CalendarShape(body).data, (followed, version, own.version)


class MachineCalendar(Endpoint):
    """The working week that a machine follows."""

    scopes = {"GET": "capacity:read", "PUT": "capacity:write"}
    is_versioned = True

    @extend_schema(
        operation_id="get_machine_calendar",
        responses=CalendarShape,
        summary="Read a machine's working week",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return the machine's own week, or that of the next level above with one."""
        machines.machine_detail(machine_id)
        body, versions = present(machine_id)
        return represented(request, body, *versions)

    @extend_schema(
        operation_id="set_machine_shifts",
        parameters=[IF_MATCH],
        request=CalendarInput,
        responses=CalendarShape,
        summary="Set a machine's working week",
    )
    def put(self, request: Request, machine_id: UUID) -> Response:
        """Give the machine a working week of its own."""
        machines.machine_detail(machine_id)
        _body, versions = present(machine_id)
        check_match(request, *versions)
        facts = body_of(request, CalendarInput)
        services.set_shifts(
            machine_id=machine_id,
            shifts=[ShiftTime(**shift) for shift in facts.pop("shifts")],
            by=principal_of(request).actor,
            at=timezone.now(),
            version=versions[-1],
            **facts,
        )
        body, versions = present(machine_id)
        return represented(request, body, *versions)


class MachineWorkingTime(Endpoint):
    """When a machine works."""

    scopes = {"GET": "capacity:read"}
    filters = (
        Filter("from", "A moment; now by default."),
        Filter(
            "until",
            f"A moment at most {MOST_DAYS} days later; {DEFAULT_DAYS} days later by"
            " default.",
        ),
        Filter(
            "of",
            "All working time, or only what nobody has reserved.",
            choices=("working", "free"),
        ),
    )

    @extend_schema(
        operation_id="list_working_time_of_machine",
        responses=page_of(WorkingTimeShape),
        summary="Read when a machine works, to the minute",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return working time by all levels of its calendar, holidays, exceptions."""
        machines.machine_detail(machine_id)
        now = timezone.now()
        start = asked_moment(request, "from") or now
        end = asked_moment(request, "until") or start + timedelta(days=DEFAULT_DAYS)
        if not start < end <= start + timedelta(days=MOST_DAYS):
            raise Problem(
                400,
                "invalid_parameter",
                f"until must be later than from, by at most {MOST_DAYS} days.",
            )
        # Only whole minutes inside.
        first, last = next_minute_of(start), minute_of(end)
        if first >= last:
            return whole([], WorkingTimeShape)
        period = Period(moment_of(first), moment_of(last))
        found = (
            capacity.free_periods_of(machine_id, period, at=now)
            if request.query_params.get("of") == "free"
            else capacity.working_periods_of(machine_id, period)
        )
        return whole(found, WorkingTimeShape)


class MachineLoad(Endpoint):
    """A machine's load by week."""

    scopes = {"GET": "capacity:read"}
    filters = (
        Filter("from", "A day of the first week; today by default.", schema=date),
        Filter("weeks", f"From 1 to {MOST_WEEKS}.", schema=int),
    )

    @extend_schema(
        operation_id="get_machine_load",
        responses=page_of(WeekLoadShape),
        summary="Read a machine's load",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return free and reserved minutes by week."""
        machines.machine_detail(machine_id)
        now = timezone.now()
        loads = capacity.week_load(
            machine_ids=[machine_id],
            from_monday=_day(request, now.date()),
            weeks=_weeks(request),
            at=now,
        )
        return whole(loads[0].weeks, WeekLoadShape)


def _day(request: Request, default: date) -> date:
    given = request.query_params.get("from")
    if given is None:
        return default
    first, last = FARTHEST_YEARS
    try:
        day = date.fromisoformat(given)
    except ValueError:
        day = date.min
    if not first <= day.year < last:
        raise Problem(
            400,
            "invalid_parameter",
            f"from={given[:20]} must be a date (2026-11-30) from {first} on.",
        )
    return day


def _weeks(request: Request) -> int:
    given = request.query_params.get("weeks", str(DEFAULT_WEEKS))
    is_number = given.isascii() and given.isdigit() and len(given) <= len("52")
    if not is_number or not 1 <= int(given) <= MOST_WEEKS:
        raise Problem(
            400, "invalid_parameter", f"weeks={given[:20]} must be 1 to {MOST_WEEKS}."
        )
    return int(given)
