"""Machines registered from the documents that they write of themselves."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.oauth import principal_of
from apps.api.reading import MultiPartParser, StrictSerializer, body_of
from apps.machines import services
from tenants.types import Disclosure


class ImportInput(StrictSerializer):
    """An MTConnect probe document, as multipart/form-data."""

    site_id = serializers.UUIDField()
    document = serializers.FileField()


class ImportedShape(serializers.Serializer[Any]):
    """A machine that a document named."""

    disclosure = Disclosure.PRIVATE

    machine_id = serializers.UUIDField()
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field hides an attribute of its base
    model_code = serializers.CharField(allow_blank=True)


class ImportProblemShape(serializers.Serializer[Any]):
    """A device that could not be imported, and why."""

    disclosure = Disclosure.PRIVATE

    device = serializers.CharField()
    problem = serializers.CharField()


class ImportShape(serializers.Serializer[Any]):
    """What an import did, device by device."""

    disclosure = Disclosure.PRIVATE

    created = ImportedShape(many=True)
    updated = ImportedShape(many=True)
    unchanged = ImportedShape(many=True)
    errors = ImportProblemShape(many=True)  # type: ignore[assignment]  # the field hides an attribute of its base


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
        facts = body_of(request, ImportInput)
        result = services.import_mtconnect(
            document=facts["document"].read(),
            site_id=facts["site_id"],
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(ImportShape(result).data, status=status.HTTP_201_CREATED)
