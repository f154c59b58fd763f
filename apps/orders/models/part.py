from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.identifiers import uuid7
from apps.kernel.models import TimeStampedModel
from apps.orders.models.columns import IS_SHA256, known
from apps.orders.types import GeometryState, LengthUnit, PartFileKind
from tenants import context
from tenants.isolation import TenantModel, TenantQuerySet
from tenants.types import Disclosure


def part_path(part: Part, filename: str) -> str:  # noqa: ARG001  (Django's signature)
    """Name a stored file by chance: neither part nor owner shows in its address."""
    return f"{context.current().schema}/parts/{uuid7().hex}"


def preview_path(part: Part, filename: str) -> str:  # noqa: ARG001  (Django's signature)
    """Name a stored preview by chance, as `part_path` does."""
    return f"{context.current().schema}/previews/{uuid7().hex}"


class PartQuerySet(TenantQuerySet["Part"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class Part(TenantModel, TimeStampedModel):
    """A thing to be made, as one file describes it.

    Number and revision name one part. A part that is ready has a volume, an area
    and a box of positive size; one that failed says why.
    """

    disclosed_files = {"file": Disclosure.PRIVATE, "preview": Disclosure.PRIVATE}

    number = models.CharField(_("part number"), max_length=64)
    revision = models.CharField(_("revision"), max_length=16, blank=True)
    name = models.CharField(_("name"), max_length=160)
    material_code = models.CharField(_("material"), max_length=64, blank=True)
    file = models.FileField(_("file"), upload_to=part_path, max_length=200)
    file_name = models.CharField(_("file name"), max_length=200)
    file_kind = models.CharField(_("format"), max_length=8, choices=PartFileKind)
    file_unit = models.CharField(
        _("unit of a file without one"),
        max_length=8,
        choices=LengthUnit,
        default=LengthUnit.MM,
    )
    file_bytes = models.PositiveBigIntegerField(_("size"))
    file_sha256 = models.CharField(_("SHA-256"), max_length=64)
    geometry_state = models.CharField(
        _("geometry"),
        max_length=8,
        choices=GeometryState,
        default=GeometryState.PENDING,
    )
    geometry_error = models.TextField(_("why it cannot be read"), blank=True)
    volume_mm3 = models.FloatField(_("volume (mm³)"), null=True)
    volume_error_mm3 = models.FloatField(_("uncertainty of the volume"), null=True)
    area_mm2 = models.FloatField(_("surface (mm²)"), null=True)
    size_x_mm = models.FloatField(_("size in x (mm)"), null=True)
    size_y_mm = models.FloatField(_("size in y (mm)"), null=True)
    size_z_mm = models.FloatField(_("size in z (mm)"), null=True)
    triangle_count = models.PositiveIntegerField(_("facets"), null=True)
    body_count = models.PositiveIntegerField(_("bodies"), null=True)
    cavity_count = models.PositiveIntegerField(_("closed cavities"), null=True)
    is_watertight = models.BooleanField(_("closed"), null=True)
    preview = models.FileField(
        _("preview"), upload_to=preview_path, max_length=200, blank=True
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.CharField(_("uploaded by"), max_length=200)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        constraints = [
            models.UniqueConstraint(
                name="orders_part_number_and_revision_unique",
                fields=["number", "revision"],
            ),
            models.CheckConstraint(
                name="orders_part_file_kind_known",
                condition=known("file_kind", PartFileKind),
            ),
            models.CheckConstraint(
                name="orders_part_file_unit_known",
                condition=known("file_unit", LengthUnit),
            ),
            models.CheckConstraint(
                name="orders_part_geometry_state_known",
                condition=known("geometry_state", GeometryState),
            ),
            models.CheckConstraint(
                name="orders_part_ready_is_measured",
                condition=~Q(geometry_state=GeometryState.READY)
                | Q(
                    volume_mm3__isnull=False,
                    volume_mm3__gt=0,
                    area_mm2__isnull=False,
                    area_mm2__gt=0,
                    size_x_mm__isnull=False,
                    size_x_mm__gt=0,
                    size_y_mm__isnull=False,
                    size_y_mm__gt=0,
                    size_z_mm__isnull=False,
                    size_z_mm__gt=0,
                    geometry_error="",
                ),
            ),
            models.CheckConstraint(
                name="orders_part_failed_says_why",
                condition=~Q(geometry_state=GeometryState.FAILED)
                | ~Q(geometry_error=""),
            ),
            models.CheckConstraint(
                name="orders_part_file_not_empty", condition=Q(file_bytes__gt=0)
            ),
            models.CheckConstraint(
                name="orders_part_file_sha256_shaped",
                condition=Q(file_sha256__regex=IS_SHA256),
            ),
            models.CheckConstraint(
                name="orders_part_uploaded_by_someone", condition=~Q(uploaded_by="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.revision}".strip()

    @property
    def is_ready(self) -> bool:
        """Whether the part has been measured."""
        return self.geometry_state == GeometryState.READY

    @property
    def volume_cm3(self) -> float | None:
        """The volume in the unit that people read it in."""
        return None if self.volume_mm3 is None else self.volume_mm3 / 1000

    @property
    def sizes_mm(self) -> tuple[float, float, float] | None:
        """The sides of the bounding box, or None before it is known."""
        sides = (self.size_x_mm, self.size_y_mm, self.size_z_mm)
        if sides[0] is None or sides[1] is None or sides[2] is None:
            return None
        return sides[0], sides[1], sides[2]
