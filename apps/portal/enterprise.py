"""What the directory knows of the enterprise, and where its owner sets it up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_info
from django.views.decorators.http import require_safe

from apps.machines import selectors as machines
from apps.portal.access import access
from apps.portal.public.places import country_name
from tenants.middleware import enterprise_of
from tenants.registry import clients
from tenants.registry import selectors as enterprises
from tenants.types import Role


@access(Role.OWNER)
@require_safe
def enterprise(request: HttpRequest) -> HttpResponse:
    """Show the facts of the enterprise, its sites, and who may act for it."""
    ref = enterprise_of(request)
    in_use = [
        client for client in clients.clients_of(ref.id) if client.revoked_at is None
    ]
    return render(
        request,
        "portal/settings/enterprise.html",
        {
            "enterprise": ref,
            "country": country_name(ref.country),
            "language": get_language_info(ref.language)["name_local"].capitalize(),
            "host": request.get_host(),
            "sites": [
                {"site": site, "country": country_name(site.country)}
                for site in machines.sites()
            ],
            "member_count": len(enterprises.members_of(ref.id)),
            "client_count": len(in_use),
        },
    )
