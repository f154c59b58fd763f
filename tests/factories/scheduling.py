"""Makes work that a shop is to do, and orders it was proposed to be done in."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from apps.scheduling import services
from apps.scheduling.models import (
    JobOrder,
    Schedule,
    ScheduledJob,
    SetupTime,
    WorkRequest,
)
from apps.scheduling.types import (
    OptionDraft,
    ScheduleObjective,
    ScheduleState,
    StepDraft,
    WhyKind,
    WorkRequestDraft,
)
from tenants.types import SYSTEM
from tests.factories.capacity import DAY, HOUR, MONDAY_7


def step(
    *machine_ids: UUID, run_minutes: int = 120, setup_minutes: int = 0, **facts: Any
) -> StepDraft:
    """Describe a step of two hours that any of the machines can do."""
    return StepDraft(
        **{
            "title": "Milling",
            "options": tuple(
                OptionDraft(
                    machine_id=machine_id,
                    run_minutes=run_minutes,
                    setup_minutes=setup_minutes,
                )
                for machine_id in machine_ids
            ),
            **facts,
        }
    )


def draft(*steps: StepDraft, **facts: Any) -> WorkRequestDraft:
    """Describe ten brackets that are due on Wednesday at seven."""
    return WorkRequestDraft(
        **{
            "title": "Brackets",
            "quantity": 10,
            "release_at": MONDAY_7,
            "due_at": MONDAY_7 + 2 * DAY,
            "steps": steps,
            **facts,
        }
    )


def work_request(*machine_ids: UUID, **facts: Any) -> WorkRequest:
    """Add work of one step that any of the machines can do."""
    lasting = {
        name: facts.pop(name)
        for name in ("run_minutes", "setup_minutes") & facts.keys()
    }
    at = facts.pop("at", MONDAY_7)
    return services.add_work_request(
        draft=draft(step(*machine_ids, **lasting), **facts), by=SYSTEM, at=at
    )


def only_job(work: WorkRequest) -> JobOrder:
    """Return the one step of work."""
    (job,) = work.job_orders.all()
    return job


def setup_time(machine_id: UUID, **facts: Any) -> SetupTime:
    """Let a machine take half an hour from shafts to plates."""
    return SetupTime.objects.create(
        **{
            "machine_id": machine_id,
            "from_family": "shafts",
            "to_family": "plates",
            "minutes": 30,
            **facts,
        }
    )


def schedule(**facts: Any) -> Schedule:
    """Propose an order of work without any."""
    return Schedule.objects.create(
        **{
            "state": ScheduleState.PROPOSED,
            "objective": ScheduleObjective.TARDINESS,
            "budget_seconds": 5,
            "frozen_until_at": MONDAY_7,
            "requested_at": MONDAY_7,
            "requested_by": "Paula Planner",
            **facts,
        }
    )


def scheduled_job(
    of: Schedule, job: JobOrder | None, machine_id: UUID, **facts: Any
) -> ScheduledJob:
    """Put work at Monday seven o'clock, for two hours."""
    return ScheduledJob.objects.create(
        **{
            "schedule": of,
            "job_order": job,
            "position": of.jobs.count(),
            "title": job.title if job else "Assumed work",
            "machine_id": machine_id,
            "starts_at": MONDAY_7,
            "finishes_at": MONDAY_7 + 2 * HOUR,
            "setup_minutes": 0,
            "run_minutes": 2 * HOUR // timedelta(minutes=1),
            "reason": WhyKind.RELEASE,
            **facts,
        }
    )


def asked_schedule(**facts: Any) -> Schedule:
    """Ask for a plan, which a job is to work out."""
    at = facts.pop("at", MONDAY_7)
    return services.request_schedule(
        **{
            "objective": ScheduleObjective.TARDINESS,
            "budget_seconds": 1,
            "frozen_until_at": at,
            "what_if": None,
            "by": SYSTEM,
            "at": at,
            **facts,
        }
    )


def proposal(**facts: Any) -> Schedule:
    """Have a plan worked out in this process."""
    asked = asked_schedule(**facts)
    return services.run_schedule(schedule_id=asked.pk, at=asked.requested_at)


def accepted(found: Schedule, at: datetime = MONDAY_7) -> Schedule:
    """Put a proposal in force."""
    return services.accept_schedule(
        schedule_id=found.pk, version=found.version, by=SYSTEM, at=at
    )
