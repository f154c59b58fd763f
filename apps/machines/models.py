"""Where an enterprise works, with what, how well, and at what cost."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.machines.rules.figures import (
    BOX_SIZES,
    COARSEST_IT_GRADE,
    CYLINDER_SIZES,
    FINEST_IT_GRADE,
)
from apps.machines.types import (
    CertificateState,
    EnvelopeKind,
    LocationDisclosure,
    MachineKind,
    MachineState,
)
from tenants.isolation import TenantModel, TenantQuerySet

COUNTRY_PATTERN = r"^[A-Z]{2}$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"


def none_of(*columns: str) -> Q:
    """Say that no column has a value."""
    return Q(**{f"{column}__isnull": True for column in columns})


def all_given(*columns: str) -> Q:
    """Say that every column has a value.

    A comparison with NULL is neither true nor false, and a CHECK lets it pass.
    """
    return Q(**{f"{column}__isnull": False for column in columns})


def none_or_above_zero(column: str) -> Q:
    """Say that a figure is unknown or above zero."""
    return Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gt": 0})


class SiteQuerySet(TenantQuerySet["Site"]):
    """Sites of one enterprise."""


class Site(TenantModel, TimeStampedModel):
    """A place where the enterprise works, and how exactly others learn of it.

    A name is used once. The database keeps coordinates in pairs and on the globe.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    country = models.CharField(_("country"), max_length=2, help_text="ISO 3166-1")
    region = models.CharField(_("region"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, help_text=_("IANA name, such as Europe/Berlin.")
    )
    location_disclosure = models.CharField(
        _("what others see"),
        max_length=8,
        choices=LocationDisclosure,
        default=LocationDisclosure.GRID,
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.CheckConstraint(
                name="machines_site_country_is_code",
                condition=Q(country__regex=COUNTRY_PATTERN),
            ),
            models.CheckConstraint(
                name="machines_site_time_zone_given", condition=~Q(time_zone="")
            ),
            models.CheckConstraint(
                name="machines_site_coordinates_on_globe",
                condition=none_of("latitude", "longitude")
                | (
                    all_given("latitude", "longitude")
                    & Q(
                        latitude__gte=-90,
                        latitude__lte=90,
                        longitude__gte=-180,
                        longitude__lte=180,
                    )
                ),
            ),
            models.CheckConstraint(
                name="machines_site_location_disclosure_known",
                condition=Q(location_disclosure__in=LocationDisclosure.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


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
        """Fetch what a list shows of each: site, capabilities, cost model."""
        return self.select_related("site", "costmodel").prefetch_related("capabilities")


class Machine(TenantModel, TimeStampedModel):
    """A machine tool, a line or a facility: something whose time can be booked.

    A code names one machine of the enterprise, and a source's identity at most one.
    What a document said at the last import is kept, so that a planner's correction
    outlives the next import of the same words. A published machine is not retired.
    """

    site = models.ForeignKey(
        Site, models.PROTECT, related_name="machines", verbose_name=_("site")
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
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.label})"

    @property
    def label(self) -> str:
        """Maker and model, or the name of what has neither."""
        return " ".join(part for part in (self.maker, self.model) if part) or self.name

    @property
    def is_published(self) -> bool:
        """Whether the exchange shows the machine."""
        return self.published_at is not None


class CapabilityQuerySet(TenantQuerySet["Capability"]):
    """Capabilities of one enterprise's machines."""


class Capability(TenantModel, TimeStampedModel):
    """What a machine can do in one process; an empty figure is unknown, not zero.

    A machine has one capability for a process. The envelope is a box or a cylinder
    with all its sizes, or unknown; sizes, mass, roughness and batches are above zero.
    """

    machine = models.ForeignKey(
        Machine,
        models.CASCADE,
        related_name="capabilities",
        verbose_name=_("machine"),
    )
    process_code = models.CharField(_("process"), max_length=60, db_index=True)
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
    batch_min = models.PositiveIntegerField(_("smallest batch"), null=True, blank=True)
    batch_max = models.PositiveIntegerField(_("largest batch"), null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return f"{self.process_code} on {self.machine_id}"


class CostModelQuerySet(TenantQuerySet["CostModel"]):
    """Cost models of one enterprise's machines."""


class CostModel(TenantModel, TimeStampedModel):
    """What an hour, a setup and a piece cost on one machine, in one currency.

    Every price that is worked out can be traced to a figure of this row. Cutting
    rates are for wrought aluminium, or unknown; no figure is below zero.
    """

    machine = models.OneToOneField(
        Machine, models.CASCADE, related_name="costmodel", verbose_name=_("machine")
    )
    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217")
    hourly_rate = models.DecimalField(_("hourly rate"), max_digits=12, decimal_places=2)
    setup_minutes = models.DecimalField(
        _("setup minutes"), max_digits=8, decimal_places=2, default=0
    )
    setup_rate = models.DecimalField(
        _("setup rate per hour"), max_digits=12, decimal_places=2, default=0
    )
    programming_hours = models.DecimalField(
        _("programming hours"), max_digits=8, decimal_places=2, default=0
    )
    programming_rate = models.DecimalField(
        _("programming rate per hour"), max_digits=12, decimal_places=2, default=0
    )
    inspection_minutes_per_part = models.DecimalField(
        _("inspection minutes per part"), max_digits=8, decimal_places=2, default=0
    )
    material_markup_percent = models.DecimalField(
        _("markup on material in %"), max_digits=6, decimal_places=2, default=0
    )
    scrap_percent = models.DecimalField(
        _("scrap in %"), max_digits=5, decimal_places=2, default=0
    )
    margin_percent = models.DecimalField(
        _("margin in %"), max_digits=6, decimal_places=2, default=0
    )
    minimum_charge = models.DecimalField(
        _("minimum charge"), max_digits=12, decimal_places=2, default=0
    )
    removal_cm3_per_min = models.DecimalField(
        _("roughing in cm³/min"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    finishing_cm2_per_min = models.DecimalField(
        _("finishing in cm²/min"), max_digits=8, decimal_places=2, null=True, blank=True
    )

    objects = CostModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("cost model")
        verbose_name_plural = _("cost models")
        constraints = [
            models.CheckConstraint(
                name="machines_costmodel_currency_is_code",
                condition=Q(currency__regex=CURRENCY_PATTERN),
            ),
            models.CheckConstraint(
                name="machines_costmodel_hourly_rate_above_zero",
                condition=Q(hourly_rate__gt=0),
            ),
            models.CheckConstraint(
                name="machines_costmodel_nothing_below_zero",
                condition=Q(
                    setup_minutes__gte=0,
                    setup_rate__gte=0,
                    programming_hours__gte=0,
                    programming_rate__gte=0,
                    inspection_minutes_per_part__gte=0,
                    material_markup_percent__gte=0,
                    scrap_percent__gte=0,
                    scrap_percent__lt=100,
                    margin_percent__gte=0,
                    minimum_charge__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="machines_costmodel_cutting_above_zero",
                condition=none_or_above_zero("removal_cm3_per_min")
                & none_or_above_zero("finishing_cm2_per_min"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hourly_rate} {self.currency}/h of {self.machine_id}"


class CertificateQuerySet(TenantQuerySet["Certificate"]):
    """Certificates of one enterprise."""

    def standing(self) -> Self:
        """Keep those that are not known to have expired."""
        return self.exclude(state=CertificateState.EXPIRED)


class Certificate(TenantModel, TimeStampedModel):
    """A certificate that the enterprise holds, or says that it holds.

    A number of a kind is entered once. Whoever verified it is named with the moment.
    """

    kind_code = models.CharField(_("kind"), max_length=60)
    number = models.CharField(_("number"), max_length=80)
    issuer = models.CharField(_("issuer"), max_length=160)
    valid_from_on = models.DateField(_("valid from"), null=True, blank=True)
    valid_until_on = models.DateField(_("valid until"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=CertificateState,
        default=CertificateState.CLAIMED,
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    verified_by = models.CharField(
        _("verified by"), max_length=200, blank=True, editable=False
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                name="machines_certificate_once", fields=["kind_code", "number"]
            ),
            models.CheckConstraint(
                name="machines_certificate_state_known",
                condition=Q(state__in=CertificateState.values),
            ),
            models.CheckConstraint(
                name="machines_certificate_validity_in_order",
                condition=Q(valid_from_on__isnull=True)
                | Q(valid_until_on__isnull=True)
                | Q(valid_until_on__gte=F("valid_from_on")),
            ),
            models.CheckConstraint(
                name="machines_certificate_verified_at_with_by",
                condition=Q(verified_at__isnull=True, verified_by="")
                | (Q(verified_at__isnull=False) & ~Q(verified_by="")),
            ),
            models.CheckConstraint(
                name="machines_certificate_verified_has_moment",
                condition=~Q(state=CertificateState.VERIFIED)
                | Q(verified_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_code} {self.number}"
