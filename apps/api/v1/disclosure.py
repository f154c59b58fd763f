"""Who may see which fact of the machines, and what each reader gets."""

from typing import Any
from uuid import UUID
from zlib import crc32

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, represented
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked
from apps.api.reading import StrictSerializer, body_of
from apps.api.v1.shapes import IF_MATCH
from apps.exchange import selectors as exchange
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import CircleSource, DisclosedFact, FactCircle
from tenants.types import Circle, Disclosure

READERS = {
    "stranger": Circle.PUBLIC,
    "enterprise": Circle.MARKET,
    "counterparty": Circle.COUNTERPARTY,
}


class FactCircleShape(serializers.Serializer[Any]):
    """Who may see a fact, and whose choice that is."""

    disclosure = Disclosure.PRIVATE

    fact = serializers.ChoiceField(DisclosedFact.values)
    circle = serializers.ChoiceField(Circle.values)
    decided_by = serializers.ChoiceField(CircleSource.values, source="source")


class DisclosureShape(serializers.Serializer[Any]):
    """Who may see each fact."""

    disclosure = Disclosure.PRIVATE

    facts = FactCircleShape(many=True)


class CirclesInput(StrictSerializer):
    """A circle for each fact; what is left out or null has no choice of its own."""

    def get_fields(self) -> dict[str, Any]:
        """Return a field for each fact."""
        return {
            fact.value: serializers.ChoiceField(
                Circle.values, required=False, allow_null=True, default=None
            )
            for fact in DisclosedFact
        }


class ShownListingShape(serializers.Serializer[Any]):
    """One capability as a reader gets it; what is hidden reads as not stated."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    seller_name = serializers.CharField()
    process_code = serializers.CharField()
    country = serializers.CharField()
    region = serializers.CharField(allow_blank=True)
    machine_label = serializers.CharField(allow_blank=True)
    material_groups = serializers.ListField(child=serializers.CharField())
    material_codes = serializers.ListField(child=serializers.CharField())
    envelope_kind = serializers.CharField(allow_null=True)
    envelope_mm = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    max_mass_kg = serializers.FloatField(allow_null=True)
    it_grade = serializers.IntegerField(allow_null=True)
    roughness_um = serializers.FloatField(allow_null=True)
    batch_min = serializers.IntegerField(allow_null=True)
    batch_max = serializers.IntegerField(allow_null=True)
    rate_eur_hour = serializers.DecimalField(10, 2, allow_null=True)
    free_minutes_four_weeks = serializers.IntegerField(allow_null=True)
    certificates = serializers.ListField(child=serializers.CharField())
    unconfirmed_figures = serializers.ListField(child=serializers.CharField())


class PreviewShape(serializers.Serializer[Any]):
    """A machine as a reader gets it, and the facts that are kept from that reader."""

    disclosure = Disclosure.PRIVATE

    is_published = serializers.BooleanField()
    is_current = serializers.BooleanField(
        help_text="False until the exchange has followed the latest choice."
    )
    listings = ShownListingShape(source="rows", many=True)
    hidden = FactCircleShape(many=True)


def _answer(
    request: Request, facts: tuple[FactCircle, ...], *versions: object
) -> Response:
    return represented(request, DisclosureShape({"facts": facts}).data, *versions)


def _version_of(facts: tuple[FactCircle, ...]) -> int:
    said = ";".join(f"{each.fact}={each.circle}/{each.source}" for each in facts)
    return crc32(said.encode())


def _choose(request: Request, machine_id: UUID | None) -> tuple[FactCircle, ...]:
    chosen = body_of(request, CirclesInput)
    return services.choose_circles(
        choices={
            DisclosedFact(fact): Circle(circle) if circle else None
            for fact, circle in chosen.items()
        },
        by=principal_of(request).actor,
        at=timezone.now(),
        machine_id=machine_id,
    )


class EnterpriseDisclosure(Endpoint):
    """Who may see the facts of all machines."""

    scopes = {"GET": "machines:read", "PUT": "machines:write"}
    is_versioned = True

    @extend_schema(
        operation_id="get_disclosure",
        responses=DisclosureShape,
        summary="Read who may see facts of machines",
    )
    def get(self, request: Request) -> Response:
        """Return the circle of each fact, for machines without a choice of their own."""
        facts = machines.enterprise_circles()
        return _answer(request, facts, _version_of(facts))

    @extend_schema(
        operation_id="choose_disclosure",
        parameters=[IF_MATCH],
        request=CirclesInput,
        responses=DisclosureShape,
        summary="Choose who may see facts of machines",
    )
    def put(self, request: Request) -> Response:
        """Replace the choices; listings of published machines follow in seconds."""
        check_match(request, _version_of(machines.enterprise_circles()))
        facts = _choose(request, None)
        return _answer(request, facts, _version_of(facts))


class MachineDisclosure(Endpoint):
    """Who may see the facts of one machine."""

    scopes = {"GET": "machines:read", "PUT": "machines:write"}
    is_versioned = True

    @extend_schema(
        operation_id="get_disclosure_of_machine",
        responses=DisclosureShape,
        summary="Read who may see a machine's facts",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return the circle of each fact, and whose choice it is."""
        facts = machines.circles_of(machines.machine_detail(machine_id).machine)
        return _answer(request, facts, _version_of(facts))

    @extend_schema(
        operation_id="choose_disclosure_of_machine",
        parameters=[IF_MATCH],
        request=CirclesInput,
        responses=DisclosureShape,
        summary="Choose who may see a machine's facts",
    )
    def put(self, request: Request, machine_id: UUID) -> Response:
        """Replace the machine's own choices; its listings follow in seconds."""
        machine = machines.machine_detail(machine_id).machine
        check_match(request, _version_of(machines.circles_of(machine)))
        facts = _choose(request, machine_id)
        return _answer(request, facts, _version_of(facts))


class MachinePreview(Endpoint):
    """A machine as others get it."""

    scopes = {"GET": "machines:read"}
    filters = (Filter("as", "Who reads; a stranger by default.", tuple(READERS)),)

    @extend_schema(
        operation_id="preview_machine",
        responses=PreviewShape,
        summary="See a machine as others do",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return what a stranger, an enterprise or a counterparty gets of it."""
        reader = asked(request, self.filters)["as"] or "stranger"
        found = exchange.preview(machine_id, READERS[reader])
        return Response(PreviewShape(found).data)
