"""Sites, machines and what they can do; their load and calendars."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import (
    Endpoint,
    StrictSerializer,
    check_match,
    etag,
    represented,
)
from apps.api.errors import Problem
from apps.api.oauth import principal_of
from apps.api.pagination import check_parameters, paginated
from apps.api.v1.rfqs import IF_MATCH
from apps.api.v1.shapes import page_of
from apps.capacity import selectors as capacity
from apps.capacity import services as calendars
from apps.capacity.types import ShiftTime
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import CapabilityDraft, CostInputs, MachineDraft

DEFAULT_WEEKS = 8
MOST_WEEKS = 52


class SiteShape(serializers.Serializer[Any]):
    """A place with machines."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    country = serializers.CharField()
    city = serializers.CharField()
    time_zone = serializers.CharField()


class CapabilityShape(serializers.Serializer[Any]):
    """What a machine can do in one process; null is unknown."""

    process_code = serializers.CharField()
    material_groups = serializers.ListField(child=serializers.CharField())
    material_codes = serializers.ListField(child=serializers.CharField())
    envelope_kind = serializers.CharField(allow_null=True)
    size_x_mm = serializers.FloatField(allow_null=True)
    size_y_mm = serializers.FloatField(allow_null=True)
    size_z_mm = serializers.FloatField(allow_null=True)
    diameter_mm = serializers.FloatField(allow_null=True)
    length_mm = serializers.FloatField(allow_null=True)
    max_mass_kg = serializers.FloatField(allow_null=True)
    it_grade = serializers.IntegerField(allow_null=True)
    roughness_um = serializers.FloatField(allow_null=True)
    batch_min = serializers.IntegerField(allow_null=True)
    batch_max = serializers.IntegerField(allow_null=True)


class MachineHeadShape(serializers.Serializer[Any]):
    """A machine as a list shows it."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    maker = serializers.CharField()
    model = serializers.CharField()
    serial_number = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    axes = serializers.IntegerField(allow_null=True)
    auto_quote = serializers.BooleanField()
    published_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class MachineShape(serializers.Serializer[Any]):
    """A machine with its capabilities and what keeps it from being published."""

    machine = MachineHeadShape()
    site = SiteShape()
    capabilities = CapabilityShape(many=True)
    missing = serializers.ListField(child=serializers.CharField())


class MachineInput(StrictSerializer):
    """A machine's own facts."""

    site_id = serializers.UUIDField()
    code = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=120)
    maker = serializers.CharField(max_length=120, required=False, default="")
    model = serializers.CharField(max_length=120, required=False, default="")
    serial_number = serializers.CharField(max_length=120, required=False, default="")
    axes = serializers.IntegerField(
        min_value=1, max_value=12, required=False, allow_null=True, default=None
    )
    auto_quote = serializers.BooleanField(required=False, default=False)


class CapabilityInput(StrictSerializer):
    """What a machine can do in one process; what is left out is unknown."""

    material_groups = serializers.ListField(
        child=serializers.CharField(max_length=16), required=False, default=list
    )
    material_codes = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, default=list
    )
    envelope_kind = serializers.ChoiceField(
        ["box", "cylinder"], required=False, allow_null=True, default=None
    )
    size_x_mm = serializers.FloatField(required=False, allow_null=True, default=None)
    size_y_mm = serializers.FloatField(required=False, allow_null=True, default=None)
    size_z_mm = serializers.FloatField(required=False, allow_null=True, default=None)
    diameter_mm = serializers.FloatField(required=False, allow_null=True, default=None)
    length_mm = serializers.FloatField(required=False, allow_null=True, default=None)
    max_mass_kg = serializers.FloatField(required=False, allow_null=True, default=None)
    it_grade = serializers.IntegerField(required=False, allow_null=True, default=None)
    roughness_um = serializers.FloatField(required=False, allow_null=True, default=None)
    batch_min = serializers.IntegerField(required=False, allow_null=True, default=None)
    batch_max = serializers.IntegerField(required=False, allow_null=True, default=None)


def _money() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=4, default=0)


class CostModelInput(StrictSerializer):
    """What an hour, a setup and a piece cost on a machine."""

    currency = serializers.RegexField(r"^[A-Z]{3}$")
    hourly_rate = serializers.DecimalField(max_digits=14, decimal_places=4)
    setup_minutes = _money()
    setup_rate = _money()
    programming_hours = _money()
    programming_rate = _money()
    inspection_minutes_per_part = _money()
    material_markup_percent = _money()
    scrap_percent = _money()
    margin_percent = _money()
    minimum_charge = _money()
    removal_cm3_per_min = serializers.DecimalField(
        max_digits=14, decimal_places=4, required=False, allow_null=True, default=None
    )
    finishing_cm2_per_min = serializers.DecimalField(
        max_digits=14, decimal_places=4, required=False, allow_null=True, default=None
    )


class ImportInput(StrictSerializer):
    """An MTConnect probe document, as multipart/form-data."""

    site_id = serializers.UUIDField()
    document = serializers.FileField()


class ImportedShape(serializers.Serializer[Any]):
    """A machine that a document named."""

    machine_id = serializers.UUIDField()
    code = serializers.CharField()
    label = serializers.CharField()


class ImportProblemShape(serializers.Serializer[Any]):
    """A device that could not be imported, and why."""

    device = serializers.CharField()
    problem = serializers.CharField()


class ImportShape(serializers.Serializer[Any]):
    """What an import did, device by device."""

    created = ImportedShape(many=True)
    updated = ImportedShape(many=True)
    unchanged = ImportedShape(many=True)
    errors = ImportProblemShape(many=True)


class WeekLoadShape(serializers.Serializer[Any]):
    """Working minutes of one ISO week and what they are given to."""

    monday = serializers.DateField()
    total_minutes = serializers.IntegerField()
    reserved_minutes = serializers.IntegerField()
    free_minutes = serializers.IntegerField()


class ShiftInput(StrictSerializer):
    """One shift; it ends the next day if `ends` is not later than `starts`."""

    weekday = serializers.IntegerField(min_value=0, max_value=6)
    starts = serializers.TimeField()
    ends = serializers.TimeField()
    break_minutes = serializers.IntegerField(min_value=0, max_value=480, default=0)


class CalendarInput(StrictSerializer):
    """A working week."""

    shifts = ShiftInput(many=True, max_length=42)
    time_zone = serializers.CharField(max_length=64, required=False, allow_null=True)
    holiday_country = serializers.CharField(
        max_length=2, required=False, allow_null=True, allow_blank=True
    )


def present(machine_id: UUID) -> tuple[Any, int]:
    """Return a machine as the API writes it, and its version."""
    found = machines.machine_detail(machine_id)
    body = {
        "machine": found.machine,
        "site": found.site,
        "capabilities": found.capabilities,
        "missing": machines.words_of(found.missing, "en"),
    }
    return MachineShape(body).data, found.machine.version


class Sites(Endpoint):
    """Sites of the enterprise."""

    scopes = {"GET": "machines:read"}

    @extend_schema(
        operation_id="list_sites", responses=page_of(SiteShape), summary="List sites"
    )
    def get(self, request: Request) -> Response:
        """Return sites, newest first."""
        return paginated(request, machines.sites(), lambda row: SiteShape(row).data)


class Machines(Endpoint):
    """Machines of the enterprise."""

    scopes = {"GET": "machines:read", "POST": "machines:write"}

    @extend_schema(
        operation_id="list_machines",
        parameters=[
            OpenApiParameter("search", str),
            OpenApiParameter("state", str),
            OpenApiParameter("process_code", str),
        ],
        responses=page_of(MachineHeadShape),
        summary="List machines",
    )
    def get(self, request: Request) -> Response:
        """Return machines, newest first."""
        filters = frozenset({"search", "state", "process_code"})
        check_parameters(request, filters)
        asked = {name: request.query_params.get(name, "") for name in filters}
        return paginated(
            request,
            machines.machines_of(**asked),
            lambda row: MachineHeadShape(row).data,
            filters=filters,
        )

    @extend_schema(
        operation_id="add_machine",
        request=MachineInput,
        responses={201: MachineShape},
        summary="Register a machine",
    )
    def post(self, request: Request) -> Response:
        """Register a machine; nobody else sees it until it is published."""
        facts = self.parsed(MachineInput, request)
        site_id = facts.pop("site_id")
        machine = services.add_machine(
            site_id=site_id,
            draft=MachineDraft(**facts),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body, version = present(machine.pk)
        return Response(
            body,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/machines/{machine.pk}"),
                "ETag": etag(version),
            },
        )


class Machine(Endpoint):
    """One machine."""

    scopes = {"GET": "machines:read"}

    @extend_schema(
        operation_id="get_machine", responses=MachineShape, summary="Read a machine"
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return a machine with its capabilities."""
        check_parameters(request, frozenset())
        body, version = present(machine_id)
        return represented(request, body, version)


class MachineCapability(Endpoint):
    """What a machine can do in one process."""

    scopes = {"PUT": "machines:write"}

    @extend_schema(
        operation_id="set_capability",
        parameters=[IF_MATCH],
        request=CapabilityInput,
        responses=MachineShape,
        summary="State a capability",
    )
    def put(self, request: Request, machine_id: UUID, process_code: str) -> Response:
        """State what a machine can do in a process."""
        check_match(request, machines.machine_detail(machine_id).machine.version)
        facts = self.parsed(CapabilityInput, request)
        for name in ("material_groups", "material_codes"):
            facts[name] = tuple(facts[name])
        services.set_capability(
            machine_id=machine_id,
            draft=CapabilityDraft(process_code=process_code, **facts),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body, version = present(machine_id)
        return represented(request, body, version)


class MachineCostModel(Endpoint):
    """What work on a machine costs."""

    scopes = {"PUT": "machines:write"}

    @extend_schema(
        operation_id="set_cost_model",
        parameters=[IF_MATCH],
        request=CostModelInput,
        responses=MachineShape,
        summary="State a cost model",
    )
    def put(self, request: Request, machine_id: UUID) -> Response:
        """State what work costs."""
        check_match(request, machines.machine_detail(machine_id).machine.version)
        facts = self.parsed(CostModelInput, request)
        services.set_cost_model(
            machine_id=machine_id,
            cost=CostInputs(**facts),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body, version = present(machine_id)
        return represented(request, body, version)


class MachinePublication(Endpoint):
    """The publication of a machine in the exchange."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="publish_machine",
        request=None,
        responses={201: MachineShape},
        summary="Publish a machine",
    )
    def post(self, request: Request, machine_id: UUID) -> Response:
        """Publish a machine."""
        services.publish_machine(
            machine_id=machine_id, by=principal_of(request).actor, at=timezone.now()
        )
        body, version = present(machine_id)
        return Response(
            body, status=status.HTTP_201_CREATED, headers={"ETag": etag(version)}
        )


class MachineImports(Endpoint):
    """Imports of MTConnect probe documents."""

    scopes = {"POST": "machines:write"}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="import_mtconnect",
        request={"multipart/form-data": ImportInput},
        responses={201: ImportShape},
        summary="Import machines from an MTConnect document",
    )
    def post(self, request: Request) -> Response:
        """Register the machines that a document names."""
        facts = self.parsed(ImportInput, request)
        result = services.import_mtconnect(
            document=facts["document"].read(),
            site_id=facts["site_id"],
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(ImportShape(result).data, status=status.HTTP_201_CREATED)


class MachineLoad(Endpoint):
    """A machine's load by week."""

    scopes = {"GET": "capacity:read"}

    @extend_schema(
        operation_id="get_machine_load",
        parameters=[
            OpenApiParameter("from", date, description="A day of the first week."),
            OpenApiParameter("weeks", int, description=f"1 to {MOST_WEEKS}."),
        ],
        responses=WeekLoadShape(many=True),
        summary="Read a machine's load",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return free and reserved minutes by week."""
        check_parameters(request, frozenset({"from", "weeks"}))
        machines.machine_detail(machine_id)
        now = timezone.now()
        loads = capacity.week_load(
            machine_ids=[machine_id],
            from_monday=_day(request, now.date()),
            weeks=_weeks(request),
            at=now,
        )
        return Response(WeekLoadShape(loads[0].weeks, many=True).data)


class MachineCalendar(Endpoint):
    """A machine's own working week."""

    scopes = {"PUT": "capacity:write"}

    @extend_schema(
        operation_id="set_machine_shifts",
        request=CalendarInput,
        responses={204: None},
        summary="Set a machine's shifts",
    )
    def put(self, request: Request, machine_id: UUID) -> Response:
        """Set the working week of a machine."""
        facts = self.parsed(CalendarInput, request)
        shifts = [ShiftTime(**shift) for shift in facts.pop("shifts")]
        calendars.set_shifts(
            shifts=shifts,
            machine_id=machine_id,
            by=principal_of(request).actor,
            at=timezone.now(),
            **facts,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _day(request: Request, default: date) -> date:
    given = request.query_params.get("from")
    if given is None:
        return default
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise Problem(
            400, "invalid_parameter", f"from={given[:20]} must be a date (2026-11-30)."
        ) from error


def _weeks(request: Request) -> int:
    given = request.query_params.get("weeks", str(DEFAULT_WEEKS))
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= MOST_WEEKS:
        raise Problem(
            400, "invalid_parameter", f"weeks={given[:20]} must be 1 to {MOST_WEEKS}."
        )
    return int(given)
