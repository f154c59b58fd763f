"""Words looked for in everything that the reader may open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.kernel.identifiers import uuid7
from apps.machines import selectors as machines
from apps.orders import selectors as orders
from apps.portal.access import MEMBERS, access, permission_of
from tenants.middleware import role_in

SHOWN = 8
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, with where it leads."""

    label: str
    text: str
    url: str
    state: str
    state_label: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where is looked: what is found, how it is called, and its pages."""

    label: Text
    icon: str
    page: str
    all_page: str
    find: Callable[[str], Any]
    names: Callable[[Any], tuple[str, str]]
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one place holds, the first of it at least."""

    label: Text
    icon: str
    hits: Sequence[Hit]
    all_url: str
    has_more: bool


PLACES = (
    Place(
        label=_("Machines"),
        icon="building-factory-2",
        page="portal:machine",
        all_page="portal:machines",
        find=lambda words: machines.machines_of(search=words),
        names=lambda row: (row.code, row.name),
        state="state",
    ),
    Place(
        label=_("Parts"),
        icon="cube",
        page="portal:part",
        all_page="portal:parts",
        find=lambda words: orders.parts(search=words),
        names=lambda row: (f"{row.number} {row.revision}".strip(), row.name),
        state="geometry_state",
    ),
    Place(
        label=_("RFQs"),
        icon="send",
        page="portal:rfq",
        all_page="portal:rfqs",
        find=lambda words: orders.rfqs(search=words),
        names=lambda row: (row.number, row.title),
        state="state",
    ),
    Place(
        label=_("Quotes"),
        icon="receipt",
        page="portal:quote",
        all_page="portal:quotes",
        find=lambda words: orders.quotes(search=words),
        names=lambda row: (row.number, _with(row)),
        state="state",
    ),
    Place(
        label=_("Orders"),
        icon="truck-delivery",
        page="portal:order",
        all_page="portal:orders",
        find=lambda words: orders.orders(search=words),
        names=lambda row: (row.number, _with(row)),
        state="state",
    ),
)


@access(*MEMBERS)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Look for words in machines, parts, RFQs, quotes and orders."""
    words = " ".join(request.GET.get("q", "").split())
    found = [
        _look(place, words)
        for place in PLACES
        if words and _may_open(request, place.page)
    ]
    return render(
        request,
        "portal/search/results.html",
        {
            "words": words,
            "found": [place for place in found if place.hits],
            "count": sum(len(place.hits) for place in found),
        },
    )


def _look(place: Place, words: str) -> Found:
    rows = list(place.find(words)[: SHOWN + 1])
    return Found(
        label=place.label,
        icon=place.icon,
        hits=[_hit(place, row) for row in rows[:SHOWN]],
        all_url=reverse(place.all_page),
        has_more=len(rows) > SHOWN,
    )


def _hit(place: Place, row: Any) -> Hit:
    label, text = place.names(row)
    return Hit(
        label=label,
        text=text,
        url=reverse(place.page, args=[row.pk]),
        state=getattr(row, place.state),
        state_label=getattr(row, f"get_{place.state}_display")(),
    )


def _with(row: Any) -> str:
    """Say what a deal is about, and with whom where that is known."""
    return " · ".join(part for part in (row.title, row.counterparty_name) if part)


def _may_open(request: HttpRequest, page: str) -> bool:
    """Ask the page itself whom it lets in, so that no list of roles goes stale."""
    try:
        address = reverse(page, args=[uuid7()])
    except NoReverseMatch:
        return False
    permission = permission_of(resolve(address).func)
    return permission is not None and permission.admits(role_in(request))
