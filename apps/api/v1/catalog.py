"""Processes, materials and certificates: the codes that everything else uses."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.pagination import check_parameters
from apps.catalog import selectors as catalog


class ProcessShape(serializers.Serializer[Any]):
    """A process of the taxonomy, with its names and typical ranges."""

    code = serializers.CharField()
    parent = serializers.CharField(allow_null=True)
    standard = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    name_ru = serializers.CharField()
    name_de = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    definition = serializers.CharField()


class MaterialShape(serializers.Serializer[Any]):
    """A material grade in its ISO 513 group or family."""

    code = serializers.CharField()
    name = serializers.CharField()
    standard = serializers.CharField()
    number = serializers.CharField()
    group = serializers.CharField()
    density_kg_m3 = serializers.IntegerField()


class CertificateKindShape(serializers.Serializer[Any]):
    """A kind of certificate that a buyer may ask for."""

    code = serializers.CharField()
    name = serializers.CharField()
    industry = serializers.CharField()


SEARCH = OpenApiParameter("q", str, description="Words in any language, or a code.")


class Processes(Endpoint):
    """The taxonomy of processes."""

    scopes = {"GET": "catalog:read"}

    @extend_schema(
        operation_id="list_processes",
        parameters=[SEARCH],
        responses=ProcessShape(many=True),
        summary="List or search processes",
    )
    def get(self, request: Request) -> Response:
        """Return all processes, or those that answer to `q`."""
        check_parameters(request, frozenset({"q"}))
        words = request.query_params.get("q", "")
        found = (
            catalog.search_processes(words, "en") if words else catalog.process_tree()
        )
        return Response(ProcessShape(found, many=True).data)


class Materials(Endpoint):
    """Material grades."""

    scopes = {"GET": "catalog:read"}

    @extend_schema(
        operation_id="list_materials",
        parameters=[SEARCH],
        responses=MaterialShape(many=True),
        summary="List or search materials",
    )
    def get(self, request: Request) -> Response:
        """Return all materials, or those that answer to `q`."""
        check_parameters(request, frozenset({"q"}))
        words = request.query_params.get("q", "")
        found = catalog.search_materials(words) if words else catalog.materials()
        return Response(MaterialShape(found, many=True).data)


class CertificateKinds(Endpoint):
    """Kinds of certificates."""

    scopes = {"GET": "catalog:read"}

    @extend_schema(
        operation_id="list_certificate_kinds",
        responses=CertificateKindShape(many=True),
        summary="List kinds of certificates",
    )
    def get(self, request: Request) -> Response:
        """Return all kinds of certificates."""
        check_parameters(request, frozenset())
        found = catalog.certificate_kinds()
        return Response(CertificateKindShape(found, many=True).data)
