"""Machine models as their makers publish them; every enterprise reads the same rows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.conditions import none_or_above_zero
from apps.kernel.models import SharedModel
from apps.library.types import FIGURES, Confidence, MachineKind, SizeBasis
from tenants.types import Tenancy

CODE_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _all_none_or_above_zero() -> Q:
    condition = Q()
    for column in FIGURES:
        condition &= none_or_above_zero(column)
    return condition


class MachineModel(SharedModel):
    """A model that a maker builds in series, with the figures the maker publishes.

    An empty figure is not in the maker's text, or not certain; it is never zero. Sizes
    come with what they are the sizes of. A figure is confirmed only by a second text.
    """

    tenancy = Tenancy.SHARED

    code = models.CharField(_("code"), max_length=60, unique=True)
    maker = models.CharField(_("maker"), max_length=120)
    model = models.CharField(_("model"), max_length=120)
    other_names = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("other names"),
        default=list,
        blank=True,
    )
    names = ArrayField(models.CharField(max_length=240), editable=False)
    search_text = models.TextField(editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=MachineKind)
    process_codes = ArrayField(
        models.CharField(max_length=60), verbose_name=_("processes")
    )
    basis = models.CharField(
        _("sizes of"), max_length=16, choices=SizeBasis, blank=True
    )
    axes = models.PositiveSmallIntegerField(_("axes"), null=True)
    size_x_mm = models.FloatField(_("X in mm"), null=True)
    size_y_mm = models.FloatField(_("Y in mm"), null=True)
    size_z_mm = models.FloatField(_("Z in mm"), null=True)
    diameter_mm = models.FloatField(_("diameter in mm"), null=True)
    length_mm = models.FloatField(_("length in mm"), null=True)
    max_load_kg = models.FloatField(_("table load in kg"), null=True)
    spindle_rpm = models.PositiveIntegerField(_("spindle rpm"), null=True)
    spindle_kw = models.FloatField(_("spindle kW"), null=True)
    tool_places = models.PositiveSmallIntegerField(_("tool places"), null=True)
    force_kn = models.FloatField(_("force in kN"), null=True)
    positioning_um = models.FloatField(_("positioning in µm"), null=True)
    source = models.CharField(_("source"), max_length=300)
    source_on = models.CharField(_("edition"), max_length=40, blank=True)
    source_url = models.CharField(_("address"), max_length=300)
    confirmed_figures = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("figures found in a second text"),
        default=list,
        blank=True,
    )
    second_source = models.CharField(_("second text"), max_length=300, blank=True)
    second_source_url = models.CharField(
        _("address of the second text"), max_length=300, blank=True
    )
    order = models.PositiveIntegerField(_("order"))

    class Meta:
        verbose_name = _("machine model")
        verbose_name_plural = _("machine models")
        constraints = [
            models.UniqueConstraint(
                name="library_machinemodel_name_once", fields=["maker", "model"]
            ),
            models.CheckConstraint(
                name="library_machinemodel_code_shaped",
                condition=Q(code__regex=CODE_PATTERN),
            ),
            models.CheckConstraint(
                name="library_machinemodel_kind_known",
                condition=Q(kind__in=MachineKind.values),
            ),
            models.CheckConstraint(
                name="library_machinemodel_basis_known",
                condition=Q(basis="") | Q(basis__in=SizeBasis.values),
            ),
            models.CheckConstraint(
                name="library_machinemodel_process_given",
                condition=Q(process_codes__len__gt=0),
            ),
            models.CheckConstraint(
                name="library_machinemodel_source_given", condition=~Q(source="")
            ),
            models.CheckConstraint(
                name="library_machinemodel_figures_above_zero",
                condition=_all_none_or_above_zero(),
            ),
            models.CheckConstraint(
                name="library_machinemodel_confirmed_by_second",
                condition=Q(confirmed_figures__len=0, second_source="")
                | (Q(confirmed_figures__len__gt=0) & ~Q(second_source="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.maker} {self.model}"

    @property
    def confidence(self) -> Confidence:
        """Whether any figure is borne out by a second text."""
        return Confidence.CONFIRMED if self.confirmed_figures else Confidence.STATED
