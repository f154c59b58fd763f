"""When machines work, and how full they are."""

from datetime import date
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
from apps.api.pagination import Filter, whole
from apps.api.reading import FARTHEST_YEARS, StrictSerializer, WallTime, body_of
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.types import ShiftTime
from apps.machines import selectors as machines
from tenants.types import Disclosure

DEFAULT_WEEKS = 8
MOST_WEEKS = 52
MOST_SHIFTS = 42


class WeekLoadShape(serializers.Serializer[Any]):
    """Working minutes of one ISO week and what they are given to."""

    disclosure = Disclosure.PRIVATE

    monday = serializers.DateField()
    total_minutes = serializers.IntegerField()
    held_minutes = serializers.IntegerField()
    booked_minutes = serializers.IntegerField()
    maintenance_minutes = serializers.IntegerField()
    free_minutes = serializers.IntegerField()


class ShiftInput(StrictSerializer):
    """One shift; it ends the next day if `ends` is not later than `starts`."""

    weekday = serializers.IntegerField(
        min_value=0, max_value=6, help_text="0 is Monday."
    )
    starts = WallTime()
    ends = WallTime()
    break_minutes = serializers.IntegerField(
        min_value=0, max_value=480, required=False, default=0
    )


class CalendarInput(StrictSerializer):
    """A working week; what is left out of place and holidays stays as it is."""

    shifts = serializers.ListField(child=ShiftInput(), max_length=MOST_SHIFTS)
    time_zone = serializers.CharField(max_length=64, required=False)
    holiday_country = serializers.RegexField(
        r"^([A-Z]{2})?$",
        required=False,
        allow_blank=True,
        help_text="ISO 3166-1; empty to work through holidays.",
    )


class ShiftShape(serializers.Serializer[Any]):
    """One shift of a week."""

    disclosure = Disclosure.PRIVATE

    weekday = serializers.IntegerField()
    starts = WallTime()
    ends = WallTime()
    break_minutes = serializers.IntegerField()


class CalendarShape(serializers.Serializer[Any]):
    """A working week; `is_own` says whether the machine has one of its own."""

    disclosure = Disclosure.PRIVATE

    is_own = serializers.BooleanField()
    time_zone = serializers.CharField(allow_blank=True)
    holiday_country = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    shifts = ShiftShape(many=True)


def present(machine_id: UUID) -> tuple[Any, tuple[str, int]]:
    """Return the calendar that a machine follows, and what its ETag is made of."""
    found = capacity.calendar_of(machine_id)
    is_own = found is not None and found.machine_id is not None
    version = found.version if found else 0
    body = {
        "is_own": is_own,
        "time_zone": found.time_zone if found else "",
        "holiday_country": found.holiday_country if found else "",
        "version": version,
        "shifts": list(found.shifts.all()) if found else [],
    }
    return CalendarShape(body).data, ("own" if is_own else "enterprise", version)


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
        """Return the machine's own week, or the enterprise's that it follows."""
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
        _body, (kept, version) = present(machine_id)
        check_match(request, kept, version)
        facts = body_of(request, CalendarInput)
        services.set_shifts(
            machine_id=machine_id,
            shifts=[ShiftTime(**shift) for shift in facts.pop("shifts")],
            by=principal_of(request).actor,
            at=timezone.now(),
            version=version if kept == "own" else None,
            **facts,
        )
        body, versions = present(machine_id)
        return represented(request, body, *versions)


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
