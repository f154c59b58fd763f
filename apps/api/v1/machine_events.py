"""What happened to a machine: when, by whom, from what to what."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.pagination import paginated
from apps.api.v1.shapes import page_of
from apps.audit import selectors as audit
from apps.machines import selectors as machines
from tenants.types import Disclosure


class FactChangeShape(serializers.Serializer[Any]):
    """One fact that was changed."""

    disclosure = Disclosure.PRIVATE

    field = serializers.CharField(help_text="Such as state, site or hourly_rate.")
    before = serializers.JSONField(allow_null=True, help_text="Null: not known.")
    after = serializers.JSONField(allow_null=True)


class MachineEventShape(serializers.Serializer[Any]):
    """One thing that was done."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by_label")
    by_client_id = serializers.CharField(
        allow_blank=True, help_text="The API client that did it, if one did."
    )
    verb = serializers.CharField(help_text="Such as machine.revised.")
    changed = serializers.SerializerMethodField()

    @extend_schema_field(FactChangeShape(many=True))
    def get_changed(self, event: Any) -> list[dict[str, Any]]:
        """Return what was changed; empty where nothing was, as of a publication."""
        changed = event.facts.get("changed")
        if not isinstance(changed, dict):
            return []
        return [
            {"field": name, "before": before, "after": after}
            for name, (before, after) in changed.items()
        ]


class MachineEvents(Endpoint):
    """The history of a machine."""

    scopes = {"GET": "machines:read"}
    is_page = True

    @extend_schema(
        operation_id="list_events_of_machine",
        responses=page_of(MachineEventShape),
        summary="List what happened to a machine",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return events, newest first; none is ever edited."""
        machine = machines.machine_detail(machine_id).machine
        return paginated(request, audit.history_of(machine), MachineEventShape)
