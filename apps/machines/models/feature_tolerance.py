"""How well a machine holds one kind of feature."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.machines.models.conditions import none_of, none_or_above_zero
from apps.machines.models.machine import Capability
from apps.machines.rules.figures import COARSEST_IT_GRADE, FINEST_IT_GRADE
from apps.machines.types import FeatureClass
from tenants.isolation import TenantModel, TenantQuerySet


class FeatureToleranceQuerySet(TenantQuerySet["FeatureTolerance"]):
    """Tolerances of one enterprise's capabilities."""


class FeatureTolerance(TenantModel, TimeStampedModel):
    """The finest tolerance of one class of features; another than the capability's.

    A class is stated once for a capability, by an IT grade (ISO 286), by a width in
    micrometers, by a roughness, or by several of them.
    """

    capability = models.ForeignKey(
        Capability,
        models.CASCADE,
        related_name="tolerances",
        verbose_name=_("capability"),
        # The unique constraint below begins with it.
        db_index=False,
    )
    feature = models.CharField(_("feature"), max_length=16, choices=FeatureClass)
    it_grade = models.PositiveSmallIntegerField(
        _("finest IT grade"), null=True, blank=True, help_text="ISO 286"
    )
    tolerance_um = models.FloatField(_("tolerance in µm"), null=True, blank=True)
    roughness_um = models.FloatField(_("finest Ra in µm"), null=True, blank=True)

    objects = FeatureToleranceQuerySet.as_manager()

    class Meta:
        verbose_name = _("tolerance of a feature")
        verbose_name_plural = _("tolerances of features")
        constraints = [
            models.UniqueConstraint(
                name="machines_featuretolerance_once_a_feature",
                fields=["capability", "feature"],
            ),
            models.CheckConstraint(
                name="machines_featuretolerance_feature_known",
                condition=Q(feature__in=FeatureClass.values),
            ),
            models.CheckConstraint(
                name="machines_featuretolerance_says_something",
                condition=~none_of("it_grade", "tolerance_um", "roughness_um"),
            ),
            models.CheckConstraint(
                name="machines_featuretolerance_figures_above_zero",
                condition=none_or_above_zero("tolerance_um")
                & none_or_above_zero("roughness_um"),
            ),
            models.CheckConstraint(
                name="machines_featuretolerance_it_grade_in_range",
                condition=Q(it_grade__isnull=True)
                | Q(it_grade__gte=FINEST_IT_GRADE, it_grade__lte=COARSEST_IT_GRADE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feature} of {self.capability_id}"
