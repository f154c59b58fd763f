"""A shop with a plan in force and a proposal for another: three machines, two jobs.

It stands in the week of Monday, 6 May 2030, with shifts from 6 to 14 in Augsburg.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.capacity.models import Reservation
from apps.machines.models import Machine
from apps.scheduling.models import (
    JobOption,
    JobOrder,
    Schedule,
    ScheduledJob,
    WorkRequest,
)
from apps.scheduling.types import ScheduleObjective, ScheduleState, WhyKind
from tests.factories import capacity
from tests.factories import machines as factory
from tests.factories.capacity import HOUR, MONDAY_7

MONDAY = "2030-05-06"


def coming_monday() -> datetime:
    """Return seven o'clock in Augsburg on the next Monday of the test's own clock."""
    now = timezone.now().astimezone(ZoneInfo("Europe/Berlin"))
    day = now + timedelta(days=7 - now.weekday())
    return day.replace(hour=7, minute=0, second=0, microsecond=0)


class PlannedShop:
    """What a planner of north looks at."""

    def __init__(self, seven: datetime = MONDAY_7) -> None:
        self.seven = seven
        capacity.early_shifts()
        self.lathe = factory.machine(code="LATHE-1", name="Lathe", maker="", model="")
        self.mill = factory.machine(code="MILL-1", name="Mill", maker="", model="")
        self.other = factory.machine(code="MILL-2", name="Mill", maker="", model="")
        self.shaft = self._work("Drive shaft", due=self.seven + 6 * HOUR)
        self.turning = self._step(self.shaft, 1, "Turning", self.lathe)
        self.milling = self._step(self.shaft, 2, "Milling", self.mill, self.other)
        self.plan = self._schedule(ScheduleState.ACCEPTED)
        self._put(self.plan, self.turning, self.lathe, self.seven, 2)
        self._put(
            self.plan,
            self.milling,
            self.mill,
            self.seven + 2 * HOUR,
            3,
            reason=WhyKind.PREDECESSOR,
            reason_facts={
                "until": (self.seven + 2 * HOUR).isoformat(),
                "title": "Turning",
                "job_order_id": str(self.turning.pk),
            },
        )

    def propose(self, **facts: Any) -> Schedule:
        """Propose to mill on the other machine, a day later, which is late."""
        proposal = self._schedule(**{"state": ScheduleState.PROPOSED, **facts})
        self._put(proposal, self.turning, self.lathe, self.seven, 2, is_new=False)
        self._put(
            proposal,
            self.milling,
            self.other,
            self.seven + timedelta(days=1),
            3,
            is_new=False,
            tardiness_minutes=21 * 60,
            was_machine_id=self.mill.pk,
            was_starts_at=self.seven + 2 * HOUR,
            was_finishes_at=self.seven + 5 * HOUR,
        )
        return proposal

    def _work(self, title: str, *, due: datetime) -> WorkRequest:
        return WorkRequest.objects.create(
            title=title,
            part_label="4417",
            quantity=40,
            release_at=self.seven,
            due_at=due,
            order_id=capacity.ORDER_ID,
        )

    def _step(
        self, work: WorkRequest, step: int, title: str, *machines: Machine
    ) -> JobOrder:
        job = JobOrder.objects.create(
            work_request=work, step=step, title=title, setup_family="shafts"
        )
        for machine in machines:
            JobOption.objects.create(
                job_order=job, machine=machine, setup_minutes=30, run_minutes=90
            )
        return job

    def _schedule(self, state: ScheduleState, **facts: Any) -> Schedule:
        decided = state == ScheduleState.ACCEPTED
        return Schedule.objects.create(
            **{
                "state": state,
                "objective": ScheduleObjective.TARDINESS,
                "budget_seconds": 10,
                "frozen_until_at": self.seven,
                "requested_at": self.seven,
                "requested_by": "Paula Planner",
                "decided_at": self.seven if decided else None,
                "decided_by": "Paula Planner" if decided else "",
                **facts,
            }
        )

    def _put(
        self,
        schedule: Schedule,
        job: JobOrder,
        machine: Machine,
        start: datetime,
        hours: int,
        *,
        is_new: bool = True,
        **facts: Any,
    ) -> None:
        finish = start + hours * HOUR
        ScheduledJob.objects.create(
            **{
                "schedule": schedule,
                "job_order": job,
                "position": schedule.jobs.count(),
                "title": job.title,
                "machine": machine,
                "starts_at": start,
                "finishes_at": finish,
                "setup_minutes": 30,
                "run_minutes": hours * 60 - 30,
                "due_at": self.shaft.due_at,
                "reason": WhyKind.RELEASE,
                "reason_facts": {"until": self.seven.isoformat()},
                **facts,
            }
        )
        if is_new:
            job.reservation = self._reserved(machine, start, finish)
            job.save()

    def _reserved(
        self, machine: Machine, start: datetime, finish: datetime
    ) -> Reservation:
        return capacity.reservation_row(machine.pk, start, finish - start)
