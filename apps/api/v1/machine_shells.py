"""Machines as Asset Administration Shells, and what these do not carry."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import renderers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.v1.machine_lists import FILTERS, machines_asked_for
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.rules.aas_shells import MEDIA_TYPES, AasForm
from tenants.types import Disclosure


class NotCarriedShape(serializers.Serializer[Any]):
    """A fact of a machine that a file in another format does not carry, and why."""

    disclosure = Disclosure.PRIVATE

    path = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class NotCarriedListShape(serializers.Serializer[Any]):
    """All facts of a machine that a file in another format does not carry."""

    disclosure = Disclosure.PRIVATE

    not_carried = NotCarriedShape(many=True)


class PackageRenderer(renderers.JSONRenderer):
    """Stands for the package in the choice of a representation."""

    media_type = MEDIA_TYPES[AasForm.AASX]
    format = "aasx"


RESPONSES = {
    (200, MEDIA_TYPES[AasForm.JSON]): OpenApiTypes.OBJECT,
    (200, MEDIA_TYPES[AasForm.AASX]): OpenApiTypes.BINARY,
}


class MachineShells(Endpoint):
    """The Asset Administration Shells of machines."""

    scopes = {"GET": "machines:read"}
    renderer_classes = [renderers.JSONRenderer, PackageRenderer]
    filters = FILTERS

    @extend_schema(
        operation_id="list_machine_shells",
        responses=RESPONSES,
        summary="Read machines as Asset Administration Shells in one file",
    )
    def get(self, request: Request) -> Any:
        """Return an environment as JSON, or as AASX where Accept names that."""
        return _written(request, machines_asked_for(request))


class MachineShell(Endpoint):
    """A machine's Asset Administration Shell."""

    scopes = {"GET": "machines:read"}
    renderer_classes = [renderers.JSONRenderer, PackageRenderer]

    @extend_schema(
        operation_id="get_machine_shell",
        responses=RESPONSES,
        summary="Read a machine as an Asset Administration Shell",
    )
    def get(self, request: Request, machine_id: UUID) -> Any:
        """Return an environment as JSON, or as AASX where Accept names that."""
        return _written(request, [machines.machine_detail(machine_id).machine])


class MachineShellRest(Endpoint):
    """What a machine's shell does not carry."""

    scopes = {"GET": "machines:read"}

    @extend_schema(
        operation_id="get_machine_shell_not_carried",
        responses=NotCarriedListShape,
        summary="List what a machine's shell does not carry",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return each fact that is left out of the shell, with the reason."""
        machine = machines.machine_detail(machine_id).machine
        left = services.not_in_aas(machine)
        return Response(NotCarriedListShape({"not_carried": left}).data)


def _written(request: Request, found: Any) -> HttpResponse:
    accepted = request.accepted_renderer
    is_package = isinstance(accepted, PackageRenderer)
    form = AasForm.AASX if is_package else AasForm.JSON
    raw = services.export_aas(found, form=form)
    return HttpResponse(raw, content_type=MEDIA_TYPES[form])
