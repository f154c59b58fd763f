"""Orders of work: asked for, worked out, and put in force or left."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from time import monotonic
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.capacity import services as capacity
from apps.capacity.rules.spans import moment_of
from apps.capacity.services import CapacityConflict, PlannedTime
from apps.kernel.errors import Conflict, DomainError
from apps.kernel.periods import Period
from apps.scheduling import selectors
from apps.scheduling.models import JobOrder, Schedule, ScheduledJob
from apps.scheduling.rules.checker import check
from apps.scheduling.rules.problem import Incumbent, Objective, Solution
from apps.scheduling.rules.reasons import why_here
from apps.scheduling.rules.solver import solve
from apps.scheduling.selectors.plans import lines_of, tardiness
from apps.scheduling.selectors.problem import Shop, plan_before, shop_of
from apps.scheduling.selectors.schedules import asked_of, outdated_by
from apps.scheduling.services.asked import check_assumptions, check_request
from apps.scheduling.services.work_requests import lock_jobs
from apps.scheduling.types import (
    Assumptions,
    ScheduleObjective,
    ScheduleState,
    WorkRequestDraft,
)
from tenants import jobs
from tenants.types import Actor

RUN = "scheduling.run"
TELL = "exchange.tell_replanned"
RUSH_BUDGET = 10
STOP_LOOKED_FOR_EVERY = 0.5
OPEN_SCHEDULES = (ScheduleState.QUEUED, ScheduleState.RUNNING)


class ScheduleDecided(Conflict):
    """The schedule is not, or no longer, a proposal to be decided on."""

    code = "schedule_decided"


class ScheduleOutdated(Conflict):
    """What the schedule stands on has changed since it was worked out."""

    code = "schedule_outdated"


class OnlyAssumed(Conflict):
    """A what-if schedule stands on what is not so, and is never put in force."""

    code = "only_assumed"


@transaction.atomic
def request_schedule(
    *,
    objective: str,
    budget_seconds: int,
    frozen_until_at: datetime,
    what_if: Assumptions | None,
    by: Actor,
    at: datetime,
) -> Schedule:
    """Have an order of work worked out by a job.

    What starts before `frozen_until_at` stays where it is.

    :raises InvalidInput: if objective, budget or assumptions cannot be meant.
    :raises NothingToPlan: if no work is to come.
    :raises NoMachineInService: if a step has no machine that could do it.
    """
    check_request(objective, budget_seconds)
    if what_if is not None:
        check_assumptions(what_if)
    made = Schedule(
        is_what_if=what_if is not None,
        objective=objective,
        budget_seconds=budget_seconds,
        frozen_until_at=max(frozen_until_at, at),
        assumptions={} if what_if is None else what_if.as_json(),
        requested_at=at,
        requested_by=str(by.label)[:200],
    )
    # Said at once rather than by a job that fails.
    made.inputs_digest = shop_of(asked_of(made, at=at)).digest
    made.save()
    made.job_id = jobs.enqueue(RUN, schedule_id=str(made.pk))
    made.save(update_fields=["job_id"])
    audit.record(
        verb="schedule.requested",
        subject=made,
        by=by,
        at=at,
        facts={
            "objective": objective,
            "budget_seconds": budget_seconds,
            "is_what_if": made.is_what_if,
        },
    )
    return made


def preview_rush(*, draft: WorkRequestDraft, by: Actor, at: datetime) -> Schedule:
    """Try a rush order: what it would move, who would be late, and by how much.

    Nothing changes by trying. To take it on, add it as a work request and accept a
    schedule with it.

    :raises InvalidInput: if the draft cannot be meant.
    """
    return request_schedule(
        objective=ScheduleObjective.TARDINESS,
        budget_seconds=RUSH_BUDGET,
        frozen_until_at=at,
        what_if=Assumptions(work=(draft,)),
        by=by,
        at=at,
    )


def run_schedule(*, schedule_id: UUID, at: datetime) -> Schedule:
    """Work an order of work out; the caller's job is its transaction.

    A worker that dies leaves nothing behind, and the next one begins anew. What is
    found is stored only if the independent checker finds that it keeps every rule.
    """
    found = selectors.schedule(schedule_id)
    if found.state not in OPEN_SCHEDULES:
        return found
    try:
        shop = shop_of(asked_of(found, at=at))
        solution = solve(
            shop.problem,
            objective=Objective(found.objective),
            seconds=found.budget_seconds,
            seed=found.seed,
            on_progress=_watched(found),
        )
        broken = check(shop.problem, solution.assignments)
    except DomainError as error:
        return _failed(found, str(error))
    if broken:
        return _failed(found, broken[0].text)
    _store(found, shop, solution)
    return found


@transaction.atomic
def stop_schedule(*, schedule_id: UUID, by: Actor, at: datetime) -> Schedule:
    """Have a schedule that is worked out end with the best so far.

    :raises ScheduleUnknown: if there is none.
    :raises ScheduleDecided: if it is worked out already.
    """
    changed = Schedule.objects.filter(pk=schedule_id, state__in=OPEN_SCHEDULES).update(
        is_stop_asked=True
    )
    found = selectors.schedule(schedule_id)
    if not changed:
        raise _decided(found)
    audit.record(verb="schedule.stopped", subject=found, by=by, at=at)
    return found


def accept_schedule(
    *, schedule_id: UUID, version: int, by: Actor, at: datetime
) -> Schedule:
    """Put a proposal in force: its machine time is booked, all of it or none.

    :raises ScheduleUnknown: if there is none.
    :raises OnlyAssumed: if it stands on assumptions.
    :raises ScheduleDecided: if it was decided on, or is not worked out yet.
    :raises ScheduleOutdated: if it does not hold any more, saying why.
    """
    try:
        return _accept(schedule_id, version, by=by, at=at)
    except (ScheduleOutdated, CapacityConflict) as error:
        # Remembered in a transaction of its own: the refusal takes back all else.
        _outdate(schedule_id, str(error.detail))
        if isinstance(error, ScheduleOutdated):
            raise
        raise _outdated(str(error.detail)) from error


@transaction.atomic
def _accept(schedule_id: UUID, version: int, *, by: Actor, at: datetime) -> Schedule:
    # All proposals, in the order of their keys: of two that are accepted at once the
    # second finds itself overtaken instead of waiting for the first for ever.
    proposals = {
        row.pk: row
        for row in Schedule.objects.select_for_update()
        .filter(state=ScheduleState.PROPOSED)
        .order_by("pk")
    }
    found = proposals.get(schedule_id) or selectors.schedule(schedule_id)
    if found.is_what_if:
        raise OnlyAssumed(
            _("This plan stands on what is only supposed."),
            field="schedule",
            remedy=_("Make it so, then have a plan worked out."),
        )
    if found.state == ScheduleState.OUTDATED:
        raise _outdated(found.error or _("Another plan was accepted since."))
    if found.state != ScheduleState.PROPOSED or found.version != version:
        raise _decided(found)
    # Before what decides is read: work that is begun or pinned meanwhile must not move.
    lock_jobs(found.jobs.exclude(job_order=None).values("job_order_id"))
    why = outdated_by(found, at=at)
    if why:
        raise _outdated(why)
    lines = lines_of(found)
    booked = capacity.place_work(
        planned=[_planned(line) for line in lines], by=by, at=at
    )
    for line, reservation in zip(lines, booked, strict=True):
        assert line.job_order_id is not None
        JobOrder.objects.filter(pk=line.job_order_id).update(reservation=reservation)
    found.state = ScheduleState.ACCEPTED
    _decide(found, by=by, at=at)
    others = [key for key in proposals if key != found.pk]
    Schedule.objects.filter(pk__in=others, is_what_if=False).update(
        state=ScheduleState.OUTDATED, error=_("Another plan was accepted since.")[:500]
    )
    if any(_moves_an_order(line) for line in lines):
        # Whose finish it moves is told by those who know of orders.
        jobs.enqueue(TELL, schedule_id=str(found.pk))
    audit.record(
        verb="schedule.accepted",
        subject=found,
        by=by,
        at=at,
        facts={"job_orders": len(lines), "figures": found.figures.get("after", {})},
    )
    return found


@transaction.atomic
def reject_schedule(
    *, schedule_id: UUID, version: int, by: Actor, at: datetime
) -> Schedule:
    """Leave the plan in force as it is.

    :raises ScheduleUnknown: if there is none.
    :raises ScheduleDecided: if it was decided on, or is not worked out yet.
    """
    found = Schedule.objects.select_for_update().filter(pk=schedule_id).first()
    if found is None:
        found = selectors.schedule(schedule_id)
    if found.state != ScheduleState.PROPOSED or found.version != version:
        raise _decided(found)
    found.state = ScheduleState.REJECTED
    _decide(found, by=by, at=at)
    audit.record(verb="schedule.rejected", subject=found, by=by, at=at)
    return found


def _moves_an_order(line: ScheduledJob) -> bool:
    job = line.job_order
    return (
        job is not None
        and job.work_request.order_id is not None
        and (line.was_machine_id, line.was_finishes_at)
        != (line.machine_id, line.finishes_at)
    )


def _planned(line: ScheduledJob) -> PlannedTime:
    known = line.job_order.reservation if line.job_order is not None else None
    return PlannedTime(
        machine_id=line.machine_id,
        during=Period(line.starts_at, line.finishes_at),
        minutes=line.setup_minutes + line.run_minutes,
        reservation_id=known.pk if known is not None and known.is_live else None,
    )


def _watched(found: Schedule) -> Callable[[Incumbent], bool]:
    """Show how far the search has come, and look now and then whether to stop."""
    state = {"looked": 0.0, "goes_on": True}

    def on_progress(best: Incumbent) -> bool:
        now = monotonic()
        if now - state["looked"] < STOP_LOOKED_FOR_EVERY and not best.is_new:
            return bool(state["goes_on"])
        state["looked"] = now
        jobs.report_progress(
            percent=min(int(100 * best.seconds / found.budget_seconds), 99),
            note=_("Best so far: %(late)d late, finished in %(hours).1f h")
            % {
                "late": best.figures.late_jobs,
                "hours": best.figures.makespan / 60,
            },
        )
        state["goes_on"] = not selectors.is_stop_asked(found.pk)
        return bool(state["goes_on"])

    return on_progress


def _store(found: Schedule, shop: Shop, solution: Solution) -> None:
    objective = Objective(found.objective)
    before = plan_before(shop)
    found.figures = {"after": asdict(solution.figures)}
    if before:
        found.figures["before"] = {
            **asdict(objective.value(shop.problem, before)),
            # What a plan in force took to set up was not kept with it.
            "setup_minutes": None,
        }
    found.state = ScheduleState.PROPOSED
    found.inputs_digest = shop.digest
    found.lower_bound = max(solution.lower_bound, 0)
    found.bound_kind = solution.bound_kind[:40]
    found.gap_percent = solution.gap_percent
    found.method = solution.method[:40]
    _save(found)
    ScheduledJob.objects.filter(schedule=found).delete()
    ScheduledJob.objects.bulk_create(_lines(found, shop, solution))
    jobs.report_progress(percent=100, note=_("Worked out."))


def _lines(found: Schedule, shop: Shop, solution: Solution) -> list[ScheduledJob]:
    ordered = sorted(solution.assignments, key=lambda one: (one.start, one.task))
    lines = []
    for position, placed in enumerate(ordered, 1):
        work = shop.work[placed.task]
        booked = work.job_order.reservation if work.job_order else None
        was = booked if booked is not None and booked.is_live else None
        why = why_here(shop.problem, solution.assignments, placed.task)
        other = None if why.by is None else shop.work[why.by]
        start, finish = moment_of(placed.start), moment_of(placed.finish)
        mode = next(
            mode
            for mode in shop.problem.tasks[placed.task].modes
            if mode.machine == placed.machine
        )
        lines.append(
            ScheduledJob(
                schedule=found,
                position=position,
                job_order=work.job_order,
                title=work.title,
                machine_id=shop.machine_ids[placed.machine],
                starts_at=start,
                finishes_at=finish,
                setup_minutes=placed.setup_minutes,
                run_minutes=shop.problem.efficient(placed.machine, mode.run_minutes),
                due_at=work.due_at,
                tardiness_minutes=tardiness(finish, work.due_at),
                reason=why.kind,
                reason_facts={
                    "until": moment_of(why.until).isoformat(),
                    "title": other.title if other else "",
                    "job_order_id": str(other.job_order.pk)
                    if other and other.job_order
                    else "",
                },
                was_machine_id=was.machine_id if was else None,
                was_starts_at=was.start if was else None,
                was_finishes_at=was.finish if was else None,
            )
        )
    return lines


def _failed(found: Schedule, why: str) -> Schedule:
    found.state = ScheduleState.FAILED
    found.error = why[:500]
    _save(found)
    return found


def _decide(found: Schedule, *, by: Actor, at: datetime) -> None:
    found.decided_at = at
    found.decided_by = str(by.label)[:200]
    _save(found)


def _save(found: Schedule) -> None:
    found.version += 1
    # All but what a planner writes while it is worked out: that it is to stop.
    kept = {"id", "is_stop_asked"}
    names = [field.name for field in Schedule._meta.concrete_fields]
    found.save(update_fields=[name for name in names if name not in kept])


@transaction.atomic
def _outdate(schedule_id: UUID, why: str) -> None:
    Schedule.objects.filter(pk=schedule_id, state=ScheduleState.PROPOSED).update(
        state=ScheduleState.OUTDATED, error=why[:500]
    )


def _outdated(why: str) -> ScheduleOutdated:
    return ScheduleOutdated(
        _("This plan does not hold any more. %(why)s") % {"why": why},
        field="schedule",
        remedy=_("Have a new plan worked out."),
        facts={"why": why},
    )


def _decided(found: Schedule) -> ScheduleDecided:
    return ScheduleDecided(
        _("This plan is %(state)s, or was changed since you looked.")
        % {"state": found.get_state_display().lower()},
        field="schedule",
        value=found.state,
        remedy=_("Look at it again."),
    )
