"""Tenancy as the platform operator sees it, one module for each part of it."""

from tenants.admin import access, enterprises, fleet, jobs

__all__ = ["access", "enterprises", "fleet", "jobs"]
