"""A thing: private to an enterprise where there are enterprises."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models

if TYPE_CHECKING or settings.BENCH_KIND != "ours":

    class Row(models.Model):
        """A row of plain Django."""

        id = models.UUIDField(primary_key=True, default=uuid4)

        class Meta:
            abstract = True
else:
    from tenants.isolation import TenantModel as Row


class Thing(Row):
    """Something to count."""

    name = models.CharField(max_length=40)

    class Meta:
        managed = False
        db_table = "bench_thing"

    def __str__(self) -> str:
        """Name it."""
        return self.name
