"""Demands that our machines fit, and how a shop answers one by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.exchange import services as market
from apps.exchange.selectors import InboxEntry, MatchView
from apps.kernel.errors import DomainError
from apps.machines import selectors as machines
from apps.orders import selectors as orders
from apps.orders.types import PriceBreakdown, QuoteState, Side
from apps.portal import charts, formats
from apps.portal.access import access
from apps.portal.forms import Moment, PortalForm, Quantity, WholeQuantity
from apps.portal.paging import PAGE, Page
from apps.portal.parts import material_name
from apps.portal.public.places import country_name
from apps.portal.rfqs import country_choices, process_choices
from apps.portal.scores import waterfall_of
from tenants.middleware import actor_of, enterprise_of
from tenants.types import Role

READERS = (Role.SELLER, Role.VIEWER)
VALIDITY = timedelta(hours=48)
HIGHEST_PRICE = Decimal(100_000_000)
LONGEST_MINUTES = 500_000

ANSWERED = {"yes": True, "no": False}
# Fields that the domain names otherwise than the form.
OWN_NAMES = {"minutes": "machine_minutes", "machine": "listing_id"}


@dataclass(frozen=True, slots=True)
class Row:
    """A demand of the inbox with its codes by name."""

    entry: InboxEntry
    processes: Sequence[str]
    material: str
    machine: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One of our machines as it was judged for a demand."""

    view: MatchView
    code: str
    process: str
    steps: Sequence[charts.WaterfallStep]

    @property
    def is_published(self) -> bool:
        """Say whether it is still on the market."""
        return bool(self.code)


class QuoteForm(PortalForm):
    """An answer to a demand, priced by a person."""

    listing_id = forms.ChoiceField(label=_("Machine"))
    unit_price = Quantity(label=_("Price of a piece"), unit="", max_value=HIGHEST_PRICE)
    machine_minutes = WholeQuantity(
        label=_("Machine time"),
        unit=_("min"),
        min_value=1,
        max_value=LONGEST_MINUTES,
        help_text=_("For the whole batch. So much working time is held."),
    )
    valid_until_at = Moment(
        label=_("Valid until"),
        help_text=_("Until then the machine time is held for this buyer."),
    )
    note = forms.CharField(
        label=_("Note to the buyer"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, able: Sequence[Judged], currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(
            "listing_id",
            [(str(one.view.listing_id), f"{one.code} · {one.process}") for one in able],
        )
        price = self.fields["unit_price"]
        assert isinstance(price, Quantity)
        price.unit = currency

    def refuse(self, error: DomainError) -> None:
        """Show a refusal beside the answer that it is about."""
        error.field = OWN_NAMES.get(error.field or "", error.field)
        super().refuse(error)


@access(*READERS)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List the open demands that our machines fit, newest first."""
    asked = {
        name: request.GET.get(name, "").strip()
        for name in ("q", "process", "country", "answered")
    }
    entries = exchange.inbox(
        search=asked["q"],
        process_code=asked["process"],
        country=asked["country"],
        is_answered=ANSWERED.get(asked["answered"]),
    )
    codes = _codes()
    page = _page(request, [_row(entry, codes) for entry in entries])
    return render(
        request,
        "portal/inbox/list.html",
        {
            "page": page,
            "count": len(entries),
            "asked": asked,
            "is_filtered": any(asked.values()),
            "processes": process_choices(),
            "countries": country_choices()[1:],
        },
    )


@access(*READERS)
@require_safe
def demand(request: HttpRequest, demand_id: UUID) -> HttpResponse:
    """Show what is asked for and how our machines were judged."""
    entry = _entry(demand_id)
    if entry is None:
        return _gone(request, demand_id)
    return render(
        request,
        "portal/inbox/detail.html",
        {
            **_asked(entry),
            "machines": _judged(demand_id),
            "answer": _answer(entry),
        },
    )


@access(Role.SELLER)
@require_http_methods(["GET", "POST"])
def write_quote(request: HttpRequest, demand_id: UUID) -> HttpResponse:
    """Let a seller answer a demand, beside what the cost model would ask."""
    entry = _entry(demand_id)
    if entry is None:
        return _gone(request, demand_id)
    at = timezone.now()
    able = [one for one in _judged(demand_id) if one.is_published]
    if not able:
        raise Http404
    chosen = _chosen(request, able)
    price, why_not = _worked_out(demand_id, chosen.view.listing_id)
    enterprise = enterprise_of(request)
    facts: dict[str, Any] = {"able": able, "currency": enterprise.currency}
    start: dict[str, Any] = {
        "listing_id": str(chosen.view.listing_id),
        "machine_minutes": entry.demand.work_minutes,
        "valid_until_at": at + VALIDITY,
    }
    if request.method == "POST" and "take" not in request.POST:
        form = QuoteForm(request.POST, **facts)
        if form.is_valid():
            try:
                quote = market.submit_quote(
                    demand_id=demand_id,
                    by=actor_of(request),
                    at=at,
                    **{
                        **form.cleaned_data,
                        "listing_id": UUID(form.cleaned_data["listing_id"]),
                    },
                )
            except DomainError as error:
                form.refuse(error)
            else:
                messages.success(
                    request,
                    _t(
                        "Quote %(number)s is with the buyer. %(time)s of machine time "
                        "are held."
                    )
                    % {
                        "number": quote.number,
                        "time": formats.duration(quote.machine_minutes),
                    },
                )
                return redirect("portal:quote", quote.pk)
    else:
        if "take" in request.POST:
            start |= request.POST.dict()
            if price is not None:
                start |= {
                    "unit_price": price.unit_price,
                    "machine_minutes": price.machine_minutes,
                }
        form = QuoteForm(initial=start, **facts)
    return render(
        request,
        "portal/inbox/quote.html",
        {
            **_asked(entry),
            "form": form,
            "answer": _answer(entry),
            "chosen": chosen,
            "price": price,
            "why_not": why_not,
        },
    )


def _entry(demand_id: UUID) -> InboxEntry | None:
    """Return an open demand that fits us, or None if it is not open any more."""
    try:
        entry = exchange.inbox_entry(demand_id)
    except market.DemandNotFound:
        return None
    if entry is None:
        raise Http404
    return entry


def _gone(request: HttpRequest, demand_id: UUID) -> HttpResponse:
    """Lead to our answer, or say that it is too late; strangers learn nothing."""
    answered = orders.quotes_for_demand(demand_id).filter(side=Side.SELLER).first()
    if answered is not None:
        return redirect("portal:quote", answered.pk)
    if not exchange.own_matches(demand_id):
        raise Http404
    return render(request, "portal/inbox/gone.html", status=410)


def _codes() -> dict[UUID, str]:
    """Return our own names of what we have on the market."""
    names = dict(machines.machines_of().values_list("pk", "code"))
    return {
        listing.pk: names.get(listing.machine_id, "")
        for listing in exchange.own_listings()
    }


def _row(entry: InboxEntry, codes: Mapping[UUID, str]) -> Row:
    language = get_language() or "en"
    return Row(
        entry=entry,
        processes=[
            catalog.label(code, language) for code in entry.demand.process_codes
        ],
        material=material_name(entry.demand.material_code),
        machine=codes.get(entry.best.listing_id, ""),
    )


def _page(request: HttpRequest, rows: Sequence[Row]) -> Page:
    # The inbox is judged in memory, so its pages are cut there as well.
    keys = [str(row.entry.demand.pk) for row in rows]
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    start = keys.index(after) + 1 if after in keys else 0
    if before in keys:
        start = max(keys.index(before) - PAGE, 0)
    shown = rows[start : start + PAGE]
    has_more = start + PAGE < len(rows)
    return Page(
        shown,
        next_cursor=keys[start + len(shown) - 1] if has_more else "",
        previous_cursor=keys[start] if start else "",
    )


def _asked(entry: InboxEntry) -> dict[str, Any]:
    demand = entry.demand
    row = _row(entry, {})
    return {
        "entry": entry,
        "demand": demand,
        "processes": row.processes,
        "material": row.material,
        "country": country_name(demand.delivery_country),
        "certificates": [
            catalog.certificate_kind_by_code(code).label
            for code in demand.certificate_codes
        ],
        "only_from": [country_name(code) for code in demand.allowed_countries],
        "not_from": [country_name(code) for code in demand.excluded_countries],
    }


def _judged(demand_id: UUID) -> list[Judged]:
    language = get_language() or "en"
    codes = _codes()
    return [
        Judged(
            view=view,
            code=codes.get(view.listing_id, ""),
            process=catalog.label(view.process_code, language)
            if view.process_code
            else "",
            steps=waterfall_of(view),
        )
        for view in exchange.own_matches(demand_id)
    ]


def _answer(entry: InboxEntry) -> dict[str, Any] | None:
    if entry.quote_id is None:
        return None
    return {
        "id": entry.quote_id,
        "state": entry.quote_state,
        "label": QuoteState(entry.quote_state).label,
        "is_open": entry.quote_state == QuoteState.SUBMITTED,
    }


def _chosen(request: HttpRequest, able: Sequence[Judged]) -> Judged:
    wanted = request.POST.get("listing_id") or request.GET.get("listing_id")
    for one in able:
        if str(one.view.listing_id) == wanted:
            return one
    return able[0]


def _worked_out(demand_id: UUID, listing_id: UUID) -> tuple[PriceBreakdown | None, str]:
    """Return what the cost model would ask, or why it cannot say."""
    try:
        return (
            market.preview_price(
                demand_id=demand_id, listing_id=listing_id, at=timezone.now()
            ),
            "",
        )
    except DomainError as error:
        return None, str(error)
