"""What keeps one enterprise's rows from another's, below the search path."""

from tenants.isolation.models import ForeignInstance, TenantModel, TenantQuerySet

__all__ = ["ForeignInstance", "TenantModel", "TenantQuerySet"]
