"""The promise calculator: when a batch could be done, why then, and to hold that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.capacity import selectors as capacity
from apps.capacity import services
from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import PortalForm
from apps.portal.promise_answers import Answer, answer_of
from apps.portal.promise_forms import MOST_STEPS, RouteForms
from tenants.middleware import actor_of
from tenants.types import Role

READERS = (Role.PLANNER, Role.SELLER, Role.OPERATOR, Role.VIEWER)
ROUTES_SHOWN = 50
PLUMBING = ("add", "drop", "csrfmiddlewaretoken", "arrives_by", "hours")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no promise, and what helps."""

    why: str
    remedy: str
    is_of_calendars: bool = False


@dataclass(frozen=True, slots=True)
class HeldRoute:
    """A route that is held, with its machines."""

    route_id: UUID
    machines: str
    start: str
    finish: str
    expires_at: datetime


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
        ngettext(
            "%(count)d stretch of machine time is held until %(end)s.",
            "%(count)d stretches of machine time are held until %(end)s.",
            len(held),
        )
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
    answer, refusal = None, None
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


def _worked_out(
    route: RouteForms, now: datetime
) -> tuple[Answer | None, Refusal | None]:
    asked = route.request(now=now)
    if isinstance(asked, int):
        return None, Refusal(
            _t("Step %(step)d: no machine in use can do it.") % {"step": asked},
            _t("Choose machines by name, or give one of them this process."),
        )
    try:
        promise = capacity.promise_route(request=asked, at=now)
    except machines.MachineNotFound as error:
        raise Http404 from error
    except DomainError as error:
        return None, Refusal(
            str(error.detail),
            str(error.remedy),
            # What no shift can do is mended where shifts are set.
            is_of_calendars=isinstance(error, capacity.NoFreeTime),
        )
    return answer_of(promise, max(asked.release_at, now), now), None


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
            machines=", ".join(dict.fromkeys(row.machine.code for row in parts)),
            start=formats.moment(min(row.start for row in parts)),
            finish=formats.moment(max(row.finish for row in parts)),
            expires_at=parts[0].expires_at,
        )
        for route_id, parts in list(routes.items())[:ROUTES_SHOWN]
    ]
