"""Tenancy as the platform operator sees it, one module for each part of it."""

from tenants.admin import access, archives, cells, enterprises, fleet, jobs, registers

__all__ = ["access", "archives", "cells", "enterprises", "fleet", "jobs", "registers"]
