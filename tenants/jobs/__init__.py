"""Work to be done later: a row written with its cause, and a poke after commit."""

from tenants.jobs.progress import report_progress
from tenants.jobs.queue import enqueue, unpoked
from tenants.jobs.registry import Scope, UnknownKind, handler
from tenants.jobs.runner import run_due, run_job

__all__ = [
    "Scope",
    "UnknownKind",
    "enqueue",
    "handler",
    "report_progress",
    "run_due",
    "run_job",
    "unpoked",
]
