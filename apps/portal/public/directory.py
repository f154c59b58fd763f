"""Who is in Spindle: the directory of enterprises."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.portal.access import public
from apps.portal.public import places
from tenants.registry import selectors as enterprises
from tenants.types import Verification


@public
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """List enterprises, narrowed by country and by words."""
    country = request.GET.get("country", "").upper()
    query = request.GET.get("q", "").strip()
    rows = enterprises.enterprises_directory(country=country, search=query)
    return render(
        request,
        "public/directory.html",
        {
            "section": "directory",
            "firms": [
                {
                    "name": row.name,
                    "name_local": row.name_local,
                    "place": ", ".join(
                        filter(None, (row.city, places.country_name(row.country)))
                    ),
                    "about": row.about,
                    "is_verified": row.verification == Verification.VERIFIED,
                }
                for row in rows
            ],
            "countries": places.countries(),
            "country": country,
            "query": query,
        },
    )
