"""A promise as its page shows it: each figure with what it was made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from apps.capacity import selectors as capacity
from apps.capacity.rules.work import thousandths, working_minutes
from apps.capacity.types import (
    FULL_EFFICIENCY,
    LotPromise,
    PromiseStep,
    ReservationKind,
    RoutePromise,
    StepKind,
)
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.orders import selectors as orders
from apps.portal import formats

TONES = {
    StepKind.WORK: "good",
    StepKind.TAKEN: "waiting",
    StepKind.OWN_LOT: "waiting",
    StepKind.TOO_SHORT: "quiet",
}
FIGURES = {
    StepKind.WORK: "accent",
    StepKind.TAKEN: "held",
    StepKind.OWN_LOT: "part",
}
TAKERS_READ = 2000
TAKERS_NAMED = 3
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Taker:
    """What a machine's time is reserved for, and where to read on."""

    what: str
    url: str
    period: Period


@dataclass(frozen=True, slots=True)
class Explained:
    """One step of an explanation, on the clock at the machine."""

    what: str
    tone: str
    during: str
    time: str
    takers: Sequence[Taker]
    takers_more: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lot's line, in percent of the whole promise."""

    left: str
    width: str
    figure: str
    title: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What a lot's working time is made of."""

    setup: str
    quantity: int
    each: str
    work: str
    # None where all working time is progress.
    efficiency_percent: int | None
    time: str


@dataclass(frozen=True, slots=True)
class Transport:
    """The way of a batch after a step."""

    time: str
    during: str


@dataclass(frozen=True, slots=True)
class LotRow:
    """What one machine would do of one step."""

    step: int
    machine: Any
    quantity: int
    start: str
    finish: str
    sum: Sum
    bars: Sequence[Bar]
    why: Sequence[Explained]
    gaps_passed_over: int
    # Behind the last lot of a step, where it is at all.
    transport: Transport | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The promise as the page shows it."""

    arrives: str
    finish: str
    start: str
    arrives_at: str
    rows: Sequence[LotRow]


def answer_of(promise: RoutePromise, since: datetime, at: datetime) -> Answer:
    """Return a promise as it is shown, with what its machines are reserved for."""
    keys = [lot.promise.machine_id for lot in promise.lots]
    known = {row.pk: row for row in machines.machines_of().filter(pk__in=keys)}
    whole = Period(min(since, promise.starts_at), promise.arrives_at)
    takers = _takers(promise, known, at)
    return Answer(
        arrives=formats.moment(promise.arrives_at),
        finish=formats.moment(promise.finishes_at),
        start=formats.moment(promise.starts_at),
        arrives_at=promise.arrives_at.isoformat(),
        rows=[
            _row(
                lot,
                known[lot.promise.machine_id],
                takers.get(lot.promise.machine_id, ()),
                whole,
                _transport(promise, number),
            )
            for number, lot in enumerate(promise.lots)
        ],
    )


def _row(
    lot: LotPromise,
    machine: Any,
    takers: Sequence[Taker],
    whole: Period,
    transport: Period | None,
) -> LotRow:
    with timezone.override(ZoneInfo(machine.site.time_zone)):
        return LotRow(
            step=lot.step + 1,
            machine=machine,
            quantity=lot.quantity,
            start=formats.moment(lot.promise.start),
            finish=formats.moment(lot.promise.finish),
            sum=_sum(lot),
            bars=list(_bars(lot, whole)),
            why=[_explained(step, takers) for step in lot.promise.explanation],
            gaps_passed_over=lot.promise.gaps_passed_over,
            transport=_transport_text(transport) if transport else None,
        )


def _sum(lot: LotPromise) -> Sum:
    work = working_minutes(
        lot.quantity,
        setup_minutes=lot.setup_minutes,
        part_thousandths=thousandths(lot.minutes_per_part),
    )
    is_less = lot.efficiency_percent != FULL_EFFICIENCY
    return Sum(
        setup=formats.duration(lot.setup_minutes),
        quantity=lot.quantity,
        each=formats.quantity(lot.minutes_per_part, "min"),
        work=formats.duration(work),
        efficiency_percent=lot.efficiency_percent if is_less else None,
        time=formats.duration(lot.promise.working_minutes),
    )


def _transport(promise: RoutePromise, number: int) -> Period | None:
    """Return the way after a lot, if it is the last of a step that has one."""
    lot = promise.lots[number]
    if lot.step in {one.step for one in promise.lots[number + 1 :]}:
        return None
    length = promise.transport_after(lot.step)
    if not length:
        return None
    done = max(one.promise.finish for one in promise.lots if one.step == lot.step)
    return Period(done, done + length)


def _transport_text(during: Period) -> Transport:
    length = (during.end - during.start) / MINUTE
    return Transport(formats.duration(length), _period_text(during))


def _explained(step: PromiseStep, takers: Sequence[Taker]) -> Explained:
    named: list[Taker] = []
    if step.kind == StepKind.TAKEN:
        named = [
            one
            for one in takers
            if one.period.start < step.period.end and step.period.start < one.period.end
        ]
    return Explained(
        what=str(step.kind.label),
        tone=TONES[step.kind],
        during=_period_text(step.period),
        time=formats.duration(step.minutes),
        takers=named[:TAKERS_NAMED],
        takers_more=max(len(named) - TAKERS_NAMED, 0),
    )


def _bars(lot: LotPromise, whole: Period) -> Iterable[Bar]:
    length = (whole.end - whole.start) / MINUTE
    for step in lot.promise.explanation:
        start = max(step.period.start, whole.start)
        if step.kind not in FIGURES or start >= step.period.end:
            continue
        left = (start - whole.start) / MINUTE / length
        width = (step.period.end - start) / MINUTE / length
        yield Bar(
            f"{100 * left:.2f}%",
            f"{max(100 * width, 0.4):.2f}%",
            FIGURES[step.kind],
            f"{step.kind.label}: {_period_text(step.period)}",
        )


# --- what is reserved


def _takers(
    promise: RoutePromise, known: Mapping[UUID, Any], at: datetime
) -> Mapping[UUID, Sequence[Taker]]:
    """Return what is reserved in the explained times, by machine, in their order."""
    times = [
        step.period
        for lot in promise.lots
        for step in lot.promise.explanation
        if step.kind == StepKind.TAKEN
    ]
    if not times:
        return {}
    told = Period(min(one.start for one in times), max(one.end for one in times))
    rows = list(capacity.reservations_of(set(known), told, at=at)[:TAKERS_READ])
    ordered = orders.orders().in_bulk({row.order_id for row in rows if row.order_id})
    quoted = orders.quotes().in_bulk({row.quote_id for row in rows if row.quote_id})
    found: dict[UUID, list[Taker]] = {}
    for row in rows:
        with timezone.override(ZoneInfo(known[row.machine_id].site.time_zone)):
            what, url = _reserved_for(row, ordered, quoted)
        taker = Taker(what, url, Period(row.start, row.finish))
        found.setdefault(row.machine_id, []).append(taker)
    return found


def _reserved_for(
    row: Any, ordered: Mapping[UUID, Any], quoted: Mapping[UUID, Any]
) -> tuple[str, str]:
    """Say what a reservation is for, and where to read on, if there is such a page."""
    order, quote = ordered.get(row.order_id), quoted.get(row.quote_id)
    if order is not None:
        return f"{order.number} · {order.title}", reverse(
            "portal:order", args=[order.pk]
        )
    if row.expires_at is not None:
        until = formats.moment(row.expires_at)
        if quote is None:
            return _t("Held until %(end)s") % {"end": until}, ""
        return (
            _t("%(quote)s, held until %(end)s")
            % {"quote": f"{quote.number} · {quote.title}", "end": until},
            reverse("portal:quote", args=[quote.pk]),
        )
    if row.kind == ReservationKind.WORK:
        day = timezone.localtime(row.start).date().isoformat()
        address = f"{reverse('portal:schedule')}?zoom=day&from={day}"
        return str(row.get_kind_display()), address
    name = str(row.get_kind_display())
    return (f"{name}: {row.reason}" if row.reason else name), ""


def _period_text(period: Period) -> str:
    """Write a period, its day only once where it begins and ends on the same."""
    start, end = timezone.localtime(period.start), timezone.localtime(period.end)
    if start.date() == end.date():
        return f"{formats.moment(start)} – {end:%H:%M}"
    return f"{formats.moment(start)} – {formats.moment(end)}"
