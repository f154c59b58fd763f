"""Orders, and the award that makes them."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, etag, represented
from apps.api.oauth import principal_of
from apps.api.pagination import check_parameters, paginated
from apps.api.v1.rfqs import QuoteShape
from apps.api.v1.shapes import money, page_of
from apps.exchange import services as exchange
from apps.orders import selectors as orders


class OrderShape(serializers.Serializer[Any]):
    """A contract between two enterprises, as this side keeps it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    side = serializers.ChoiceField(["buyer", "seller"])
    quote_id = serializers.UUIDField()
    counterparty_name = serializers.CharField()
    state = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    total = serializers.SerializerMethodField()
    due_on = serializers.DateField()
    promised_at = serializers.DateTimeField()
    placed_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    def get_total(self, row: Any) -> dict[str, str]:
        """Return the total in the quote's currency."""
        return money(row.total, row.currency)


class QuoteAward(Endpoint):
    """The award of a quote."""

    scopes = {"POST": "awards:sign"}

    @extend_schema(
        operation_id="award_quote",
        request=None,
        responses={201: OrderShape},
        summary="Award a quote",
        description=(
            "Books the machine time that the quote holds, makes the order on both"
            " sides, and declines the other quotes, in one transaction."
        ),
    )
    def post(self, request: Request, quote_id: UUID) -> Response:
        """Accept a quote."""
        order = exchange.award(
            quote_id=quote_id, by=principal_of(request).actor, at=timezone.now()
        )
        found = orders.order_detail(order.pk)
        return Response(
            OrderShape(found).data,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/orders/{order.pk}"),
                "ETag": etag(found.version),
            },
        )


class Quotes(Endpoint):
    """Quotes given and received."""

    scopes = {"GET": "quotes:read"}

    @extend_schema(
        operation_id="list_quotes",
        parameters=[OpenApiParameter("side", str), OpenApiParameter("state", str)],
        responses=page_of(QuoteShape),
        summary="List quotes",
    )
    def get(self, request: Request) -> Response:
        """Return quotes, newest first."""
        filters = frozenset({"side", "state"})
        check_parameters(request, filters)
        asked = {name: request.query_params.get(name, "") for name in filters}
        rows = orders.quotes(**asked).prefetch_related("lines")
        return paginated(
            request, rows, lambda row: QuoteShape(row).data, filters=filters
        )


class Quote(Endpoint):
    """One quote."""

    scopes = {"GET": "quotes:read"}

    @extend_schema(
        operation_id="get_quote", responses=QuoteShape, summary="Read a quote"
    )
    def get(self, request: Request, quote_id: UUID) -> Response:
        """Return a quote with its lines."""
        check_parameters(request, frozenset())
        found = orders.quote_detail(quote_id)
        return represented(request, QuoteShape(found).data, found.version)


class Orders(Endpoint):
    """Orders, bought and sold."""

    scopes = {"GET": "orders:read"}

    @extend_schema(
        operation_id="list_orders",
        parameters=[OpenApiParameter("side", str), OpenApiParameter("state", str)],
        responses=page_of(OrderShape),
        summary="List orders",
    )
    def get(self, request: Request) -> Response:
        """Return orders, newest first."""
        filters = frozenset({"side", "state"})
        check_parameters(request, filters)
        asked = {name: request.query_params.get(name, "") for name in filters}
        return paginated(
            request,
            orders.orders(**asked),
            lambda row: OrderShape(row).data,
            filters=filters,
        )


class Order(Endpoint):
    """One order."""

    scopes = {"GET": "orders:read"}

    @extend_schema(
        operation_id="get_order", responses=OrderShape, summary="Read an order"
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        """Return an order."""
        check_parameters(request, frozenset())
        found = orders.order_detail(order_id)
        return represented(request, OrderShape(found).data, found.version)
