"""Where enterprises live: cells, and the databases in them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from tenants.types import DatabaseState, Tenancy


class Cell(TimeStampedModel):
    """A pool of web and worker processes with the databases that they serve."""

    tenancy = Tenancy.DIRECTORY

    code = models.SlugField(_("code"), primary_key=True, max_length=20)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(
        _("address"),
        max_length=200,
        blank=True,
        help_text=_("Where the proxy in front sends this cell's hosts."),
    )

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")

    def __str__(self) -> str:
        """Identify the cell."""
        return self.name


class Database(TimeStampedModel):
    """One PostgreSQL database; a process serves exactly one."""

    tenancy = Tenancy.DIRECTORY

    code = models.SlugField(_("code"), primary_key=True, max_length=20)
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="databases")
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=DatabaseState,
        default=DatabaseState.OPEN,
    )
    # Catalogue, files and locks grow with schemas, so that a database has an end.
    slot_limit = models.PositiveIntegerField(_("most schemas"), default=2000)

    class Meta:
        verbose_name = _("database")
        verbose_name_plural = _("databases")
        constraints = [
            models.CheckConstraint(
                name="tenants_database_state_known",
                condition=Q(state__in=DatabaseState.values),
            )
        ]

    def __str__(self) -> str:
        """Identify the database."""
        return self.code


class DirectoryVersion(models.Model):
    """One row, raised by every change that must act on the next request."""

    tenancy = Tenancy.SHARED

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenants_directoryversion_one_row", condition=Q(id=1)
            )
        ]

    def __str__(self) -> str:
        """Identify the version."""
        return str(self.version)
