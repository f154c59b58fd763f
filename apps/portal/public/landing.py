"""The first page: what Spindle is, and how much of it there is."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.portal.access import public
from tenants.registry.directory import count_enterprises


class Figure(NamedTuple):
    """Something counted, with the page that shows it."""

    label: str
    number: int
    href: str = ""


@public
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Say what Spindle does, with figures counted now."""
    return render(
        request,
        "public/landing.html",
        {"figures": _figures()},
    )


def _figures() -> list[Figure]:
    return [
        Figure(
            _("enterprises"),
            count_enterprises().number,
            reverse("public:directory"),
        ),
        Figure(_("machine offers"), exchange.public_listings().count()),
        Figure(
            _("open public demands"),
            exchange.market_demands().count(),
            reverse("public:demands"),
        ),
        Figure(
            _("processes"),
            sum(1 for node in catalog.process_tree() if node.is_leaf),
            reverse("public:processes"),
        ),
    ]
