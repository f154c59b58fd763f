"""Who sees which fact of our machines, and what each reader gets of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.exchange import selectors as exchange
from apps.machines import selectors as machines
from apps.machines import services
from apps.machines.rules.circles import IF_PRIVATE
from apps.machines.types import CircleSource, DisclosedFact, FactCircle
from apps.portal.access import access
from apps.portal.machines import READERS, found_machine, may_write
from apps.portal.offers import LABELS, Line, offer_of
from tenants.middleware import actor_of
from tenants.types import Circle

TABS = {
    "stranger": (Circle.PUBLIC, _("A stranger")),
    "enterprise": (Circle.MARKET, _("A signed-in enterprise")),
    "counterparty": (Circle.COUNTERPARTY, _("A counterparty")),
}
BECAUSE = {
    Circle.PRIVATE: _("hidden, because nobody else may see it"),
    Circle.COUNTERPARTY: _("hidden, because only counterparties may see it"),
    Circle.MARKET: _("hidden, because only signed-in enterprises may see it"),
}
OF_THE_RATE = _(
    "Others never see the figure unless it is for everyone: they see the price that a"
    " match estimates by it."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One fact with the circles to choose from; `own` is empty without a choice."""

    fact: DisclosedFact
    label: str | Promise
    own: str
    now: FactCircle
    note: str | Promise
    if_private: str | Promise


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a preview: the text that the reader gets, or why there is none."""

    line: Line
    why: str


@access(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def enterprise(request: HttpRequest) -> HttpResponse:
    """Choose who sees which fact of all machines."""
    if request.method == "POST" and may_write(request):
        services.choose_circles(
            choices=_chosen(request), by=actor_of(request), at=timezone.now()
        )
        messages.success(request, _t("Saved. The exchange follows in seconds."))
        return redirect("portal:disclosure")
    facts = machines.enterprise_circles()
    return _page(
        request,
        facts,
        CircleSource.ENTERPRISE,
        inherited=_("As Spindle has it"),
        others=machines.machines_with_choices(),
    )


@access(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def machine(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Choose who sees which fact of one machine."""
    found = found_machine(machine_id).machine
    if request.method == "POST" and may_write(request):
        services.choose_circles(
            choices=_chosen(request),
            by=actor_of(request),
            at=timezone.now(),
            machine_id=machine_id,
        )
        messages.success(request, _t("Saved. The exchange follows in seconds."))
        return redirect("portal:machine-disclosure", machine_id)
    return _page(
        request,
        machines.circles_of(found),
        CircleSource.MACHINE,
        inherited=_("As for all machines"),
        machine=found,
    )


@access(*READERS)
@require_safe
def preview(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    """Show a machine as a stranger, an enterprise or a counterparty gets it."""
    found = found_machine(machine_id).machine
    reader = request.GET.get("as", "")
    reader = reader if reader in TABS else "stranger"
    seen = exchange.preview(machine_id, TABS[reader][0])
    offers = [offer_of(row) for row in seen.rows]
    is_part = request.headers.get("HX-Request") == "true"
    return render(
        request,
        "portal/disclosure/seen.html" if is_part else "portal/disclosure/preview.html",
        {
            "machine": found,
            "reader": reader,
            "tabs": [(key, label) for key, (_circle, label) in TABS.items()],
            "seen": seen,
            "offers": [
                {"offer": offer, "lines": _explained(offer.lines, seen)}
                for offer in offers
            ],
        },
    )


def _explained(lines: tuple[Line, ...], seen: exchange.Preview) -> list[Shown]:
    circles = {each.fact: each for each in seen.facts}
    return [
        Shown(line, "" if line.text else _why(circles[line.fact], seen))
        for line in lines
    ]


def _why(each: FactCircle, seen: exchange.Preview) -> str:
    is_rate = each.fact == DisclosedFact.HOURLY_RATE
    if (
        is_rate
        and each.circle not in {Circle.PRIVATE, Circle.PUBLIC}
        and seen.shows(each)
    ):
        return _t("not shown itself; a match estimates the price by it")
    if not seen.shows(each):
        return _t("%(why)s (%(whose)s)") % {
            "why": BECAUSE[each.circle],
            "whose": each.source.label,
        }
    return _t("not stated")


def _page(
    request: HttpRequest,
    facts: tuple[FactCircle, ...],
    own: CircleSource,
    **context: Any,
) -> HttpResponse:
    return render(
        request,
        "portal/disclosure/choose.html",
        {
            "circles": list(Circle),
            "can_write": may_write(request),
            "choices": [
                Choice(
                    fact=each.fact,
                    label=LABELS[each.fact],
                    own=each.circle.value if each.source == own else "",
                    now=each,
                    note=OF_THE_RATE if each.fact == DisclosedFact.HOURLY_RATE else "",
                    if_private=IF_PRIVATE[each.fact],
                )
                for each in facts
            ],
            **context,
        },
    )


def _chosen(request: HttpRequest) -> dict[DisclosedFact, Circle | None]:
    """Read the choices; what an address bar makes up is as if it were not chosen."""
    return {
        fact: Circle(given) if given in Circle.values else None
        for fact in DisclosedFact
        if (given := request.POST.get(fact.value)) is not None
    }
