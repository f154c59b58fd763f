"""Tenancy as the platform operator sees it, one module for each part of it."""

from tenants.admin import access, enterprises, jobs

__all__ = ["access", "enterprises", "jobs"]
