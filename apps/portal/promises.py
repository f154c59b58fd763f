"""The promise calculator: when a batch could be done, why then, and to hold that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.capacity.types import LotPromise, RoutePromise, StepKind
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import PortalForm
from apps.portal.promise_forms import MOST_STEPS, RouteForms
from tenants.middleware import actor_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
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
ROUTES_SHOWN = 50
PLUMBING = ("add", "drop", "csrfmiddlewaretoken", "arrives_by", "hours")


@dataclass(frozen=True, slots=True)
class Explained:
    """One step of an explanation, on the clock at the machine."""

    what: str
    tone: str
    during: str
    time: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lot's line, in percent of the whole promise."""

    left: str
    width: str
    figure: str
    title: str


@dataclass(frozen=True, slots=True)
class LotRow:
    """What one machine would do of one step."""

    step: int
    machine: Any
    quantity: int
    start: str
    finish: str
    time: str
    bars: Sequence[Bar]
    why: Sequence[Explained]
    gaps_passed_over: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The promise as the page shows it."""

    arrives: str
    finish: str
    start: str
    arrives_at: str
    rows: Sequence[LotRow]


@dataclass(frozen=True, slots=True)
class HeldRoute:
    """A route that is held, with its machines."""

    route_id: UUID
    machines: str
    start: str
    finish: str
    expires: str


class HoldForm(PortalForm):
    """How long it is to be held."""

    hours = forms.ChoiceField(
        label=_("Hold it for"),
        choices=[
            ("24", _("1 day")),
            ("48", _("2 days")),
            ("168", _("7 days")),
            ("336", _("14 days")),
        ],
        initial="48",
    )


@access(*READERS)
@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """Work out when a batch could be through its steps, and say why then."""
    return _answered(request)


@access(Role.PLANNER)
@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """Let a planner hold what was worked out, all of it or nothing."""
    now = timezone.now()
    route = RouteForms(request.POST, is_sent=True)
    form = HoldForm(request.POST)
    if not route.is_valid() or not form.is_valid():
        return _answered(request, status=422)
    asked = route.request(now=now)
    if isinstance(asked, int):
        return _answered(request, status=422)
    shown = parse_datetime(request.POST.get("arrives_by", "").replace(" ", "+"))
    try:
        held = services.hold_route(
            request=asked,
            expires_at=now + timedelta(hours=int(form.cleaned_data["hours"])),
            # What was shown, unless it was tampered with beyond reading.
            arrives_by=shown if shown and shown.tzinfo else None,
            by=actor_of(request),
            at=now,
        )
    except machines.MachineNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
        return _answered(request, status=409)
    messages.success(
        request,
        _t("%(count)d stretches of machine time are held until %(end)s.")
        % {"count": len(held), "end": formats.moment(held[0].expires_at)},
    )
    return redirect("portal:promise")


@access(Role.PLANNER)
@require_POST
def release(request: HttpRequest, route_id: UUID) -> HttpResponse:
    """Let a planner free what is held together."""
    try:
        services.release_route(
            route_id=route_id, by=actor_of(request), at=timezone.now()
        )
    except services.ReservationUnknown as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _t("The machine time is free again."))
    return redirect("portal:promise")


def _answered(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    is_sent = "quantity" in sent
    route = RouteForms(sent, is_sent=is_sent)
    answer, refusal = None, ""
    is_asking = is_sent and not {"add", "drop"} & set(sent)
    if is_asking and route.is_valid():
        answer, refusal = _worked_out(route, now)
    role = getattr(request, "role", None)
    return render(
        request,
        "portal/capacity/promise.html",
        {
            "route": route,
            "may_add": route.count < MOST_STEPS,
            "is_asking": is_asking,
            "answer": answer,
            "refusal": refusal,
            "hold_form": HoldForm(),
            "carried": [
                (name, value)
                for name, values in sent.lists()
                if name not in PLUMBING
                for value in values
            ],
            "held": _held_routes(now),
            "can_write": role in {Role.PLANNER, Role.OWNER},
        },
        status=status,
    )


def _worked_out(route: RouteForms, now: datetime) -> tuple[Answer | None, str]:
    asked = route.request(now=now)
    if isinstance(asked, int):
        return None, _t("Step %(step)d: no machine in use can do it.") % {"step": asked}
    try:
        promise = capacity.promise_route(request=asked, at=now)
    except machines.MachineNotFound as error:
        raise Http404 from error
    except DomainError as error:
        return None, str(error)
    return _shown(promise, max(asked.release_at, now)), ""


def _shown(promise: RoutePromise, since: datetime) -> Answer:
    keys = [lot.promise.machine_id for lot in promise.lots]
    known = {row.pk: row for row in machines.machines_of().filter(pk__in=keys)}
    whole = Period(min(since, promise.starts_at), promise.arrives_at)
    return Answer(
        arrives=formats.moment(promise.arrives_at),
        finish=formats.moment(promise.finishes_at),
        start=formats.moment(promise.starts_at),
        arrives_at=promise.arrives_at.isoformat(),
        rows=[_row(lot, known, whole) for lot in promise.lots],
    )


def _row(lot: LotPromise, known: Mapping[UUID, Any], whole: Period) -> LotRow:
    machine = known[lot.promise.machine_id]
    with timezone.override(ZoneInfo(machine.site.time_zone)):
        why = [
            Explained(
                what=str(step.kind.label),
                tone=TONES[step.kind],
                during=_period_text(step.period),
                time=formats.duration(step.minutes),
            )
            for step in lot.promise.explanation
        ]
        return LotRow(
            step=lot.step + 1,
            machine=machine,
            quantity=lot.quantity,
            start=formats.moment(lot.promise.start),
            finish=formats.moment(lot.promise.finish),
            time=formats.duration(lot.promise.working_minutes),
            bars=list(_bars(lot, whole)),
            why=why,
            gaps_passed_over=lot.promise.gaps_passed_over,
        )


def _bars(lot: LotPromise, whole: Period) -> Iterable[Bar]:
    length = (whole.end - whole.start) / timedelta(minutes=1)
    for step in lot.promise.explanation:
        start = max(step.period.start, whole.start)
        if step.kind not in FIGURES or start >= step.period.end:
            continue
        left = (start - whole.start) / timedelta(minutes=1) / length
        width = (step.period.end - start) / timedelta(minutes=1) / length
        yield Bar(
            f"{100 * left:.2f}%",
            f"{max(100 * width, 0.4):.2f}%",
            FIGURES[step.kind],
            f"{step.kind.label}: {_period_text(step.period)}",
        )


def _period_text(period: Period) -> str:
    """Write a period, its day only once where it begins and ends on the same."""
    start, end = timezone.localtime(period.start), timezone.localtime(period.end)
    if start.date() == end.date():
        return f"{formats.moment(start)} – {end:%H:%M}"
    return f"{formats.moment(start)} – {formats.moment(end)}"


def _held_routes(now: datetime) -> list[HeldRoute]:
    rows = (
        capacity.open_holds(at=now)
        .filter(route_id__isnull=False)
        .select_related("machine")
        .order_by("expires_at", "route_id", "during")
    )
    routes: dict[UUID, list[Any]] = {}
    for row in rows[: ROUTES_SHOWN * MOST_STEPS]:
        if row.route_id is not None:
            routes.setdefault(row.route_id, []).append(row)
    return [
        HeldRoute(
            route_id=route_id,
            machines=" → ".join(dict.fromkeys(row.machine.code for row in parts)),
            start=formats.moment(min(row.start for row in parts)),
            finish=formats.moment(max(row.finish for row in parts)),
            expires=formats.moment(parts[0].expires_at),
        )
        for route_id, parts in list(routes.items())[:ROUTES_SHOWN]
    ]
