"""Machines as the Catena-X aspect ManufacturingCapability, and what it does not carry."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.v1.machine_lists import FILTERS, machines_asked_for
from apps.api.v1.machine_shells import NotCarriedListShape
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.rules.catena_x_aspect import MEDIA_TYPE

RESPONSES = {(200, MEDIA_TYPE): OpenApiTypes.OBJECT}


class ManufacturingCapabilities(Endpoint):
    """What machines can do, as one Catena-X aspect."""

    scopes = {"GET": "machines:read"}
    filters = FILTERS

    @extend_schema(
        operation_id="get_manufacturing_capability",
        responses=RESPONSES,
        summary="Read machines as the Catena-X aspect ManufacturingCapability",
    )
    def get(self, request: Request) -> Any:
        """Return the aspect, version 3.1.0, of the machines that the filters keep."""
        return _written(machines_asked_for(request))


class MachineManufacturingCapability(Endpoint):
    """What a machine can do, as a Catena-X aspect."""

    scopes = {"GET": "machines:read"}

    @extend_schema(
        operation_id="get_machine_manufacturing_capability",
        responses=RESPONSES,
        summary="Read a machine as the Catena-X aspect ManufacturingCapability",
    )
    def get(self, request: Request, machine_id: UUID) -> Any:
        """Return the aspect, version 3.1.0, of one machine."""
        return _written([machines.machine_detail(machine_id).machine])


class MachineManufacturingCapabilityRest(Endpoint):
    """What a machine's Catena-X aspect does not carry."""

    scopes = {"GET": "machines:read"}

    @extend_schema(
        operation_id="get_machine_manufacturing_capability_not_carried",
        responses=NotCarriedListShape,
        summary="List what a machine's Catena-X aspect does not carry",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return each fact that is left out of the aspect, with the reason."""
        machine = machines.machine_detail(machine_id).machine
        left = services.not_in_catena_x(machine)
        return Response(NotCarriedListShape({"not_carried": left}).data)


def _written(found: Any) -> HttpResponse:
    return HttpResponse(services.export_catena_x(found), content_type=MEDIA_TYPE)
