"""Free weeks as the Catena-X aspect WeekBasedCapacityGroup, and what is not in it."""

from typing import Any, Literal, cast

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.errors import Problem
from apps.api.pagination import Filter, asked
from apps.api.v1.machine_shells import NotCarriedListShape
from apps.capacity import selectors as capacity
from apps.capacity.rules.capacity_groups import MEDIA_TYPE
from apps.kernel.errors import InvalidInput


class WeekBasedCapacityGroups(Endpoint):
    """Free weeks of work centers or processes, for one customer."""

    scopes = {"GET": "capacity:read"}
    filters = (
        Filter("customer", "The customer's business partner number (BPNL)."),
        Filter("supplier", "Your business partner number (BPNL)."),
        Filter(
            "by",
            "What a group is made of; processes by default.",
            choices=("work_center", "process"),
        ),
    )

    @extend_schema(
        operation_id="list_week_based_capacity_groups",
        responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT},
        summary="Read free weeks as Catena-X aspects WeekBasedCapacityGroup",
    )
    def get(self, request: Request) -> Any:
        """Return a list of aspects, version 3.0.0: one for each group."""
        wanted = asked(request, self.filters)
        try:
            raw = capacity.written_capacity_groups(
                by=cast("Literal['work_center', 'process']", wanted["by"] or "process"),
                customer=wanted["customer"],
                supplier=wanted["supplier"],
                at=timezone.now(),
            )
        except InvalidInput as error:
            # What is asked for by the address is refused as all parameters are.
            detail = f"{error.field}: {error}"
            raise Problem(400, "invalid_parameter", detail) from error
        return HttpResponse(raw, content_type=MEDIA_TYPE)


class WeekBasedCapacityGroupsRest(Endpoint):
    """What capacity groups do not carry."""

    scopes = {"GET": "capacity:read"}

    @extend_schema(
        operation_id="list_not_carried_by_week_based_capacity_groups",
        responses=NotCarriedListShape,
        summary="List what Catena-X capacity groups do not carry",
    )
    def get(self, request: Request) -> Response:
        """Return each fact that is left out of the aspects, with the reason."""
        left = capacity.not_in_capacity_groups()
        return Response(NotCarriedListShape({"not_carried": left}).data)
