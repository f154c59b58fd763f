from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import TimeStampedModel
from apps.orders.models.columns import IS_COUNTRY, IS_CURRENCY, actor, known, paired
from apps.orders.models.part import Part
from apps.orders.types import Audience, RfqState
from tenants.isolation import TenantModel, TenantQuerySet


class RfqQuerySet(TenantQuerySet["Rfq"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class Rfq(TenantModel, TimeStampedModel):
    """A request for quotation: what this enterprise wants made, and on what terms.

    Its number names one request. One that has been published says when it is due
    and until when it takes answers.
    """

    number = models.CharField(_("number"), max_length=20)
    title = models.CharField(_("title"), max_length=160)
    state = models.CharField(
        _("state"), max_length=10, choices=RfqState, default=RfqState.DRAFT
    )
    currency = models.CharField(_("currency"), max_length=3)
    anonymous = models.BooleanField(
        _("anonymous"),
        default=True,
        help_text=_("Sellers learn who asks when they win the award."),
    )
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience, default=Audience.PUBLIC
    )
    invited_enterprise_ids = models.JSONField(
        _("invited enterprises"), default=list, blank=True
    )
    delivery_country = models.CharField(
        _("country of delivery"), max_length=2, blank=True
    )
    delivery_city = models.CharField(_("place of delivery"), max_length=80, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    response_deadline_at = models.DateTimeField(
        _("answers until"), null=True, blank=True
    )
    certificate_codes = models.JSONField(
        _("certificates asked for"), default=list, blank=True
    )
    allowed_countries = models.JSONField(
        _("only from these countries"), default=list, blank=True
    )
    excluded_countries = models.JSONField(
        _("not from these countries"), default=list, blank=True
    )
    weights = models.JSONField(_("weights of the score"), default=dict, blank=True)
    note = models.TextField(_("note to sellers"), blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    version = models.PositiveIntegerField(default=1, editable=False)
    drafted_at = models.DateTimeField(_("drafted at"))
    drafted_by = models.CharField(_("drafted by"), max_length=200)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = actor(_("published by"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = actor(_("closed by"))
    awarded_at = models.DateTimeField(_("awarded at"), null=True, blank=True)
    awarded_by = actor(_("awarded by"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = actor(_("cancelled by"))
    cancel_reason = models.CharField(_("why cancelled"), max_length=300, blank=True)

    objects = RfqQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for quotation")
        verbose_name_plural = _("requests for quotation")
        constraints = [
            models.UniqueConstraint(name="orders_rfq_number_unique", fields=["number"]),
            models.CheckConstraint(
                name="orders_rfq_state_known", condition=known("state", RfqState)
            ),
            models.CheckConstraint(
                name="orders_rfq_audience_known", condition=known("audience", Audience)
            ),
            models.CheckConstraint(
                name="orders_rfq_currency_is_code",
                condition=Q(currency__regex=IS_CURRENCY),
            ),
            models.CheckConstraint(
                name="orders_rfq_delivery_country_is_code",
                condition=Q(delivery_country__regex=IS_COUNTRY),
            ),
            models.CheckConstraint(
                name="orders_rfq_place_on_earth",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__gte=-180,
                    longitude__lte=180,
                    latitude__isnull=False,
                    longitude__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="orders_rfq_published_has_dates",
                condition=Q(published_at__isnull=True)
                | Q(due_on__isnull=False, response_deadline_at__isnull=False),
            ),
            models.CheckConstraint(
                name="orders_rfq_published_once_out",
                condition=Q(state__in=[RfqState.DRAFT, RfqState.CANCELLED])
                | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="orders_rfq_published_at_by", condition=paired("published")
            ),
            models.CheckConstraint(
                name="orders_rfq_closed_at_by", condition=paired("closed")
            ),
            models.CheckConstraint(
                name="orders_rfq_awarded_at_by", condition=paired("awarded")
            ),
            models.CheckConstraint(
                name="orders_rfq_cancelled_at_by", condition=paired("cancelled")
            ),
            models.CheckConstraint(
                name="orders_rfq_drafted_by_someone", condition=~Q(drafted_by="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_editable(self) -> bool:
        """Whether the buyer may still change what is asked."""
        return self.state == RfqState.DRAFT

    @property
    def is_taking_quotes(self) -> bool:
        """Whether sellers may answer, their deadline aside."""
        return self.state == RfqState.PUBLISHED


class RfqLineQuerySet(TenantQuerySet["RfqLine"]):
    def in_order(self) -> Self:
        return self.order_by("rfq_id", "position")


class RfqLine(TenantModel, TimeStampedModel):
    """One part that a request asks for, so many times, made in one of some ways.

    `demand_id` is the line's published copy in the exchange. Positions of a request
    are unique, and a quantity is never zero.
    """

    # The unique constraint below begins with it, so that it needs no index of its own.
    rfq = models.ForeignKey(Rfq, models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"))
    part = models.ForeignKey(Part, models.PROTECT, related_name="rfq_lines")
    process_codes = models.JSONField(
        _("processes"), default=list, help_text=_("Any one of these will do.")
    )
    material_code = models.CharField(_("material"), max_length=64, blank=True)
    it_grade = models.PositiveSmallIntegerField(
        _("IT grade"), null=True, blank=True, help_text=_("Finest one asked for.")
    )
    roughness_um = models.FloatField(_("roughness Ra (µm)"), null=True, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    target_unit_price = models.DecimalField(
        _("target price of a piece"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
    )
    demand_id = models.UUIDField(_("demand"), null=True, unique=True, editable=False)

    objects = RfqLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a request")
        verbose_name_plural = _("lines of a request")
        constraints = [
            models.UniqueConstraint(
                name="orders_rfqline_position_unique", fields=["rfq", "position"]
            ),
            models.CheckConstraint(
                name="orders_rfqline_quantity_above_zero", condition=Q(quantity__gt=0)
            ),
            models.CheckConstraint(
                name="orders_rfqline_it_grade_1_to_18",
                condition=Q(it_grade__isnull=True)
                | Q(it_grade__gte=1, it_grade__lte=18),
            ),
            models.CheckConstraint(
                name="orders_rfqline_roughness_above_zero",
                condition=Q(roughness_um__isnull=True) | Q(roughness_um__gt=0),
            ),
            models.CheckConstraint(
                name="orders_rfqline_target_above_zero",
                condition=Q(target_unit_price__isnull=True)
                | Q(target_unit_price__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rfq_id} line {self.position}"
