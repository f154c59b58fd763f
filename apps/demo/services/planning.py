"""Gives some demo shops work to plan, a plan in force, and a proposal to decide on."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.demo.data.work import (
    PINNED_PART,
    PLANNING_SHOPS,
    RUSH,
    SETUPS,
    WORK,
    StepRow,
    WorkRow,
)
from apps.demo.services.idle_time import offer_idle_time
from apps.machines import selectors as machines
from apps.scheduling import selectors as scheduling
from apps.scheduling import services
from apps.scheduling.types import (
    Assumptions,
    OptionDraft,
    ScheduleObjective,
    ScheduleState,
    StepDraft,
    WorkRequestDraft,
)
from tenants import context, jobs
from tenants.registry import selectors as registry
from tenants.registry.selectors import members_of
from tenants.types import Actor, EnterpriseRef, Role

GO_ON = "demo.go_on_planning"
BUDGET_SECONDS = 1
LOOK_AGAIN_AFTER = timedelta(seconds=20)
# A plan that was overtaken before it was accepted is worked out anew, so often.
MOST_PLANS = 3
START_OF_DAY = time(6)
DAY = timedelta(days=1)
FRIDAY = 4


def planning_shops() -> Iterator[EnterpriseRef]:
    """Yield the shops of this world that plan."""
    for slug in PLANNING_SHOPS:
        found = registry.enterprise_by_slug(slug)
        if found is not None:
            yield found


def is_begun() -> bool:
    """Say whether every shop that plans was given its work."""
    for shop in planning_shops():
        with context.enterprise(shop):
            if _lacks_work():
                return False
    return True


def begin_planning(*, at: datetime) -> int:
    """Give shops that have none their work, and have a first plan worked out.

    The workers do that and go on from there (`go_on_planning`): nobody waits for it
    before Spindle is up. Returns how many shops were given work.
    """
    return sum(_begin(shop, at) for shop in planning_shops())


def go_on_planning(*, at: datetime) -> None:
    """Accept the first plan of the enterprise in force, pin, and propose a better one.

    Looks again later while the plan is being worked out.
    """
    shop = context.current()
    plan = scheduling.schedules().first()
    if plan is None or shop.slug not in PLANNING_SHOPS:
        return
    if plan.state in (ScheduleState.QUEUED, ScheduleState.RUNNING):
        jobs.enqueue(GO_ON, run_after=at + LOOK_AGAIN_AFTER)
        return
    if plan.state != ScheduleState.PROPOSED or _has_late_comer():
        return
    by = _planner_of(shop)
    try:
        services.accept_schedule(
            schedule_id=plan.pk, version=plan.version, by=by, at=at
        )
    except services.ScheduleOutdated:
        if scheduling.schedules().count() < MOST_PLANS:
            _request(by, ScheduleObjective.SETUPS, at)
            jobs.enqueue(GO_ON, run_after=at + LOOK_AGAIN_AFTER)
        return
    _pin(by, at)
    offer_idle_time(shop, by=by, at=at)
    _add(shop, at, is_late_comer=True)
    _request(by, ScheduleObjective.TARDINESS, at)
    _request(
        by,
        ScheduleObjective.TARDINESS,
        at,
        what_if=Assumptions(work=(_draft(RUSH, shop, at),)),
    )


def _lacks_work() -> bool:
    return not scheduling.work_requests().filter(order_id=None).exists() and any(
        _machines_of(step) for row in WORK for step in row.steps
    )


def _has_late_comer() -> bool:
    parts = [row.part for row in WORK if row.is_late_comer]
    return scheduling.work_requests().filter(part_label__in=parts).exists()


def _begin(shop: EnterpriseRef, at: datetime) -> bool:
    with context.enterprise(shop), transaction.atomic():
        if not _lacks_work():
            return False
        by = _planner_of(shop)
        for department, pairs in SETUPS.items():
            rows = [(one, two, minutes) for (one, two), minutes in pairs.items()]
            for machine_id in _machine_ids(department):
                services.set_setup_times(machine_id=machine_id, rows=rows, by=by, at=at)
        _add(shop, at, is_late_comer=False)
        _request(by, ScheduleObjective.SETUPS, at)
        jobs.enqueue(GO_ON, run_after=at + LOOK_AGAIN_AFTER)
    return True


def _pin(by: Actor, at: datetime) -> None:
    """Pin the last step that has a place, as a planner does for a fixture or a person."""
    placed = [
        (job, job.reservation)
        for work in scheduling.work_requests().filter(part_label=PINNED_PART)
        for job in work.job_orders.all()
        if job.reservation is not None
    ]
    for job, booked in placed[-1:]:
        services.pin_job_order(
            job_order_id=job.pk,
            machine_id=booked.machine_id,
            start_at=booked.start,
            version=job.version,
            by=by,
            at=at,
        )


def _add(shop: EnterpriseRef, at: datetime, *, is_late_comer: bool) -> None:
    for row in WORK:
        if row.is_late_comer is is_late_comer:
            draft = _draft(row, shop, at)
            if all(step.options for step in draft.steps):
                services.add_work_request(draft=draft, by=_planner_of(shop), at=at)


def _draft(row: WorkRow, shop: EnterpriseRef, at: datetime) -> WorkRequestDraft:
    zone = ZoneInfo(shop.time_zone)

    def morning(working_days: int) -> datetime:
        day = at.astimezone(zone).date()
        for _ in range(working_days):
            day += DAY
            while day.weekday() > FRIDAY:
                day += DAY
        return datetime.combine(day, START_OF_DAY, tzinfo=zone)

    return WorkRequestDraft(
        title=_said(row.titles, shop),
        part_label=row.part,
        quantity=row.quantity,
        release_at=morning(row.release_in_days),
        due_at=morning(row.due_in_days),
        priority=row.priority,
        steps=tuple(
            StepDraft(
                title=_said(step.titles, shop),
                setup_family=step.family,
                options=tuple(
                    OptionDraft(
                        machine_id=machine_id,
                        setup_minutes=step.setup_minutes,
                        # No two machines are equally fast.
                        run_minutes=step.run_minutes * (10 + place) // 10,
                    )
                    for place, machine_id in enumerate(_machines_of(step))
                ),
            )
            for step in row.steps
        ),
    )


def _machines_of(step: StepRow) -> list[UUID]:
    return _machine_ids(step.department)[: step.most_machines]


def _machine_ids(department: str) -> list[UUID]:
    rows = machines.machines_of(work_center=department)
    return list(rows.values_list("pk", flat=True))


def _request(
    by: Actor,
    objective: ScheduleObjective,
    at: datetime,
    what_if: Assumptions | None = None,
) -> None:
    services.request_schedule(
        objective=objective,
        budget_seconds=BUDGET_SECONDS,
        frozen_until_at=at,
        what_if=what_if,
        by=by,
        at=at,
    )


def _said(words: Mapping[str, str], shop: EnterpriseRef) -> str:
    return words.get(shop.language, words["en"])


def _planner_of(shop: EnterpriseRef) -> Actor:
    (person, *_others) = [
        member.user for member in members_of(shop.id) if member.role == Role.PLANNER
    ]
    return Actor(label=person.name, user_id=person.pk)
