"""Orders, and the award that makes them."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, etag, represented
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked, paginated
from apps.api.reading import StrictSerializer, body_of
from apps.api.v1.shapes import MoneyShape, money, page_of
from apps.exchange import services as exchange
from apps.orders import selectors as orders
from apps.orders.types import OrderState, Side
from tenants.types import Disclosure

SIDE = Filter("side", "Which side of the deal we are on.", tuple(Side.values))


class OrderShape(serializers.Serializer[Any]):
    """A contract between two enterprises, as this side keeps it."""

    disclosure = {
        Disclosure.COUNTERPARTY: (
            "id",
            "quote_id",
            "counterparty_name",
            "state",
            "title",
            "quantity",
            "total",
            "due_on",
            "promised_at",
            "placed_at",
        ),
        Disclosure.PRIVATE: ("number", "side", "version"),
    }

    id = serializers.UUIDField()
    number = serializers.CharField()
    side = serializers.ChoiceField(Side.values)
    quote_id = serializers.UUIDField()
    counterparty_name = serializers.CharField()
    state = serializers.ChoiceField(OrderState.values)
    title = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    total = serializers.SerializerMethodField()
    due_on = serializers.DateField()
    promised_at = serializers.DateTimeField()
    placed_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    @extend_schema_field(MoneyShape)
    def get_total(self, row: Any) -> dict[str, str]:
        """Return the total in the quote's currency."""
        return money(row.total, row.currency)


class OrderStepInput(StrictSerializer):
    """The state to move to; calling off and disputing say why."""

    to = serializers.ChoiceField(
        [state for state in OrderState.values if state != OrderState.PLACED]
    )
    reason = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True
    )


class Orders(Endpoint):
    """Orders, bought and sold."""

    scopes = {"GET": "orders:read"}
    is_page = True
    filters = (SIDE, Filter("state", "Where it stands.", tuple(OrderState.values)))

    @extend_schema(
        operation_id="list_orders", responses=page_of(OrderShape), summary="List orders"
    )
    def get(self, request: Request) -> Response:
        """Return orders, newest first."""
        return paginated(
            request,
            orders.orders(**asked(request, self.filters)),
            OrderShape,
        )


class Order(Endpoint):
    """One order."""

    scopes = {"GET": "orders:read"}
    is_versioned = True

    @extend_schema(
        operation_id="get_order", responses=OrderShape, summary="Read an order"
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        """Return an order."""
        found = orders.order_detail(order_id)
        return represented(request, OrderShape(found).data, found.version)


class OrderSteps(Endpoint):
    """The steps of an order from placed to closed."""

    scopes = {"POST": "orders:write"}

    @extend_schema(
        operation_id="move_order",
        request=OrderStepInput,
        responses={201: OrderShape},
        summary="Take an order one step further",
        description=(
            "Both sides' orders move at once. The seller confirms, starts and ships;"
            " the buyer receives and closes; either may cancel or dispute."
        ),
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        """Move an order to its next state, on both sides."""
        facts = body_of(request, OrderStepInput)
        exchange.move_order(
            order_id=order_id,
            by=principal_of(request).actor,
            at=timezone.now(),
            **facts,
        )
        found = orders.order_detail(order_id)
        return Response(
            OrderShape(found).data,
            status=status.HTTP_201_CREATED,
            headers={"ETag": etag(found.version)},
        )
