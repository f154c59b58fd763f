"""How long a machine is set up for, from one family of work to another."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, represented
from apps.api.oauth import principal_of
from apps.api.reading import StrictSerializer, body_of
from apps.api.v1.shapes import IF_MATCH
from apps.machines import selectors as machines
from apps.scheduling import selectors as scheduling
from apps.scheduling import services
from apps.scheduling.rules.work import LONGEST_FAMILY, LONGEST_MINUTES
from apps.scheduling.services.setup_times import MOST_PAIRS
from tenants.types import Disclosure


class SetupTimeInput(StrictSerializer):
    """The minutes between two families."""

    from_family = serializers.CharField(max_length=LONGEST_FAMILY)
    to_family = serializers.CharField(max_length=LONGEST_FAMILY)
    minutes = serializers.IntegerField(min_value=0, max_value=LONGEST_MINUTES)


class SetupTimesInput(StrictSerializer):
    """All setup times of a machine; a pair left out takes the job order's own setup."""

    items = serializers.ListField(child=SetupTimeInput(), max_length=MOST_PAIRS)


class SetupTimeShape(serializers.Serializer[Any]):
    """The minutes between two families."""

    disclosure = Disclosure.PRIVATE

    from_family = serializers.CharField()
    to_family = serializers.CharField()
    minutes = serializers.IntegerField()


class SetupTimesShape(serializers.Serializer[Any]):
    """All setup times of a machine, by family."""

    disclosure = Disclosure.PRIVATE

    items = SetupTimeShape(many=True)


class MachineSetupTimes(Endpoint):
    """The setup times of a machine."""

    scopes = {"GET": "capacity:read", "PUT": "capacity:write"}
    is_versioned = True

    @extend_schema(
        operation_id="get_setup_times",
        responses=SetupTimesShape,
        summary="Read a machine's setup times",
    )
    def get(self, request: Request, machine_id: UUID) -> Response:
        """Return the setup times of a machine."""
        machines.machine_detail(machine_id)
        rows = scheduling.setup_times(machine_id)
        return represented(request, _told(rows), _digest(rows))

    @extend_schema(
        operation_id="set_setup_times",
        parameters=[IF_MATCH],
        request=SetupTimesInput,
        responses=SetupTimesShape,
        summary="Set a machine's setup times",
    )
    def put(self, request: Request, machine_id: UUID) -> Response:
        """Replace all setup times of a machine."""
        machines.machine_detail(machine_id)
        known = scheduling.setup_times(machine_id)
        check_match(request, _digest(known))
        facts = body_of(request, SetupTimesInput)
        rows = services.set_setup_times(
            machine_id=machine_id,
            rows=[
                (one["from_family"], one["to_family"], one["minutes"])
                for one in facts["items"]
            ],
            by=principal_of(request).actor,
            at=timezone.now(),
            instead_of=known,
        )
        return represented(request, _told(rows), _digest(rows))


def _told(rows: Any) -> Any:
    return SetupTimesShape({"items": rows}).data


def _digest(rows: Any) -> str:
    """Return a digest of the rows, which have no version of their own."""
    said = "\n".join(
        f"{row.from_family}\t{row.to_family}\t{row.minutes}" for row in rows
    )
    return sha256(said.encode()).hexdigest()[:16]
