"""Work that is asked for in public."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from apps.catalog import selectors as catalog
from apps.exchange import selectors as exchange
from apps.portal.access import public
from apps.portal.paging import page_of
from apps.portal.public import places


@public
@require_safe
def demands(request: HttpRequest) -> HttpResponse:
    """List the open demands that their owners show to anyone."""
    wanted = {
        name: request.GET.get(name, "").strip() for name in ("q", "process", "country")
    }
    found: QuerySet[Any] = exchange.market_demands(
        search=wanted["q"],
        process_code=wanted["process"],
        country=wanted["country"].upper(),
    )
    page = page_of(request, found)
    language = get_language() or "en"
    return render(
        request,
        "public/demands.html",
        {
            "section": "demands",
            "page": page,
            "rows": [_row(demand, language) for demand in page.rows],
            "wanted": wanted,
            "countries": places.countries(),
            "processes": [
                (node.code, f"{' ' * node.depth}{catalog.label(node, language)}")
                for node in catalog.process_tree()
            ],
        },
    )


def _row(demand: Any, language: str) -> dict[str, Any]:
    return {
        "demand": demand,
        "processes": [catalog.label(code, language) for code in demand.process_codes],
        "material": _material(demand.material_code),
        "country": places.country_name(demand.delivery_country),
    }


def _material(code: str) -> str:
    try:
        return str(catalog.material_by_code(code))
    except catalog.UnknownMaterial:
        return code
