"""Schedules that were worked out, what they stand on, and whether they still hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.capacity.rules.spans import minute_of
from apps.capacity.types import CalendarFacts
from apps.kernel.errors import DomainError, NotFound
from apps.scheduling.models import Schedule, ScheduledJob, ScheduleQuerySet
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.problem import Assignment, Violation
from apps.scheduling.selectors.plans import lines_of
from apps.scheduling.selectors.problem import Asked, Shop, shop_of
from apps.scheduling.types import Assumptions, ScheduleState, WorkRequestDraft

LATEST_START = timedelta(hours=1)
"""By how much a start may have passed when a plan is accepted.

A planner looks at a proposal for a while before accepting it; work that should have
begun long ago did not, and then the plan is wrong from there on.
"""


class ScheduleUnknown(NotFound):
    """Raised when the enterprise has no such schedule."""

    code = "schedule_unknown"


def schedules() -> ScheduleQuerySet:
    """Return schedules, newest first."""
    return Schedule.objects.newest_first()


def schedule(schedule_id: UUID) -> Schedule:
    """Return a schedule.

    :raises ScheduleUnknown: if the enterprise has none of this id.
    """
    found = Schedule.objects.filter(pk=schedule_id).first()
    if found is None:
        raise ScheduleUnknown(_("There is no such schedule."), field="schedule")
    return found


def is_stop_asked(schedule_id: UUID) -> bool:
    """Say whether somebody wants the best that was found so far."""
    return Schedule.objects.filter(pk=schedule_id, is_stop_asked=True).exists()


def assumptions_of(found: Schedule) -> Assumptions:
    """Return what a schedule supposes."""
    return Assumptions.from_json(found.assumptions)


def has_rush(found: Schedule) -> bool:
    """Say whether a schedule tries one rush order, and supposes nothing else."""
    supposed = assumptions_of(found)
    return found.is_what_if and (
        len(supposed.work) == 1 and not supposed.closed and not supposed.extra
    )


def rush_of(schedule_id: UUID) -> WorkRequestDraft:
    """Return the rush order that a schedule tries.

    :raises ScheduleUnknown: if there is no such schedule, or it tries none.
    """
    found = schedule(schedule_id)
    if not has_rush(found):
        raise ScheduleUnknown(_("There is no such schedule."), field="schedule")
    return assumptions_of(found).work[0]


def asked_of(
    found: Schedule, *, at: datetime, only: tuple[UUID, ...] | None = None
) -> Asked:
    """Return what the shop of a schedule is read for."""
    return Asked(
        now=found.requested_at,
        at=at,
        frozen_until=found.frozen_until_at,
        assumptions=assumptions_of(found),
        only=only,
    )


def why_outdated(found: Schedule) -> str:
    """Say what has changed since a schedule was worked out so that it does not hold.

    Empty while it could be accepted.
    """
    return outdated_by(found, at=timezone.now())


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A proposal that would not hold any more, and why."""

    schedule: Schedule
    why: str


def plans_overtaken_by(
    calendars: Mapping[UUID, CalendarFacts], *, at: datetime
) -> list[Overtaken]:
    """Return the proposals that could be accepted, but not if calendars were these.

    What-if plans are left out: they are never put in force.
    """
    rows = Schedule.objects.filter(
        state=ScheduleState.PROPOSED,
        is_what_if=False,
        jobs__machine_id__in=calendars.keys(),
    )
    return [
        Overtaken(found, why)
        for found in rows.distinct().order_by("requested_at", "pk")
        if not outdated_by(found, at=at)
        and (why := outdated_by(found, at=at, calendars=calendars))
    ]


def outdated_by(
    found: Schedule,
    *,
    at: datetime,
    calendars: Mapping[UUID, CalendarFacts] | None = None,
) -> str:
    """Say what keeps a proposal from being accepted, in words; nothing if it holds.

    The work must be what it was, and the independent checker must find that the plan
    keeps every rule on the calendars and reservations of now, or on calendars as they
    would be.
    """
    if found.state != ScheduleState.PROPOSED:
        return _("It is %(state)s.") % {"state": found.get_state_display().lower()}
    lines = lines_of(found)
    if any(
        line.job_order is None and line.title and not found.is_what_if for line in lines
    ):
        return _("Some of its work does not exist any more.")
    moved = [line for line in lines if _moves(line)]
    if any(line.starts_at < at - LATEST_START for line in moved):
        return _("Some of its work should have begun by now.")
    only = tuple(line.job_order_id for line in lines if line.job_order_id)
    try:
        asked = asked_of(found, at=at, only=only)
        shop = shop_of(replace(asked, calendars=calendars or {}))
    except DomainError as error:
        return str(error)
    if shop.digest != found.inputs_digest:
        return _("Its work was changed, begun or cancelled since.")
    broken = check(shop.problem, _assignments(shop, lines))
    return _broken_text(shop, broken[0]) if broken else ""


def _moves(line: ScheduledJob) -> bool:
    return (line.was_machine_id, line.was_starts_at) != (
        line.machine_id,
        line.starts_at,
    )


def _assignments(shop: Shop, lines: list[ScheduledJob]) -> list[Assignment]:
    place = {machine_id: index for index, machine_id in enumerate(shop.machine_ids)}
    tasks = {
        one.job_order.pk: index
        for index, one in enumerate(shop.work)
        if one.job_order is not None
    }
    assumed = iter(
        index for index, one in enumerate(shop.work) if one.job_order is None
    )
    return [
        Assignment(
            task=tasks[line.job_order_id] if line.job_order_id else next(assumed),
            machine=place.get(line.machine_id, -1),
            start=minute_of(line.starts_at),
            finish=minute_of(line.finishes_at),
            setup_minutes=line.setup_minutes,
        )
        for line in lines
    ]


def _broken_text(shop: Shop, violation: Violation) -> str:
    title = "" if violation.task is None else shop.work[violation.task].title
    return _(
        "%(title)s cannot be where it is proposed: a calendar or a reservation has"
        " changed since."
    ) % {"title": title or _("Some work")}
