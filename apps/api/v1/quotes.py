"""Quotes: given by cost model or by hand, compared, awarded, withdrawn."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, etag, represented
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked, paginated, whole
from apps.api.reading import Moment, NoInput, StrictSerializer, body_of
from apps.api.v1.orders import SIDE, OrderShape
from apps.api.v1.shapes import MoneyShape, ReasonInput, money, page_of
from apps.exchange import selectors as market
from apps.exchange import services as exchange
from apps.orders import selectors as orders
from apps.orders.types import QuoteOrigin, QuoteState, Side
from tenants.types import Disclosure


class QuoteLineShape(serializers.Serializer[Any]):
    """One line of a price; `basis` recomputes to `amount`."""

    disclosure = {
        Disclosure.COUNTERPARTY: ("position", "code", "label", "basis", "amount"),
    }

    position = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the field hides an attribute of its base
    basis = serializers.CharField(allow_blank=True)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)


class QuoteShape(serializers.Serializer[Any]):
    """A quote as this side keeps it."""

    disclosure = {
        Disclosure.COUNTERPARTY: (
            "id",
            "demand_id",
            "listing_id",
            "counterparty_name",
            "title",
            "state",
            "origin",
            "quantity",
            "unit_price",
            "total",
            "total_in_buyer_currency",
            "exchange_rate",
            "exchange_rate_on",
            "finish_at",
            "ship_on",
            "valid_until_at",
            "note",
            "lines",
        ),
        Disclosure.PRIVATE: ("number", "side", "rfq_line_id", "version"),
    }

    id = serializers.UUIDField()
    number = serializers.CharField()
    side = serializers.ChoiceField(Side.values)
    rfq_line_id = serializers.UUIDField(allow_null=True)
    demand_id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    counterparty_name = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(QuoteState.values)
    origin = serializers.ChoiceField(QuoteOrigin.values)
    quantity = serializers.IntegerField()
    unit_price = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    total_in_buyer_currency = serializers.SerializerMethodField()
    exchange_rate = serializers.CharField()
    exchange_rate_on = serializers.DateField()
    finish_at = serializers.DateTimeField()
    ship_on = serializers.DateField()
    valid_until_at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    lines = QuoteLineShape(many=True)

    @extend_schema_field(MoneyShape)
    def get_unit_price(self, row: Any) -> dict[str, str]:
        """Return the price of a piece."""
        return money(row.unit_price, row.currency)

    @extend_schema_field(MoneyShape)
    def get_total(self, row: Any) -> dict[str, str]:
        """Return the total in the seller's currency."""
        return money(row.total, row.currency)

    @extend_schema_field(MoneyShape)
    def get_total_in_buyer_currency(self, row: Any) -> dict[str, str]:
        """Return the total in the buyer's currency, at the quote's own rate."""
        return money(row.total_in_buyer_currency, row.buyer_currency)


class QuoteInput(StrictSerializer):
    """A price by hand; the machine's time is held while the quote is valid."""

    listing_id = serializers.UUIDField()
    unit_price = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, help_text="In our own currency."
    )
    machine_minutes = serializers.IntegerField(
        min_value=1, max_value=1_000_000, required=False, allow_null=True
    )
    valid_until_at = Moment(required=False, allow_null=True)
    note = serializers.CharField(
        max_length=4000, required=False, default="", allow_blank=True
    )


class Quotes(Endpoint):
    """Quotes given and received."""

    scopes = {"GET": "quotes:read"}
    is_page = True
    filters = (SIDE, Filter("state", "Where it stands.", tuple(QuoteState.values)))

    @extend_schema(
        operation_id="list_quotes", responses=page_of(QuoteShape), summary="List quotes"
    )
    def get(self, request: Request) -> Response:
        """Return quotes, newest first."""
        rows = orders.quotes(**asked(request, self.filters)).prefetch_related("lines")
        return paginated(request, rows, QuoteShape)


class Quote(Endpoint):
    """One quote."""

    scopes = {"GET": "quotes:read"}
    is_versioned = True

    @extend_schema(
        operation_id="get_quote", responses=QuoteShape, summary="Read a quote"
    )
    def get(self, request: Request, quote_id: UUID) -> Response:
        """Return a quote with its lines."""
        found = orders.quote_detail(quote_id)
        return represented(request, QuoteShape(found).data, found.version)


class RfqLineQuotes(Endpoint):
    """The quotes that a line has brought."""

    scopes = {"GET": "rfqs:read"}

    @extend_schema(
        operation_id="list_quotes_of_rfq_line",
        responses=page_of(QuoteShape),
        summary="Compare the quotes for a line",
    )
    def get(self, request: Request, rfq_line_id: UUID) -> Response:
        """Return the quotes received, as they are best compared."""
        orders.rfq_line_detail(rfq_line_id)
        found = orders.quotes_to_compare(rfq_line_id)
        return whole(found, QuoteShape)


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
        # Before the body is judged: else it would show which demands there are.
        market.market_demand(demand_id)
        facts = body_of(request, QuoteInput)
        quote = exchange.submit_quote(
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
        facts = body_of(request, ReasonInput)
        exchange.withdraw_quote(
            quote_id=quote_id,
            by=principal_of(request).actor,
            at=timezone.now(),
            reason=facts["reason"],
        )
        found = orders.quote_detail(quote_id)
        return represented(
            request,
            QuoteShape(found).data,
            found.version,
            status=status.HTTP_201_CREATED,
        )


class QuoteAward(Endpoint):
    """The award of a quote."""

    scopes = {"POST": "awards:sign"}

    @extend_schema(
        operation_id="award_quote",
        request=NoInput,
        responses={201: OrderShape},
        summary="Award a quote",
        description=(
            "Books the machine time that the quote holds, makes the order on both"
            " sides, and declines the other quotes, in one transaction."
        ),
    )
    def post(self, request: Request, quote_id: UUID) -> Response:
        """Accept a quote."""
        body_of(request, NoInput)
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
