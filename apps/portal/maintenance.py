"""Taking a machine out of use for a time: holds make way, bookings are asked about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from apps.capacity import selectors as capacity
from apps.capacity.types import BookingsInTheWay
from apps.exchange import services as exchange
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.machines import selectors as machines
from apps.orders import selectors as orders
from apps.portal import formats
from apps.portal.access import access
from apps.portal.forms import Moment, PortalForm
from apps.portal.machines import found_machine, uuid_of
from tenants.middleware import actor_of
from tenants.types import Role

MOVE = "move_"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a booking could go, as it is chosen."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A booking in the way, with what it is for and where it could go."""

    name: str
    what: str
    url_id: UUID | None
    during: str
    due: str
    places: Sequence[Place]
    chosen: str
    refusal: str


class MaintenanceForm(PortalForm):
    """A time in which a machine is not to be had."""

    starts_at = Moment(label=_("From"))
    ends_at = Moment(label=_("To"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Such as spindle replacement, or yearly inspection."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for an end that follows the start."""
        facts = super().clean() or self.cleaned_data
        start, end = facts.get("starts_at"), facts.get("ends_at")
        if start and end and end <= start:
            self.add_error(
                "ends_at",
                _t(
                    "It ends before it begins. Give an end that is later than the"
                    " start."
                ),
            )
        return facts


@access(Role.PLANNER)
@require_http_methods(["GET", "HEAD", "POST"])
def maintenance(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Let a planner take a machine out of service for a time."""
    machine = found_machine(machine_id).machine
    form = MaintenanceForm(request.POST if request.method == "POST" else None)
    asked: Sequence[Asked] = ()
    holds = 0
    # Times are meant on the clock at the machine.
    with timezone.override(ZoneInfo(machine.site.time_zone)):
        if request.method == "POST" and form.is_valid():
            try:
                taken = _taken(request, form, machine_id)
            except machines.MachineNotFound as error:
                raise Http404 from error
            except DomainError as error:
                form.refuse(error)
                asked, holds = _asked(request, form, machine_id)
            else:
                _say(request, taken)
                return redirect("portal:machine", machine_id)
        return render(
            request,
            "portal/capacity/maintenance.html",
            {
                "form": form,
                "machine": machine,
                "asked": asked,
                "holds": holds,
                "may_move": any(one.places for one in asked),
            },
            status=422 if form.errors else 200,
        )


def _period(form: MaintenanceForm) -> Period:
    return Period(form.cleaned_data["starts_at"], form.cleaned_data["ends_at"])


def _moves(request: HttpRequest) -> dict[UUID, UUID]:
    found = {}
    for name, value in request.POST.items():
        reservation_id = uuid_of(name.removeprefix(MOVE))
        machine_id = uuid_of(str(value))
        if name.startswith(MOVE) and reservation_id and machine_id:
            found[reservation_id] = machine_id
    return found


def _taken(request: HttpRequest, form: MaintenanceForm, machine_id: UUID) -> Any:
    moves = _moves(request)
    return exchange.plan_maintenance(
        machine_id=machine_id,
        period=_period(form),
        reason=form.cleaned_data["reason"],
        bookings=BookingsInTheWay.MOVE if moves else BookingsInTheWay.REFUSE,
        moves=moves,
        by=actor_of(request),
        at=timezone.now(),
    )


def _say(request: HttpRequest, taken: Any) -> None:
    told = [_t("The time is taken.")]
    if taken.released:
        told.append(
            ngettext(
                "%(count)d hold made way.",
                "%(count)d holds made way.",
                len(taken.released),
            )
            % {"count": len(taken.released)}
        )
    if taken.moved:
        told.append(
            ngettext(
                "%(count)d booking was moved.",
                "%(count)d bookings were moved.",
                len(taken.moved),
            )
            % {"count": len(taken.moved)}
        )
    messages.success(request, " ".join(told))


def _asked(
    request: HttpRequest, form: MaintenanceForm, machine_id: UUID
) -> tuple[Sequence[Asked], int]:
    found = capacity.preview_maintenance(
        machine_id=machine_id, period=_period(form), at=timezone.now()
    )
    keys = [one.reservation.order_id for one in found.bookings]
    ordered = {row.pk: row for row in orders.orders().filter(pk__in=filter(None, keys))}
    chosen = _moves(request)
    return [_question(one, ordered, chosen) for one in found.bookings], len(found.holds)


def _question(
    one: capacity.BookingInTheWay,
    ordered: Mapping[UUID, Any],
    chosen: Mapping[UUID, UUID],
) -> Asked:
    row = one.reservation
    order = ordered.get(row.order_id) if row.order_id else None
    return Asked(
        name=f"{MOVE}{row.pk}",
        what=f"{order.number} · {order.title}" if order else row.get_kind_display(),
        url_id=order.pk if order else None,
        during=f"{formats.moment(row.start)} – {formats.moment(row.finish)}",
        due=formats.day(order.due_on) if order else "",
        places=[
            Place(str(place.machine_id), _place_text(place, order))
            for place in one.places
        ],
        chosen=str(chosen.get(row.pk, "")),
        refusal=one.refusal
        or _t("It has begun, or is maintenance itself: choose another time."),
    )


def _place_text(place: capacity.NewPlace, order: Any) -> str:
    facts = {"machine": place.machine, "finish": formats.moment(place.promise.finish)}
    finish = timezone.localdate(place.promise.finish)
    if order and finish > order.due_on:
        return _t("%(machine)s: finished on %(finish)s, after it is due") % facts
    if place.is_later:
        return _t("%(machine)s: finished on %(finish)s, later than promised") % facts
    return _t("%(machine)s: finished on %(finish)s, as promised") % facts
