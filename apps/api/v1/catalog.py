"""Processes, materials and certificates: the codes that everything else uses."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.pagination import Filter, whole
from apps.api.v1.shapes import page_of
from apps.catalog import selectors as catalog
from tenants.types import Disclosure


class ProcessShape(serializers.Serializer[Any]):
    """A process of the taxonomy, with its names."""

    disclosure = {
        Disclosure.PUBLIC: (
            "code",
            "parent",
            "standard",
            "name_en",
            "name_zh",
            "name_ru",
            "name_de",
            "aliases",
            "definition",
        ),
    }

    code = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # the field hides an attribute of its base
    standard = serializers.CharField(allow_blank=True)
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    name_ru = serializers.CharField()
    name_de = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    definition = serializers.CharField(allow_blank=True)


class MaterialShape(serializers.Serializer[Any]):
    """A material grade in its ISO 513 group or family."""

    disclosure = {
        Disclosure.PUBLIC: (
            "code",
            "name",
            "standard",
            "number",
            "group",
            "density_kg_m3",
        ),
    }

    code = serializers.CharField()
    name = serializers.CharField()
    standard = serializers.CharField(allow_blank=True)
    number = serializers.CharField(allow_blank=True)
    group = serializers.CharField()
    density_kg_m3 = serializers.IntegerField()


class CertificateKindShape(serializers.Serializer[Any]):
    """A kind of certificate that a buyer may ask for."""

    disclosure = {
        Disclosure.PUBLIC: ("code", "name", "industry"),
    }

    code = serializers.CharField()
    name = serializers.CharField()
    industry = serializers.CharField(allow_blank=True)


SEARCH = Filter("q", "Words in any language, or a code.")


class Processes(Endpoint):
    """The taxonomy of processes."""

    scopes = {"GET": "catalog:read"}
    filters = (SEARCH,)

    @extend_schema(
        operation_id="list_processes",
        responses=page_of(ProcessShape),
        summary="List or search processes",
    )
    def get(self, request: Request) -> Response:
        """Return all processes, parents first, or those that answer to `q`."""
        words = request.query_params.get("q", "")
        found = (
            catalog.search_processes(words, "en") if words else catalog.process_tree()
        )
        return whole(found, ProcessShape)


class Materials(Endpoint):
    """Material grades."""

    scopes = {"GET": "catalog:read"}
    filters = (SEARCH,)

    @extend_schema(
        operation_id="list_materials",
        responses=page_of(MaterialShape),
        summary="List or search materials",
    )
    def get(self, request: Request) -> Response:
        """Return all materials, or those that answer to `q`."""
        words = request.query_params.get("q", "")
        found = catalog.search_materials(words) if words else catalog.materials()
        return whole(found, MaterialShape)


class CertificateKinds(Endpoint):
    """Kinds of certificates."""

    scopes = {"GET": "catalog:read"}

    @extend_schema(
        operation_id="list_certificate_kinds",
        responses=page_of(CertificateKindShape),
        summary="List kinds of certificates",
    )
    def get(self, request: Request) -> Response:
        """Return all kinds of certificates."""
        found = catalog.certificate_kinds()
        return whole(found, CertificateKindShape)
