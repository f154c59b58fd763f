"""Idle time: what our machines offer, and what the market has."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.capacity import selectors as capacity
from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.exchange import services
from apps.exchange.types import Audience, IdleLotDraft, IdleLotState, PriceBasis
from apps.kernel.errors import DomainError
from apps.kernel.periods import Period
from apps.portal import formats
from apps.portal.access import MEMBERS, access
from apps.portal.forms import Day, Moment, PortalForm, Quantity
from apps.portal.heat_map import OFFERING, READERS, period_text
from apps.portal.machines import uuid_of
from apps.portal.paging import page_of
from apps.portal.public.places import countries
from apps.portal.rfqs import process_choices
from tenants.middleware import actor_of, enterprise_of, role_in
from tenants.types import Role

LISTINGS_CHOSEN_FROM = 1_000
ROWS_SHOWN = 50
TONES = {
    IdleLotState.OFFERED: "good",
    IdleLotState.TAKEN: "done",
    IdleLotState.WITHDRAWN: "quiet",
}


def listing_choices() -> list[tuple[str, str]]:
    """Return what of ours is on the market, by machine and process."""
    language = get_language() or "en"
    return [
        (
            str(row.pk),
            f"{row.machine_label} · {catalog.label(row.process_code, language)}",
        )
        for row in exchange.own_listings()[:LISTINGS_CHOSEN_FROM]
    ]


class IdleLotForm(PortalForm):
    """A window of a machine's time, and what it must at least bring in."""

    listing_id = forms.ChoiceField(
        label=_("Machine and process"),
        choices=listing_choices,
        help_text=_("Only what is published is listed."),
    )
    starts_at = Moment(label=_("From"))
    ends_at = Moment(label=_("To"))
    floor_price = Quantity(
        label=_("Lowest price"), unit="", min_value=0, decimal_places=2
    )
    price_basis = forms.ChoiceField(label=_("Price is"), choices=PriceBasis.choices)
    expires_at = Moment(
        label=_("Offered until"),
        required=False,
        help_text=_("Left out, the offer ends by itself when the window begins."),
    )
    audience = forms.ChoiceField(
        label=_("Who may see it"),
        choices=[
            (value, label)
            for value, label in Audience.choices
            if value != Audience.INVITED
        ],
    )
    note = forms.CharField(
        label=_("Note to buyers"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MarketFilter(PortalForm):
    """What idle time a buyer looks for; what it cannot mean is not asked."""

    from_day = Day(label=_("From"), required=False)
    to_day = Day(label=_("To"), required=False)
    hours = forms.IntegerField(
        label=_("At least hours"), required=False, min_value=1, max_value=5_000
    )


@access(*READERS)
@require_safe
def own_lots(request: HttpRequest) -> HttpResponse:
    """List the idle time that we have offered, newest first."""
    page = page_of(request, exchange.idle_lots(), ROWS_SHOWN)
    language = get_language() or "en"
    return render(
        request,
        "portal/idle_lots/own.html",
        {
            "page": page,
            "rows": [
                {
                    "lot": lot,
                    "during": period_text(Period(lot.starts_at, lot.ends_at)),
                    "process": catalog.label(lot.listing.process_code, language),
                    "price": price_text(lot),
                    "state": _t("Expired")
                    if lot.is_expired
                    else IdleLotState(lot.state).label,
                    "is_open": lot.state == IdleLotState.OFFERED and not lot.is_expired,
                }
                for lot in page.rows
            ],
            "may_offer": role_in(request) in OFFERING,
        },
    )


@access(Role.PLANNER, Role.SELLER)
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Let a shop offer a window of a machine's time."""
    data = request.POST if request.method == "POST" else None
    chosen = _chosen(request)
    zone = _zone_of(chosen)
    with timezone.override(zone):
        # Times are meant on the clock at the machine.
        form = IdleLotForm(data, initial=_initial(request, chosen))
        is_valid = data is not None and form.is_valid()
        if is_valid and chosen is not None and _offer(request, form, chosen):
            return redirect("portal:idle-lots")
        return render(
            request,
            "portal/idle_lots/offer.html",
            {
                "form": form,
                "has_listings": exchange.own_listings().exists(),
                "currency": enterprise_of(request).currency,
                "zone": zone.key,
            },
            status=422 if form.errors else 200,
        )


@access(Role.PLANNER, Role.SELLER)
@require_POST
def withdraw(request: HttpRequest, idle_lot_id: UUID) -> HttpResponse:
    """Take an offer back."""
    try:
        services.withdraw_idle_lot(
            idle_lot_id=idle_lot_id, by=actor_of(request), at=timezone.now()
        )
    except exchange.IdleLotNotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _t("It is not offered any more."))
    return redirect("portal:idle-lots")


@access(*MEMBERS)
@require_safe
def market(request: HttpRequest) -> HttpResponse:
    """List idle time on the market that we may see, soonest first."""
    form = MarketFilter(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    asked = {name: request.GET.get(name, "") for name in ("q", "process", "country")}
    zone = timezone.get_current_timezone()
    found = exchange.market_idle_lots(
        process_code=asked["process"],
        country=asked["country"],
        search=asked["q"][:160],
        ends_after=_midnight(wanted.get("from_day"), zone),
        starts_before=_midnight(wanted.get("to_day"), zone, days=1),
        least_minutes=60 * (wanted.get("hours") or 0),
    )
    # Soonest first, and few enough that narrowing them is quicker than leafing.
    rows = list(found[: ROWS_SHOWN + 1])
    language = get_language() or "en"
    return render(
        request,
        "portal/idle_lots/market.html",
        {
            "rows": [
                {
                    "lot": lot,
                    "during": period_text(Period(lot.starts_at, lot.ends_at)),
                    "process": catalog.label(lot.process_code, language),
                    "price": price_text(lot),
                }
                for lot in rows[:ROWS_SHOWN]
            ],
            "has_more": len(rows) > ROWS_SHOWN,
            "shown": ROWS_SHOWN,
            "form": form,
            "asked": asked,
            "is_filtered": any(request.GET.get(name) for name in request.GET),
            "processes": process_choices(),
            "countries": list(countries()),
            "may_ask": role_in(request) in (Role.OWNER, Role.BUYER),
        },
    )


def price_text(lot: Any) -> str:
    """Write the lowest price of idle time."""
    price = formats.money(lot.floor_price, lot.currency)
    if lot.price_basis == PriceBasis.HOUR:
        return _t("%(price)s an hour") % {"price": price}
    return _t("%(price)s in all") % {"price": price}


def _midnight(day: Any, zone: Any, days: int = 0) -> Any:
    if day is None:
        return None
    try:
        return datetime.combine(day, time(), tzinfo=zone) + timedelta(days=days)
    except OverflowError:
        return None


def _chosen(request: HttpRequest) -> Any:
    """Return the listing that is offered, or the first of the machine that is named."""
    mine = exchange.own_listings()
    if request.method == "POST":
        listing_id = uuid_of(request.POST.get("listing_id", ""))
        return mine.filter(pk=listing_id).first() if listing_id else None
    machine_id = uuid_of(request.GET.get("machine", ""))
    return mine.filter(machine_id=machine_id).first() if machine_id else None


def _zone_of(chosen: Any) -> ZoneInfo:
    if chosen is None:
        return ZoneInfo(timezone.get_current_timezone_name())
    facts = capacity.calendar_facts([chosen.machine_id])[chosen.machine_id]
    return ZoneInfo(facts.week.time_zone)


def _initial(request: HttpRequest, chosen: Any) -> dict[str, Any]:
    return {
        "listing_id": str(chosen.pk) if chosen else "",
        "starts_at": request.GET.get("from", "")[:16],
        "ends_at": request.GET.get("to", "")[:16],
        "price_basis": PriceBasis.HOUR,
    }


def _offer(request: HttpRequest, form: IdleLotForm, chosen: Any) -> bool:
    facts = dict(form.cleaned_data)
    facts.pop("listing_id")
    try:
        services.offer_idle_lot(
            draft=IdleLotDraft(
                machine_id=chosen.machine_id,
                process_code=chosen.process_code,
                currency=enterprise_of(request).currency,
                **facts,
            ),
            by=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, _t("It is offered, and ends by itself."))
    return True
