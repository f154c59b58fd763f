"""Idle time: what we offer, what the market has, and how full published weeks are."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, etag, represented
from apps.api.errors import Problem
from apps.api.oauth import principal_of
from apps.api.pagination import (
    Filter,
    asked,
    asked_id,
    asked_moment,
    listed,
    paginated,
    whole,
)
from apps.api.reading import Moment, NoInput, StrictSerializer, body_of
from apps.api.v1.shapes import page_of
from apps.exchange import selectors as exchange
from apps.exchange import services
from apps.exchange.types import (
    Audience,
    IdleLotDraft,
    IdleLotState,
    LoadColor,
    PriceBasis,
)
from tenants.types import Disclosure

MOST_LISTED = 1_000


class PublishedWeekShape(serializers.Serializer[Any]):
    """A week of a machine as its owner shows it to others, in minutes of work."""

    disclosure = {
        Disclosure.MARKET: (
            "monday",
            "total_minutes",
            "reserved_minutes",
            "free_minutes",
            "color",
        ),
    }

    monday = serializers.DateField()
    total_minutes = serializers.IntegerField()
    reserved_minutes = serializers.IntegerField()
    free_minutes = serializers.IntegerField()
    color = serializers.ChoiceField(
        LoadColor.values,
        help_text="green: more than 40 % is free; amber: more than 10 %; else red.",
    )


class IdleLotInput(StrictSerializer):
    """A window of a machine's time with the lowest price at which it is to be had."""

    machine_id = serializers.UUIDField()
    process_code = serializers.CharField(max_length=64)
    starts_at = Moment()
    ends_at = Moment()
    floor_price = serializers.DecimalField(max_digits=12, decimal_places=2)
    price_basis = serializers.ChoiceField(
        PriceBasis.values, required=False, default=PriceBasis.HOUR.value
    )
    currency = serializers.RegexField(
        r"^[A-Z]{3}$", required=False, help_text="Yours, unless another is named."
    )
    note = serializers.CharField(
        max_length=400, required=False, default="", allow_blank=True
    )
    audience = serializers.ChoiceField(
        Audience.values, required=False, default=Audience.PUBLIC.value
    )
    invited_enterprise_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=200
    )
    expires_at = Moment(
        required=False,
        allow_null=True,
        default=None,
        help_text="When the window begins, unless you say otherwise.",
    )


class IdleLotShape(serializers.Serializer[Any]):
    """Idle time that we have offered; it reserves nothing, and shrinks or ends with it."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    machine_id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    process_code = serializers.CharField(source="listing.process_code")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    free_minutes = serializers.IntegerField()
    floor_price = serializers.DecimalField(max_digits=12, decimal_places=2)
    price_basis = serializers.ChoiceField(PriceBasis.values)
    currency = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    audience = serializers.ChoiceField(Audience.values)
    invited_enterprise_ids = serializers.ListField(
        child=serializers.UUIDField(), source="invited_ids"
    )
    state = serializers.ChoiceField(IdleLotState.values)
    is_expired = serializers.BooleanField(help_text="It is over by the clock.")
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class MarketIdleLotShape(serializers.Serializer[Any]):
    """Idle time of a shop that we may have."""

    market_view = "exchange.MarketIdleLot"
    disclosure = {
        Disclosure.MARKET: (
            "id",
            "listing_id",
            "owner_id",
            "seller_name",
            "is_verified",
            "machine_label",
            "process_code",
            "country",
            "region",
            "starts_at",
            "ends_at",
            "free_minutes",
            "floor_price",
            "price_basis",
            "currency",
            "note",
            "offered_at",
            "expires_at",
            "is_own",
        ),
    }

    id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    owner_id = serializers.UUIDField(
        help_text="Invite this enterprise to ask for the time: see `create_rfq`."
    )
    seller_name = serializers.CharField()
    is_verified = serializers.BooleanField()
    machine_label = serializers.CharField(allow_blank=True)
    process_code = serializers.CharField()
    country = serializers.CharField()
    region = serializers.CharField(allow_blank=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    free_minutes = serializers.IntegerField()
    floor_price = serializers.DecimalField(max_digits=12, decimal_places=2)
    price_basis = serializers.ChoiceField(PriceBasis.values)
    currency = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_own = serializers.BooleanField()


class ListingWeeks(Endpoint):
    """How full the machine behind a listing is."""

    scopes = {"GET": "rfqs:read"}

    @extend_schema(
        operation_id="list_weeks_of_listing",
        responses=page_of(PublishedWeekShape),
        summary="Read how full a listed machine is",
    )
    def get(self, request: Request, listing_id: UUID) -> Response:
        """Return half a year from the running week on, if its owner lets us see it."""
        return whole(exchange.weeks_of_listing(listing_id), PublishedWeekShape)


class IdleLots(Endpoint):
    """Idle time that we offer."""

    scopes = {"GET": "quotes:read", "POST": "quotes:write"}
    is_page = True
    filters = (Filter("machine_id", "Of one machine."),)

    @extend_schema(
        operation_id="list_idle_lots",
        responses=page_of(IdleLotShape),
        summary="List idle time that we have offered",
    )
    def get(self, request: Request) -> Response:
        """Return what we have offered, newest first, over or not."""
        rows = exchange.idle_lots(machine_id=asked_id(request, "machine_id"))
        return paginated(request, rows, IdleLotShape)

    @extend_schema(
        operation_id="offer_idle_lot",
        request=IdleLotInput,
        responses={201: IdleLotShape},
        summary="Offer idle time of a machine",
        description=(
            "The window must lie between reservations; it is cut to its first and last"
            " free minute. It reserves nothing, and ends by itself."
        ),
    )
    def post(self, request: Request) -> Response:
        """Offer a window of a listed machine's time."""
        facts = body_of(request, IdleLotInput)
        principal = principal_of(request)
        facts.setdefault("currency", principal.enterprise.currency)
        invited = tuple(facts.pop("invited_enterprise_ids"))
        made = services.offer_idle_lot(
            draft=IdleLotDraft(invited_ids=invited, **facts),
            by=principal.actor,
            at=timezone.now(),
        )
        found = exchange.idle_lot(made.pk)
        return Response(
            IdleLotShape(found).data,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/idle-lots/{made.pk}"),
                "ETag": etag(made.version),
            },
        )


class IdleLot(Endpoint):
    """Idle time that we have offered."""

    scopes = {"GET": "quotes:read"}

    @extend_schema(
        operation_id="get_idle_lot",
        responses=IdleLotShape,
        summary="Read idle time that we have offered",
    )
    def get(self, request: Request, idle_lot_id: UUID) -> Response:
        """Return what has become of an offer."""
        found = exchange.idle_lot(idle_lot_id)
        return represented(request, IdleLotShape(found).data, found.version)


class IdleLotWithdrawal(Endpoint):
    """The end of an offer of idle time."""

    scopes = {"POST": "quotes:write"}

    @extend_schema(
        operation_id="withdraw_idle_lot",
        request=NoInput,
        responses={201: IdleLotShape},
        summary="Withdraw idle time",
    )
    def post(self, request: Request, idle_lot_id: UUID) -> Response:
        """Take an offer back."""
        body_of(request, NoInput)
        services.withdraw_idle_lot(
            idle_lot_id=idle_lot_id, by=principal_of(request).actor, at=timezone.now()
        )
        found = exchange.idle_lot(idle_lot_id)
        return represented(
            request,
            IdleLotShape(found).data,
            found.version,
            status=status.HTTP_201_CREATED,
        )


class MarketIdleLots(Endpoint):
    """Idle time on the market."""

    scopes = {"GET": "rfqs:read"}
    is_page = True
    filters = (
        Filter("search", "Words of the shop's or the machine's name."),
        Filter("process_code", "A process, or one above those that are offered."),
        Filter("country", "Where the machine is, as two letters."),
        Filter("from", "Only what ends after this moment."),
        Filter("until", "Only what starts before this moment."),
        Filter("least_minutes", "At least so much time.", schema=int),
    )

    @extend_schema(
        operation_id="list_market_idle_lots",
        responses=page_of(MarketIdleLotShape),
        summary="List idle time on the market",
        description=(
            "What is not over by the clock, and we may see; soonest first, the first"
            f" {MOST_LISTED:,} of it."
        ),
    )
    def get(self, request: Request) -> Response:
        """Return idle time that shops would rather fill than leave empty."""
        wanted = asked(request, self.filters)
        found = exchange.market_idle_lots(
            search=wanted["search"],
            process_code=wanted["process_code"],
            country=wanted["country"],
            ends_after=asked_moment(request, "from"),
            starts_before=asked_moment(request, "until"),
            least_minutes=_least(wanted["least_minutes"]),
        )
        return listed(
            request,
            list(found[:MOST_LISTED]),
            MarketIdleLotShape,
            key=lambda row: row.id,
        )


def _least(given: str) -> int:
    is_number = given.isascii() and given.isdigit() and len(given) <= len("999999")
    if given and not is_number:
        raise Problem(
            400,
            "invalid_parameter",
            f"least_minutes={given[:20]} must be a number of minutes.",
        )
    return int(given or 0)
