"""The kinds of work that tenancy itself has; found by every process at its start."""

from tenants.archive import handlers as archive_handlers
from tenants.fleet import tasks as fleet_tasks
from tenants.lifecycle import tasks as lifecycle_tasks
from tenants.registers import tasks as register_tasks

__all__ = ["archive_handlers", "fleet_tasks", "lifecycle_tasks", "register_tasks"]
