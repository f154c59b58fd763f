"""Machines: what they are, can do and cost, and their place in the exchange."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, etag, moved, represented
from apps.api.oauth import principal_of
from apps.api.pagination import paginated, whole
from apps.api.reading import (
    NoInput,
    StrictSerializer,
    body_of,
)
from apps.api.v1.capabilities import (
    CapabilityInput,
    CapabilityShape,
    capability_draft,
    count,
    measure,
    origins,
)
from apps.api.v1.machine_lists import (
    FILTERS,
    SORT,
    machines_asked_for,
    sorting_asked_for,
)
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.api.v1.sites import SiteShape
from apps.exchange import selectors as exchange
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import (
    CostInputs,
    MachineDraft,
    MachineKind,
    MachineState,
)
from tenants.types import Disclosure


class MachineHeadShape(serializers.Serializer[Any]):
    """A machine as a list shows it."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    site_id = serializers.UUIDField()
    work_center = serializers.CharField(
        source="work_center_code", allow_blank=True, help_text="Its code."
    )
    code = serializers.CharField()
    name = serializers.CharField()
    maker = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True)
    serial_number = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(MachineKind.values)
    state = serializers.ChoiceField(MachineState.values)
    axes = serializers.IntegerField(allow_null=True)
    spindle_rpm = serializers.IntegerField(allow_null=True)
    spindle_kw = serializers.FloatField(allow_null=True)
    model_code = serializers.CharField(allow_blank=True)
    figures_origin = origins()
    figures_source = serializers.CharField(allow_blank=True)
    auto_quote = serializers.BooleanField()
    published_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class MachineShape(serializers.Serializer[Any]):
    """A machine with its capabilities and what keeps it from being published."""

    disclosure = Disclosure.PRIVATE

    machine = MachineHeadShape()
    site = SiteShape()
    capabilities = CapabilityShape(many=True)
    missing = serializers.ListField(child=serializers.CharField())


def _text(most: int) -> serializers.CharField:
    return serializers.CharField(
        max_length=most, required=False, default="", allow_blank=True
    )


class MachineInput(StrictSerializer):
    """A machine's own facts; a model of the library fills in what is left out."""

    site_id = serializers.UUIDField()
    code = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=120)
    maker = _text(120)
    model = _text(120)
    serial_number = _text(120)
    kind = serializers.ChoiceField(
        MachineKind.values, required=False, default=MachineKind.MACHINE_TOOL.value
    )
    axes = serializers.IntegerField(
        min_value=1, max_value=100, required=False, allow_null=True, default=None
    )
    spindle_rpm = count()
    spindle_kw = measure()
    figures_source = _text(300)
    model_code = _text(60)
    work_center = _text(60)
    auto_quote = serializers.BooleanField(required=False, default=False)


def _figure(digits: int, *, is_needed: bool = False) -> serializers.DecimalField:
    facts: dict[str, Any] = {} if is_needed else {"required": False, "default": 0}
    return serializers.DecimalField(
        max_digits=digits, decimal_places=2, min_value=0, **facts
    )


def _rate_of_work() -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=8,
        decimal_places=2,
        min_value=0,
        required=False,
        allow_null=True,
        default=None,
    )


class CostModelInput(StrictSerializer):
    """What an hour, a setup and a piece cost on a machine."""

    currency = serializers.RegexField(r"^[A-Z]{3}$")
    hourly_rate = _figure(12, is_needed=True)
    setup_minutes = _figure(8)
    setup_rate = _figure(12)
    programming_hours = _figure(8)
    programming_rate = _figure(12)
    inspection_minutes_per_part = _figure(8)
    material_markup_percent = _figure(6)
    scrap_percent = _figure(5)
    margin_percent = _figure(6)
    minimum_charge = _figure(12)
    removal_cm3_per_min = _rate_of_work()
    finishing_cm2_per_min = _rate_of_work()


class ListingShape(serializers.Serializer[Any]):
    """What the market shows of one capability of a machine."""

    disclosure = {
        Disclosure.MARKET: (
            "id",
            "machine_label",
            "process_code",
            "unconfirmed_figures",
            "auto_quote",
        ),
        Disclosure.PRIVATE: ("machine_id", "is_active", "version"),
    }

    id = serializers.UUIDField()
    machine_id = serializers.UUIDField()
    machine_label = serializers.CharField()
    process_code = serializers.CharField()
    unconfirmed_figures = serializers.ListField(child=serializers.CharField())
    auto_quote = serializers.BooleanField()
    is_active = serializers.BooleanField()
    version = serializers.IntegerField()


def present(machine_id: UUID) -> tuple[Any, tuple[int, int]]:
    """Return a machine as the API writes it, and the versions of what it shows."""
    found = machines.machine_detail(machine_id)
    body = {
        "machine": found.machine,
        "site": found.site,
        "capabilities": found.capabilities,
        "missing": machines.words_of(found.missing),
    }
    return MachineShape(body).data, (found.machine.version, found.site.version)


def changed(request: Request, machine_id: UUID, before: tuple[int, int]) -> Response:
    """Answer a change of a machine that was seen in the version before.

    :raises Problem: 412 if another change came between; ours is undone with it.
    """
    body, versions = present(machine_id)
    if versions != (before[0] + 1, before[1]):
        raise moved()
    return represented(request, body, *versions)


def _added(request: Request, facts: dict[str, Any]) -> Any:
    site_id, model_code = facts.pop("site_id"), facts.pop("model_code")
    by, at = principal_of(request).actor, timezone.now()
    draft = MachineDraft(**facts)
    if model_code:
        return services.add_machine_of_model(
            site_id=site_id, model_code=model_code, draft=draft, by=by, at=at
        )
    return services.add_machine(site_id=site_id, draft=draft, by=by, at=at)


class Machines(Endpoint):
    """Machines of the enterprise."""

    scopes = {"GET": "machines:read", "POST": "machines:write"}
    is_page = True
    filters = (*FILTERS, SORT)

    @extend_schema(
        operation_id="list_machines",
        responses=page_of(MachineHeadShape),
        summary="List machines",
    )
    def get(self, request: Request) -> Response:
        """Return machines, newest first unless another order is asked for."""
        return paginated(
            request,
            machines_asked_for(request),
            MachineHeadShape,
            order=sorting_asked_for(request),
        )

    @extend_schema(
        operation_id="add_machine",
        request=MachineInput,
        responses={201: MachineShape},
        summary="Register a machine",
    )
    def post(self, request: Request) -> Response:
        """Register a machine; nobody else sees it until it is published."""
        facts = body_of(request, MachineInput)
        machine = _added(request, facts)
        body, versions = present(machine.pk)
        return Response(
            body,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/machines/{machine.pk}"),
                "ETag": etag(*versions),
            },
        )


class Machine(Endpoint):
    """One machine."""

    scopes = {"GET": "machines:read"}
    is_versioned = True

    @extend_schema(
        operation_id="get_machine", responses=MachineShape, summary="Read a machine"
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return a machine with its capabilities."""
        body, versions = present(machine_id)
        return represented(request, body, *versions)


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
        _body, seen = present(machine_id)
        check_match(request, *seen)
        facts = body_of(request, CapabilityInput)
        services.set_capability(
            machine_id=machine_id,
            draft=capability_draft(process_code, facts),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return changed(request, machine_id, seen)


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
        _body, seen = present(machine_id)
        check_match(request, *seen)
        facts = body_of(request, CostModelInput)
        services.set_cost_model(
            machine_id=machine_id,
            cost=CostInputs(**facts),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return changed(request, machine_id, seen)


class MachinePublication(Endpoint):
    """The publication of a machine in the exchange."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="publish_machine",
        request=NoInput,
        responses={201: MachineShape},
        summary="Publish a machine",
    )
    def post(self, request: Request, machine_id: UUID) -> Response:
        """Publish a machine."""
        body_of(request, NoInput)
        services.publish_machine(
            machine_id=machine_id, by=principal_of(request).actor, at=timezone.now()
        )
        body, versions = present(machine_id)
        return Response(
            body, status=status.HTTP_201_CREATED, headers={"ETag": etag(*versions)}
        )


class MachineWithdrawal(Endpoint):
    """The withdrawal of a machine from the exchange."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="withdraw_machine",
        request=NoInput,
        responses={201: MachineShape},
        summary="Withdraw a machine",
    )
    def post(self, request: Request, machine_id: UUID) -> Response:
        """Take a machine off the market; what is booked stays booked."""
        body_of(request, NoInput)
        services.withdraw_machine(
            machine_id=machine_id, by=principal_of(request).actor, at=timezone.now()
        )
        body, versions = present(machine_id)
        return Response(
            body, status=status.HTTP_201_CREATED, headers={"ETag": etag(*versions)}
        )


class MachineListings(Endpoint):
    """What the market shows of a machine."""

    scopes = {"GET": "machines:read"}

    @extend_schema(
        operation_id="list_listings_of_machine",
        responses=page_of(ListingShape),
        summary="List a machine's listings",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return a listing for each capability that was published."""
        machines.machine_detail(machine_id)
        found = exchange.listings_of_machine(machine_id)
        return whole(found, ListingShape)
