"""RFQs: written, published, matched, quoted, awarded."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import (
    Endpoint,
    StrictSerializer,
    check_match,
    etag,
    represented,
)
from apps.api.oauth import principal_of
from apps.api.pagination import check_parameters, paginated
from apps.api.v1.shapes import ReasonInput, money, page_of
from apps.orders import selectors as orders
from apps.orders import services
from apps.orders.types import Audience, RfqDraft, RfqLineDraft

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag seen.",
)


class RfqLineInput(StrictSerializer):
    """One part, so many times, made in one of some ways."""

    part_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=10_000_000)
    process_codes = serializers.ListField(
        child=serializers.CharField(max_length=64), max_length=20
    )
    material_code = serializers.CharField(max_length=64)
    it_grade = serializers.IntegerField(
        min_value=1, max_value=18, required=False, allow_null=True, default=None
    )
    roughness_um = serializers.FloatField(
        min_value=0.001, max_value=1000, required=False, allow_null=True, default=None
    )
    target_unit_price = serializers.DecimalField(
        max_digits=14, decimal_places=2, required=False, allow_null=True, default=None
    )


class RfqInput(StrictSerializer):
    """A request for quotation; a draft may be incomplete."""

    title = serializers.CharField(max_length=160)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    lines = RfqLineInput(many=True, max_length=100)
    anonymous = serializers.BooleanField(default=True)
    audience = serializers.ChoiceField(Audience.choices, default=Audience.PUBLIC)
    delivery_country = serializers.RegexField(
        r"^([A-Z]{2})?$", required=False, default="", allow_blank=True
    )
    delivery_city = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True
    )
    latitude = serializers.FloatField(
        min_value=-90, max_value=90, required=False, allow_null=True, default=None
    )
    longitude = serializers.FloatField(
        min_value=-180, max_value=180, required=False, allow_null=True, default=None
    )
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    response_deadline_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None
    )
    certificate_codes = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, default=list
    )
    allowed_countries = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{2}$"), required=False, default=list
    )
    excluded_countries = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{2}$"), required=False, default=list
    )
    weights = serializers.DictField(
        child=serializers.FloatField(min_value=0), required=False, default=dict
    )
    note = serializers.CharField(
        max_length=4000, required=False, default="", allow_blank=True
    )


class RfqLineShape(serializers.Serializer[Any]):
    """One line of an RFQ; `id` leads to its matches and quotes."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    part_id = serializers.UUIDField()
    process_codes = serializers.ListField(child=serializers.CharField())
    material_code = serializers.CharField()
    it_grade = serializers.IntegerField(allow_null=True)
    roughness_um = serializers.FloatField(allow_null=True)
    quantity = serializers.IntegerField()
    target_unit_price = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True
    )
    demand_id = serializers.UUIDField(allow_null=True)


class RfqHeadShape(serializers.Serializer[Any]):
    """An RFQ without its lines, as a list shows it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(
        ["draft", "published", "closed", "awarded", "cancelled"]
    )
    currency = serializers.CharField()
    anonymous = serializers.BooleanField()
    audience = serializers.CharField()
    delivery_country = serializers.CharField()
    delivery_city = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    response_deadline_at = serializers.DateTimeField(allow_null=True)
    certificate_codes = serializers.ListField(child=serializers.CharField())
    revision = serializers.IntegerField()
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)
    awarded_at = serializers.DateTimeField(allow_null=True)


class RfqShape(RfqHeadShape):
    """An RFQ with its lines."""

    lines = serializers.SerializerMethodField()

    def get_lines(self, row: Any) -> list[Any]:
        """Return the lines in their order."""
        return list(
            RfqLineShape(
                sorted(row.lines.all(), key=lambda x: x.position), many=True
            ).data
        )


class QuoteLineShape(serializers.Serializer[Any]):
    """One line of a price; `basis` recomputes to `amount`."""

    position = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()
    basis = serializers.CharField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)


class QuoteShape(serializers.Serializer[Any]):
    """A quote as this side keeps it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    side = serializers.ChoiceField(["buyer", "seller"])
    rfq_line_id = serializers.UUIDField(allow_null=True)
    demand_id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    counterparty_name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    origin = serializers.ChoiceField(["auto", "manual"])
    quantity = serializers.IntegerField()
    unit_price = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    total_in_buyer_currency = serializers.SerializerMethodField()
    exchange_rate = serializers.CharField()
    exchange_rate_on = serializers.DateField()
    finish_at = serializers.DateTimeField()
    ship_on = serializers.DateField()
    valid_until_at = serializers.DateTimeField()
    note = serializers.CharField()
    version = serializers.IntegerField()
    lines = QuoteLineShape(many=True)

    def get_unit_price(self, row: Any) -> dict[str, str]:
        """Return the price of a piece."""
        return money(row.unit_price, row.currency)

    def get_total(self, row: Any) -> dict[str, str]:
        """Return the total in the seller's currency."""
        return money(row.total, row.currency)

    def get_total_in_buyer_currency(self, row: Any) -> dict[str, str]:
        """Return the total in the buyer's currency, at the quote's own rate."""
        return money(row.total_in_buyer_currency, row.buyer_currency)


def draft_of(facts: dict[str, Any]) -> RfqDraft:
    """Return a request as services take it."""
    lines = tuple(
        RfqLineDraft(**{**line, "process_codes": tuple(line["process_codes"])})
        for line in facts.pop("lines")
    )
    for name in ("certificate_codes", "allowed_countries", "excluded_countries"):
        facts[name] = tuple(facts[name])
    return RfqDraft(lines=lines, **facts)


class Rfqs(Endpoint):
    """RFQs of the enterprise."""

    scopes = {"GET": "rfqs:read", "POST": "rfqs:write"}

    @extend_schema(
        operation_id="list_rfqs",
        parameters=[OpenApiParameter("search", str), OpenApiParameter("state", str)],
        responses=page_of(RfqHeadShape),
        summary="List RFQs",
    )
    def get(self, request: Request) -> Response:
        """Return RFQs, newest first."""
        filters = frozenset({"search", "state"})
        check_parameters(request, filters)
        asked = {name: request.query_params.get(name, "") for name in filters}
        return paginated(
            request,
            orders.rfqs(**asked),
            lambda row: RfqHeadShape(row).data,
            filters=filters,
        )

    @extend_schema(
        operation_id="draft_rfq",
        request=RfqInput,
        responses={201: RfqShape},
        summary="Write an RFQ as a draft",
    )
    def post(self, request: Request) -> Response:
        """Write a draft."""
        draft = draft_of(self.parsed(RfqInput, request))
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

    @extend_schema(operation_id="get_rfq", responses=RfqShape, summary="Read an RFQ")
    def get(self, request: Request, rfq_id: UUID) -> Response:
        """Return an RFQ with its lines."""
        check_parameters(request, frozenset())
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
            draft=draft_of(self.parsed(RfqInput, request)),
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
        request=None,
        responses={201: RfqShape},
        summary="Publish an RFQ to the exchange",
        description="Matching follows within seconds: read the lines' matches.",
    )
    def post(self, request: Request, rfq_id: UUID) -> Response:
        """Publish a draft."""
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
        facts = self.parsed(ReasonInput, request)
        services.cancel_rfq(
            rfq_id=rfq_id,
            by=principal_of(request).actor,
            at=timezone.now(),
            reason=facts["reason"],
        )
        found = orders.rfq_detail(rfq_id)
        return Response(RfqShape(found).data, status=status.HTTP_201_CREATED)


class RfqLineQuotes(Endpoint):
    """The quotes that a line has brought."""

    scopes = {"GET": "rfqs:read"}

    @extend_schema(
        operation_id="list_quotes_of_rfq_line",
        responses=QuoteShape(many=True),
        summary="Compare the quotes for a line",
    )
    def get(self, request: Request, rfq_line_id: UUID) -> Response:
        """Return the quotes received, as they are best compared."""
        check_parameters(request, frozenset())
        orders.rfq_line_detail(rfq_line_id)
        found = orders.quotes_to_compare(rfq_line_id)
        return Response(QuoteShape(found, many=True).data)
