"""RFQs: written, published, matched, quoted, awarded."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, etag, represented
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked, paginated
from apps.api.reading import Day, Measure, Moment, NoInput, StrictSerializer, body_of
from apps.api.v1.shapes import IF_MATCH, ReasonInput, page_of
from apps.orders import selectors as orders
from apps.orders import services
from apps.orders.types import Audience, RfqDraft, RfqLineDraft, RfqState
from tenants.types import Disclosure


class RfqLineInput(StrictSerializer):
    """One part, so many times, made in one of some ways."""

    part_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=10_000_000)
    process_codes = serializers.ListField(
        child=serializers.CharField(max_length=64),
        max_length=20,
        required=False,
        default=list,
        help_text="Any of these will do.",
    )
    material_code = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True
    )
    it_grade = serializers.IntegerField(
        min_value=1, max_value=18, required=False, allow_null=True, default=None
    )
    roughness_um = Measure(
        min_value=0.001, max_value=1000, required=False, allow_null=True, default=None
    )
    target_unit_price = serializers.DecimalField(
        max_digits=14, decimal_places=2, required=False, allow_null=True, default=None
    )


class WeightsInput(StrictSerializer):
    """What the parts of a score are worth; only ratios count."""

    price = Measure(min_value=0, max_value=1000, required=False)
    lead_time = Measure(min_value=0, max_value=1000, required=False)
    quality = Measure(min_value=0, max_value=1000, required=False)
    distance = Measure(min_value=0, max_value=1000, required=False)


def _countries() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{2}$"),
        required=False,
        default=list,
        max_length=250,
    )


class RfqInput(StrictSerializer):
    """A request for quotation; a draft may be incomplete."""

    title = serializers.CharField(max_length=160)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    lines = serializers.ListField(child=RfqLineInput(), max_length=100)
    anonymous = serializers.BooleanField(required=False, default=True)
    audience = serializers.ChoiceField(
        Audience.values, required=False, default=Audience.PUBLIC.value
    )
    invited_enterprise_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=200
    )
    delivery_country = serializers.RegexField(
        r"^([A-Z]{2})?$", required=False, default="", allow_blank=True
    )
    delivery_city = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True
    )
    latitude = Measure(
        min_value=-90, max_value=90, required=False, allow_null=True, default=None
    )
    longitude = Measure(
        min_value=-180, max_value=180, required=False, allow_null=True, default=None
    )
    due_on = Day(required=False, allow_null=True, default=None)
    response_deadline_at = Moment(required=False, allow_null=True, default=None)
    certificate_codes = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        default=list,
        max_length=40,
    )
    allowed_countries = _countries()
    excluded_countries = _countries()
    weights = WeightsInput(required=False, default=dict)
    note = serializers.CharField(
        max_length=4000, required=False, default="", allow_blank=True
    )


class RfqLineShape(serializers.Serializer[Any]):
    """One line of an RFQ; `id` leads to its matches and quotes."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    part_id = serializers.UUIDField()
    process_codes = serializers.ListField(child=serializers.CharField())
    material_code = serializers.CharField(allow_blank=True)
    it_grade = serializers.IntegerField(allow_null=True)
    roughness_um = serializers.FloatField(allow_null=True)
    quantity = serializers.IntegerField()
    target_unit_price = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True
    )
    demand_id = serializers.UUIDField(allow_null=True)


class RfqHeadShape(serializers.Serializer[Any]):
    """An RFQ without its lines, as a list shows it."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(RfqState.values)
    currency = serializers.CharField()
    anonymous = serializers.BooleanField()
    audience = serializers.ChoiceField(Audience.values)
    delivery_country = serializers.CharField(allow_blank=True)
    delivery_city = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField(allow_null=True)
    response_deadline_at = serializers.DateTimeField(allow_null=True)
    certificate_codes = serializers.ListField(child=serializers.CharField())
    revision = serializers.IntegerField()
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)
    awarded_at = serializers.DateTimeField(allow_null=True)


class RfqShape(RfqHeadShape):
    """An RFQ with its lines, in their order."""

    disclosure = Disclosure.PRIVATE

    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    allowed_countries = serializers.ListField(child=serializers.CharField())
    excluded_countries = serializers.ListField(child=serializers.CharField())
    weights = serializers.DictField(child=serializers.FloatField())
    note = serializers.CharField(allow_blank=True)
    lines = RfqLineShape(many=True)


def draft_of(facts: dict[str, Any]) -> RfqDraft:
    """Return a request as services take it."""
    lines = tuple(
        RfqLineDraft(**{**line, "process_codes": tuple(line["process_codes"])})
        for line in facts.pop("lines")
    )
    for name in (
        "certificate_codes",
        "allowed_countries",
        "excluded_countries",
        "invited_enterprise_ids",
    ):
        facts[name] = tuple(facts[name])
    return RfqDraft(lines=lines, **facts)


class Rfqs(Endpoint):
    """RFQs of the enterprise."""

    scopes = {"GET": "rfqs:read", "POST": "rfqs:write"}
    is_page = True
    filters = (
        Filter("search", "Words of the number or title."),
        Filter("state", "Where it stands.", tuple(RfqState.values)),
    )

    @extend_schema(
        operation_id="list_rfqs", responses=page_of(RfqHeadShape), summary="List RFQs"
    )
    def get(self, request: Request) -> Response:
        """Return RFQs, newest first."""
        return paginated(
            request,
            orders.rfqs(**asked(request, self.filters)),
            RfqHeadShape,
        )

    @extend_schema(
        operation_id="draft_rfq",
        request=RfqInput,
        responses={201: RfqShape},
        summary="Write an RFQ as a draft",
    )
    def post(self, request: Request) -> Response:
        """Write a draft."""
        draft = draft_of(body_of(request, RfqInput))
        rfq = services.draft_rfq(
            draft=draft, by=principal_of(request).actor, at=timezone.now()
        )
        found = orders.rfq_detail(rfq.pk)
        return Response(
            RfqShape(found).data,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/rfqs/{rfq.pk}"),
                "ETag": etag(found.version),
            },
        )


class Rfq(Endpoint):
    """One RFQ."""

    scopes = {"GET": "rfqs:read", "PUT": "rfqs:write"}
    is_versioned = True

    @extend_schema(operation_id="get_rfq", responses=RfqShape, summary="Read an RFQ")
    def get(self, request: Request, rfq_id: UUID) -> Response:
        """Return an RFQ with its lines."""
        found = orders.rfq_detail(rfq_id)
        return represented(request, RfqShape(found).data, found.version)

    @extend_schema(
        operation_id="revise_rfq",
        parameters=[IF_MATCH],
        request=RfqInput,
        responses=RfqShape,
        summary="Replace a draft",
    )
    def put(self, request: Request, rfq_id: UUID) -> Response:
        """Replace what a draft says."""
        known = orders.rfq_detail(rfq_id)
        check_match(request, known.version)
        services.revise_rfq(
            rfq_id=rfq_id,
            draft=draft_of(body_of(request, RfqInput)),
            version=known.version,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        found = orders.rfq_detail(rfq_id)
        return represented(request, RfqShape(found).data, found.version)


class RfqPublication(Endpoint):
    """The publication of an RFQ."""

    scopes = {"POST": "rfqs:write"}

    @extend_schema(
        operation_id="publish_rfq",
        request=NoInput,
        responses={201: RfqShape},
        summary="Publish an RFQ to the exchange",
        description="Matching follows within seconds: read the lines' matches.",
    )
    def post(self, request: Request, rfq_id: UUID) -> Response:
        """Publish a draft."""
        body_of(request, NoInput)
        services.publish_rfq(
            rfq_id=rfq_id, by=principal_of(request).actor, at=timezone.now()
        )
        found = orders.rfq_detail(rfq_id)
        return Response(
            RfqShape(found).data,
            status=status.HTTP_201_CREATED,
            headers={"ETag": etag(found.version)},
        )


class RfqCancellation(Endpoint):
    """The cancellation of an RFQ."""

    scopes = {"POST": "rfqs:write"}

    @extend_schema(
        operation_id="cancel_rfq",
        request=ReasonInput,
        responses={201: RfqShape},
        summary="Cancel an RFQ",
    )
    def post(self, request: Request, rfq_id: UUID) -> Response:
        """Cancel an RFQ; open quotes are declined and their time freed."""
        facts = body_of(request, ReasonInput)
        services.cancel_rfq(
            rfq_id=rfq_id,
            by=principal_of(request).actor,
            at=timezone.now(),
            reason=facts["reason"],
        )
        found = orders.rfq_detail(rfq_id)
        return Response(
            RfqShape(found).data,
            status=status.HTTP_201_CREATED,
            headers={"ETag": etag(found.version)},
        )
