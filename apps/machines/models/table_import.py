"""Tables of machines that were uploaded, what came of them, and how to take it back."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.machines.types import TableLength, TableOutcome, TableState
from tenants.isolation import TenantModel, TenantQuerySet


def _paired(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"machines_tableimport_{name}_at_with_by",
        condition=Q(**{f"{name}_at__isnull": True, f"{name}_by": ""})
        | (Q(**{f"{name}_at__isnull": False}) & ~Q(**{f"{name}_by": ""})),
    )


class TableImportQuerySet(TenantQuerySet["TableImport"]):
    """Imports of one enterprise."""

    def newest_first(self) -> Self:
        """Sort by when they were uploaded, without what is large."""
        return self.defer("content", "sample").order_by("-id")


class TableImport(TenantModel, TimeStampedModel):
    """A table of machines that a planner uploaded, as far as it has come.

    The rows are kept until they are imported, and then only what was done. Whoever
    uploaded, imported or took it back is named with the moment.
    """

    file_name = models.CharField(_("file name"), max_length=200)
    file_kind = models.CharField(_("format"), max_length=16)
    file_sha256 = models.CharField(_("SHA-256"), max_length=64)
    file_bytes = models.PositiveIntegerField(_("size"))
    language = models.CharField(_("language"), max_length=16, default="en")
    content = models.BinaryField(_("rows"), default=bytes, editable=False)
    headings = models.JSONField(_("headings"), default=list, editable=False)
    header_row = models.PositiveIntegerField(_("row of the header"))
    mapping = models.JSONField(_("meaning of the columns"), default=dict)
    length_unit = models.CharField(
        _("unit of lengths"),
        max_length=8,
        choices=TableLength,
        default=TableLength.MM,
    )
    decimal_mark = models.CharField(_("decimal mark"), max_length=1, default=".")
    site_id = models.UUIDField(_("site of rows without one"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=16, choices=TableState, default=TableState.DRAFT
    )
    job_id = models.UUIDField(_("job"), null=True, editable=False)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    created_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    refused_count = models.PositiveIntegerField(_("refused"), default=0)
    new_sites = models.JSONField(_("new sites"), default=list, editable=False)
    not_carried = models.JSONField(
        _("what the register has no place for"), default=list, editable=False
    )
    sample = models.JSONField(_("first rows"), default=list, editable=False)
    is_previewed = models.BooleanField(_("previewed"), default=False, editable=False)
    asked_by_id = models.UUIDField(_("asked by"), null=True, editable=False)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.CharField(_("uploaded by"), max_length=200)
    applied_at = models.DateTimeField(_("imported at"), null=True, editable=False)
    applied_by = models.CharField(
        _("imported by"), max_length=200, blank=True, editable=False
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True, editable=False)
    undone_by = models.CharField(
        _("taken back by"), max_length=200, blank=True, editable=False
    )

    objects = TableImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a table")
        verbose_name_plural = _("imports of tables")
        constraints = [
            models.CheckConstraint(
                name="machines_tableimport_state_known",
                condition=Q(state__in=TableState.values),
            ),
            models.CheckConstraint(
                name="machines_tableimport_length_unit_known",
                condition=Q(length_unit__in=TableLength.values),
            ),
            models.CheckConstraint(
                name="machines_tableimport_decimal_mark_known",
                condition=Q(decimal_mark__in=[".", ","]),
            ),
            _paired("applied"),
            _paired("undone"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"

    @property
    def is_document(self) -> bool:
        """Whether it came from a document of a standard: its columns are known."""
        return self.header_row == 0


class TableEntryQuerySet(TenantQuerySet["TableEntry"]):
    """What imports of one enterprise did."""


class TableEntry(TenantModel):
    """A machine that an import made or changed, and what it said before.

    The version is the machine's right after the import: another one tells that
    somebody has worked on it since.
    """

    # The unique constraint begins with it, and serves as its index.
    table_import = models.ForeignKey(
        TableImport,
        models.CASCADE,
        related_name="entries",
        verbose_name=_("import"),
        db_index=False,
    )
    machine_id = models.UUIDField(_("machine"))
    machine_code = models.CharField(_("code"), max_length=60)
    row = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=TableOutcome)
    before = models.JSONField(_("what it said before"), default=dict)
    uses = models.JSONField(_("what spoke of it then"), default=dict)
    version = models.PositiveIntegerField(_("version"))
    is_undone = models.BooleanField(_("taken back"), default=False)
    kept_because = models.CharField(
        _("why it was not taken back"), max_length=300, blank=True
    )

    objects = TableEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("imported machine")
        verbose_name_plural = _("imported machines")
        constraints = [
            models.UniqueConstraint(
                name="machines_tableentry_once_an_import",
                fields=["table_import", "machine_code"],
            ),
            models.CheckConstraint(
                name="machines_tableentry_outcome_known",
                condition=Q(outcome__in=TableOutcome.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.machine_code} ({self.outcome})"


class TableRefusalQuerySet(TenantQuerySet["TableRefusal"]):
    """Cells of one enterprise's tables that could not be imported."""


class TableRefusal(TenantModel):
    """A cell that kept its machine from being imported, and what would help."""

    # The unique constraint begins with it, and serves as its index.
    table_import = models.ForeignKey(
        TableImport,
        models.CASCADE,
        related_name="refusals",
        verbose_name=_("import"),
        db_index=False,
    )
    position = models.PositiveIntegerField(_("position"))
    row = models.PositiveIntegerField(_("row"))
    cell = models.CharField(_("cell"), max_length=300)
    machine_code = models.CharField(_("machine"), max_length=60, blank=True)
    field = models.CharField(_("column"), max_length=40, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    code = models.CharField(_("kind of fault"), max_length=40)
    problem = models.CharField(_("problem"), max_length=300)
    remedy = models.CharField(_("remedy"), max_length=500, blank=True)

    objects = TableRefusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("refused cell")
        verbose_name_plural = _("refused cells")
        constraints = [
            models.UniqueConstraint(
                name="machines_tablerefusal_position_once",
                fields=["table_import", "position"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.cell}: {self.problem}"
