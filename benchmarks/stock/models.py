"""A tenant as django-tenants makes it: saving it creates and migrates its schema."""

from typing import ClassVar

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin


class Shop(TenantMixin):
    """A tenant of the baseline."""

    auto_create_schema: ClassVar[bool] = True
    name = models.CharField(max_length=100)


class ShopDomain(DomainMixin):
    """A tenant's host."""
