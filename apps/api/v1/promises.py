"""When machines could be done with a batch, and holding that time, all of it or none."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked_id, paginated
from apps.api.reading import Moment, NoInput, StrictSerializer, body_of
from apps.api.v1.shapes import page_of
from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.rules import limits
from apps.capacity.types import (
    ReservationKind,
    ReservationState,
    RouteRequest,
    RouteStep,
    StepKind,
    StepOption,
)
from apps.orders import selectors as orders
from apps.orders.types import Side
from tenants.types import Disclosure

LONGEST = limits.LONGEST_PIECE_OF_WORK_MINUTES


class StepOptionInput(StrictSerializer):
    """A machine that can do a step, and what the batch takes there."""

    machine_id = serializers.UUIDField()
    setup_minutes = serializers.IntegerField(
        min_value=0, max_value=LONGEST, required=False, default=0
    )
    minutes_per_part = serializers.DecimalField(
        max_digits=9, decimal_places=3, min_value=0
    )


class RouteStepInput(StrictSerializer):
    """One step: it is done on one of its machines, or in lots on those of one site."""

    options = serializers.ListField(
        child=StepOptionInput(), min_length=1, max_length=limits.MOST_OPTIONS
    )
    transport_minutes = serializers.IntegerField(
        min_value=0,
        max_value=limits.LONGEST_TRANSPORT_MINUTES,
        required=False,
        default=0,
        help_text=(
            "To the next step where that is at another site; after the last, always."
        ),
    )
    most_lots = serializers.IntegerField(
        min_value=1, max_value=limits.MOST_LOTS, required=False, default=1
    )
    smallest_lot = serializers.IntegerField(
        min_value=1, max_value=limits.LARGEST_BATCH, required=False, default=1
    )


class PromiseInput(StrictSerializer):
    """A batch that goes through one step or several."""

    quantity = serializers.IntegerField(min_value=1, max_value=limits.LARGEST_BATCH)
    steps = serializers.ListField(
        child=RouteStepInput(), min_length=1, max_length=limits.MOST_STEPS
    )
    release_at = Moment(
        required=False, allow_null=True, help_text="Not before; now by default."
    )
    due_at = Moment(
        required=False, allow_null=True, help_text="When all must have arrived."
    )


class HoldInput(PromiseInput):
    """A batch whose machine time is held until a moment."""

    expires_at = Moment(help_text=f"Within {limits.LONGEST_HOLD.days} days.")
    arrives_by = Moment(
        required=False,
        allow_null=True,
        help_text="The promise that you were given: nothing later is held.",
    )


class BookingInput(StrictSerializer):
    """What a hold is booked for."""

    order_id = serializers.UUIDField(help_text="An order that we are to make.")


class PromiseStepShape(serializers.Serializer[Any]):
    """A stretch of time that explains why a lot ends when it does."""

    disclosure = Disclosure.PRIVATE

    kind = serializers.ChoiceField(StepKind.values)
    starts_at = serializers.DateTimeField(source="period.start")
    ends_at = serializers.DateTimeField(source="period.end")
    minutes = serializers.IntegerField()


class LotShape(serializers.Serializer[Any]):
    """What one machine would do of one step; steps count from 1."""

    disclosure = Disclosure.PRIVATE

    step = serializers.SerializerMethodField()
    machine_id = serializers.UUIDField(source="promise.machine_id")
    quantity = serializers.IntegerField()
    working_minutes = serializers.IntegerField(source="promise.working_minutes")
    starts_at = serializers.DateTimeField(source="promise.start")
    finishes_at = serializers.DateTimeField(source="promise.finish")
    ready_at = serializers.DateTimeField(
        help_text="When the batch is there: released, or come from the step before."
    )
    setup_minutes = serializers.IntegerField()
    minutes_per_part = serializers.DecimalField(max_digits=9, decimal_places=3)
    efficiency_percent = serializers.IntegerField(
        help_text="Working time is setup and all parts, divided by it, rounded up."
    )
    gaps_passed_over = serializers.IntegerField(source="promise.gaps_passed_over")
    explanation = PromiseStepShape(many=True, source="promise.explanation")

    def get_step(self, row: Any) -> int:
        """Return the number of the step."""
        return int(row.step) + 1


class PromiseShape(serializers.Serializer[Any]):
    """The earliest way through all steps."""

    disclosure = Disclosure.PRIVATE

    starts_at = serializers.DateTimeField()
    finishes_at = serializers.DateTimeField()
    arrives_at = serializers.DateTimeField()
    lots = LotShape(many=True)


class ReservationShape(serializers.Serializer[Any]):
    """A stretch of a machine's time that is taken."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    route_id = serializers.UUIDField(allow_null=True)
    machine_id = serializers.UUIDField()
    state = serializers.ChoiceField(ReservationState.values)
    kind = serializers.ChoiceField(ReservationKind.values)
    starts_at = serializers.DateTimeField(source="start")
    finishes_at = serializers.DateTimeField(source="finish")
    working_minutes = serializers.IntegerField(source="minutes")
    expires_at = serializers.DateTimeField(allow_null=True)
    quote_id = serializers.UUIDField(allow_null=True)
    order_id = serializers.UUIDField(allow_null=True)
    version = serializers.IntegerField()


class HoldShape(serializers.Serializer[Any]):
    """All that is held, booked or let go together."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    reservations = ReservationShape(many=True)


def request_of(facts: dict[str, Any]) -> RouteRequest:
    """Return a batch as the domain asks for it."""
    return RouteRequest(
        quantity=facts["quantity"],
        steps=tuple(
            RouteStep(
                options=tuple(StepOption(**option) for option in step["options"]),
                transport_minutes=step["transport_minutes"],
                most_lots=step["most_lots"],
                smallest_lot=step["smallest_lot"],
            )
            for step in facts["steps"]
        ),
        release_at=facts.get("release_at") or timezone.now(),
        due_at=facts.get("due_at"),
    )


def _hold(route_id: UUID) -> Any:
    rows = list(capacity.route_reservations(route_id))
    if not rows:
        raise services.ReservationUnknown
    return HoldShape({"id": route_id, "reservations": rows}).data


class Promises(Endpoint):
    """What machines could promise."""

    scopes = {"POST": "capacity:read"}

    @extend_schema(
        operation_id="calculate_promise",
        request=PromiseInput,
        responses=PromiseShape,
        summary="Work out when a batch could be done",
    )
    def post(self, request: Request) -> Response:
        """Return the earliest way through all steps; nothing is held by asking."""
        asked = request_of(body_of(request, PromiseInput))
        found = capacity.promise_route(request=asked, at=timezone.now())
        return Response(PromiseShape(found).data)


class Holds(Endpoint):
    """Machine time that is held."""

    scopes = {"GET": "capacity:read", "POST": "capacity:write"}
    is_page = True
    filters = (Filter("machine_id", "On one machine.", schema=UUID),)

    @extend_schema(
        operation_id="list_holds",
        responses=page_of(ReservationShape),
        summary="List what is held",
    )
    def get(self, request: Request) -> Response:
        """Return live holds, newest first; what belongs together has one route_id."""
        rows = capacity.open_holds(
            machine_id=asked_id(request, "machine_id"), at=timezone.now()
        )
        return paginated(request, rows, ReservationShape)

    @extend_schema(
        operation_id="hold_promise",
        request=HoldInput,
        responses={201: HoldShape},
        summary="Hold the earliest way through all steps",
    )
    def post(self, request: Request) -> Response:
        """Hold all machine time that a batch takes, or none of it."""
        facts = body_of(request, HoldInput)
        held = services.hold_route(
            request=request_of(facts),
            expires_at=facts["expires_at"],
            arrives_by=facts.get("arrives_by"),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        route_id = held[0].route_id
        return Response(
            HoldShape({"id": route_id, "reservations": held}).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": request.build_absolute_uri(f"/v1/holds/{route_id}")},
        )


class Hold(Endpoint):
    """All that is held together."""

    scopes = {"GET": "capacity:read"}

    @extend_schema(operation_id="get_hold", responses=HoldShape, summary="Read a hold")
    def get(self, request: Request, route_id: UUID) -> Response:
        """Return what was held together, whatever has become of it."""
        return Response(_hold(route_id))


class HoldBooking(Endpoint):
    """A hold that becomes a booking."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="book_hold",
        request=BookingInput,
        responses=HoldShape,
        summary="Book all of a hold for an order",
    )
    def post(self, request: Request, route_id: UUID) -> Response:
        """Book all of it for one of our orders, or none of it."""
        facts = body_of(request, BookingInput)
        if not capacity.route_reservations(route_id).exists():
            raise services.ReservationUnknown
        order = orders.order_detail(facts["order_id"])
        if order.side != Side.SELLER:
            raise orders.OrderNotFound
        services.book_route(
            route_id=route_id,
            order_id=order.pk,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(_hold(route_id))


class HoldRelease(Endpoint):
    """A hold that is let go."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="release_hold",
        request=NoInput,
        responses=HoldShape,
        summary="Let all of a hold go",
    )
    def post(self, request: Request, route_id: UUID) -> Response:
        """Free all of it for others."""
        body_of(request, NoInput)
        services.release_route(
            route_id=route_id, by=principal_of(request).actor, at=timezone.now()
        )
        return Response(_hold(route_id))
