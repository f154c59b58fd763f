"""Requests for quotation, as pages, endpoints and the exchange ask for them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import NotFound
from apps.orders.models import Rfq, RfqLine, RfqQuerySet
from apps.orders.types import QuoteState, RfqDraft, RfqLineDraft

OPEN_OR_WON = [QuoteState.SUBMITTED, QuoteState.ACCEPTED]


class RfqNotFound(NotFound):
    """There is no such request in this enterprise."""

    code = "rfq_not_found"

    def __init__(
        self, detail: object = _("There is no such request."), **facts: Any
    ) -> None:
        super().__init__(detail, **facts)


class RfqLineNotFound(NotFound):
    """There is no such line of a request in this enterprise."""

    code = "rfq_line_not_found"

    def __init__(
        self, detail: object = _("There is no such line of a request."), **facts: Any
    ) -> None:
        super().__init__(detail, **facts)


def rfqs(*, search: str = "", state: str = "") -> RfqQuerySet:
    """Return requests, newest first, each with `line_count`, `quote_count`, `best_total`.

    `best_total` is the lowest open or accepted answer, in the request's currency; it
    is only meant where the request has one line.
    """
    found = Rfq.objects.newest_first()
    for word in search.split():
        found = found.filter(Q(number__icontains=word) | Q(title__icontains=word))
    if state:
        found = found.filter(state=state)
    answers = Q(lines__quotes__state__in=OPEN_OR_WON)
    return found.annotate(
        line_count=Count("lines", distinct=True),
        quote_count=Count("lines__quotes", filter=answers, distinct=True),
        best_total=Min("lines__quotes__total_in_buyer_currency", filter=answers),
    )


def rfq_detail(rfq_id: UUID) -> Rfq:
    """Return a request with its lines, in order, and their parts.

    :raises RfqNotFound: if there is no such request here.
    """
    lines = RfqLine.objects.select_related("part").in_order()
    rfq: Rfq | None = (
        Rfq.objects.filter(pk=rfq_id).prefetch_related(Prefetch("lines", lines)).first()
    )
    if rfq is None:
        raise RfqNotFound
    return rfq


def rfq_line_detail(rfq_line_id: UUID) -> RfqLine:
    """Return a line with its request and its part.

    :raises RfqLineNotFound: if there is no such line here.
    """
    line: RfqLine | None = (
        RfqLine.objects.select_related("rfq", "part").filter(pk=rfq_line_id).first()
    )
    if line is None:
        raise RfqLineNotFound
    return line


def rfq_line_of_demand(demand_id: UUID) -> RfqLine:
    """Return the line that a demand of ours is the published copy of.

    :raises RfqLineNotFound: if there is no such line here.
    """
    line: RfqLine | None = (
        RfqLine.objects.select_related("rfq", "part")
        .filter(demand_id=demand_id)
        .first()
    )
    if line is None:
        raise RfqLineNotFound
    return line


def draft_of(rfq: Rfq, lines: Sequence[RfqLine] | None = None) -> RfqDraft:
    """Return what a request says, as its buyer would write it; `lines` if at hand."""
    if lines is None:
        lines = list(rfq.lines.all())
    return RfqDraft(
        title=rfq.title,
        currency=rfq.currency,
        lines=tuple(_line_draft_of(line) for line in lines),
        anonymous=rfq.anonymous,
        audience=rfq.audience,
        invited_enterprise_ids=tuple(UUID(key) for key in rfq.invited_enterprise_ids),
        delivery_country=rfq.delivery_country,
        delivery_city=rfq.delivery_city,
        latitude=rfq.latitude,
        longitude=rfq.longitude,
        due_on=rfq.due_on,
        response_deadline_at=rfq.response_deadline_at,
        certificate_codes=tuple(rfq.certificate_codes),
        allowed_countries=tuple(rfq.allowed_countries),
        excluded_countries=tuple(rfq.excluded_countries),
        weights=dict(rfq.weights),
        note=rfq.note,
    )


def _line_draft_of(line: RfqLine) -> RfqLineDraft:
    target: Decimal | None = line.target_unit_price
    facts: dict[str, Any] = {
        "part_id": line.part_id,
        "quantity": line.quantity,
        "process_codes": tuple(line.process_codes),
        "material_code": line.material_code,
        "it_grade": line.it_grade,
        "roughness_um": line.roughness_um,
        "target_unit_price": target,
    }
    return RfqLineDraft(**facts)
