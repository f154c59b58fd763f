"""The model library: what makers publish, for whoever registers a machine."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, etag
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked, listed
from apps.api.reading import StrictSerializer, body_of
from apps.api.v1.machines import MachineShape, present
from apps.api.v1.shapes import page_of
from apps.library import selectors as library
from apps.library.types import Confidence, MachineKind, ModelEntry, SizeBasis
from apps.machines import services
from tenants.types import Disclosure


class PublicationShape(serializers.Serializer[Any]):
    """Where a figure is published; `on` is the edition, empty where it names none."""

    disclosure = {Disclosure.PUBLIC: ("title", "on", "url")}

    title = serializers.CharField()
    on = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)


class ModelFigureShape(serializers.Serializer[Any]):
    """A published figure, in the unit that its name ends with."""

    disclosure = {Disclosure.PUBLIC: ("name", "value", "confidence")}

    name = serializers.CharField()
    value = serializers.FloatField()
    confidence = serializers.ChoiceField(Confidence.values)


class MachineModelShape(serializers.Serializer[Any]):
    """A machine model with its maker's figures; one that is not there is unknown."""

    disclosure = {
        Disclosure.PUBLIC: (
            "code",
            "maker",
            "model",
            "other_names",
            "kind",
            "process_codes",
            "sizes_of",
            "figures",
            "source",
            "second_source",
        ),
    }

    code = serializers.CharField()
    maker = serializers.CharField()
    model = serializers.CharField()
    other_names = serializers.ListField(child=serializers.CharField())
    kind = serializers.ChoiceField(MachineKind.values)
    process_codes = serializers.ListField(child=serializers.CharField())
    sizes_of = serializers.ChoiceField(
        SizeBasis.values, allow_null=True, source="basis"
    )
    figures = serializers.SerializerMethodField()
    source = PublicationShape()  # type: ignore[assignment]  # the field hides an attribute of its base
    second_source = PublicationShape(allow_null=True)

    @extend_schema_field(ModelFigureShape(many=True))
    def get_figures(self, entry: ModelEntry) -> Any:
        """Write each figure with its confidence."""
        rows = [
            {"name": name, "value": value, "confidence": entry.confidence(name)}
            for name, value in entry.figures.items()
        ]
        return ModelFigureShape(rows, many=True).data


class MachineModels(Endpoint):
    """Machine models that a machine can be registered from."""

    scopes = {"GET": "catalog:read"}
    is_page = True
    filters = (
        Filter("search", "A part of maker and model; typing errors are forgiven."),
        Filter("process", "A process, or one above those that the model is for."),
    )

    @extend_schema(
        operation_id="list_machine_models",
        responses=page_of(MachineModelShape),
        summary="List or search machine models",
    )
    def get(self, request: Request) -> Response:
        """Return models, the nearest to `search` first."""
        wanted = asked(request, self.filters)
        found = library.search_machine_models(
            wanted["search"], process=wanted["process"]
        )
        return listed(request, found, MachineModelShape, key=lambda entry: entry.id)


class FiguresInput(StrictSerializer):
    """The maker's figures that the shop stands by; without any, all of them.

    Those of a process are written with it: `milling-5-axis.size_x_mm`.
    """

    figures = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, max_length=200
    )


class MachineFigures(Endpoint):
    """The confirmation of figures that were the maker's."""

    scopes = {"POST": "machines:write"}

    @extend_schema(
        operation_id="confirm_figures",
        request=FiguresInput,
        responses={201: MachineShape},
        summary="Confirm a maker's figures",
    )
    def post(self, request: Request, machine_id: UUID) -> Response:
        """Stand by the maker's figures as the shop's own."""
        facts = body_of(request, FiguresInput)
        services.confirm_figures(
            machine_id=machine_id,
            figures=facts.get("figures"),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body, versions = present(machine_id)
        return Response(
            body, status=status.HTTP_201_CREATED, headers={"ETag": etag(*versions)}
        )
