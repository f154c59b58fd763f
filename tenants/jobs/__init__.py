"""Work to be done later: a row written with its cause, and a poke after commit."""

from tenants.jobs.progress import report_progress
from tenants.jobs.queue import enqueue, unpoked
from tenants.jobs.registry import Scope, UnknownKind, handler
from tenants.jobs.runner import run_due, run_job
from tenants.jobs.upkeep import enqueue_when_due, register_upkeep

__all__ = [
    "Scope",
    "UnknownKind",
    "enqueue",
    "enqueue_when_due",
    "handler",
    "register_upkeep",
    "report_progress",
    "run_due",
    "run_job",
    "unpoked",
]
