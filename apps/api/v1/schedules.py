"""Orders of work: worked out in the background, looked at, put in force or left."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint, check_match, represented
from apps.api.errors import Problem
from apps.api.oauth import principal_of
from apps.api.pagination import Filter, asked_id, asked_moment, listed, paginated
from apps.api.reading import FARTHEST_YEARS, NoInput, body_of
from apps.api.v1.schedule_shapes import (
    BarShape,
    ScheduleHeadShape,
    ScheduleInput,
    ScheduleShape,
)
from apps.api.v1.shapes import IF_MATCH, page_of
from apps.api.v1.work_requests import WorkRequestInput, draft_of
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.machines.types import MachineState
from apps.scheduling import selectors as scheduling
from apps.scheduling import services
from apps.scheduling.types import (
    Assumptions,
    Bar,
    MachineWindow,
    ScheduleState,
)

DEFAULT_DAYS = 7
MOST_DAYS = 92


class Schedules(Endpoint):
    """Orders of work that were worked out."""

    scopes = {"GET": "capacity:read", "POST": "capacity:write"}
    is_page = True
    filters = (Filter("state", "Where it stands.", tuple(ScheduleState.values)),)

    @extend_schema(
        operation_id="list_schedules",
        responses=page_of(ScheduleHeadShape),
        summary="List schedules",
    )
    def get(self, request: Request) -> Response:
        """Return schedules, newest first."""
        found = scheduling.schedules()
        state = request.query_params.get("state")
        return paginated(
            request,
            found.filter(state=state) if state else found,
            ScheduleHeadShape,
        )

    @extend_schema(
        operation_id="request_schedule",
        request=ScheduleInput,
        responses={202: ScheduleShape},
        summary="Have a schedule worked out",
        description=(
            "All work that has not begun is put in order by a job; nothing moves until"
            " the schedule is accepted."
        ),
    )
    def post(self, request: Request) -> Response:
        """Have an order of work worked out."""
        facts = body_of(request, ScheduleInput)
        now = timezone.now()
        found = services.request_schedule(
            objective=facts["objective"],
            budget_seconds=facts["budget_seconds"],
            frozen_until_at=facts["frozen_until_at"] or now,
            what_if=facts["what_if"] and _assumptions(facts["what_if"]),
            by=principal_of(request).actor,
            at=now,
        )
        return _accepted(request, found)


class RushPreviews(Endpoint):
    """What a rush order would move."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="preview_rush",
        request=WorkRequestInput,
        responses={202: ScheduleShape},
        summary="Try a rush order",
        description=(
            "A what-if schedule with the work in it: what moves, who is late, by how"
            " much. To take the order on, add it as a work request and accept a schedule."
        ),
    )
    def post(self, request: Request) -> Response:
        """Have a rush order tried; nothing changes by trying."""
        found = services.preview_rush(
            draft=draft_of(body_of(request, WorkRequestInput)),
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _accepted(request, found)


class Schedule(Endpoint):
    """One schedule."""

    scopes = {"GET": "capacity:read"}
    is_versioned = True

    @extend_schema(
        operation_id="get_schedule", responses=ScheduleShape, summary="Read a schedule"
    )
    def get(self, request: Request, schedule_id: UUID) -> Response:
        """Return a schedule with its figures and who would be late."""
        return _present(request, scheduling.schedule(schedule_id))


class ScheduleBars(Endpoint):
    """Where a schedule puts work."""

    scopes = {"GET": "capacity:read"}
    is_page = True
    filters = (
        Filter("from", "Work that ends after this moment.", schema=datetime),
        Filter("until", "Work that starts before this moment.", schema=datetime),
        Filter("moved", "Only what moves, or is planned at last.", ("yes",)),
    )

    @extend_schema(
        operation_id="list_bars_of_schedule",
        responses=page_of(BarShape),
        summary="List where a schedule puts work",
    )
    def get(self, request: Request, schedule_id: UUID) -> Response:
        """Return the work of a schedule, the earliest first."""
        scheduling.schedule(schedule_id)
        first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in FARTHEST_YEARS)
        period = _period(
            asked_moment(request, "from") or first,
            asked_moment(request, "until") or last,
        )
        bars = scheduling.bars_of(schedule_id, period)
        if request.query_params.get("moved"):
            bars = [bar for bar in bars if _moves(bar)]
        return listed(request, bars, BarShape, key=lambda bar: UUID(int=bar.position))


class ScheduleStop(Endpoint):
    """Ending a search with the best so far."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="stop_schedule",
        request=NoInput,
        responses=ScheduleShape,
        summary="Take the best schedule so far",
    )
    def post(self, request: Request, schedule_id: UUID) -> Response:
        """Have a search end soon with the best that it has found."""
        body_of(request, NoInput)
        found = services.stop_schedule(
            schedule_id=schedule_id,
            by=principal_of(request).actor,
            at=timezone.now(),
        )
        return _present(request, found)


class ScheduleAcceptance(Endpoint):
    """Putting a schedule in force."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="accept_schedule",
        parameters=[IF_MATCH],
        request=NoInput,
        responses=ScheduleShape,
        summary="Put a schedule in force",
        description=(
            "Machine time is booked as proposed, all of it or none. Refused with"
            " `schedule_outdated` if calendars, reservations or work have changed so"
            " that it does not hold any more."
        ),
    )
    def post(self, request: Request, schedule_id: UUID) -> Response:
        """Put a proposal in force."""
        return _decided(request, schedule_id, services.accept_schedule)


class ScheduleRejection(Endpoint):
    """Leaving the plan in force as it is."""

    scopes = {"POST": "capacity:write"}

    @extend_schema(
        operation_id="reject_schedule",
        parameters=[IF_MATCH],
        request=NoInput,
        responses=ScheduleShape,
        summary="Reject a schedule",
    )
    def post(self, request: Request, schedule_id: UUID) -> Response:
        """Leave the plan in force as it is."""
        return _decided(request, schedule_id, services.reject_schedule)


class PlanInForce(Endpoint):
    """The work that is booked on machines."""

    scopes = {"GET": "capacity:read"}
    is_page = True
    filters = (
        Filter("from", "Work that ends after this moment; now by default."),
        Filter(
            "until",
            f"Work that starts before this moment, at most {MOST_DAYS} days later;"
            f" {DEFAULT_DAYS} days later by default.",
        ),
        Filter("machine_id", "On one machine.", schema=UUID),
    )

    @extend_schema(
        operation_id="get_plan_in_force",
        responses=page_of(BarShape),
        summary="Read the plan in force",
    )
    def get(self, request: Request) -> Response:
        """Return the work that is booked, machine by machine, the earliest first."""
        now = timezone.now()
        start = asked_moment(request, "from") or now
        end = asked_moment(request, "until") or start + timedelta(days=DEFAULT_DAYS)
        if end - start > timedelta(days=MOST_DAYS):
            raise Problem(
                400,
                "invalid_parameter",
                f"from and until must lie within {MOST_DAYS} days.",
            )
        plan = scheduling.plan_in_force(
            machine_ids=_machine_ids(asked_id(request, "machine_id")),
            period=_period(start, end),
            at=now,
        )
        bars = [bar for row in plan.rows for bar in row.bars]
        return listed(request, bars, BarShape, key=_job_order_id)


def _machine_ids(machine_id: UUID | None) -> list[UUID]:
    if machine_id is not None:
        return [machines.machine_detail(machine_id).machine.pk]
    rows = machines.machines_of().exclude(state=MachineState.RETIRED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _job_order_id(bar: Bar) -> UUID:
    # What is booked is a job order's; only what is supposed has none.
    assert bar.job_order_id is not None
    return bar.job_order_id


def _moves(bar: Bar) -> bool:
    return (bar.machine_id, bar.starts_at) != (bar.was_machine_id, bar.was_starts_at)


def _assumptions(facts: Mapping[str, Any]) -> Assumptions:
    return Assumptions(
        closed=tuple(map(_window, facts["closed"])),
        extra=tuple(map(_window, facts["extra"])),
        work=tuple(map(draft_of, facts["work"])),
    )


def _window(facts: Mapping[str, Any]) -> MachineWindow:
    if facts["ends_at"] <= facts["starts_at"]:
        raise Problem(
            422,
            "invalid_input",
            "What is supposed ends before it begins. Give an end later than the start.",
            pointer="/what_if",
        )
    return facts["machine_id"], Period(facts["starts_at"], facts["ends_at"])


def _decided(request: Request, schedule_id: UUID, decide: Any) -> Response:
    body_of(request, NoInput)
    known = scheduling.schedule(schedule_id)
    check_match(request, known.version)
    found = decide(
        schedule_id=schedule_id,
        version=known.version,
        by=principal_of(request).actor,
        at=timezone.now(),
    )
    return _present(request, found)


def _present(request: Request, found: Any) -> Response:
    return represented(request, ScheduleShape(found).data, found.version)


def _accepted(request: Request, found: Any) -> Response:
    return Response(
        ScheduleShape(found).data,
        status=status.HTTP_202_ACCEPTED,
        headers={"Location": request.build_absolute_uri(f"/v1/schedules/{found.pk}")},
    )


def _period(start: datetime, end: datetime) -> Period:
    if start >= end:
        raise Problem(400, "invalid_parameter", "until must be later than from.")
    return Period(start, end)
