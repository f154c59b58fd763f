"""What is to be made: work requests, and the job orders that are their steps."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, etag, represented
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, paginated
from apps.api.reading import Moment, NoInput, StrictSerializer, body_of
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.scheduling import selectors as scheduling
from apps.scheduling import services
from apps.scheduling.rules.work import (
    LONGEST_FAMILY,
    LONGEST_MINUTES,
    LONGEST_TITLE,
    MOST_OPTIONS,
    MOST_STEPS,
)
from apps.scheduling.types import (
    JobOrderState,
    OptionDraft,
    StepDraft,
    WorkRequestDraft,
)
from tenants.types import Disclosure

MOST_PIECES = 1_000_000_000
LONGEST_PROCESS = 64
IS_OPEN: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}


class OptionInput(StrictSerializer):
    """A machine on which a step can be done, and how long it takes there."""

    machine_id = serializers.UUIDField()
    setup_minutes = serializers.IntegerField(
        min_value=0,
        max_value=LONGEST_MINUTES,
        required=False,
        default=0,
        help_text="Where the machine has no setup time from the family before.",
    )
    run_minutes = serializers.IntegerField(min_value=1, max_value=LONGEST_MINUTES)


class StepInput(StrictSerializer):
    """One step; it is done on one of its machines."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    process_code = serializers.CharField(
        max_length=LONGEST_PROCESS, required=False, default="", allow_blank=True
    )
    setup_family = serializers.CharField(
        max_length=LONGEST_FAMILY,
        required=False,
        default="",
        allow_blank=True,
        help_text="Work of one family follows another without a new setup.",
    )
    options = serializers.ListField(
        child=OptionInput(), min_length=1, max_length=MOST_OPTIONS
    )


class WorkRequestInput(StrictSerializer):
    """What is to be made; steps are done one after another, in their order."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    part_label = serializers.CharField(
        max_length=LONGEST_TITLE, required=False, default="", allow_blank=True
    )
    quantity = serializers.IntegerField(
        min_value=1, max_value=MOST_PIECES, required=False, default=1
    )
    release_at = Moment(
        required=False, allow_null=True, default=None, help_text="Now by default."
    )
    due_at = Moment(required=False, allow_null=True, default=None)
    priority = serializers.IntegerField(
        min_value=1,
        max_value=9,
        required=False,
        default=5,
        help_text="1 counts least, 9 most.",
    )
    steps = serializers.ListField(
        child=StepInput(), min_length=1, max_length=MOST_STEPS
    )


class PinInput(StrictSerializer):
    """Where a job order is to stay in all plans."""

    machine_id = serializers.UUIDField()
    start_at = Moment(
        required=False,
        allow_null=True,
        default=None,
        help_text="Without it only the machine is pinned.",
    )


class JobOrderStepInput(StrictSerializer):
    """The state to move to."""

    to = serializers.ChoiceField(JobOrderState.values)


class OptionShape(serializers.Serializer[Any]):
    """A machine on which a step can be done."""

    disclosure = Disclosure.PRIVATE

    machine_id = serializers.UUIDField()
    setup_minutes = serializers.IntegerField()
    run_minutes = serializers.IntegerField()


class PlannedShape(serializers.Serializer[Any]):
    """Where the plan in force has a step."""

    disclosure = Disclosure.PRIVATE

    reservation_id = serializers.UUIDField(source="pk")
    machine_id = serializers.UUIDField()
    starts_at = serializers.DateTimeField(source="start")
    finishes_at = serializers.DateTimeField(source="finish")


class JobOrderShape(serializers.Serializer[Any]):
    """One step; `planned` is null while no plan in force has it."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    work_request_id = serializers.UUIDField()
    step = serializers.IntegerField()
    title = serializers.CharField()
    process_code = serializers.CharField(allow_blank=True)
    setup_family = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(JobOrderState.values)
    options = OptionShape(source="options.all", many=True)
    planned = PlannedShape(source="reservation", allow_null=True)
    pinned_machine_id = serializers.UUIDField(allow_null=True)
    pinned_start_at = serializers.DateTimeField(allow_null=True)


class WorkRequestShape(serializers.Serializer[Any]):
    """What is to be made; `order_id` is null for what is made for oneself."""

    disclosure = Disclosure.PRIVATE

    id = serializers.UUIDField()
    title = serializers.CharField()
    order_id = serializers.UUIDField(allow_null=True)
    part_label = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    release_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    priority = serializers.IntegerField()
    job_orders = JobOrderShape(source="job_orders.all", many=True)


class WorkRequests(Endpoint):
    """What the enterprise is to make."""

    scopes = {"GET": "capacity:read", "POST": "capacity:write"}
    is_page = True
    filters = (
        Filter("search", "In title or part."),
        Filter("open", "Whether some of it is still to be done.", ("yes", "no")),
    )

    @extend_schema(
        operation_id="list_work_requests",
        responses=page_of(WorkRequestShape),
        summary="List work requests",
    )
    def get(self, request: Request) -> Response:
        """Return work requests, newest first."""
        found = scheduling.work_requests(
            search=request.query_params.get("search", ""),
            is_open=IS_OPEN[request.query_params.get("open", "")],
        )
        return paginated(request, found, WorkRequestShape)

    @extend_schema(
        operation_id="add_work_request",
        request=WorkRequestInput,
        responses={201: WorkRequestShape},
        summary="Say what is to be made",
    )
    def post(self, request: Request) -> Response:
        """Add work; it is planned when a schedule with it is accepted."""
        made = services.add_work_request(
            draft=draft_of(body_of(request, WorkRequestInput)),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return Response(
            WorkRequestShape(made).data,
            status=status.HTTP_201_CREATED,
            headers={
                "Location": request.build_absolute_uri(f"/v1/work-requests/{made.pk}"),
                "ETag": etag(*_versions(made)),
            },
        )


class WorkRequest(Endpoint):
    """One work request."""

    scopes = {"GET": "capacity:read", "PUT": "capacity:write"}
    is_versioned = True

    @extend_schema(
        operation_id="get_work_request",
        responses=WorkRequestShape,
        summary="Read a work request",
    )
    def get(self, request: Request, work_request_id: UUID) -> Response:
        """Return a work request with its job orders."""
        return _present(request, scheduling.work_request(work_request_id))

    @extend_schema(
        operation_id="revise_work_request",
        parameters=[IF_MATCH],
        request=WorkRequestInput,
        responses=WorkRequestShape,
        summary="Revise a work request",
        description=(
            "Steps change only while none has begun; what was planned of them is let"
            " go. The work of an order keeps its one step and the time booked for it."
        ),
    )
    def put(self, request: Request, work_request_id: UUID) -> Response:
        """Replace what is to be made."""
        known = scheduling.work_request(work_request_id)
        check_match(request, *_versions(known))
        facts = body_of(request, WorkRequestInput)
        # What is left out of a revision stays, and is not now.
        facts["release_at"] = facts["release_at"] or known.release_at
        revised = services.revise_work_request(
            work_request_id=work_request_id,
            version=known.version,
            draft=draft_of(facts, order_id=known.order_id),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _present(request, revised)


class WorkRequestCancellation(Endpoint):
    """Giving up what has not ended of a work request."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="cancel_work_request",
        parameters=[IF_MATCH],
        request=NoInput,
        responses=WorkRequestShape,
        summary="Cancel a work request",
    )
    def post(self, request: Request, work_request_id: UUID) -> Response:
        """Give up what has not ended, and free its machine time."""
        body_of(request, NoInput)
        known = scheduling.work_request(work_request_id)
        check_match(request, *_versions(known))
        found = services.cancel_work_request(
            work_request_id=work_request_id,
            version=known.version,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _present(request, found)


class JobOrder(Endpoint):
    """One job order."""

    scopes = {"GET": "capacity:read"}
    is_versioned = True

    @extend_schema(
        operation_id="get_job_order",
        responses=JobOrderShape,
        summary="Read a job order",
    )
    def get(self, request: Request, job_order_id: UUID) -> Response:
        """Return a job order with its machines, its pin and its place."""
        return _present_job(request, scheduling.job_order(job_order_id))


class JobOrderPin(Endpoint):
    """Where a job order is to stay."""

    scopes = {"PUT": "capacity:write", "DELETE": "capacity:write"}

    @extend_schema(
        operation_id="pin_job_order",
        parameters=[IF_MATCH],
        request=PinInput,
        responses=JobOrderShape,
        summary="Pin a job order",
        description="Nothing moves at once: the next schedule puts it there.",
    )
    def put(self, request: Request, job_order_id: UUID) -> Response:
        """Keep a job order on a machine, or at a time there too."""
        known = scheduling.job_order(job_order_id)
        check_match(request, known.version)
        job = services.pin_job_order(
            job_order_id=job_order_id,
            version=known.version,
            by=principal_of(request).actor,
            at=timezone.now(),
            **body_of(request, PinInput),
        )
        return _present_job(request, job)

    @extend_schema(
        operation_id="unpin_job_order",
        parameters=[IF_MATCH],
        responses=JobOrderShape,
        summary="Take a pin back",
    )
    def delete(self, request: Request, job_order_id: UUID) -> Response:
        """Let schedules put a job order where they will."""
        known = scheduling.job_order(job_order_id)
        check_match(request, known.version)
        job = services.unpin_job_order(
            job_order_id=job_order_id,
            version=known.version,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _present_job(request, job)


class JobOrderSteps(Endpoint):
    """The steps of a job order from allowed to ended."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="move_job_order",
        parameters=[IF_MATCH],
        request=JobOrderStepInput,
        responses={201: JobOrderShape},
        summary="Start, interrupt or end a job order",
        description="States are those of ISA-95's job control.",
    )
    def post(self, request: Request, job_order_id: UUID) -> Response:
        """Move a job order to another state."""
        known = scheduling.job_order(job_order_id)
        check_match(request, known.version)
        job = services.move_job_order_state(
            job_order_id=job_order_id,
            version=known.version,
            by=principal_of(request).actor,
            at=timezone.now(),
            **body_of(request, JobOrderStepInput),
        )
        return _present_job(request, job, status.HTTP_201_CREATED)


def draft_of(
    facts: Mapping[str, Any], order_id: UUID | None = None
) -> WorkRequestDraft:
    """Return what a body describes; without a release it may begin now."""
    return WorkRequestDraft(
        **{
            **facts,
            "order_id": order_id,
            "release_at": facts["release_at"] or timezone.now(),
            "steps": tuple(
                StepDraft(
                    **{
                        **step,
                        "options": tuple(OptionDraft(**one) for one in step["options"]),
                    }
                )
                for step in facts["steps"]
            ),
        }
    )


def _versions(found: Any) -> tuple[int, ...]:
    """Return what the ETag is made of: what is said of the work, and each step's pin."""
    return (found.version, *(job.version for job in found.job_orders.all()))


def _present(request: Request, found: Any) -> Response:
    return represented(request, WorkRequestShape(found).data, *_versions(found))


def _present_job(
    request: Request, job: Any, code: int = status.HTTP_200_OK
) -> Response:
    return represented(request, JobOrderShape(job).data, job.version, status=code)
