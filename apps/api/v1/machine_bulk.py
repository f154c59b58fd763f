"""Changing many machines with one request, each as its caller saw it."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.errors import problem_of
from apps.api.oauth import principal_of
from apps.api.reading import StrictSerializer, body_of
from apps.kernel.identifiers import uuid7
from apps.machines import services
from apps.machines.types import BulkItem, BulkOutcome, MachineChange, MachineState
from tenants.types import Disclosure

STRICT = "handling=strict"
PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description="`handling=strict`: all machines are changed, or none is.",
)


class MachineChangeInput(StrictSerializer):
    """A machine as you saw it, and what it is to be; what is left out stays."""

    machine_id = serializers.UUIDField()
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="As it was when you read it."
    )
    state = serializers.ChoiceField(MachineState.values, required=False)
    site_id = serializers.UUIDField(
        required=False, help_text="A machine that moves leaves its work center."
    )
    work_center = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="A code of the machine's site; empty for none.",
    )
    auto_quote = serializers.BooleanField(required=False)
    hourly_rate = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=Decimal("0.01"), required=False
    )
    currency = serializers.RegexField(
        r"^[A-Z]{3}$", required=False, help_text="Of the hourly rate."
    )
    hourly_rate_percent = serializers.DecimalField(
        max_digits=6,
        decimal_places=2,
        min_value=-99,
        max_value=1000,
        required=False,
        help_text="By how much the rate is raised.",
    )
    batch_min = serializers.IntegerField(
        min_value=1, max_value=1_000_000_000, required=False
    )
    batch_max = serializers.IntegerField(
        min_value=1, max_value=1_000_000_000, required=False
    )
    is_published = serializers.BooleanField(required=False)


class BulkChangeInput(StrictSerializer):
    """Machines to be changed, at most 200."""

    items = serializers.ListField(
        child=MachineChangeInput(), min_length=1, max_length=services.MOST_AT_ONCE
    )


class BulkItemShape(serializers.Serializer[Any]):
    """What came of one machine; `problem` says why it is as it was."""

    disclosure = Disclosure.PRIVATE

    machine_id = serializers.UUIDField()
    status = serializers.IntegerField()
    version = serializers.IntegerField()
    changed = serializers.DictField(
        child=serializers.ListField(
            child=serializers.JSONField(), min_length=2, max_length=2
        ),
        help_text="Each fact that changed: from what, to what.",
    )
    problem = serializers.SerializerMethodField()

    @extend_schema_field(
        {"oneOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]}
    )
    def get_problem(self, found: Any) -> Any:
        """Return why the machine was refused."""
        return found["problem"]


class BulkChangeShape(serializers.Serializer[Any]):
    """What came of each machine, in the order in which they were sent."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField(help_text="Of the change, in the history of each.")
    items = BulkItemShape(many=True)


class MachineBulkChanges(Endpoint):
    """Changes of many machines."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="change_machines",
        parameters=[PREFER],
        request=BulkChangeInput,
        responses={207: BulkChangeShape},
        summary="Change many machines",
    )
    def post(self, request: Request) -> Response:
        """Change machines, each whole or not at all."""
        items = [_item(facts) for facts in body_of(request, BulkChangeInput)["items"]]
        is_strict = STRICT in request.headers.get("Prefer", "").replace(" ", "")
        bulk_id = uuid7()
        outcomes = services.change_machines(
            items=items,
            bulk_id=bulk_id,
            by=principal_of(request).actor,
            at=timezone.now(),
            is_strict=is_strict,
        )
        body = {"id": bulk_id, "items": [_told(request, one) for one in outcomes]}
        return Response(
            BulkChangeShape(body).data,
            status=status.HTTP_207_MULTI_STATUS,
            headers={"Preference-Applied": STRICT} if is_strict else {},
        )


def _item(facts: dict[str, Any]) -> BulkItem:
    machine_id, version = facts.pop("machine_id"), facts.pop("version")
    return BulkItem(machine_id, version, MachineChange(**facts))


def _told(request: Request, one: BulkOutcome) -> dict[str, Any]:
    problem = problem_of(one.error, request) if one.error else None
    return {
        "machine_id": one.machine_id,
        "status": problem["status"] if problem else status.HTTP_200_OK,
        "version": one.version,
        "changed": one.changed,
        "problem": problem,
    }
