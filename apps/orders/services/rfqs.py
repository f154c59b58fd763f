"""Requests for quotation, from draft to award."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog import selectors as catalog
from apps.kernel.errors import Conflict, InvalidInput
from apps.orders.models import Part, Rfq, RfqLine
from apps.orders.rules import completeness, life_cycles
from apps.orders.rules.completeness import Lack, PartReading
from apps.orders.selectors.part import PartNotFound
from apps.orders.selectors.rfq import (
    RfqLineNotFound,
    RfqNotFound,
    draft_of,
)
from apps.orders.services import moves, numbers
from apps.orders.types import (
    GeometryState,
    QuoteState,
    RfqDraft,
    RfqLineDraft,
    RfqState,
    Series,
)
from tenants import context, jobs
from tenants.types import Actor


class RfqNotMeant(InvalidInput):
    """Fields of the draft cannot be meant; `facts["errors"]` names each."""

    code = "rfq_not_meant"


class RfqIncomplete(InvalidInput):
    """Fields are missing for publishing; `facts["errors"]` names each."""

    code = "rfq_incomplete"


class DemandAlreadyKnown(Conflict):
    """The line has another copy in the exchange."""

    code = "demand_already_known"


@transaction.atomic
def draft_rfq(*, draft: RfqDraft, by: Actor, at: datetime) -> Rfq:
    """Write a request down, complete or not, for this enterprise's eyes only.

    :raises RfqNotMeant: if a field cannot be meant.
    :raises PartNotFound: if a line names a part that is not here.
    """
    _refuse_nonsense(draft)
    rfq = Rfq(
        number=numbers.next_number(series=Series.RFQ, at=at),
        drafted_at=at,
        drafted_by=by.label,
        **_columns(draft),
    )
    rfq.save(force_insert=True)
    _write_lines(rfq, draft.lines)
    moves.record("rfq.drafted", rfq, by=by, at=at, lines=len(draft.lines))
    return rfq


@transaction.atomic
def revise_rfq(
    *, rfq_id: UUID, draft: RfqDraft, version: int | None, by: Actor, at: datetime
) -> Rfq:
    """Replace what a draft says, lines included.

    :raises RfqNotFound: if there is no such request here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is no longer a draft.
    :raises RfqNotMeant: if a field cannot be meant.
    :raises PartNotFound: if a line names a part that is not here.
    """
    _refuse_nonsense(draft)
    rfq = moves.swap(
        rfq_id,
        Rfq.objects.all(),
        states={RfqState.DRAFT},
        version=version,
        at=at,
        missing=RfqNotFound,
        changes=_columns(draft),
    )
    RfqLine.objects.filter(rfq_id=rfq.pk).delete()
    _write_lines(rfq, draft.lines)
    moves.record("rfq.revised", rfq, by=by, at=at, version=rfq.version)
    return rfq


@transaction.atomic
def publish_rfq(
    *, rfq_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> Rfq:
    """Send a request to the exchange, one demand for each line.

    :raises RfqNotFound: if there is no such request here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is no longer a draft.
    :raises RfqIncomplete: if fields are missing, or a part has not been read.
    """
    # Lock before judging: the draft may be revised at this moment.
    found = Rfq.objects.select_for_update().filter(pk=rfq_id).first()
    if found is not None and found.is_editable and version in {None, found.version}:
        _refuse_incomplete(found, at=at)
    rfq = _move(
        rfq_id,
        RfqState.PUBLISHED,
        version=version,
        at=at,
        published_at=at,
        published_by=by.label,
    )
    _tell_exchange(rfq)
    moves.record("rfq.published", rfq, by=by, at=at, number=rfq.number)
    return rfq


@transaction.atomic
def close_rfq(
    *, rfq_id: UUID, by: Actor, at: datetime, version: int | None = None
) -> Rfq:
    """Take no more answers; those that are in may still be accepted.

    :raises RfqNotFound: if there is no such request here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is not published.
    """
    rfq = _move(
        rfq_id,
        RfqState.CLOSED,
        version=version,
        at=at,
        closed_at=at,
        closed_by=by.label,
    )
    _tell_exchange(rfq)
    moves.record("rfq.closed", rfq, by=by, at=at)
    return rfq


@transaction.atomic
def cancel_rfq(
    *,
    rfq_id: UUID,
    by: Actor,
    at: datetime,
    reason: str = "",
    version: int | None = None,
) -> Rfq:
    """Give a request up, and take its demands out of the exchange.

    :raises RfqNotFound: if there is no such request here.
    :raises VersionMoved: if it was changed since it was read.
    :raises StateMoved: if it is awarded or cancelled.
    """
    rfq = _move(
        rfq_id,
        RfqState.CANCELLED,
        version=version,
        at=at,
        cancelled_at=at,
        cancelled_by=by.label,
        cancel_reason=reason[:300],
    )
    _tell_exchange(rfq)
    moves.record("rfq.cancelled", rfq, by=by, at=at, reason=reason)
    return rfq


@transaction.atomic
def record_demand(*, rfq_line_id: UUID, demand_id: UUID) -> RfqLine:
    """Remember under which id a line is known in the exchange.

    :raises RfqLineNotFound: if there is no such line here.
    :raises DemandAlreadyKnown: if the line has another demand.
    """
    line = RfqLine.objects.select_for_update().filter(pk=rfq_line_id).first()
    if line is None:
        raise RfqLineNotFound
    if line.demand_id is None:
        line.demand_id = demand_id
        line.save(update_fields=["demand_id", "updated_at"])
    elif line.demand_id != demand_id:
        raise DemandAlreadyKnown(
            _("This line is in the exchange under another id."),
            field="demand_id",
            value=demand_id,
        )
    return line


def mark_awarded(*, rfq_id: UUID, by: Actor, at: datetime) -> Rfq | None:
    """Mark a request awarded once each line has an accepted quote; else return None.

    Called by whoever accepts a quote, in the same transaction.

    :raises RfqNotFound: if there is no such request here.
    :raises StateMoved: if the request is not open to awards.
    """
    # Lock before counting: two lines may be awarded at once, and each must see
    # the other or wait for it.
    rfq = Rfq.objects.select_for_update().filter(pk=rfq_id).first()
    if rfq is None:
        raise RfqNotFound
    if rfq.state not in life_cycles.RFQ[RfqState.AWARDED]:
        raise moves.not_in_state(rfq, life_cycles.RFQ[RfqState.AWARDED])
    lines = RfqLine.objects.filter(rfq_id=rfq_id)
    if lines.exclude(quotes__state=QuoteState.ACCEPTED).exists():
        return None
    rfq = _move(
        rfq_id,
        RfqState.AWARDED,
        version=None,
        at=at,
        awarded_at=at,
        awarded_by=by.label,
    )
    _tell_exchange(rfq)
    moves.record("rfq.awarded", rfq, by=by, at=at)
    return rfq


def _move(
    rfq_id: UUID,
    state: RfqState,
    *,
    version: int | None,
    at: datetime,
    **changes: object,
) -> Rfq:
    return moves.swap(
        rfq_id,
        Rfq.objects.all(),
        states=life_cycles.RFQ[state],
        version=version,
        at=at,
        missing=RfqNotFound,
        changes={"state": state, **changes},
    )


def _tell_exchange(rfq: Rfq) -> None:
    """Have the exchange bring its copy of each line up to the request's state."""
    for line in rfq.lines.order_by("position"):
        jobs.enqueue("exchange.publish_demand", rfq_line_id=str(line.pk))


# --- drafts


def _columns(draft: RfqDraft) -> dict[str, Any]:
    values = asdict(draft)
    del values["lines"]
    values["title"] = draft.title.strip()
    values["invited_enterprise_ids"] = [
        str(key) for key in draft.invited_enterprise_ids
    ]
    for name in ("certificate_codes", "allowed_countries", "excluded_countries"):
        values[name] = sorted(set(values[name]))
    values["weights"] = {key: float(value) for key, value in draft.weights.items()}
    return values


def _write_lines(rfq: Rfq, lines: Iterable[RfqLineDraft]) -> None:
    wanted = list(lines)
    known = set(
        Part.objects.filter(pk__in={line.part_id for line in wanted}).values_list(
            "pk", flat=True
        )
    )
    for position, line in enumerate(wanted):
        if line.part_id not in known:
            raise PartNotFound(
                _("Line %(position)d names a part that is not here.")
                % {"position": position + 1},
                field=f"lines.{position}.part_id",
                value=line.part_id,
                remedy=_("Upload the part first."),
            )
    RfqLine.objects.bulk_create(
        RfqLine(
            rfq=rfq,
            position=position,
            part_id=line.part_id,
            process_codes=list(dict.fromkeys(line.process_codes)),
            material_code=line.material_code,
            it_grade=line.it_grade,
            roughness_um=line.roughness_um,
            quantity=line.quantity,
            target_unit_price=line.target_unit_price,
        )
        for position, line in enumerate(wanted, start=1)
    )


def _refuse_nonsense(draft: RfqDraft) -> None:
    lacks = completeness.nonsense(draft) + _unknown_codes(draft)
    if lacks:
        raise RfqNotMeant(
            _("The request cannot be kept as it is: %(errors)s")
            % {"errors": _in_words(lacks)},
            field=lacks[0].field,
            facts=_errors(lacks),
        )


def _unknown_codes(draft: RfqDraft) -> list[Lack]:
    certificates = {kind.code for kind in catalog.certificate_kinds()}
    processes = {node.code for node in catalog.process_tree()}
    materials = {grade.code for grade in catalog.materials()} | {""}
    asked = [("certificate_codes", set(draft.certificate_codes) - certificates)]
    for position, line in enumerate(draft.lines):
        prefix = f"lines.{position}."
        asked += [
            (prefix + "process_codes", set(line.process_codes) - processes),
            (prefix + "material_code", {line.material_code} - materials),
        ]
    return [
        Lack(
            field,
            _("The catalog does not know %(codes)s.")
            % {"codes": ", ".join(sorted(codes))},
        )
        for field, codes in asked
        if codes
    ]


def _refuse_incomplete(rfq: Rfq, *, at: datetime) -> None:
    lines = list(rfq.lines.select_related("part").order_by("position"))
    parts = {
        index: PartReading(
            label=str(line.part),
            state=GeometryState(line.part.geometry_state),
            error=line.part.geometry_error,
        )
        for index, line in enumerate(lines)
    }
    zone = ZoneInfo(context.current().time_zone)
    lacks = completeness.lacking(
        draft_of(rfq, lines), parts, today=at.astimezone(zone).date(), at=at
    )
    if lacks:
        raise RfqIncomplete(
            _("%(rfq)s cannot be published yet: %(errors)s")
            % {"rfq": rfq.number, "errors": _in_words(lacks)},
            field=lacks[0].field,
            facts=_errors(lacks),
        )


def _in_words(lacks: Iterable[Lack]) -> str:
    return " ".join(lack.message for lack in lacks)


def _errors(lacks: Iterable[Lack]) -> dict[str, Any]:
    return {"errors": [asdict(lack) for lack in lacks]}
