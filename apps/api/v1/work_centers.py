"""Groups of machines at a site that are planned and led together."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, etag, represented
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked_id, paginated
from apps.api.reading import StrictSerializer, body_of
from apps.api.v1.machines import MachineShape, changed, present
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.types import WorkCenterDraft
from tenants.types import Disclosure


class WorkCenterShape(serializers.Serializer[Any]):
    """A group of machines at one site."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    site_id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    machine_count = serializers.IntegerField()


class WorkCenterInput(StrictSerializer):
    """A work center as its owner describes it."""

    site_id = serializers.UUIDField(
        help_text="Another site than before only while no machine belongs to it."
    )
    code = serializers.CharField(max_length=60, help_text="Used once.")
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )


class MachineWorkCenterInput(StrictSerializer):
    """Where a machine belongs."""

    work_center = serializers.CharField(
        max_length=60,
        allow_blank=True,
        help_text="The code of a work center of the machine's site; empty for none.",
    )


class WorkCenters(Endpoint):
    """Work centers of the enterprise."""

    scopes = {"GET": "machines:read", "POST": "machines:write"}
    is_page = True
    filters = (Filter("site_id", "Those of one site.", schema=UUID),)

    @extend_schema(
        operation_id="list_work_centers",
        responses=page_of(WorkCenterShape),
        summary="List work centers",
    )
    def get(self, request: Request) -> Response:
        """Return work centers, newest first."""
        return paginated(
            request,
            machines.work_centers_with_counts(site_id=asked_id(request, "site_id")),
            WorkCenterShape,
        )

    @extend_schema(
        operation_id="add_work_center",
        request=WorkCenterInput,
        responses={201: WorkCenterShape},
        summary="Open a work center",
    )
    def post(self, request: Request) -> Response:
        """Open a work center at a site."""
        facts = body_of(request, WorkCenterInput)
        made = services.add_work_center(
            site_id=facts.pop("site_id"),
            draft=WorkCenterDraft(**facts),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body, version = _present(made.pk)
        return Response(
            body,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/work-centers/{made.pk}"),
                "ETag": etag(version),
            },
        )


class WorkCenter(Endpoint):
    """One work center."""

    scopes = {
        "GET": "machines:read",
        "PUT": "machines:write",
        "DELETE": "machines:write",
    }
    is_versioned = True

    @extend_schema(
        operation_id="get_work_center",
        responses=WorkCenterShape,
        summary="Read a work center",
    )
    def get(self, request: Request, work_center_id: UUID) -> Response:
        """Return a work center."""
        body, version = _present(work_center_id)
        return represented(request, body, version)

    @extend_schema(
        operation_id="revise_work_center",
        parameters=[IF_MATCH],
        request=WorkCenterInput,
        responses=WorkCenterShape,
        summary="Revise a work center",
    )
    def put(self, request: Request, work_center_id: UUID) -> Response:
        """Replace what a work center says of itself, and its site while it is empty."""
        known = machines.work_center(work_center_id)
        check_match(request, known.version)
        facts = body_of(request, WorkCenterInput)
        services.revise_work_center(
            work_center_id=work_center_id,
            version=known.version,
            site_id=facts.pop("site_id"),
            draft=WorkCenterDraft(**facts),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        body, version = _present(work_center_id)
        return represented(request, body, version)

    @extend_schema(
        operation_id="drop_work_center",
        parameters=[IF_MATCH],
        responses={204: None},
        summary="Drop a work center",
    )
    def delete(self, request: Request, work_center_id: UUID) -> Response:
        """Give up a work center to which no machine belongs any more."""
        known = machines.work_center(work_center_id)
        check_match(request, known.version)
        services.drop_work_center(
            work_center_id=work_center_id,
            version=known.version,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class MachineWorkCenter(Endpoint):
    """The work center to which a machine belongs."""

    scopes = {"PUT": "machines:write"}

    @extend_schema(
        operation_id="assign_work_center",
        parameters=[IF_MATCH],
        request=MachineWorkCenterInput,
        responses=MachineShape,
        summary="Let a machine belong to a work center",
    )
    def put(self, request: Request, machine_id: UUID) -> Response:
        """Let a machine belong to a work center of its site, or to none."""
        known, seen = present(machine_id)
        check_match(request, *seen)
        wanted = body_of(request, MachineWorkCenterInput)["work_center"]
        if known["machine"]["work_center"] == wanted:
            return represented(request, known, *seen)
        services.assign_work_center(
            machine_id=machine_id,
            version=seen[0],
            work_center=wanted,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return changed(request, machine_id, seen)


def _present(work_center_id: UUID) -> tuple[Any, int]:
    """Return a work center as the API writes it, and its version."""
    found = machines.work_center_with_count(work_center_id)
    return WorkCenterShape(found).data, found.version
