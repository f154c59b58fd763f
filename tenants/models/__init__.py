"""Who the enterprises are, where they live, and the work done in their name."""

from tenants.models.access import (
    ApiClient,
    HandoverToken,
    IdempotencyRecord,
    Throttle,
)
from tenants.models.archives import Archive, Closure, Move, RegisterImport
from tenants.models.enterprises import Domain, Enterprise
from tenants.models.fleet import FleetEntry, FleetPlan
from tenants.models.people import Membership, User, UserManager
from tenants.models.places import Cell, Database, DirectoryVersion
from tenants.models.schemas import Slot, Template
from tenants.models.work import Job, JobProgress

__all__ = [
    "ApiClient",
    "Archive",
    "Cell",
    "Closure",
    "Database",
    "DirectoryVersion",
    "Domain",
    "Enterprise",
    "FleetEntry",
    "FleetPlan",
    "HandoverToken",
    "IdempotencyRecord",
    "Job",
    "JobProgress",
    "Membership",
    "Move",
    "RegisterImport",
    "Slot",
    "Template",
    "Throttle",
    "User",
    "UserManager",
]
