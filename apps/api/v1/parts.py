"""Parts: a file goes in, geometry comes out."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked, paginated
from apps.api.reading import MultiPartParser, StrictSerializer, body_of
from apps.api.v1.shapes import page_of
from apps.orders import selectors as orders
from apps.orders import services
from apps.orders.types import GeometryState, LengthUnit
from tenants.types import Disclosure


class PartShape(serializers.Serializer[Any]):
    """A part with its geometry; lengths in mm, volume in mm³, area in mm²."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    number = serializers.CharField()
    revision = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    material_code = serializers.CharField(allow_blank=True)
    file_name = serializers.CharField()
    file_bytes = serializers.IntegerField()
    file_sha256 = serializers.CharField()
    geometry_state = serializers.ChoiceField(GeometryState.values)
    geometry_error = serializers.CharField(allow_blank=True)
    volume_mm3 = serializers.FloatField(allow_null=True)
    area_mm2 = serializers.FloatField(allow_null=True)
    size_x_mm = serializers.FloatField(allow_null=True)
    size_y_mm = serializers.FloatField(allow_null=True)
    size_z_mm = serializers.FloatField(allow_null=True)
    is_watertight = serializers.BooleanField(allow_null=True)
    uploaded_at = serializers.DateTimeField()


class PartInput(StrictSerializer):
    """A part and its file, as multipart/form-data."""

    number = serializers.CharField(max_length=64)
    revision = serializers.CharField(
        max_length=16, required=False, default="", allow_blank=True
    )
    name = serializers.CharField(max_length=160)
    material_code = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True
    )
    file_unit = serializers.ChoiceField(
        LengthUnit.values,
        required=False,
        help_text="UCUM code of the unit of a file that does not name one (STL).",
    )
    file = serializers.FileField(help_text="STEP or STL, up to 100 MB.")


def present(row: Any) -> Any:
    """Return a part as the API writes it."""
    return PartShape(row).data


class Parts(Endpoint):
    """Parts of the enterprise."""

    scopes = {"GET": "rfqs:read", "POST": "rfqs:write"}
    parser_classes = [MultiPartParser]
    is_page = True
    filters = (
        Filter("search", "Words of the number or name."),
        Filter(
            "geometry_state",
            "Whether the file has been measured.",
            tuple(GeometryState.values),
        ),
    )

    @extend_schema(
        operation_id="list_parts", responses=page_of(PartShape), summary="List parts"
    )
    def get(self, request: Request) -> Response:
        """Return parts, newest first."""
        return paginated(
            request, orders.parts(**asked(request, self.filters)), PartShape
        )

    @extend_schema(
        operation_id="upload_part",
        request={"multipart/form-data": PartInput},
        responses={201: PartShape},
        summary="Upload a part",
        description=(
            "Keeps the file and has it measured in the background: read the part again"
            " until `geometry_state` is `ready` or `failed`."
        ),
    )
    def post(self, request: Request) -> Response:
        """Keep a part's file and have it measured."""
        facts = body_of(request, PartInput)
        part = services.upload_part(
            by=principal_of(request).actor, at=timezone.now(), **facts
        )
        return Response(
            present(part),
            status=status.HTTP_201_CREATED,
            headers={"Location": request.build_absolute_uri(f"/v1/parts/{part.pk}")},
        )


class Part(Endpoint):
    """One part."""

    scopes = {"GET": "rfqs:read"}

    @extend_schema(operation_id="get_part", responses=PartShape, summary="Read a part")
    def get(self, request: Request, part_id: UUID) -> Response:
        """Return a part with its geometry."""
        return Response(present(orders.part_detail(part_id)))
