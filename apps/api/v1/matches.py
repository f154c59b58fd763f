"""Matches of a line, and the demands that fit a shop."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, StrictSerializer, etag, represented
from apps.api.oauth import principal_of
from apps.api.pagination import check_parameters
from apps.api.v1.rfqs import QuoteShape
from apps.api.v1.shapes import ReasonInput
from apps.exchange import selectors as exchange
from apps.exchange import services
from apps.orders import selectors as orders


class ScorePartShape(serializers.Serializer[Any]):
    """One part of a score, 0 to 1, with its weight and the input it came from."""

    name = serializers.CharField()
    value = serializers.FloatField()
    weight = serializers.FloatField()
    measure = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    reference = serializers.FloatField(allow_null=True)


class RefusalShape(serializers.Serializer[Any]):
    """Why a machine does not fit."""

    reason = serializers.CharField()
    needed = serializers.JSONField()
    offered = serializers.JSONField()
    unit = serializers.CharField()
    gap = serializers.FloatField(allow_null=True)


class MatchShape(serializers.Serializer[Any]):
    """One machine judged for one line, with its reasons."""

    id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    seller_name = serializers.CharField()
    is_verified = serializers.BooleanField()
    machine_label = serializers.CharField()
    process_code = serializers.CharField()
    country = serializers.CharField()
    rank = serializers.IntegerField()
    outcome = serializers.ChoiceField(["fits", "unknown", "refused"])
    score = serializers.FloatField()
    parts = ScorePartShape(many=True)
    refusals = RefusalShape(many=True)
    refusal_texts = serializers.ListField(child=serializers.CharField())
    unknown_texts = serializers.ListField(child=serializers.CharField())


class RefusalCountShape(serializers.Serializer[Any]):
    """How many machines a rule refused: as the first, and as the only one."""

    reason = serializers.CharField()
    first = serializers.IntegerField()
    only = serializers.IntegerField()


class MatchRunShape(serializers.Serializer[Any]):
    """What matching a line has found so far."""

    state = serializers.ChoiceField(["waiting", "running", "succeeded", "failed"])
    considered = serializers.IntegerField()
    fitting = serializers.IntegerField()
    rule_version = serializers.CharField()
    finished_at = serializers.DateTimeField(allow_null=True)
    refusals = RefusalCountShape(many=True)
    items = MatchShape(many=True)


class DemandShape(serializers.Serializer[Any]):
    """A demand as the market sees it; the buyer's name may be withheld."""

    id = serializers.UUIDField()
    buyer_name = serializers.CharField()
    title = serializers.CharField()
    note = serializers.CharField()
    process_codes = serializers.ListField(child=serializers.CharField())
    material_code = serializers.CharField()
    size_mm = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    mass_kg = serializers.FloatField(allow_null=True)
    it_grade = serializers.IntegerField(allow_null=True)
    roughness_um = serializers.FloatField(allow_null=True)
    quantity = serializers.IntegerField()
    currency = serializers.CharField()
    certificate_codes = serializers.ListField(child=serializers.CharField())
    due_on = serializers.DateField()
    response_deadline_at = serializers.DateTimeField()
    delivery_country = serializers.CharField()
    work_minutes = serializers.IntegerField(allow_null=True)


class InboxShape(serializers.Serializer[Any]):
    """A demand that our machines fit, with the best of them."""

    demand = DemandShape()
    best = MatchShape()
    listing_count = serializers.IntegerField()
    quote_id = serializers.UUIDField(allow_null=True)
    quote_state = serializers.CharField()


class QuoteInput(StrictSerializer):
    """A price by hand; the machine's time is held while the quote is valid."""

    listing_id = serializers.UUIDField()
    unit_price = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, help_text="In our own currency."
    )
    machine_minutes = serializers.IntegerField(
        min_value=1, max_value=1_000_000, required=False, allow_null=True
    )
    valid_until_at = serializers.DateTimeField(required=False, allow_null=True)
    note = serializers.CharField(
        max_length=4000, required=False, default="", allow_blank=True
    )


class RfqLineMatches(Endpoint):
    """What was found for a line."""

    scopes = {"GET": "rfqs:read"}

    @extend_schema(
        operation_id="list_matches_of_rfq_line",
        responses=MatchRunShape,
        summary="Read a line's matches",
        description=(
            "`state` is `waiting` until the first run has ended. What fits comes first,"
            " by rank; then what may fit but does not say enough; then the nearest"
            " misses with their reasons."
        ),
    )
    def get(self, request: Request, rfq_line_id: UUID) -> Response:
        """Return the latest run with its matches."""
        check_parameters(request, frozenset())
        orders.rfq_line_detail(rfq_line_id)
        run = exchange.run_of(rfq_line_id)
        found = {
            "state": run.state if run else "waiting",
            "considered": run.considered if run else 0,
            "fitting": run.fitting if run else 0,
            "rule_version": run.rule_version if run else "",
            "finished_at": run.finished_at if run else None,
            "refusals": exchange.refusal_counts(rfq_line_id),
            "items": exchange.matches_of(rfq_line_id),
        }
        return Response(MatchRunShape(found).data)


class Demands(Endpoint):
    """Open demands that our machines fit."""

    scopes = {"GET": "quotes:read"}

    @extend_schema(
        operation_id="list_fitting_demands",
        parameters=[
            OpenApiParameter("search", str),
            OpenApiParameter("process_code", str),
            OpenApiParameter("country", str),
        ],
        responses=InboxShape(many=True),
        summary="List demands that fit",
    )
    def get(self, request: Request) -> Response:
        """Return the open demands that fit, newest first."""
        filters = ("search", "process_code", "country")
        check_parameters(request, frozenset(filters))
        asked = {name: request.query_params.get(name, "") for name in filters}
        return Response(InboxShape(exchange.inbox(**asked), many=True).data)


class Demand(Endpoint):
    """One demand that fits."""

    scopes = {"GET": "quotes:read"}

    @extend_schema(
        operation_id="get_fitting_demand", responses=InboxShape, summary="Read a demand"
    )
    def get(self, request: Request, demand_id: UUID) -> Response:
        """Return a demand with the best of our machines."""
        check_parameters(request, frozenset())
        found = exchange.inbox_entry(demand_id)
        if found is None:
            raise Http404
        return Response(InboxShape(found).data)


class DemandQuotes(Endpoint):
    """Our answers to a demand."""

    scopes = {"POST": "quotes:write"}

    @extend_schema(
        operation_id="submit_quote",
        request=QuoteInput,
        responses={201: QuoteShape},
        summary="Quote for a demand",
    )
    def post(self, request: Request, demand_id: UUID) -> Response:
        """Answer a demand by hand."""
        facts = self.parsed(QuoteInput, request)
        quote = services.submit_quote(
            demand_id=demand_id,
            by=principal_of(request).actor,
            at=timezone.now(),
            **facts,
        )
        found = orders.quote_detail(quote.pk)
        return Response(
            QuoteShape(found).data,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/quotes/{quote.pk}"),
                "ETag": etag(found.version),
            },
        )


class QuoteWithdrawal(Endpoint):
    """The withdrawal of a quote that we gave."""

    scopes = {"POST": "quotes:write"}

    @extend_schema(
        operation_id="withdraw_quote",
        request=ReasonInput,
        responses={201: QuoteShape},
        summary="Withdraw a quote",
    )
    def post(self, request: Request, quote_id: UUID) -> Response:
        """Take a quote back on both sides."""
        facts = self.parsed(ReasonInput, request)
        services.withdraw_quote(
            quote_id=quote_id,
            by=principal_of(request).actor,
            at=timezone.now(),
            reason=facts["reason"],
        )
        found = orders.quote_detail(quote_id)
        response = represented(request, QuoteShape(found).data, found.version)
        response.status_code = status.HTTP_201_CREATED
        return response
