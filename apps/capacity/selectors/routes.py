"""When a batch can be through all its steps, cut into lots or not."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from apps.capacity.rules import limits
from apps.capacity.rules.route_checks import check_route
from apps.capacity.rules.routes import (
    MachineTime,
    earliest_route,
    promise_of_plan,
    stages_of,
    without_reservations,
)
from apps.capacity.rules.spans import (
    NO_SPANS,
    minute_of,
    moment_of,
    next_minute_of,
)
from apps.capacity.rules.wording import moment_text
from apps.capacity.rules.working_time import working_spans
from apps.capacity.selectors.calendars import calendar_facts
from apps.capacity.selectors.promises import CapacityConflict, NoFreeTime
from apps.capacity.selectors.reservations import reserved_spans
from apps.capacity.types import RoutePromise, RouteRequest
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines import selectors as machines


def promise_route(*, request: RouteRequest, at: datetime) -> RoutePromise:
    """Return where and when each lot of each step is made first, and why then.

    :raises InvalidInput: if quantity, times, lots or dates cannot be meant.
    :raises MachineNotFound: if a machine is not the enterprise's.
    :raises NoFreeTime: if the calendars have too few working minutes before it is due.
    :raises CapacityConflict: if they had enough, but they are reserved.
    """
    check_route(request, at)
    refusal: DomainError | None = None
    for first, until in horizons(request, at):
        times = machine_times(machines_of(request), first, until, at=at)
        found = promise_within(request, times, first, until)
        if isinstance(found, RoutePromise):
            return found
        refusal = found
    if refusal is None:
        # Nothing lies between the release and the due date less transport.
        raise NoFreeTime(
            _("Transport alone takes longer than there is until it is due."),
            field="due_at",
            remedy=_("Allow a later date."),
        )
    raise refusal


def machines_of(request: RouteRequest) -> list[UUID]:
    """Return the machines that a route may use, in the order of their keys."""
    return sorted(
        {option.machine_id for step in request.steps for option in step.options}
    )


def horizons(request: RouteRequest, at: datetime) -> list[tuple[int, int]]:
    """Return from when and how far to look, in turns, as minutes."""
    first = next_minute_of(max(request.release_at, at))
    last = None
    if request.due_at is not None:
        last = minute_of(request.due_at) - request.steps[-1].transport_minutes
    found: list[tuple[int, int]] = []
    for weeks in limits.LOOK_AHEAD_WEEKS:
        until = first + weeks * 7 * 24 * 60
        if last is not None and last <= until:
            return [*found, (first, last)] if last > first else found
        found.append((first, until))
    return found


def machine_times(
    machine_ids: Collection[UUID], first: int, until: int, *, at: datetime
) -> dict[UUID, MachineTime]:
    """Return what is known of machines' time, in as few queries as for one.

    :raises MachineNotFound: if one is not the enterprise's.
    """
    placements = machines.placements_of(machine_ids)
    for machine_id in machine_ids:
        if machine_id not in placements:
            raise machines.machine_not_found(machine_id)
    calendars = calendar_facts(machine_ids)
    window = Period(moment_of(first), moment_of(until))
    uses = reserved_spans(machine_ids, window, at=at)
    times = {}
    for machine_id in machine_ids:
        reserved = NO_SPANS
        for spans in uses[machine_id].values():
            reserved = reserved.plus(spans)
        times[machine_id] = MachineTime(
            site=placements[machine_id].site_id,
            working=working_spans(calendars[machine_id], first, until),
            reserved=reserved,
            efficiency_percent=calendars[machine_id].efficiency_percent,
        )
    return times


def promise_within(
    request: RouteRequest,
    times: Mapping[UUID, MachineTime],
    first: int,
    until: int,
) -> RoutePromise | DomainError:
    """Return the promise within a horizon, or the refusal to be raised."""
    stages = stages_of(request.steps, times)
    found = earliest_route(request.quantity, first, stages, until)
    if not isinstance(found, int):
        return promise_of_plan(found, request.steps, stages, times)
    if all(
        not times[option.machine_id].working.total
        for option in request.steps[found].options
    ):
        return NoFreeTime(
            _("Step %(step)d: its machines have no shifts until %(until)s.")
            % {"step": found + 1, "until": moment_text(moment_of(until), "UTC")},
            field="machines",
            remedy=_("Set the shifts of their calendars first."),
        )
    idle = stages_of(request.steps, without_reservations(times))
    facts = {"step": found + 1, "until": moment_text(moment_of(until), "UTC")}
    if isinstance(earliest_route(request.quantity, first, idle, until), int):
        return NoFreeTime(
            _("Step %(step)d cannot be done until %(until)s: the shifts are too short.")
            % facts,
            field="quantity",
            value=request.quantity,
            remedy=_("Allow a later date, name more machines, or add a shift."),
        )
    return CapacityConflict(
        _(
            "Step %(step)d cannot be done until %(until)s: "
            "what is free lies in pieces that are too short."
        )
        % facts,
        field="quantity",
        value=request.quantity,
        remedy=_("Allow a later date, more lots, or more machines."),
    )
