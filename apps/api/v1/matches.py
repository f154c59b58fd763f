"""Matches of a line, and the demands that fit a shop."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.endpoints import Endpoint
from apps.api.pagination import Filter, asked, listed
from apps.api.v1.shapes import page_of
from apps.exchange import selectors as exchange
from apps.exchange.types import Outcome, PartName, Reason, RunState
from apps.orders import selectors as orders
from tenants.types import Disclosure

# Before the first run of the matcher.
WAITING = "waiting"


class ScorePartShape(serializers.Serializer[Any]):
    """One part of a score, 0 to 1, with its weight and the input it came from."""

    disclosure = {
        Disclosure.COUNTERPARTY: (
            "name",
            "value",
            "weight",
            "measure",
            "unit",
            "reference",
        ),
    }

    name = serializers.ChoiceField(PartName.values)
    value = serializers.FloatField()
    weight = serializers.FloatField()
    measure = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(allow_blank=True)
    reference = serializers.FloatField(allow_null=True)


class RefusalShape(serializers.Serializer[Any]):
    """Why a machine does not fit."""

    disclosure = {
        Disclosure.COUNTERPARTY: ("reason", "needed", "offered", "unit", "gap"),
    }

    reason = serializers.ChoiceField(Reason.values)
    needed = serializers.JSONField()
    offered = serializers.JSONField()
    unit = serializers.CharField(allow_blank=True)
    gap = serializers.FloatField(allow_null=True)


class MatchShape(serializers.Serializer[Any]):
    """One machine judged for one line, with its reasons."""

    disclosure = {
        Disclosure.MARKET: (
            "listing_id",
            "seller_name",
            "is_verified",
            "machine_label",
            "process_code",
            "country",
            "unconfirmed_figures",
        ),
        Disclosure.COUNTERPARTY: (
            "id",
            "outcome",
            "score",
            "parts",
            "refusals",
            "refusal_texts",
            "unknown_texts",
        ),
        Disclosure.PRIVATE: ("rank",),
    }

    id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    seller_name = serializers.CharField(allow_blank=True)
    is_verified = serializers.BooleanField()
    machine_label = serializers.CharField(allow_blank=True)
    process_code = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    unconfirmed_figures = serializers.ListField(child=serializers.CharField())
    rank = serializers.IntegerField()
    outcome = serializers.ChoiceField(Outcome.values)
    score = serializers.FloatField()
    parts = ScorePartShape(many=True)
    refusals = RefusalShape(many=True)
    refusal_texts = serializers.ListField(child=serializers.CharField())
    unknown_texts = serializers.ListField(child=serializers.CharField())


class RefusalCountShape(serializers.Serializer[Any]):
    """How many machines a rule refused: as the first, and as the only one."""

    disclosure = Disclosure.PRIVATE

    reason = serializers.ChoiceField(Reason.values)
    first = serializers.IntegerField()
    only = serializers.IntegerField()


class MatchRunShape(serializers.Serializer[Any]):
    """What matching a line has found so far."""

    disclosure = Disclosure.PRIVATE

    state = serializers.ChoiceField([WAITING, *RunState.values])
    considered = serializers.IntegerField()
    fitting = serializers.IntegerField()
    rule_version = serializers.CharField(allow_blank=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    refusals = RefusalCountShape(many=True)
    items = MatchShape(many=True)


class DemandShape(serializers.Serializer[Any]):
    """A demand as the market sees it; the buyer's name may be withheld."""

    market_view = "exchange.MarketDemand"
    disclosure = {
        Disclosure.MARKET: (
            "id",
            "buyer_name",
            "title",
            "note",
            "process_codes",
            "material_code",
            "size_mm",
            "mass_kg",
            "it_grade",
            "roughness_um",
            "quantity",
            "currency",
            "certificate_codes",
            "due_on",
            "response_deadline_at",
            "delivery_country",
            "work_minutes",
        ),
    }

    id = serializers.UUIDField()
    buyer_name = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    process_codes = serializers.ListField(child=serializers.CharField())
    material_code = serializers.CharField(allow_blank=True)
    size_mm = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    mass_kg = serializers.FloatField(allow_null=True)
    it_grade = serializers.IntegerField(allow_null=True)
    roughness_um = serializers.FloatField(allow_null=True)
    quantity = serializers.IntegerField()
    currency = serializers.CharField()
    certificate_codes = serializers.ListField(child=serializers.CharField())
    due_on = serializers.DateField()
    response_deadline_at = serializers.DateTimeField()
    delivery_country = serializers.CharField(allow_blank=True)
    work_minutes = serializers.IntegerField(allow_null=True)


class InboxShape(serializers.Serializer[Any]):
    """A demand that our machines fit, with the best of them."""

    disclosure = {
        Disclosure.MARKET: ("demand",),
        Disclosure.COUNTERPARTY: ("best", "quote_id", "quote_state"),
        Disclosure.PRIVATE: ("listing_count",),
    }

    demand = DemandShape()
    best = MatchShape()
    listing_count = serializers.IntegerField()
    quote_id = serializers.UUIDField(allow_null=True)
    quote_state = serializers.CharField(allow_blank=True)


class RfqLineMatches(Endpoint):
    """What was found for a line."""

    scopes = {"GET": "rfqs:read"}

    @extend_schema(
        operation_id="list_matches_of_rfq_line",
        responses=MatchRunShape,
        summary="Read a line's matches",
        description=(
            "`state` is `waiting` until the first run has ended. What fits comes first,"
            " by rank; then what may fit but does not say enough; then the nearest"
            " misses with their reasons."
        ),
    )
    def get(self, request: Request, rfq_line_id: UUID) -> Response:
        """Return the latest run with its matches."""
        orders.rfq_line_detail(rfq_line_id)
        run = exchange.run_of(rfq_line_id)
        found = {
            "state": run.state if run else WAITING,
            "considered": run.considered if run else 0,
            "fitting": run.fitting if run else 0,
            "rule_version": run.rule_version if run else "",
            "finished_at": run.finished_at if run else None,
            "refusals": exchange.refusal_counts(rfq_line_id),
            "items": exchange.matches_of(rfq_line_id),
        }
        return Response(MatchRunShape(found).data)


class Demands(Endpoint):
    """Open demands that our machines fit."""

    scopes = {"GET": "quotes:read"}
    is_page = True
    filters = (
        Filter("search", "Words of the title or note."),
        Filter("process_code", "A process, or one above those that are asked for."),
        Filter("country", "Where it is delivered, as two letters."),
    )

    @extend_schema(
        operation_id="list_fitting_demands",
        responses=page_of(InboxShape),
        summary="List demands that fit",
    )
    def get(self, request: Request) -> Response:
        """Return the open demands that fit, newest first."""
        return listed(
            request,
            exchange.inbox(**asked(request, self.filters)),
            InboxShape,
            key=lambda row: row.demand.pk,
        )


class Demand(Endpoint):
    """One demand that fits."""

    scopes = {"GET": "quotes:read"}

    @extend_schema(
        operation_id="get_fitting_demand", responses=InboxShape, summary="Read a demand"
    )
    def get(self, request: Request, demand_id: UUID) -> Response:
        """Return a demand with the best of our machines."""
        found = exchange.inbox_entry(demand_id)
        if found is None:
            raise Http404
        return Response(InboxShape(found).data)
