"""The trade's common words; every enterprise reads the same rows."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from apps.catalog.types import (
    EntryKind,
    EquivalenceKind,
    MaterialGroup,
    VersionOrigin,
)
from apps.kernel.models import SharedModel
from tenants.types import Tenancy

CODE_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
FINEST_IT_GRADE = 1
COARSEST_IT_GRADE = 18


class Process(models.Model):
    """What is done to a part, or a facility that can be booked: a node of one tree.

    The path is made of the codes from the root down. Typical ranges judge whether
    what a shop declares is plausible; they never stand in for its capability.
    """

    tenancy = Tenancy.SHARED

    code = models.CharField(_("code"), primary_key=True, max_length=60)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("parent")
    )
    path = models.CharField(_("path"), max_length=300, unique=True)
    din_group = models.CharField(
        _("DIN 8580 group"), max_length=12, blank=True, help_text="3.2.3"
    )
    standard = models.CharField(_("standard"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_zh = models.CharField(_("name in Chinese"), max_length=120)
    name_ru = models.CharField(_("name in Russian"), max_length=120)
    name_de = models.CharField(_("name in German"), max_length=120)
    aliases = models.JSONField(_("other names"), default=list)
    definition = models.CharField(_("definition"), max_length=300)
    it_grade_min = models.PositiveSmallIntegerField(_("finest typical IT"), null=True)
    it_grade_max = models.PositiveSmallIntegerField(_("coarsest typical IT"), null=True)
    roughness_min_um = models.FloatField(_("finest typical Ra"), null=True)
    roughness_max_um = models.FloatField(_("coarsest typical Ra"), null=True)
    parameters = models.JSONField(
        _("parameters"),
        default=list,
        help_text=_("What the process is described by, with typical ranges."),
    )
    source = models.TextField(_("source"))
    is_leaf = models.BooleanField(_("has no parts of its own"))
    order = models.PositiveIntegerField(_("order"))

    class Meta:
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        constraints = [
            models.CheckConstraint(
                name="catalog_process_code_shaped",
                condition=Q(code__regex=CODE_PATTERN),
            ),
            models.CheckConstraint(
                name="catalog_process_path_ends_in_code",
                condition=Q(parent__isnull=True, path=F("code"))
                | Q(parent__isnull=False, path__endswith=F("code")),
            ),
            models.CheckConstraint(
                name="catalog_process_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("code")),
            ),
            models.CheckConstraint(
                name="catalog_process_it_grades_in_order",
                condition=Q(it_grade_min__isnull=True, it_grade_max__isnull=True)
                | Q(
                    # A comparison with NULL would let the row pass.
                    it_grade_min__isnull=False,
                    it_grade_max__isnull=False,
                    it_grade_min__gte=FINEST_IT_GRADE,
                    it_grade_max__gte=F("it_grade_min"),
                    it_grade_max__lte=COARSEST_IT_GRADE,
                ),
            ),
            models.CheckConstraint(
                name="catalog_process_roughness_in_order",
                condition=Q(
                    roughness_min_um__isnull=True, roughness_max_um__isnull=True
                )
                | Q(
                    roughness_min_um__isnull=False,
                    roughness_max_um__isnull=False,
                    roughness_min_um__gt=0,
                    roughness_max_um__gte=F("roughness_min_um"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.name_en})"


class Material(models.Model):
    """A grade that parts are made of, as its standard designates it.

    A factor of 1 means that it comes off as fast as wrought aluminium.
    """

    tenancy = Tenancy.SHARED

    code = models.CharField(_("code"), primary_key=True, max_length=60)
    name = models.CharField(_("designation"), max_length=80)
    standard = models.CharField(_("standard"), max_length=60)
    number = models.CharField(_("number"), max_length=60, blank=True)
    group = models.CharField(_("group"), max_length=12, choices=MaterialGroup)
    density_kg_m3 = models.PositiveIntegerField(_("density in kg/m³"))
    removal_factor = models.DecimalField(
        _("removal factor"), max_digits=6, decimal_places=3
    )
    price_eur_kg = models.DecimalField(
        _("indicative price in EUR/kg"), max_digits=8, decimal_places=2
    )
    aliases = models.JSONField(_("other names"), default=list)
    source = models.TextField(_("source"))
    order = models.PositiveIntegerField(_("order"))

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        constraints = [
            models.CheckConstraint(
                name="catalog_material_code_shaped",
                condition=Q(code__regex=CODE_PATTERN),
            ),
            models.CheckConstraint(
                name="catalog_material_group_known",
                condition=Q(group__in=MaterialGroup.values),
            ),
            models.CheckConstraint(
                name="catalog_material_figures_above_zero",
                condition=Q(
                    density_kg_m3__gt=0, removal_factor__gt=0, price_eur_kg__gt=0
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.standard})"


class MaterialEquivalence(SharedModel):
    """That grade `b` may stand for grade `a`, and on what terms.

    Only identical grades stand for each other both ways and unasked.
    """

    tenancy = Tenancy.SHARED

    a = models.ForeignKey(
        Material, models.CASCADE, related_name="+", verbose_name=_("grade asked for")
    )
    b = models.ForeignKey(
        Material, models.CASCADE, related_name="+", verbose_name=_("grade offered")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=EquivalenceKind)
    source = models.TextField(_("source"))

    class Meta:
        verbose_name = _("material equivalence")
        verbose_name_plural = _("material equivalences")
        constraints = [
            models.UniqueConstraint(
                name="catalog_materialequivalence_once", fields=["a", "b"]
            ),
            # Near is near both ways: a pair is stated once, whichever way round.
            models.UniqueConstraint(
                Least("a", "b"),
                Greatest("a", "b"),
                name="catalog_materialequivalence_pair_once",
            ),
            models.CheckConstraint(
                name="catalog_materialequivalence_between_two",
                condition=~Q(a=F("b")),
            ),
            models.CheckConstraint(
                name="catalog_materialequivalence_kind_known",
                condition=Q(kind__in=EquivalenceKind.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.a_id} ~ {self.b_id} ({self.kind})"


class CertificateKind(models.Model):
    """A certificate that buyers ask for, and who may issue it.

    `includes` names the kinds whose requirements it certifies as well.
    """

    tenancy = Tenancy.SHARED

    code = models.CharField(_("code"), primary_key=True, max_length=60)
    name = models.CharField(_("name"), max_length=120)
    issuer_scope = models.CharField(_("issued by"), max_length=160)
    industry = models.CharField(_("industry"), max_length=40)
    includes = models.JSONField(_("includes"), default=list)
    source = models.TextField(_("source"))
    order = models.PositiveIntegerField(_("order"))

    class Meta:
        verbose_name = _("kind of certificate")
        verbose_name_plural = _("kinds of certificate")
        constraints = [
            models.CheckConstraint(
                name="catalog_certificatekind_code_shaped",
                condition=Q(code__regex=CODE_PATTERN),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeRate(SharedModel):
    """What one euro bought of a currency on a day, and who says so."""

    tenancy = Tenancy.SHARED

    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217")
    units_per_eur = models.DecimalField(
        _("units per euro"), max_digits=18, decimal_places=8
    )
    on = models.DateField(_("on"))
    source = models.TextField(_("source"))

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                name="catalog_exchangerate_once_a_day", fields=["currency", "on"]
            ),
            models.CheckConstraint(
                name="catalog_exchangerate_currency_is_code",
                condition=Q(currency__regex=r"^[A-Z]{3}$") & ~Q(currency="EUR"),
            ),
            models.CheckConstraint(
                name="catalog_exchangerate_above_zero",
                condition=Q(units_per_eur__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.units_per_eur} on {self.on}"


class SearchName(SharedModel):
    """One of the names that a process or a material is found by.

    `words` is the name without case, width, accents and punctuation; `tight` is the
    same run together. An entry has each of its names once.
    """

    tenancy = Tenancy.SHARED

    kind = models.CharField(_("kind"), max_length=12, choices=EntryKind)
    code = models.CharField(_("code"), max_length=60)
    language = models.CharField(_("language"), max_length=2, blank=True)
    words = models.CharField(_("words"), max_length=200)
    tight = models.CharField(_("words run together"), max_length=200)

    class Meta:
        verbose_name = _("search name")
        verbose_name_plural = _("search names")
        constraints = [
            models.UniqueConstraint(
                name="catalog_searchname_once",
                fields=["kind", "code", "tight", "language"],
            ),
            models.CheckConstraint(
                name="catalog_searchname_kind_known",
                condition=Q(kind__in=EntryKind.values),
            ),
            models.CheckConstraint(
                name="catalog_searchname_not_empty", condition=~Q(tight="")
            ),
        ]
        indexes = [
            GinIndex(
                fields=["words"],
                opclasses=["gin_trgm_ops"],
                name="catalog_searchname_words",
            ),
            GinIndex(
                fields=["tight"],
                opclasses=["gin_trgm_ops"],
                name="catalog_searchname_tight",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words} ({self.code})"


class CatalogVersion(models.Model):
    """A state of the catalog: what made it, when, by whom and why.

    Numbers follow each other without gaps. Nobody but the owner changes or removes
    one.
    """

    tenancy = Tenancy.SHARED

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("at"))
    by_id = models.UUIDField(_("by (id)"), null=True)
    by_label = models.CharField(_("by"), max_length=160)
    origin = models.CharField(_("origin"), max_length=12, choices=VersionOrigin)
    reason = models.CharField(_("reason"), max_length=300)
    added = models.JSONField(_("added"), default=dict)

    class Meta:
        verbose_name = _("catalog version")
        verbose_name_plural = _("catalog versions")
        constraints = [
            models.CheckConstraint(
                name="catalog_catalogversion_origin_known",
                condition=Q(origin__in=VersionOrigin.values),
            ),
            models.CheckConstraint(
                name="catalog_catalogversion_number_above_zero",
                condition=Q(number__gt=0),
            ),
            models.CheckConstraint(
                name="catalog_catalogversion_has_reason", condition=~Q(reason="")
            ),
            models.CheckConstraint(
                name="catalog_catalogversion_operator_is_known",
                condition=Q(origin=VersionOrigin.RELEASE) | Q(by_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class CatalogChange(SharedModel):
    """One fact that a version of the catalog changed: what it was, what it became."""

    tenancy = Tenancy.OPERATOR

    version = models.ForeignKey(
        CatalogVersion,
        models.PROTECT,
        related_name="changes",
        verbose_name=_("version"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=EntryKind)
    key = models.CharField(_("key"), max_length=130)
    field = models.CharField(_("fact"), max_length=40)
    old = models.JSONField(_("was"), null=True)
    new = models.JSONField(_("became"), null=True)

    class Meta:
        verbose_name = _("catalog change")
        verbose_name_plural = _("catalog changes")
        constraints = [
            models.UniqueConstraint(
                name="catalog_catalogchange_once",
                fields=["version", "kind", "key", "field"],
            ),
            models.CheckConstraint(
                name="catalog_catalogchange_kind_known",
                condition=Q(kind__in=EntryKind.values),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "key"], name="catalog_catalogchange_of_entry")
        ]

    def __str__(self) -> str:
        return f"{self.key}.{self.field}"


class OperatorFact(SharedModel):
    """A fact that the operator holds against the release; loading leaves it alone.

    `base` is what the release said when it was changed. `released` is what a later
    release says otherwise: then the two are in conflict until somebody decides.
    """

    tenancy = Tenancy.OPERATOR

    kind = models.CharField(_("kind"), max_length=12, choices=EntryKind)
    key = models.CharField(_("key"), max_length=130)
    field = models.CharField(_("fact"), max_length=40)
    base = models.JSONField(_("release said"), null=True)
    value = models.JSONField(_("operator says"), null=True)
    released = models.JSONField(_("release says now"), null=True)
    is_in_conflict = models.BooleanField(_("in conflict"), default=False)
    version = models.ForeignKey(
        CatalogVersion, models.PROTECT, related_name="+", verbose_name=_("version")
    )

    class Meta:
        verbose_name = _("operator's fact")
        verbose_name_plural = _("operator's facts")
        constraints = [
            models.UniqueConstraint(
                name="catalog_operatorfact_once", fields=["kind", "key", "field"]
            ),
            models.CheckConstraint(
                name="catalog_operatorfact_kind_known",
                condition=Q(kind__in=EntryKind.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}.{self.field}"
