from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.exchange.models.columns import known
from apps.exchange.models.demand import Demand
from apps.exchange.models.listing import Listing
from apps.exchange.types import Outcome, RunState, RunTrigger
from apps.kernel.models import SharedModel


class MatchRunQuerySet(models.QuerySet["MatchRun"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class MatchRun(SharedModel):
    """One recorded execution of the matcher for a demand.

    It keeps the versions of rules and catalog, the weights, the day it judged for and a digest
    of its inputs: run again over the same inputs, it gives the same matches. A
    finished run has an end, and fits no more listings than it considered.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    demand = models.ForeignKey(
        Demand, models.CASCADE, related_name="runs", db_index=False
    )
    trigger = models.CharField(_("trigger"), max_length=20, choices=RunTrigger)
    rule_version = models.CharField(_("version of the rules"), max_length=16)
    # Of runs before versions were kept it is not known.
    catalog_version = models.PositiveIntegerField(
        _("version of the catalog"), null=True
    )
    engine = models.CharField(_("engine"), max_length=16)
    weights = models.JSONField(_("weights"))
    judged_on = models.DateField(_("judged for"))
    demand_version = models.PositiveIntegerField(_("version of the demand"))
    inputs_digest = models.CharField(_("digest of the inputs"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=RunState, default=RunState.RUNNING
    )
    considered = models.PositiveIntegerField(_("considered"), default=0)
    fitting = models.PositiveIntegerField(_("fitting"), default=0)
    unknown = models.PositiveIntegerField(_("not all stated"), default=0)
    refused_by_first = models.JSONField(_("refused, by first reason"), default=dict)
    refused_by_only = models.JSONField(_("refused, by only reason"), default=dict)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    engine_ms = models.FloatField(_("engine (ms)"), null=True)

    objects = MatchRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("match run")
        verbose_name_plural = _("match runs")
        constraints = [
            models.CheckConstraint(
                name="exchange_matchrun_trigger_known",
                condition=known("trigger", RunTrigger),
            ),
            models.CheckConstraint(
                name="exchange_matchrun_state_known", condition=known("state", RunState)
            ),
            models.CheckConstraint(
                name="exchange_matchrun_finished_has_end",
                condition=Q(state=RunState.RUNNING, finished_at__isnull=True)
                | Q(state=RunState.FINISHED, finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="exchange_matchrun_fitting_within_considered",
                condition=Q(fitting__lte=F("considered") - F("unknown")),
            ),
        ]
        indexes = [
            # For the latest run of a demand; ids sort by the time they were made.
            models.Index(name="exchange_matchrun_latest", fields=["demand", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.trigger})"


class MatchQuerySet(models.QuerySet["Match"]):
    def best_first(self) -> Self:
        return self.order_by("rank")


class Match(SharedModel):
    """A listing judged for a demand in its latest run, with score and reasons.

    Kept for all that fit, up to a limit, and for the nearest that do not. A pair
    is kept once, ranks are unique, and what fits has no refusals. The demand's owner
    alone reads it; the listing's owner has `MarketMatch`.
    """

    owner = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    seller = models.ForeignKey(
        "tenants.Enterprise", models.PROTECT, related_name="+", db_index=False
    )
    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="matches")
    demand = models.ForeignKey(
        Demand, models.CASCADE, related_name="matches", db_index=False
    )
    listing = models.ForeignKey(
        Listing, models.PROTECT, related_name="+", db_index=False
    )
    listing_version = models.PositiveIntegerField(_("version of the listing"))
    rank = models.PositiveIntegerField(_("rank"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    score = models.FloatField(_("score"))
    parts = models.JSONField(_("parts of the score"), default=list)
    refusals = models.JSONField(_("refusals"), default=list)
    unknowns = models.JSONField(_("not stated"), default=list)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.UniqueConstraint(
                name="exchange_match_pair_once", fields=["demand", "listing"]
            ),
            models.UniqueConstraint(
                name="exchange_match_rank_once", fields=["demand", "rank"]
            ),
            models.CheckConstraint(
                name="exchange_match_outcome_known",
                condition=Q(outcome=Outcome.FITS, refusals=[], unknowns=[])
                | (Q(outcome=Outcome.UNKNOWN, refusals=[]) & ~Q(unknowns=[]))
                | (Q(outcome=Outcome.REFUSED) & ~Q(refusals=[])),
            ),
            models.CheckConstraint(
                name="exchange_match_rank_from_one", condition=Q(rank__gte=1)
            ),
            models.CheckConstraint(
                name="exchange_match_score_is_share",
                condition=Q(score__gte=0, score__lte=1),
            ),
            models.CheckConstraint(
                name="exchange_match_not_with_oneself",
                condition=~Q(owner=F("seller")),
            ),
        ]
        indexes = [
            # For a shop's inbox: the demands that its listings fit.
            models.Index(
                name="exchange_match_inbox",
                fields=["seller", "demand"],
                condition=~Q(outcome=Outcome.REFUSED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.listing_id} ({self.outcome})"
