"""Words of scheduling that its rules, models, services and selectors share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.kernel.periods import Period


class JobOrderState(models.TextChoices):
    """Where a job order stands, by ISA-95's job control."""

    NOT_ALLOWED_TO_START = "not_allowed_to_start", _("Not allowed to start")
    ALLOWED_TO_START = "allowed_to_start", _("Allowed to start")
    RUNNING = "running", _("Running")
    INTERRUPTED = "interrupted", _("Interrupted")
    ENDED = "ended", _("Ended")
    ABORTED = "aborted", _("Aborted")


OPEN_STATES = (
    JobOrderState.NOT_ALLOWED_TO_START,
    JobOrderState.ALLOWED_TO_START,
    JobOrderState.RUNNING,
    JobOrderState.INTERRUPTED,
)
BEGUN_STATES = (JobOrderState.RUNNING, JobOrderState.INTERRUPTED)


class ScheduleObjective(models.TextChoices):
    """What a schedule is to be best at first; the others break ties."""

    TARDINESS = "tardiness", _("Keep due dates")
    MAKESPAN = "makespan", _("Finish soonest")
    SETUPS = "setups", _("Few setups")
    STABILITY = "stability", _("Few changes")


class ScheduleState(models.TextChoices):
    """Where a schedule stands: it is a proposal until it is accepted."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being worked out")
    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    OUTDATED = "outdated", _("Overtaken")
    FAILED = "failed", _("Failed")


class WhyKind(models.TextChoices):
    """What keeps a job order from starting earlier."""

    RELEASE = "release", _("Not released before")
    PREDECESSOR = "predecessor", _("The step before")
    MACHINE = "machine", _("The machine is busy")
    SETUP = "setup", _("The setup")
    SHIFT = "shift", _("The shift")
    RESERVATION = "reservation", _("A reservation")
    PIN = "pin", _("Pinned by a planner")
    FROZEN = "frozen", _("Within the frozen time")
    KEPT = "kept", _("As in the plan in force")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionDraft:
    """A machine on which a step can be done, with its times in minutes."""

    machine_id: UUID
    run_minutes: int
    setup_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDraft:
    """One step of what is to be made."""

    title: str
    options: tuple[OptionDraft, ...]
    process_code: str = ""
    setup_family: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRequestDraft:
    """What is to be made, as a planner describes it; steps are done in their order."""

    title: str
    release_at: datetime
    steps: tuple[StepDraft, ...]
    order_id: UUID | None = None
    part_label: str = ""
    quantity: int = 1
    due_at: datetime | None = None
    priority: int = 5

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "title": self.title,
            "release_at": self.release_at.isoformat(),
            "due_at": self.due_at and self.due_at.isoformat(),
            "order_id": self.order_id and str(self.order_id),
            "part_label": self.part_label,
            "quantity": self.quantity,
            "priority": self.priority,
            "steps": [
                {
                    "title": step.title,
                    "process_code": step.process_code,
                    "setup_family": step.setup_family,
                    "options": [
                        {
                            "machine_id": str(option.machine_id),
                            "setup_minutes": option.setup_minutes,
                            "run_minutes": option.run_minutes,
                        }
                        for option in step.options
                    ],
                }
                for step in self.steps
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(
            title=stored["title"],
            release_at=datetime.fromisoformat(stored["release_at"]),
            due_at=datetime.fromisoformat(stored["due_at"])
            if stored["due_at"]
            else None,
            order_id=UUID(stored["order_id"]) if stored["order_id"] else None,
            part_label=stored["part_label"],
            quantity=stored["quantity"],
            priority=stored["priority"],
            steps=tuple(
                StepDraft(
                    title=step["title"],
                    process_code=step["process_code"],
                    setup_family=step["setup_family"],
                    options=tuple(
                        OptionDraft(
                            machine_id=UUID(option["machine_id"]),
                            setup_minutes=option["setup_minutes"],
                            run_minutes=option["run_minutes"],
                        )
                        for option in step["options"]
                    ),
                )
                for step in stored["steps"]
            ),
        )


MachineWindow = tuple[UUID, Period]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What a what-if schedule stands on: machines closed or open for once, more work."""

    closed: tuple[MachineWindow, ...] = ()
    extra: tuple[MachineWindow, ...] = ()
    work: tuple[WorkRequestDraft, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return them as JSON keeps them."""
        return {
            "closed": [_window_as_json(one) for one in self.closed],
            "extra": [_window_as_json(one) for one in self.extra],
            "work": [draft.as_json() for draft in self.work],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote; nothing written is nothing assumed."""
        return cls(
            closed=tuple(_window_from_json(one) for one in stored.get("closed", ())),
            extra=tuple(_window_from_json(one) for one in stored.get("extra", ())),
            work=tuple(WorkRequestDraft.from_json(o) for o in stored.get("work", ())),
        )


@dataclass(frozen=True, slots=True)
class WhyText:
    """What keeps work from starting earlier, until when, and which other work it is."""

    kind: WhyKind
    until_at: datetime
    title: str = ""
    job_order_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A piece of work on its machine, in a plan."""

    job_order_id: UUID | None
    work_request_id: UUID | None
    machine_id: UUID
    title: str
    starts_at: datetime
    finishes_at: datetime
    setup_minutes: int
    run_minutes: int
    due_at: datetime | None = None
    tardiness_minutes: int = 0
    is_pinned: bool = False
    state: str = JobOrderState.ALLOWED_TO_START
    why: WhyText | None = None
    was_machine_id: UUID | None = None
    was_starts_at: datetime | None = None
    was_finishes_at: datetime | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The work on one machine, the earliest first."""

    machine_id: UUID
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The work on machines in a period, in the order in which machines were asked."""

    rows: tuple[PlanRow, ...]


def _window_as_json(window: MachineWindow) -> list[str]:
    machine_id, period = window
    return [str(machine_id), period.start.isoformat(), period.end.isoformat()]


def _window_from_json(stored: Sequence[str]) -> MachineWindow:
    machine_id, start, end = stored
    return UUID(machine_id), Period(
        datetime.fromisoformat(start), datetime.fromisoformat(end)
    )
