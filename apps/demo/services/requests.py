"""Writes the requests of demo buyers and carries some of them to an order."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile

from apps.demo.data.enterprises import SHOPS
from apps.demo.data.rfqs import RFQS, LineRow, RfqRow
from apps.demo.rules import geometry
from apps.exchange import services as exchange
from apps.orders import selectors as orders_read
from apps.orders import services as orders
from apps.orders.models import Part, Rfq
from apps.orders.types import GeometryState, RfqDraft, RfqLineDraft, RfqState
from tenants import context
from tenants.registry import selectors as registry
from tenants.types import Actor, EnterpriseRef, Role

SHOPS_BY_SLUG = {shop.slug: shop for shop in SHOPS}


def buyers_there() -> Iterator[tuple[RfqRow, EnterpriseRef]]:
    """Yield the requests whose buyer is part of this world."""
    for row in RFQS:
        buyer = registry.enterprise_by_slug(row.buyer)
        if buyer is not None:
            yield row, buyer


def are_settled(*, at: datetime) -> bool:
    """Say whether every request is published, and ordered from where it should be.

    Once a request takes no more answers, an order that it has not led to never comes.
    """
    for row, buyer in buyers_there():
        with context.enterprise(buyer):
            rfq = _request_of(row)
        if rfq is None or rfq.state == RfqState.DRAFT:
            return False
        deadline = rfq.response_deadline_at
        if (
            row.is_awarded
            and rfq.state == RfqState.PUBLISHED
            and deadline is not None
            and deadline > at
        ):
            return False
    return True


def upload_parts(*, at: datetime) -> None:
    """Upload the parts that will be asked for; a job measures each."""
    for row, buyer in buyers_there():
        by = _actor(buyer)
        with context.enterprise(buyer):
            for line in row.lines:
                if _part_of(line) is None:
                    orders.upload_part(
                        number=line.number,
                        revision=line.revision,
                        name=line.name,
                        file=ContentFile(
                            geometry.stl_of(line.solid), name=f"{line.number}.stl"
                        ),
                        material_code=line.material_code,
                        by=by,
                        at=at,
                    )


def write_requests(*, at: datetime) -> int:
    """Publish what asks for the parts; go on where it was cut off."""
    written = 0
    for row, buyer in buyers_there():
        by = _actor(buyer)
        with context.enterprise(buyer):
            rfq = _request_of(row)
            if rfq is None:
                parts = [_measured_part(line, at=at) for line in row.lines]
                draft = _draft(row, buyer, parts, at)
                rfq = orders.draft_rfq(draft=draft, by=by, at=at)
            if rfq.state == RfqState.DRAFT:
                orders.publish_rfq(rfq_id=rfq.pk, by=by, at=at)
                written += 1
    return written


def award_requests(*, at: datetime) -> int:
    """Accept the cheapest answer to each line of the requests that are to be awarded.

    A line that nobody has answered by now stays open.
    """
    awarded = 0
    for row, buyer in buyers_there():
        if not row.is_awarded:
            continue
        with context.enterprise(buyer):
            for quote_id in list(_cheapest_open(row)):
                exchange.award(quote_id=quote_id, by=_actor(buyer), at=at)
                awarded += 1
    return awarded


def _cheapest_open(row: RfqRow) -> Iterator[UUID]:
    rfq = _request_of(row)
    if rfq is None or rfq.state != RfqState.PUBLISHED:
        return
    for line in rfq.lines.order_by("position"):
        answers = list(orders_read.quotes_to_compare(line.pk))
        if answers and all(answer.is_open for answer in answers):
            yield answers[0].pk


def _request_of(row: RfqRow) -> Rfq | None:
    return orders_read.rfqs().filter(title=row.title).first()


def _part_of(line: LineRow) -> Part | None:
    return (
        orders_read.parts().filter(number=line.number, revision=line.revision).first()
    )


def _measured_part(line: LineRow, *, at: datetime) -> Part:
    part = _part_of(line)
    if part is None:
        raise orders_read.PartNotFound
    if part.geometry_state == GeometryState.PENDING:
        # A worker elsewhere may hold the job; what is measured twice is the same.
        part = orders.read_geometry(part_id=part.pk, at=at)
    return part


def _draft(
    row: RfqRow, buyer: EnterpriseRef, parts: list[Part], at: datetime
) -> RfqDraft:
    site = SHOPS_BY_SLUG[row.buyer]
    return RfqDraft(
        title=row.title,
        currency=buyer.currency,
        anonymous=row.is_anonymous,
        delivery_country=site.country,
        delivery_city=site.city,
        latitude=site.latitude,
        longitude=site.longitude,
        due_on=(at + timedelta(days=row.days_to_due)).date(),
        response_deadline_at=at + timedelta(days=row.days_to_answer),
        certificate_codes=row.certificate_codes,
        lines=tuple(
            RfqLineDraft(
                part_id=part.pk,
                quantity=line.quantity,
                process_codes=line.process_codes,
                material_code=line.material_code,
                it_grade=line.it_grade,
                roughness_um=float(line.roughness_um),
            )
            for line, part in zip(row.lines, parts, strict=True)
        ),
    )


def _actor(buyer: EnterpriseRef) -> Actor:
    for member in registry.members_of(buyer.id):
        if member.role == Role.BUYER:
            return Actor(label=member.user.name, user_id=member.user_id)
    return Actor(label=buyer.name)
