"""Enterprises as files: archives, moves, and the certificate of a closure."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import SharedModel, TimeStampedModel
from tenants.models.enterprises import Enterprise
from tenants.models.places import Database
from tenants.types import ArchivePurpose, ArchiveState, ImportState, MoveState, Tenancy


class Archive(SharedModel, TimeStampedModel):
    """All that an enterprise owns, in one file with digests."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="archives")
    purpose = models.CharField(_("purpose"), max_length=8, choices=ArchivePurpose)
    state = models.CharField(
        _("state"), max_length=8, choices=ArchiveState, default=ArchiveState.MAKING
    )
    # Below ARCHIVE_ROOT; opaque, and never from what a person typed.
    path = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    template_digest = models.CharField(max_length=64, blank=True)
    row_count = models.BigIntegerField(_("rows"), default=0)
    file_count = models.PositiveIntegerField(_("files"), default=0)
    error = models.TextField(blank=True)
    requested_by = models.CharField(max_length=160, blank=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("archive")
        verbose_name_plural = _("archives")
        constraints = [
            models.CheckConstraint(
                name="tenants_archive_purpose_known",
                condition=Q(purpose__in=ArchivePurpose.values),
            ),
            models.CheckConstraint(
                name="tenants_archive_state_known",
                condition=Q(state__in=ArchiveState.values),
            ),
            models.CheckConstraint(
                name="tenants_archive_ready_has_file",
                condition=~Q(state=ArchiveState.READY) | ~Q(path="") & ~Q(sha256=""),
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="tenants_archive_latest")
        ]

    def __str__(self) -> str:
        """Identify the archive."""
        return f"{self.purpose} of {self.enterprise_id} ({self.state})"


class Move(SharedModel, TimeStampedModel):
    """An enterprise on its way from one database to another, step by step."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="moves")
    source = models.ForeignKey(Database, models.PROTECT, related_name="+")
    target = models.ForeignKey(Database, models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=8, choices=MoveState, default=MoveState.PLANNED
    )
    archive = models.ForeignKey(Archive, models.SET_NULL, null=True, related_name="+")
    source_schema = models.CharField(max_length=63, blank=True)
    target_schema = models.CharField(max_length=63, blank=True)
    # How long nothing of the enterprise could be written.
    stopped_seconds = models.FloatField(_("write stop (s)"), null=True)
    error = models.TextField(blank=True)
    requested_by = models.CharField(max_length=160, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        constraints = [
            models.CheckConstraint(
                name="tenants_move_state_known",
                condition=Q(state__in=MoveState.values),
            ),
            models.CheckConstraint(
                name="tenants_move_to_another_database",
                condition=~Q(source=models.F("target")),
            ),
            # Two movers of one enterprise would tear it.
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=~Q(state__in=[MoveState.DONE, MoveState.FAILED]),
                name="tenants_move_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        """Identify the move."""
        return f"{self.enterprise_id} to {self.target_id} ({self.state})"


class Closure(SharedModel):
    """That an enterprise was erased: the certificate, without a word about it.

    `document` holds counts by table and kind, never contents; `signature` is over
    its canonical JSON.
    """

    tenancy = Tenancy.OPERATOR

    enterprise_id = models.UUIDField(unique=True)
    # So that nobody can soon take the address of one who left.
    slug_digest = models.CharField(max_length=64, db_index=True)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=160)
    document = models.JSONField(default=dict)
    signature = models.TextField()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")

    def __str__(self) -> str:
        """Identify the closure."""
        return f"{self.enterprise_id} closed"


class RegisterImport(SharedModel, TimeStampedModel):
    """A register of enterprises read from a file, with what it came to."""

    tenancy = Tenancy.OPERATOR

    source = models.CharField(_("register"), max_length=60)
    file_name = models.CharField(_("file"), max_length=200)
    path = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=ImportState, default=ImportState.QUEUED
    )
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    created_count = models.PositiveIntegerField(_("new"), default=0)
    updated_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    refused_count = models.PositiveIntegerField(_("refused"), default=0)
    # Of every refused row: line, field, value, what is wrong, what to do.
    errors_path = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    requested_by = models.CharField(max_length=160, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("register import")
        verbose_name_plural = _("register imports")
        constraints = [
            models.CheckConstraint(
                name="tenants_registerimport_state_known",
                condition=Q(state__in=ImportState.values),
            )
        ]

    def __str__(self) -> str:
        """Identify the import."""
        return f"{self.source}: {self.file_name} ({self.state})"
