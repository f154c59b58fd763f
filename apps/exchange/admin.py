"""The market as the platform operator sees it: all of it, and only to look at."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.exchange import selectors
from apps.exchange.models import Demand, Listing, Match, MatchRun
from apps.exchange.rules import reasons
from apps.exchange.selectors.names import names_of
from apps.exchange.types import (
    DemandState,
    Outcome,
    PartName,
    Refusal,
    RunState,
    Unknown,
)
from apps.kernel.admin import ReadOnlyAdmin, console

NOTHING = "–"
NBSP = "\N{NO-BREAK SPACE}"
ROW = "<tr>{}</tr>"
CELL = '<td class="{}">{}</td>'
HEAD = '<th scope="col">{}</th>'
NUMBER = "figure"


@admin.register(Listing, site=console)
class ListingAdmin(ReadOnlyAdmin):
    """What is published of machines, with the owner in clear."""

    list_display = (
        "machine_label",
        "seller_name",
        "process_code",
        "country",
        "shown_rate",
        "auto_quote",
        "is_active",
        "version",
        "updated_at",
    )
    list_filter = ("is_active", "auto_quote", "country", "process_code")
    search_fields = ("machine_label", "seller_name", "process_code")
    ordering = ("-id",)
    raw_id_fields = ("owner",)

    @display(description=_("EUR/h"), ordering="rate_eur_hour")
    def shown_rate(self, row: Listing) -> str:
        """Show the rate, or that none is stated."""
        return NOTHING if row.rate_eur_hour is None else f"{row.rate_eur_hour:.2f}"


@admin.register(Demand, site=console)
class DemandAdmin(ReadOnlyAdmin):
    """What is wanted, with the owner in clear."""

    list_display = (
        "title",
        "owner_name",
        "shown_state",
        "material_code",
        "quantity",
        "due_on",
        "response_deadline_at",
        "is_anonymous",
        "published_at",
    )
    list_filter = ("state", "audience", "is_anonymous", "delivery_country")
    list_select_related = ("owner",)
    search_fields = ("title", "owner__name")
    ordering = ("-id",)
    raw_id_fields = ("owner",)

    @display(description=_("Enterprise"), ordering="owner__name")
    def owner_name(self, row: Demand) -> str:
        """Show whose demand it is."""
        return row.owner.name

    @display(
        description=_("State"),
        ordering="state",
        label={
            DemandState.OPEN: "success",
            DemandState.AWARDED: "info",
            DemandState.CANCELLED: "warning",
        },
    )
    def shown_state(self, row: Demand) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()


@admin.register(MatchRun, site=console)
class MatchRunAdmin(ReadOnlyAdmin):
    """Executions of the matcher: inputs, counts, refusals and how long they took."""

    list_display = (
        "demand_title",
        "owner_name",
        "shown_state",
        "trigger",
        "considered",
        "fitting",
        "unknown",
        "refused",
        "shown_time",
        "short_digest",
        "started_at",
    )
    list_filter = ("state", "trigger", "rule_version", "engine")
    list_select_related = ("demand", "owner")
    search_fields = ("demand__title", "owner__name", "inputs_digest")
    ordering = ("-id",)
    raw_id_fields = ("owner", "demand")
    fieldsets = (
        (None, {"fields": ("demand", "owner", "state", "trigger")}),
        (
            _("Result"),
            {
                "fields": (
                    "considered",
                    "fitting",
                    "unknown",
                    "shown_refusals",
                    "shown_matches",
                )
            },
        ),
        (
            _("Inputs"),
            {
                "fields": (
                    "inputs_digest",
                    "rule_version",
                    "catalog_version",
                    "engine",
                    "weights",
                    "judged_on",
                    "demand_version",
                )
            },
        ),
        (_("Time"), {"fields": ("started_at", "finished_at", "engine_ms")}),
    )
    readonly_fields = ("shown_refusals", "shown_matches")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatchRun]:
        """Bring demand and owner along, for a single run too."""
        rows: QuerySet[MatchRun] = super().get_queryset(request)
        return rows.select_related("demand", "owner")

    @display(description=_("Demand"), ordering="demand__title")
    def demand_title(self, row: MatchRun) -> str:
        """Show what was matched."""
        return row.demand.title

    @display(description=_("Enterprise"), ordering="owner__name")
    def owner_name(self, row: MatchRun) -> str:
        """Show whose demand it is."""
        return row.owner.name

    @display(
        description=_("State"),
        ordering="state",
        label={RunState.FINISHED: "success", RunState.RUNNING: "warning"},
    )
    def shown_state(self, row: MatchRun) -> tuple[str, str]:
        """Show the state as a label."""
        return row.state, row.get_state_display()

    @display(description=_("Refused"))
    def refused(self, row: MatchRun) -> int:
        """Count what some rule refused."""
        return row.considered - row.fitting - row.unknown

    @display(description=_("Engine"), ordering="engine_ms")
    def shown_time(self, row: MatchRun) -> str:
        """Show how long the engine took."""
        return NOTHING if row.engine_ms is None else f"{row.engine_ms:.1f}{NBSP}ms"

    @display(description=_("Inputs"))
    def short_digest(self, row: MatchRun) -> str:
        """Show enough of the digest to compare two runs by eye."""
        return format_html("<code>{}</code>", row.inputs_digest[:12])

    @display(description=_("Refused, by rule"))
    def shown_refusals(self, row: MatchRun) -> str:
        """Lay out how many listings each rule refused."""
        return _table(
            (_("Rule"), _("First refusal"), _("Only refusal")),
            (
                (count.reason.label, count.first, count.only)
                for count in selectors.counts_of_run(row)
            ),
        )

    @display(description=_("Best matches"))
    def shown_matches(self, row: MatchRun) -> str:
        """Lay out the first of what this run keeps; a later run takes them over."""
        best = (
            row.matches.select_related("listing")
            .exclude(outcome=Outcome.REFUSED)
            .best_first()[:10]
        )
        return _table(
            (_("Enterprise"), _("Machine"), _("Score")),
            (
                (
                    match.listing.seller_name,
                    match.listing.machine_label,
                    f"{match.score * 100:.1f}{NBSP}%",
                )
                for match in best
            ),
        )


@admin.register(Match, site=console)
class MatchAdmin(ReadOnlyAdmin):
    """Pairs of the latest runs, with the parts of the score and the reasons."""

    list_display = (
        "demand_title",
        "rank",
        "machine",
        "seller_name",
        "shown_outcome",
        "shown_score",
        "shown_reasons",
    )
    list_filter = ("outcome",)
    list_select_related = ("demand", "listing")
    search_fields = ("demand__title", "listing__machine_label", "listing__seller_name")
    ordering = ("-run_id", "rank")
    raw_id_fields = ("owner", "seller", "run", "demand", "listing")
    fieldsets = (
        (None, {"fields": ("demand", "listing", "owner", "seller", "run")}),
        (
            _("Verdict"),
            {
                "fields": (
                    "outcome",
                    "rank",
                    "score",
                    "shown_parts",
                    "shown_reasons",
                    "listing_version",
                )
            },
        ),
    )
    readonly_fields = ("shown_parts", "shown_reasons")

    @display(description=_("Demand"), ordering="demand__title")
    def demand_title(self, row: Match) -> str:
        """Show what was asked for."""
        return row.demand.title

    @display(description=_("Machine"), ordering="listing__machine_label")
    def machine(self, row: Match) -> str:
        """Show what was judged."""
        return row.listing.machine_label

    @display(description=_("Seller"), ordering="listing__seller_name")
    def seller_name(self, row: Match) -> str:
        """Show whose machine was judged."""
        return row.listing.seller_name

    @display(
        description=_("Verdict"),
        ordering="outcome",
        label={Outcome.FITS: "success", Outcome.UNKNOWN: "warning"},
    )
    def shown_outcome(self, row: Match) -> tuple[str, str]:
        """Show the verdict as a label."""
        return row.outcome, row.get_outcome_display()

    @display(description=_("Score"), ordering="score")
    def shown_score(self, row: Match) -> str:
        """Show the score as a share."""
        return f"{row.score * 100:.1f}{NBSP}%"

    @display(description=_("Reasons"))
    def shown_reasons(self, row: Match) -> str:
        """Say in words what stands against the pair."""
        refusals = [Refusal.from_json(stored) for stored in row.refusals]
        unknowns = [Unknown.from_json(stored) for stored in row.unknowns]
        names = names_of(reasons.codes_in([*refusals, *unknowns]))
        texts = [reasons.describe(refusal, names) for refusal in refusals]
        texts += [reasons.describe_unknown(unknown, names) for unknown in unknowns]
        return format_html_join(
            mark_safe("<br>"),
            "{}",
            ((text,) for text in texts),
        )

    @display(description=_("Parts of the score"))
    def shown_parts(self, row: Match) -> str:
        """Lay out what the score is made of."""
        return _table(
            (_("Part"), _("Value"), _("Weight")),
            (
                (
                    PartName(part["name"]).label,
                    f"{part['value']:.3f}",
                    f"{part['weight']:.2f}",
                )
                for part in row.parts
            ),
        )


def _table(head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """Lay rows out, the first column as text and the others as figures."""
    lines = [
        format_html_join(
            "",
            CELL,
            ((NUMBER if _is_figure(cell) else "", cell) for cell in cells),
        )
        for cells in rows
    ]
    if not lines:
        return NOTHING
    return format_html(
        '<table class="console-facts"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        format_html_join("", HEAD, ((title,) for title in head)),
        format_html_join("", ROW, ((line,) for line in lines)),
    )


def _is_figure(cell: Any) -> bool:
    return isinstance(cell, int) or str(cell)[:1].isdigit()
