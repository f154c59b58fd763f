"""How the fleet stands: which plan, how far, how fast, what failed, what drifted."""

from datetime import timedelta

from django.db.models import Count, Max, Min, Q, QuerySet

from tenants import context
from tenants.fleet import rules
from tenants.fleet.types import Failure, FleetStatus, Stage, StageStatus
from tenants.models import FleetEntry, FleetPlan, Slot
from tenants.provisioning import selectors as provisioning
from tenants.types import EntryState, PlanState

RATE_OVER = timedelta(seconds=60)
UNFINISHED = (PlanState.RUNNING, PlanState.HALTED, PlanState.READY, PlanState.DRAFT)


def fleet_status(*, failures: int = 20) -> FleetStatus:
    """Return how the fleet stands against the current template.

    May be asked in the operator's name; in nobody's it asks in the owner's.
    """
    if context.active() is None:
        with context.owner():
            return _status(failures)
    return _status(failures)


def current_plan() -> FleetPlan | None:
    """Return the plan that is not yet through, the oldest first, else the latest."""
    unfinished = FleetPlan.objects.filter(state__in=UNFINISHED).order_by("created_at")
    return unfinished.first() or FleetPlan.objects.order_by("-created_at").first()


def _status(most_failures: int) -> FleetStatus:
    template = provisioning.current_template()
    digest = template.digest if template else ""
    plan = current_plan()
    counted = Slot.objects.aggregate(
        schemas=Count("pk"), current=Count("pk", filter=Q(template_digest=digest))
    )
    expected = template.catalogue_digest if template else ""
    drifted = (
        Slot.objects.filter(template_digest=digest, verified_at__isnull=False)
        .exclude(catalogue_digest=expected)
        .order_by("schema_name")
        .values_list("schema_name", flat=True)
    )
    entries = FleetEntry.objects.filter(plan=plan)
    failed = entries.filter(state=EntryState.FAILED)
    stages = _stages(plan, entries)
    left = _steps_left(plan)
    done = sum(stage.done for stage in stages)
    per_second = _rate(entries)
    return FleetStatus(
        template=digest,
        plan=str(plan.pk) if plan else "",
        state=plan.state if plan else "",
        halted_reason=plan.halted_reason if plan else "",
        started_at=plan.started_at if plan else None,
        finished_at=plan.finished_at if plan else None,
        schemas=counted["schemas"],
        current=counted["current"],
        behind=counted["schemas"] - counted["current"],
        stages=stages,
        steps_done=done,
        steps_total=done + left,
        steps_per_second=per_second,
        seconds_left=rules.seconds_left(
            done=done, total=done + left, per_second=per_second
        ),
        failures=_failures(failed, stages, most_failures),
        failed=failed.values("schema_name").distinct().count(),
        drifted=tuple(drifted),
    )


def _stages(
    plan: FleetPlan | None, entries: QuerySet[FleetEntry]
) -> tuple[StageStatus, ...]:
    if plan is None:
        return ()
    counted = {
        (number, state): count
        for number, state, count in entries.values_list("stage", "state").annotate(
            count=Count("pk")
        )
    }
    found = []
    for number, facts in enumerate(plan.stages):
        stage = Stage.from_json(facts)
        found.append(
            StageStatus(
                number=number,
                kind=stage.kind,
                label=stage.label,
                statements=stage.statements,
                done=counted.get((number, EntryState.DONE), 0),
                failed=counted.get((number, EntryState.FAILED), 0),
            )
        )
    return tuple(found)


def _steps_left(plan: FleetPlan | None) -> int:
    if plan is None or plan.state == PlanState.DRAFT:
        return 0
    standing = (
        Slot.objects.filter(template_digest=plan.source_digest)
        .values_list("stage")
        .annotate(count=Count("pk"))
    )
    return sum((len(plan.stages) - stage) * count for stage, count in standing)


def _rate(entries: QuerySet[FleetEntry]) -> float:
    """Return steps a second over the last minute in which there were any."""
    done = entries.filter(state=EntryState.DONE)
    latest = done.aggregate(at=Max("at"))["at"]
    if latest is None:
        return 0.0
    recent = done.filter(at__gte=latest - RATE_OVER)
    found = recent.aggregate(count=Count("pk"), first=Min("at"))
    seconds = (latest - found["first"]).total_seconds()
    return float(found["count"]) / seconds if seconds > 0 else 0.0


def _failures(
    failed: QuerySet[FleetEntry], stages: tuple[StageStatus, ...], most: int
) -> tuple[Failure, ...]:
    return tuple(
        Failure(
            schema=entry.schema_name,
            stage=entry.stage,
            label=stages[entry.stage].label if entry.stage < len(stages) else "",
            code=entry.error_code,
            error=entry.error,
            attempts=entry.attempts,
            at=entry.at,
        )
        for entry in failed.order_by("schema_name")[:most]
    )
