"""What an enterprise works with, and what it can do."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.conditions import none_or_above_zero
from apps.kernel.models import TimeStampedModel
from apps.machines.models.conditions import (
    all_given,
    holds_only,
    holds_tolerances,
    none_of,
)
from apps.machines.models.site import Site
from apps.machines.models.work_center import WorkCenter
from apps.machines.rules.figures import (
    BOX_SIZES,
    COARSEST_IT_GRADE,
    CYLINDER_SIZES,
    FINEST_IT_GRADE,
)
from apps.machines.types import (
    EnvelopeKind,
    FigureOrigin,
    MachineKind,
    MachineState,
)
from tenants.isolation import TenantModel, TenantQuerySet


class MachineQuerySet(TenantQuerySet["Machine"]):
    """Machines of one enterprise."""

    def published(self) -> Self:
        """Keep those that the exchange shows."""
        return self.filter(published_at__isnull=False)

    def in_use(self) -> Self:
        """Keep those that are not retired."""
        return self.exclude(state=MachineState.RETIRED)

    def that_can(self, process_codes: frozenset[str]) -> Self:
        """Keep those with a capability in one of the processes."""
        able = Capability.objects.filter(process_code__in=process_codes)
        return self.filter(pk__in=able.values("machine_id"))

    def with_offers(self) -> Self:
        """Fetch what a list shows of each: where it stands, what it can do, its rate."""
        found = self.select_related("site", "work_center", "costmodel")
        return found.prefetch_related("capabilities")


class Machine(TenantModel, TimeStampedModel):
    """A machine tool, a line or a facility: something whose time can be booked.

    A code names one machine of the enterprise, and a source's identity at most one.
    What a document said at the last import is kept, so that a planner's correction
    outlives the next import of the same words. A published machine is not retired.
    Of each figure that makers publish it is kept whose word it is.
    """

    site = models.ForeignKey(
        Site, models.PROTECT, related_name="machines", verbose_name=_("site")
    )
    # Its key is of site and work center together: machines_machine_work_center_of_site.
    work_center = models.ForeignKey(
        WorkCenter,
        models.PROTECT,
        related_name="machines",
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name=_("work center"),
    )
    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    maker = models.CharField(_("maker"), max_length=120, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    serial_number = models.CharField(_("serial number"), max_length=120, blank=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=MachineKind, default=MachineKind.MACHINE_TOOL
    )
    state = models.CharField(
        _("state"), max_length=16, choices=MachineState, default=MachineState.ACTIVE
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    axes = models.PositiveSmallIntegerField(_("axes"), null=True, blank=True)
    axis_names = models.JSONField(_("names of axes"), default=list, blank=True)
    controller = models.CharField(_("controller"), max_length=120, blank=True)
    spindle_rpm = models.PositiveIntegerField(_("spindle rpm"), null=True, blank=True)
    spindle_kw = models.FloatField(_("spindle kW"), null=True, blank=True)
    figures_source = models.CharField(
        _("source of figures"), max_length=300, blank=True
    )
    model_code = models.CharField(_("model in the library"), max_length=60, blank=True)
    figures_origin = models.JSONField(
        _("whose word the figures are"), default=dict, blank=True, editable=False
    )
    source_uri = models.CharField(
        _("imported as"), max_length=300, blank=True, editable=False
    )
    source_facts = models.JSONField(_("imported facts"), default=dict, editable=False)
    proposal = models.JSONField(_("proposal"), default=dict, editable=False)
    auto_quote = models.BooleanField(_("quotes by itself"), default=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by = models.CharField(
        _("published by"), max_length=200, blank=True, editable=False
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = MachineQuerySet.as_manager()

    class Meta:
        verbose_name = _("machine")
        verbose_name_plural = _("machines")
        constraints = [
            models.UniqueConstraint(
                name="machines_machine_source_uri_once",
                fields=["source_uri"],
                condition=~Q(source_uri=""),
            ),
            models.CheckConstraint(
                name="machines_machine_code_given", condition=~Q(code="")
            ),
            models.CheckConstraint(
                name="machines_machine_kind_known",
                condition=Q(kind__in=MachineKind.values),
            ),
            models.CheckConstraint(
                name="machines_machine_state_known",
                condition=Q(state__in=MachineState.values),
            ),
            models.CheckConstraint(
                name="machines_machine_published_at_with_by",
                condition=Q(published_at__isnull=True, published_by="")
                | (Q(published_at__isnull=False) & ~Q(published_by="")),
            ),
            models.CheckConstraint(
                name="machines_machine_retired_not_published",
                condition=Q(published_at__isnull=True) | ~Q(state=MachineState.RETIRED),
            ),
            models.CheckConstraint(
                name="machines_machine_figures_above_zero",
                condition=none_or_above_zero("axes")
                & none_or_above_zero("spindle_rpm")
                & none_or_above_zero("spindle_kw"),
            ),
            models.CheckConstraint(
                name="machines_machine_figures_origin_known",
                condition=holds_only("figures_origin", FigureOrigin.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.label})"

    @property
    def label(self) -> str:
        """Maker and model, or the name of what has neither."""
        return " ".join(part for part in (self.maker, self.model) if part) or self.name

    @property
    def work_center_code(self) -> str:
        """The code of the work center to which it belongs; empty for none."""
        return self.work_center.code if self.work_center else ""

    @property
    def is_published(self) -> bool:
        """Whether the exchange shows the machine."""
        return self.published_at is not None


class CapabilityQuerySet(TenantQuerySet["Capability"]):
    """Capabilities of one enterprise's machines."""


class Capability(TenantModel, TimeStampedModel):
    """What a machine can do in one process; an empty figure is unknown, not zero.

    A machine has one capability for a process. Features that it holds differently well
    have figures of their own, by class. The envelope is a box or a cylinder
    with all its sizes, or unknown; sizes, mass, roughness and batches are above zero.
    """

    machine = models.ForeignKey(
        Machine,
        models.CASCADE,
        related_name="capabilities",
        verbose_name=_("machine"),
        # The unique constraint below begins with it.
        db_index=False,
    )
    process_code = models.CharField(_("process"), max_length=60)
    material_groups = models.JSONField(_("material groups"), default=list, blank=True)
    material_codes = models.JSONField(_("materials"), default=list, blank=True)
    envelope_kind = models.CharField(  # noqa: DJ001  (empty means unknown, as do sizes)
        _("envelope"), max_length=8, choices=EnvelopeKind, null=True, blank=True
    )
    size_x_mm = models.FloatField(_("X in mm"), null=True, blank=True)
    size_y_mm = models.FloatField(_("Y in mm"), null=True, blank=True)
    size_z_mm = models.FloatField(_("Z in mm"), null=True, blank=True)
    diameter_mm = models.FloatField(_("diameter in mm"), null=True, blank=True)
    length_mm = models.FloatField(_("length in mm"), null=True, blank=True)
    max_mass_kg = models.FloatField(_("heaviest part in kg"), null=True, blank=True)
    it_grade = models.PositiveSmallIntegerField(
        _("finest IT grade"), null=True, blank=True, help_text="ISO 286"
    )
    roughness_um = models.FloatField(_("finest Ra in µm"), null=True, blank=True)
    tolerances = models.JSONField(_("tolerances of features"), default=dict, blank=True)
    batch_min = models.PositiveIntegerField(_("smallest batch"), null=True, blank=True)
    batch_max = models.PositiveIntegerField(_("largest batch"), null=True, blank=True)
    figures_origin = models.JSONField(
        _("whose word the figures are"), default=dict, blank=True, editable=False
    )

    objects = CapabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("capability")
        verbose_name_plural = _("capabilities")
        constraints = [
            models.UniqueConstraint(
                name="machines_capability_once_a_process",
                fields=["machine", "process_code"],
            ),
            models.CheckConstraint(
                name="machines_capability_envelope_kind_known",
                condition=Q(envelope_kind__isnull=True)
                | Q(envelope_kind__in=EnvelopeKind.values),
            ),
            models.CheckConstraint(
                name="machines_capability_envelope_whole",
                condition=(
                    Q(envelope_kind__isnull=True) & none_of(*BOX_SIZES, *CYLINDER_SIZES)
                )
                | (
                    Q(
                        envelope_kind=EnvelopeKind.BOX,
                        size_x_mm__gt=0,
                        size_y_mm__gt=0,
                        size_z_mm__gt=0,
                    )
                    & all_given("envelope_kind", *BOX_SIZES)
                    & none_of(*CYLINDER_SIZES)
                )
                | (
                    Q(
                        envelope_kind=EnvelopeKind.CYLINDER,
                        diameter_mm__gt=0,
                        length_mm__gt=0,
                    )
                    & all_given("envelope_kind", *CYLINDER_SIZES)
                    & none_of(*BOX_SIZES)
                ),
            ),
            models.CheckConstraint(
                name="machines_capability_figures_above_zero",
                condition=none_or_above_zero("max_mass_kg")
                & none_or_above_zero("roughness_um")
                & none_or_above_zero("batch_min")
                & none_or_above_zero("batch_max"),
            ),
            models.CheckConstraint(
                name="machines_capability_it_grade_in_range",
                condition=Q(it_grade__isnull=True)
                | Q(it_grade__gte=FINEST_IT_GRADE, it_grade__lte=COARSEST_IT_GRADE),
            ),
            models.CheckConstraint(
                name="machines_capability_batches_in_order",
                condition=Q(batch_min__isnull=True)
                | Q(batch_max__isnull=True)
                | Q(batch_max__gte=F("batch_min")),
            ),
            models.CheckConstraint(
                name="machines_capability_tolerances_of_features",
                condition=holds_tolerances("tolerances"),
            ),
            models.CheckConstraint(
                name="machines_capability_figures_origin_known",
                condition=holds_only("figures_origin", FigureOrigin.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process_code} on {self.machine_id}"
