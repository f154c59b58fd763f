"""Time in which a machine is not to be had, and what makes way for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.errors import Problem
from apps.api.oauth import principal_of
from apps.api.pagination import Filter
from apps.api.reading import FARTHEST_YEARS, Moment, StrictSerializer, body_of
from apps.api.v1.promises import ReservationShape
from apps.capacity import selectors as capacity
from apps.capacity.types import BookingsInTheWay
from apps.exchange import services as exchange
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from tenants.types import Disclosure

MOST_MOVES = 200


class MoveInput(StrictSerializer):
    """A booking that makes way, and to which machine it goes."""

    reservation_id = serializers.UUIDField()
    machine_id = serializers.UUIDField(help_text="Its own for a later time there.")


class MaintenanceInput(StrictSerializer):
    """A time in which a machine is not to be had."""

    starts_at = Moment()
    ends_at = Moment()
    reason = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )
    bookings = serializers.ChoiceField(
        BookingsInTheWay.values, required=False, default=BookingsInTheWay.REFUSE.value
    )
    moves = serializers.ListField(
        child=MoveInput(), max_length=MOST_MOVES, required=False, default=list
    )


class NewPlaceShape(serializers.Serializer[Any]):
    """Where a booking could go instead."""

    disclosure = Disclosure.PRIVATE

    machine_id = serializers.UUIDField()
    starts_at = serializers.DateTimeField(source="promise.start")
    finishes_at = serializers.DateTimeField(source="promise.finish")
    is_later = serializers.BooleanField(
        help_text="Whether it would be done later than it was booked for."
    )


class BookingInTheWayShape(serializers.Serializer[Any]):
    """A booking in the time asked for; no places: it cannot move."""

    disclosure = Disclosure.PRIVATE

    reservation = ReservationShape()
    places = NewPlaceShape(many=True)


class MaintenancePreviewShape(serializers.Serializer[Any]):
    """What maintenance would do: holds make way, bookings are asked about."""

    disclosure = Disclosure.PRIVATE

    holds = ReservationShape(many=True)
    bookings = BookingInTheWayShape(many=True)


class BookingMovedShape(serializers.Serializer[Any]):
    """A booking that went elsewhere."""

    disclosure = Disclosure.PRIVATE

    reservation = ReservationShape()
    was_machine_id = serializers.UUIDField()
    was_starts_at = serializers.DateTimeField(source="was.start")
    was_finishes_at = serializers.DateTimeField(source="was.end")
    is_later = serializers.BooleanField()


class MaintenanceShape(serializers.Serializer[Any]):
    """Time taken for maintenance, and what made way."""

    disclosure = Disclosure.PRIVATE

    reservation = ReservationShape()
    released = ReservationShape(many=True)
    moved = BookingMovedShape(many=True)


class MachineMaintenance(Endpoint):
    """Maintenance of a machine."""

    scopes = {"GET": "capacity:read", "POST": "capacity:write"}
    filters = (
        Filter("starts_at", "From when on.", schema=datetime),
        Filter("ends_at", "Until when.", schema=datetime),
    )

    @extend_schema(
        operation_id="preview_maintenance",
        responses=MaintenancePreviewShape,
        summary="Say what would make way for maintenance",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return holds and bookings in a time, and where each booking could go."""
        machines.machine_detail(machine_id)
        period = Period(_moment(request, "starts_at"), _moment(request, "ends_at"))
        if period.start >= period.end:
            raise Problem(400, "invalid_parameter", "ends_at must follow starts_at.")
        found = capacity.preview_maintenance(
            machine_id=machine_id, period=period, at=timezone.now()
        )
        return Response(MaintenancePreviewShape(found).data)

    @extend_schema(
        operation_id="take_maintenance",
        request=MaintenanceInput,
        responses={201: MaintenanceShape},
        summary="Take a machine out of use for a time",
    )
    def post(self, request: Request, machine_id: UUID) -> Response:
        """Take the time: holds make way, bookings move where they are told to."""
        facts = body_of(request, MaintenanceInput)
        taken = exchange.plan_maintenance(
            machine_id=machine_id,
            period=Period(facts["starts_at"], facts["ends_at"]),
            reason=facts["reason"],
            bookings=BookingsInTheWay(facts["bookings"]),
            moves={one["reservation_id"]: one["machine_id"] for one in facts["moves"]},
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(MaintenanceShape(taken).data, status=status.HTTP_201_CREATED)


def _moment(request: Request, name: str) -> datetime:
    given = request.query_params.get(name, "")
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = datetime.min  # noqa: DTZ901  (refused below, like any without a zone)
    first, last = FARTHEST_YEARS
    if moment.tzinfo is None or not first <= moment.year < last:
        raise Problem(
            400,
            "invalid_parameter",
            f"{name}={given[:40]} must be a moment with its zone"
            f" (2026-11-30T06:00:00Z) from {first} on.",
        )
    return moment
