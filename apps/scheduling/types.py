"""Words of scheduling that its rules, models, services and selectors share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
